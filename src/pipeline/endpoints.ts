/** Where the engines of a stack answer. */

import { layoutOf, type PortsOf, services, serviceType } from "./catalog.ts";
import { externalServer } from "./stack-processor.ts";
import type { PortType } from "../stack/service-type.ts";
import type { StackChoices } from "../state/choices.ts";
import type { ServiceName } from "../state/service-identity.ts";

type EndpointsIn<Ports> = { [Name in keyof Ports]: Ports[Name] extends { readonly endpoint: string } ? Name : never }[keyof Ports];

/** Names of the ports that commands talk to. */
type EndpointName = { [Name in keyof typeof services]: EndpointsIn<PortsOf<Name>> }[keyof typeof services];

/** Each as `host:port` or as a URL, see {@link PortType}. */
export interface Endpoints extends Readonly<Record<EndpointName, string>> {
  /** Kafka for the services themselves: in a network of containers they come another way than this machine. */
  readonly kafkaForServices: string;
}

/** The endpoints of every service that a stack may have; the processor's may be a server that is not ours. */
export function endpointsOf(choices: Pick<StackChoices, "runtime" | "portOffset" | "processor" | "source">): Endpoints {
  const { port, brokers } = layoutOf(choices.runtime, choices.portOffset);
  const own = Object.values(services).flatMap(({ ports }) =>
    endpointsAmong(ports).map((name) => [name, addressOf(name, ports, port)] as const),
  );
  const external = externalServer(choices);
  const [first] = endpointsAmong(serviceType(choices.processor)?.ports ?? {});
  return {
    ...(Object.fromEntries(own) as Record<EndpointName, string>),
    ...(external && first !== undefined ? { [first]: external.endpoint } : {}),
    kafkaForServices: brokers,
  };
}

function addressOf(name: string, ports: Readonly<Record<string, PortType>>, port: (name: string) => number): string {
  return `${ports[name]?.endpoint === "http" ? "http://" : ""}127.0.0.1:${port(name)}`;
}

function endpointsAmong(ports: Readonly<Record<string, PortType>>): readonly string[] {
  return Object.entries(ports).flatMap(([name, { endpoint }]) => (endpoint === undefined ? [] : [name]));
}

/**
 * The endpoints of the services that the stack has; null for the others, as `up --json` prints them.
 *
 * @param present names of the services, that of a processor on a server that is not ours among them
 */
export function shownEndpoints(endpoints: Endpoints, present: readonly ServiceName[]): Readonly<Record<string, string | null>> {
  const all: Readonly<Record<string, string>> = { ...endpoints };
  const shown = Object.values(services).flatMap(({ name: service, ports }) =>
    endpointsAmong(ports).map((name) => [name, present.includes(service) ? (all[name] ?? null) : null] as const),
  );
  return { ...Object.fromEntries(shown), console: null };
}
