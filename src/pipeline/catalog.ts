/** Every service that a stack may have. Names, ports, the order of starts and stops and the lists of other modules derive from it. */

import { StreamctlError } from "../core/errors.ts";
import { processorServices } from "../processors/catalog.ts";
import { networkLayout, type NetworkLayout } from "../stack/network-layout.ts";
import { runsInContainer, type ServiceDefinition } from "../stack/service.ts";
import { withDependencies } from "../stack/service-order.ts";
import { defineService, type ServiceOptions, type ServiceType } from "../stack/service-type.ts";
import { kafkaService } from "../stack/services/kafka.ts";
import type { RuntimeName } from "../state/service-identity.ts";
import { pinotService, zookeeperService } from "../stores/pinot/service.ts";

/** A table of services by name, in the order in which they are shown. */
export type ServiceCatalog = Readonly<Record<string, ServiceType>>;

export const services = {
  kafka: kafkaService,
  zookeeper: zookeeperService,
  pinot: pinotService,
  ...processorServices,
} as const satisfies ServiceCatalog;

/** The ports of a service of the catalog. */
export type PortsOf<Name extends keyof typeof services> = (typeof services)[Name]["ports"];

/** Every name that `--only` and `logs` take. */
export const serviceNames: readonly string[] = Object.keys(services);

/** The type of a service; undefined for a name that is none. */
export function serviceType(name: string, catalog: ServiceCatalog = services): ServiceType | undefined {
  return Object.hasOwn(catalog, name) ? catalog[name] : undefined;
}

/** As people write it; the name itself where there is no such service. */
export function labelOf(name: string): string {
  return serviceType(name)?.label ?? name;
}

/** The ports and hosts of a stack. */
export function layoutOf(runtime: RuntimeName, portOffset: number): NetworkLayout {
  return networkLayout(Object.values(services), runtime, portOffset);
}

export interface Placement extends ServiceOptions {
  readonly runtime: RuntimeName;
  readonly portOffset: number;
}

/** Definitions of all services that any stack may have. */
export function everyService({ runtime, portOffset, source }: Placement, catalog: ServiceCatalog = services): readonly ServiceDefinition[] {
  const types = Object.values(catalog);
  // What has no image is a process of this machine, and meets the others where they are published.
  const layout = (type: ServiceType): NetworkLayout => networkLayout(types, runsInContainer(type.kind) ? runtime : "local", portOffset);
  return types.map((type) => defineService(type, layout(type), { source }));
}

/**
 * @throws StreamctlError `internal` for a catalog with a service under another name than its own, a dependency that is no service, a port that two
 *   services have, or a circle of dependencies
 */
export function requireSound(catalog: ServiceCatalog): void {
  const types = Object.values(catalog);
  const wrong = (what: string): StreamctlError => new StreamctlError("internal", `The catalog of services is wrong: ${what}`);
  for (const [name, type] of Object.entries(catalog)) if (type.name !== name) throw wrong(`"${type.name}" stands there as "${name}"`);
  const names = new Map<string, string>();
  const numbers = new Map<number, string>();
  for (const { name, after, needs, ports } of types) {
    for (const other of [...after, ...needs])
      if (!Object.hasOwn(catalog, other)) throw wrong(`"${name}" depends on "${other}", which is no service`);
    for (const [portName, { port }] of Object.entries(ports)) {
      const holder = names.get(portName) ?? numbers.get(port);
      if (holder !== undefined) throw wrong(`"${holder}" and "${name}" both have port ${portName} (${port})`);
      names.set(portName, name);
      numbers.set(port, name);
    }
    const circle = [...after, ...needs].find((other) => withDependencies([other], types).has(name));
    if (circle !== undefined) throw wrong(`"${name}" and "${circle}" depend on each other`);
  }
}
