/** Every port of the pipeline, once. `--port-offset` is added to each, so that stacks can live side by side. */

import { createServer } from "node:net";
import { StreamctlError, systemCode } from "../core/errors.ts";
import { portOwner, portStranger, type PortOwner } from "../core/port-owner.ts";
import type { ServiceDefinition, ServicePort } from "./service.ts";

const base = {
  kafka: 9092,
  kafkaController: 9093,
  zookeeper: 2181,
  pinotController: 9000,
  pinotBroker: 8099,
  pinotServer: 8098,
  pinotServerAdmin: 8097,
  flinkRest: 8081,
  flinkGateway: 8083,
  ksqldb: 8088,
} as const;

export type Ports = Readonly<Record<keyof typeof base, number>>;

/** @param offset 0…56442, added to every port */
export function portsAt(offset: number): Ports {
  return Object.freeze(Object.fromEntries(Object.entries(base).map(([name, port]) => [name, port + offset]))) as Ports;
}

/**
 * @throws StreamctlError `port-taken` naming the port and, where it can be known, who holds it.
 */
export async function requireFreePorts(definition: Pick<ServiceDefinition, "name" | "ports">): Promise<void> {
  await Promise.all(
    definition.ports.map(async ({ name, port }) => {
      if (await isFree(port)) return;
      throw portTaken(definition.name, { name, port }, await portOwner(port));
    }),
  );
}

/**
 * Where two stacks start on the same ports at once, both find them free, and the engine of one answers for both.
 *
 * @param pid of the service's own process
 * @throws StreamctlError `port-taken` where somebody else listens on one of the service's ports
 */
export async function requireOwnPorts({ name, ports }: Pick<ServiceDefinition, "name" | "ports">, pid: number): Promise<void> {
  for (const port of ports) {
    const stranger = await portStranger(port.port, pid);
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

function portTaken(service: string, { name, port }: Pick<ServicePort, "name" | "port">, owner: PortOwner | undefined): StreamctlError {
  const holder = owner ? `process ${owner.pid} (${owner.name}) listens there` : "another process holds it";
  return new StreamctlError("port-taken", `Cannot start "${service}": port ${port} (${name}) is taken, ${holder}`, {
    hint: "Stop that process, or choose other ports: streamctl up --port-offset 1000",
  });
}

async function isFree(port: number): Promise<boolean> {
  return await new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", (error) => {
      const code = systemCode(error);
      if (code === "EADDRINUSE" || code === "EACCES") resolve(false);
      else reject(error);
    });
    // Every address: Pinot's query port binds all of them, and a listener on any of them is in the way.
    server.listen({ port, host: "0.0.0.0", exclusive: true }, () => server.close(() => resolve(true)));
  });
}
