/** The endpoints of a stack's services. */

import { layoutOf, type PortsOf, services, serviceType } from "./catalog.ts";
import { externalServer } from "./stack-processor.ts";
import type { PortType } from "../stack/service-type.ts";
import type { StackChoices } from "../state/choices.ts";
import type { ServiceName } from "../state/service-identity.ts";

type EndpointsIn<Ports> = { [Name in keyof Ports]: Ports[Name] extends { readonly endpoint: string } ? Name : never }[keyof Ports];

/** Names of the ports that commands connect to. */
type EndpointName = { [Name in keyof typeof services]: EndpointsIn<PortsOf<Name>> }[keyof typeof services];

/** Each value is `host:port` or a URL, see {@link PortType}. */
export interface Endpoints extends Readonly<Record<EndpointName, string>> {
  /** Kafka as seen by the services: in a container network the address differs from that of this machine. */
  readonly kafkaForServices: string;
}

/** The endpoints of all services that a stack may have; that of the processor may be an external server. */
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
 * The endpoints for `up --json`; null for services that the stack does not have.
 *
 * @param present names of the stack's services, including a processor on an external server
 */
export function shownEndpoints(endpoints: Endpoints, present: readonly ServiceName[]): Readonly<Record<string, string | null>> {
  const all: Readonly<Record<string, string>> = { ...endpoints };
  const shown = Object.values(services).flatMap(({ name: service, ports }) =>
    endpointsAmong(ports).map((name) => [name, present.includes(service) ? (all[name] ?? null) : null] as const),
  );
  return Object.fromEntries(shown);
}
