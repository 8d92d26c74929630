/** Dependencies between services. Pure. */

import type { ServiceName } from "../state/service-identity.ts";

/** A service with its dependencies. */
export interface Dependent {
  readonly name: ServiceName;
  /** Services that must be ready before it starts. */
  readonly after: readonly ServiceName[];
  /** Further services that it needs while it runs. */
  readonly needs: readonly ServiceName[];
}

/** These services with all their direct and indirect dependencies. Unknown names are kept. */
export function withDependencies(names: readonly ServiceName[], known: readonly Dependent[]): ReadonlySet<ServiceName> {
  const found = new Set<ServiceName>();
  const visit = (name: ServiceName): void => {
    if (found.has(name)) return;
    found.add(name);
    const service = known.find((one) => one.name === name);
    for (const other of [...(service?.after ?? []), ...(service?.needs ?? [])]) visit(other);
  };
  for (const name of names) visit(name);
  return found;
}
