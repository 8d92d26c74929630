/** Whether the ports of services are free, and who holds those that are not. */

import { createServer } from "node:net";
import { StreamctlError, systemCode } from "../core/errors.ts";
import { foreignListener, portUse, type PortOwner, type PortUse } from "../core/port-owner.ts";
import type { ServiceDefinition, ServicePort } from "./service.ts";
import type { ServiceName } from "../state/service-identity.ts";

/** A port that a service cannot listen on. */
export interface TakenPort {
  readonly service: ServiceName;
  readonly port: Pick<ServicePort, "name" | "port">;
  /** What is in the way, as the end of a sentence. */
  readonly holder: string;
  /** Whether it goes by itself, within a minute. */
  readonly passes: boolean;
}

/** Those ports of the definitions that are not free, whoever holds them, on IPv4 or IPv6. */
export async function takenPorts(definitions: readonly Pick<ServiceDefinition, "name" | "ports">[]): Promise<readonly TakenPort[]> {
  const wanted = definitions.flatMap(({ name, ports }) => ports.map((port) => ({ service: name, port })));
  const taken = await Promise.all(wanted.map(async ({ service, port }) => await takenPort(service, port)));
  return taken.filter((port) => port !== undefined);
}

/** @throws StreamctlError `port-taken` naming the ports and, where it can be known, who holds them */
export async function requireFreePorts(definition: Pick<ServiceDefinition, "name" | "ports">): Promise<void> {
  const taken = await takenPorts([definition]);
  if (taken.length > 0) throw portsTaken(taken);
}

/**
 * Where two stacks start on the same ports at once, both find them free, and the engine of one answers for both.
 *
 * @param pid of the service's own process
 * @throws StreamctlError `port-taken` where somebody else listens on one of the service's ports
 */
export async function requireOwnPorts({ name, ports }: Pick<ServiceDefinition, "name" | "ports">, pid: number): Promise<void> {
  for (const port of ports) {
    const stranger = await foreignListener(port.port, pid);
    if (stranger) throw portOfAnother(name, port, stranger);
  }
}

function portOfAnother(service: string, { name, port }: Pick<ServicePort, "name" | "port">, owner: PortOwner): StreamctlError {
  const whose = owner.folder === undefined ? "" : `, working in "${owner.folder}",`;
  return new StreamctlError(
    "port-taken",
    `Port ${port} (${name}) does not belong to ${service} of this stack: process ${owner.pid} (${owner.name})${whose} listens there`,
    { hint: "Stop that process, or use its own state folder: --state-dir DIR" },
  );
}

/** The refusal of a start on ports that are taken, of which there is at least one. */
export function portsTaken(taken: readonly TakenPort[]): StreamctlError {
  const [first, ...others] = taken.map(({ port: { name, port }, holder }) => `port ${port} (${name}) is taken, ${holder}`);
  const choose = "choose other ports: streamctl up --port-offset 1000";
  return new StreamctlError("port-taken", `Cannot start "${taken[0]?.service}": ${[first, ...others].join("; ")}`, {
    hint: taken.every(({ passes }) => passes) ? `Wait a minute, or ${choose}` : `Stop that process, or ${choose}`,
  });
}

async function takenPort(service: ServiceName, port: TakenPort["port"]): Promise<TakenPort | undefined> {
  const refusal = await refusalOf(port.port);
  if (refusal === undefined) return undefined;
  const use = refusal === "EACCES" ? undefined : await portUse(port.port);
  // Whoever else looks in this way, such as another streamctl, holds a port for a moment.
  if (refusal === "EADDRINUSE" && use === undefined && (await refusalOf(port.port)) === undefined) return undefined;
  const nobody = refusal === "EACCES" ? "this user may not listen there" : "another process holds it";
  return { service, port, holder: use ? holderText(use) : nobody, passes: use?.kind === "closing" };
}

function holderText({ kind, owner, uid }: PortUse): string {
  if (kind === "closing") return "a closed connection keeps it for up to a minute (TIME_WAIT)";
  if (owner) return kind === "listener" ? listenerText(owner) : `a connection of process ${owner.pid} (${owner.name}) uses it`;
  return `a process of user ${uid} ${kind === "listener" ? "listens there" : "uses it for a connection"}`;
}

function listenerText({ pid, name }: PortOwner): string {
  return `process ${pid} (${name}) listens there`;
}

/**
 * Why nothing can listen on a port, as the system says; undefined where something can. Every address is tried, of both families: Pinot's
 * query port binds all of them, and a listener on any of them is in the way. In one attempt, so that it cannot meet a socket of its own.
 */
async function refusalOf(port: number, host: "::" | "0.0.0.0" = "::"): Promise<string | undefined> {
  return await new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", (error) => {
      const code = systemCode(error);
      if (code === "EADDRINUSE" || code === "EACCES") resolve(code);
      // A machine without IPv6.
      else if (host === "::" && (code === "EAFNOSUPPORT" || code === "EADDRNOTAVAIL")) resolve(refusalOf(port, "0.0.0.0"));
      else reject(error);
    });
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}
