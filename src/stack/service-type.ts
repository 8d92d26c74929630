/** An entry of the catalog of services: the part of a service that does not depend on runtime, port offset and sources of a stack. */

import { StreamctlError } from "../core/errors.ts";
import type { ProcessorSource } from "../state/choices.ts";
import type { NetworkLayout } from "./network-layout.ts";
import type { ServiceDefinition, ServiceProcess } from "./service.ts";

/** A port of a service; its key is its name among the endpoints of `up --json`. */
export interface PortType {
  /** Name in messages: `Pinot broker`. */
  readonly label: string;
  /** At port offset 0. */
  readonly port: number;
  /** Used only within the service; containers do not publish it. */
  readonly own?: true;
  /** Form among the endpoints of `up --json`: a URL, or `host:port`; absent for ports that clients do not use. */
  readonly endpoint?: "http" | "host";
  /** Name of the web page that it serves; absent if it serves none. */
  readonly page?: string;
}

export interface ServiceType {
  /** Name on the command line. */
  readonly name: string;
  /** Name in messages: `ZooKeeper`. */
  readonly label: string;
  /** Kind of its process. Under the docker runtime, kinds with an image use the network of the containers. */
  readonly kind: ServiceProcess["kind"];
  readonly ports: Readonly<Record<string, PortType>>;
  /** Services that must be ready before this one starts. */
  readonly after: readonly string[];
  /** Further services that it needs while it runs. */
  readonly needs: readonly string[];
  /** Absent if the service is part of every stack without `--only`. */
  readonly optional?: { readonly byDefault: boolean };
  readonly define: (network: NetworkLayout, options: ServiceOptions) => ServiceDetails;
}

export interface ServiceOptions {
  /** Where the engine comes from, in the form that its module defines. */
  readonly source?: ProcessorSource | undefined;
}

/** The part of a definition that the type does not contain. */
export type ServiceDetails = Omit<ServiceDefinition, "name" | "after" | "needs" | "ports">;

/** The definition of a service in a network. @throws StreamctlError `internal` when its process is not of the type's kind */
export function defineService(type: ServiceType, network: NetworkLayout, options: ServiceOptions = {}): ServiceDefinition {
  const { name, kind, after, needs, ports } = type;
  const details = type.define(network, options);
  if (details.process.kind !== kind)
    throw new StreamctlError("internal", `Service "${name}" is defined with a ${details.process.kind} process, its type declares ${kind}`);
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
