/**
 * How the services of a stack listen and how they find each other. On this machine all is loopback; in a network of containers a
 * service listens on every address of its own container, the others reach it by its name, and this machine by a published port.
 * Nothing else differs between the definitions of one runtime and those of another.
 */

import { StreamctlError } from "../core/errors.ts";
import type { RuntimeName, ServiceName } from "../state/service-identity.ts";
import type { ServiceType } from "./service-type.ts";

export interface NetworkLayout {
  /** Port by which this machine reaches a service. @param name as in the type of a service. @throws StreamctlError `internal` for no such port */
  readonly port: (name: string) => number;
  /** Port on which the service itself listens. */
  readonly inside: (name: string) => number;
  /** Address on which a service listens for clients outside of its own process. */
  readonly bindHost: string;
  /** Host by which one service finds another. */
  readonly host: (service: ServiceName) => string;
  /** Bootstrap address of Kafka for the services, `host:port`. */
  readonly brokers: string;
}

/** Kafka's port for the other containers; its first one is for this machine and advertises this machine's address. */
const kafkaNetworkPort = 19_092;

/**
 * @param types whose ports the layout knows
 * @param offset 0…56442, added to every port by which this machine reaches a service
 */
export function networkLayout(types: readonly Pick<ServiceType, "ports">[], runtime: RuntimeName, offset: number): NetworkLayout {
  const table = new Map(types.flatMap(({ ports }) => Object.entries(ports).map(([name, { port }]) => [name, port] as const)));
  const inside = (name: string): number => {
    const port = table.get(name);
    if (port === undefined) throw new StreamctlError("internal", `No service has a port "${name}"`);
    return port;
  };
  const port = (name: string): number => inside(name) + offset;
  if (runtime === "local") {
    return { port, inside: port, bindHost: "127.0.0.1", host: () => "127.0.0.1", brokers: `127.0.0.1:${port("kafka")}` };
  }
  return { port, inside, bindHost: "0.0.0.0", host: (service) => service, brokers: `kafka:${kafkaNetworkPort}` };
}
