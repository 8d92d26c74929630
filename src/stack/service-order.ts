/** The order in which services start and stop, and what each brings along: all of it follows from what they depend on. Pure. */

import type { ServiceName } from "../state/service-identity.ts";

/** A service with what it depends on. */
export interface Dependent {
  readonly name: ServiceName;
  /** What must be ready before it starts. */
  readonly after: readonly ServiceName[];
  /** What it needs at work, beyond those. */
  readonly needs: readonly ServiceName[];
}

/** The services of these names and everything that they depend on, near or far. Names of no known service stand for themselves. */
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
