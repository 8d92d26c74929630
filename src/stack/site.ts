/**
 * Where the services of a stack run, and so how they listen and how they find each other. On this machine all is loopback; in a
 * network of containers a service listens on every address of its own container, the others come to it by its name, and this
 * machine by a published port. Nothing else differs between the definitions of one runtime and those of another.
 */

import { portsAt, type Ports } from "./ports.ts";
import type { RuntimeName, ServiceName } from "../state/service-identity.ts";

export interface Site {
  /** Ports by which this machine reaches the services. */
  readonly ports: Ports;
  /** Ports on which the services themselves listen. */
  readonly inside: Ports;
  /** Address on which a service listens for whoever is not in its own process. */
  readonly bindHost: string;
  /** Host by which one service finds another. */
  readonly host: (service: ServiceName) => string;
  /** Where a Kafka client among the services begins, `host:port`. */
  readonly brokers: string;
}

/** Kafka's port for the other containers; its first one is for this machine and bears this machine's address. */
export const kafkaNetworkPort = 19_092;

export function siteOf(runtime: RuntimeName, portOffset: number): Site {
  const ports = portsAt(portOffset);
  if (runtime === "local") {
    return { ports, inside: ports, bindHost: "127.0.0.1", host: () => "127.0.0.1", brokers: `127.0.0.1:${ports.kafka}` };
  }
  return { ports, inside: portsAt(0), bindHost: "0.0.0.0", host: (service) => service, brokers: `kafka:${kafkaNetworkPort}` };
}
