/**
 * On which addresses the services of a stack listen, and how they find each other. Local services use loopback. In a network of containers
 * a service listens on all addresses of its container, the other services reach it by name, and this machine through a published port.
 * Nothing else differs between the definitions of the runtimes.
 */

import { StreamctlError } from "../core/errors.ts";
import type { RuntimeName, ServiceName } from "../state/service-identity.ts";
import type { ServiceType } from "./service-type.ts";

export interface NetworkLayout {
  /**
   * Port through which this machine reaches a service. @param name as in `ServiceType.ports`. @throws StreamctlError `internal` for an
   * unknown name
   */
  readonly port: (name: string) => number;
  /** Port on which the service listens. */
  readonly inside: (name: string) => number;
  /** Address on which a service listens for clients outside its process. */
  readonly bindHost: string;
  /** Host name under which other services reach a service. */
  readonly host: (service: ServiceName) => string;
  /** Bootstrap address of Kafka for the services, `host:port`. */
  readonly brokers: string;
}

/** Kafka's listener for the other containers; the first listener advertises an address of this machine. */
const kafkaNetworkPort = 19_092;

/**
 * @param types the services whose ports the layout contains
 * @param offset 0…56442, added to every port through which this machine reaches a service
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
