/** Checks whether the ports of services are free, and finds the processes that use them. */

import { createServer } from "node:net";
import { StreamctlError, systemCode } from "../core/errors.ts";
import { foreignListener, portUse, type PortOwner, type PortUse } from "../core/port-owner.ts";
import type { ServiceDefinition, ServicePort } from "./service.ts";
import type { ServiceName } from "../state/service-identity.ts";

/** A port on which a service cannot listen. */
export interface TakenPort {
  readonly service: ServiceName;
  readonly port: Pick<ServicePort, "name" | "port">;
  /** The user of the port, as a clause: `process 12 (java) is listening on it`. */
  readonly holder: string;
  /** Whether the port becomes free by itself within a minute. */
  readonly passes: boolean;
}

/** The ports of the definitions that are in use, on IPv4 or IPv6. */
export async function takenPorts(definitions: readonly Pick<ServiceDefinition, "name" | "ports">[]): Promise<readonly TakenPort[]> {
  const wanted = definitions.flatMap(({ name, ports }) => ports.map((port) => ({ service: name, port })));
  const taken = await Promise.all(wanted.map(async ({ service, port }) => await takenPort(service, port)));
  return taken.filter((port) => port !== undefined);
}

/** @throws StreamctlError `port-taken`, naming the ports and, as far as it can be determined, the processes that use them */
export async function requireFreePorts(definition: Pick<ServiceDefinition, "name" | "ports">): Promise<void> {
  const taken = await takenPorts([definition]);
  if (taken.length > 0) throw portsTaken(taken);
}

/**
 * Two stacks that start on the same ports at the same time both find them free; then both would use the engine of one stack.
 *
 * @param pid pid of the service's process
 * @throws StreamctlError `port-taken` when another process listens on one of the service's ports
 */
export async function requireOwnPorts({ name, ports }: Pick<ServiceDefinition, "name" | "ports">, pid: number): Promise<void> {
  for (const port of ports) {
    const owner = await foreignListener(port.port, pid);
    if (owner) throw foreignPort(name, port, owner);
  }
}

function foreignPort(service: string, { name, port }: Pick<ServicePort, "name" | "port">, owner: PortOwner): StreamctlError {
  const folder = owner.folder === undefined ? "" : `, working directory "${owner.folder}"`;
  return new StreamctlError(
    "port-taken",
    `Port ${port} (${name}) is used by process ${owner.pid} (${owner.name}${folder}), not by ${service} of this stack`,
    { hint: "Stop that process, or use the state folder of its stack: --state-dir DIR" },
  );
}

/** The error for a service that cannot start because its ports are in use. @param taken at least one port */
export function portsTaken(taken: readonly TakenPort[]): StreamctlError {
  const [first, ...others] = taken.map(({ port: { name, port }, holder }) => `port ${port} (${name}) is in use: ${holder}`);
  const choose = "choose other ports: streamctl up --port-offset 1000";
  return new StreamctlError("port-taken", `Cannot start "${taken[0]?.service}": ${[first, ...others].join("; ")}`, {
    hint: taken.every(({ passes }) => passes) ? `Wait a minute, or ${choose}` : `Stop that process, or ${choose}`,
  });
}

async function takenPort(service: ServiceName, port: TakenPort["port"]): Promise<TakenPort | undefined> {
  const refusal = await refusalOf(port.port);
  if (refusal === undefined) return undefined;
  const use = refusal === "EACCES" ? undefined : await portUse(port.port);
  // Another process that tests the port in this way, such as another streamctl, uses it for a moment.
  if (refusal === "EADDRINUSE" && use === undefined && (await refusalOf(port.port)) === undefined) return undefined;
  const unknown = refusal === "EACCES" ? "this user may not listen on it" : "another process is using it";
  return { service, port, holder: use ? holderText(use) : unknown, passes: use?.kind === "closing" };
}

function holderText({ kind, owner, uid }: PortUse): string {
  if (kind === "closing") return "a closed connection keeps it for up to a minute (TIME_WAIT)";
  if (owner) return kind === "listener" ? listenerText(owner) : `a connection of process ${owner.pid} (${owner.name}) is using it`;
  return `a process of user ${uid} ${kind === "listener" ? "is listening on it" : "is using it for a connection"}`;
}

function listenerText({ pid, name }: PortOwner): string {
  return `process ${pid} (${name}) is listening on it`;
}

/**
 * The system's error when listening on a port; undefined when that works. Tries all IPv4 and IPv6 addresses, because Pinot's query port
 * binds all of them and a listener on any of them conflicts. In one attempt, so that it cannot conflict with its own socket.
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
