/** One line of the catalog of services: what stands before a stack's runtime, port offset and sources are known. */

import { StreamctlError } from "../core/errors.ts";
import type { ProcessorSource } from "../state/choices.ts";
import type { NetworkLayout } from "./network-layout.ts";
import type { ServiceDefinition, ServiceProcess } from "./service.ts";

/** A port of a service, under the name that it has in the endpoints of `up --json`. */
export interface PortType {
  /** As messages name it: `Pinot broker`. */
  readonly label: string;
  /** At port offset 0. */
  readonly port: number;
  /** Used within the service alone, so that no container publishes it. */
  readonly own?: true;
  /** How `up --json` shows it among the endpoints: as a URL, or as `host:port`; absent where commands and people do not talk to it. */
  readonly endpoint?: "http" | "host";
}

export interface ServiceType {
  /** As commands take it. */
  readonly name: string;
  /** As people write it: `ZooKeeper`. */
  readonly label: string;
  /** Of its process. A service that has an image meets the network as a container does, where the others are in containers too. */
  readonly kind: ServiceProcess["kind"];
  readonly ports: Readonly<Record<string, PortType>>;
  /** Services that must be ready before this one is started. */
  readonly after: readonly string[];
  /** Services that it needs at work, beyond those. */
  readonly needs: readonly string[];
  /** Absent: every stack that does not choose its services by `--only` has it. */
  readonly optional?: { readonly byDefault: boolean };
  readonly define: (network: NetworkLayout, options: ServiceOptions) => ServiceDetails;
}

export interface ServiceOptions {
  /** Where the engine comes from, in the form that its own module defines. */
  readonly source?: ProcessorSource | undefined;
}

/** What a definition says beyond its type. */
export type ServiceDetails = Omit<ServiceDefinition, "name" | "after" | "needs" | "ports">;

/** The definition of a service in a network. @throws StreamctlError `internal` where its process is of another kind than its type says */
export function defineService(type: ServiceType, network: NetworkLayout, options: ServiceOptions = {}): ServiceDefinition {
  const { name, kind, after, needs, ports } = type;
  const details = type.define(network, options);
  if (details.process.kind !== kind)
    throw new StreamctlError("internal", `Service "${name}" is defined as ${details.process.kind}, not as ${kind}`);
  return {
    name,
    after,
    needs,
    ports: Object.entries(ports).map(([port, { label, own }]) => ({
      name: label,
      port: network.port(port),
      inside: network.inside(port),
      ...(own ? { own } : {}),
    })),
    ...details,
  };
}
