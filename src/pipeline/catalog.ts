/** All services that a stack may have. Names, ports, start order, stop order and the lists in other modules are derived from this catalog. */

import { StreamctlError } from "../core/errors.ts";
import { processorServices } from "../processors/catalog.ts";
import { networkLayout, type NetworkLayout } from "../stack/network-layout.ts";
import { runsInContainer, type ServiceDefinition } from "../stack/service.ts";
import { withDependencies } from "../stack/service-order.ts";
import { defineService, type ServiceOptions, type ServiceType } from "../stack/service-type.ts";
import { consoleService } from "../stack/services/console.ts";
import { kafkaService } from "../stack/services/kafka.ts";
import type { RuntimeName } from "../state/service-identity.ts";
import { pinotService, zookeeperService } from "../stores/pinot/service.ts";
import { supersetService } from "../dashboards/superset/service.ts";

/** Services by name, in display order. */
export type ServiceCatalog = Readonly<Record<string, ServiceType>>;

export const services = {
  kafka: kafkaService,
  zookeeper: zookeeperService,
  pinot: pinotService,
  ...processorServices,
  console: consoleService,
  superset: supersetService,
} as const satisfies ServiceCatalog;

/** The ports of a service of the catalog. */
export type PortsOf<Name extends keyof typeof services> = (typeof services)[Name]["ports"];

/** The names that `--only` and `logs` accept. */
export const serviceNames: readonly string[] = Object.keys(services);

export function notAvailable(usage: string, hint: string): StreamctlError {
  return new StreamctlError("not-available", `Cannot use ${usage}: not available in this version`, { hint });
}

/** The type of a service; undefined for an unknown name. */
export function serviceType(name: string, catalog: ServiceCatalog = services): ServiceType | undefined {
  return Object.hasOwn(catalog, name) ? catalog[name] : undefined;
}

/** The name in messages; the name itself for an unknown service. */
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
  // A service without an image runs as a local process and reaches the others at their published ports.
  const layout = (type: ServiceType): NetworkLayout => networkLayout(types, runsInContainer(type.kind) ? runtime : "local", portOffset);
  return types.map((type) => defineService(type, layout(type), { source }));
}

/**
 * @throws StreamctlError `internal` for a catalog in which a service is registered under another name, a dependency does not exist, two
 *   services share a port, or dependencies form a cycle
 */
export function requireValidCatalog(catalog: ServiceCatalog): void {
  const types = Object.values(catalog);
  const wrong = (what: string): StreamctlError => new StreamctlError("internal", `The catalog of services is invalid: ${what}`);
  for (const [name, type] of Object.entries(catalog)) if (type.name !== name) throw wrong(`"${type.name}" is registered as "${name}"`);
  const names = new Map<string, string>();
  const numbers = new Map<number, string>();
  for (const { name, after, needs, ports } of types) {
    for (const other of [...after, ...needs])
      if (!Object.hasOwn(catalog, other)) throw wrong(`"${name}" depends on "${other}", which does not exist`);
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
