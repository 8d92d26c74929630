/** Selects the services of a stack: that of its processor, those that its choices request, and their dependencies. */

import { StreamctlError } from "../core/errors.ts";
import { everyService, labelOf, type Placement, type ServiceCatalog, serviceNames, services, serviceType } from "./catalog.ts";
import { type OptionalChoices, wantsOptional } from "./optional-services.ts";
import type { StoppableService } from "./graph/service.ts";
import { defaultProcessor, isProcessorName, processorOf } from "../processors/catalog.ts";
import { withDependencies } from "../stack/service-order.ts";
import type { ServiceDefinition } from "../stack/service.ts";
import type { ServiceType } from "../stack/service-type.ts";
import type { StackChoices } from "../state/choices.ts";

export interface ServiceChoice extends Placement, Pick<OptionalChoices, "with" | "without"> {
  /** Name of the processor; its service has the same name. */
  readonly processor: string;
  /** Whether an external server runs the computation. */
  readonly external: boolean;
  /** Requested services; undefined means all. */
  readonly only?: readonly string[] | undefined;
}

/** Definitions of the services that choices request. @throws StreamctlError as {@link desiredServices} */
export function chosenServices(
  choices: Pick<StackChoices, "runtime" | "portOffset" | "only" | "with" | "without" | "processor" | "source">,
): readonly ServiceDefinition[] {
  const { processor, source } = choices;
  const external = isProcessorName(processor) && processorOf(processor).external(source) !== undefined;
  return desiredServices({ ...choices, external });
}

/**
 * Definitions of the requested services and their dependencies, in display order.
 *
 * @throws StreamctlError `usage` for a service that does not exist or that this stack does not have, `not-available` for one that a later
 *   version will support
 */
export function desiredServices(choice: ServiceChoice, catalog: ServiceCatalog = services): readonly ServiceDefinition[] {
  const { processor, external, only } = choice;
  const every = everyService(choice, catalog);
  const offered = every.filter(({ name }) => !isProcessorName(name) || (name === processor && !external));
  for (const name of only ?? []) {
    if (serviceType(name, catalog) === undefined) throw unknownService(name);
    // `--only` may name a processor on an external server, which is not started.
    if (isProcessorName(name) && name !== processor) throw otherProcessor(name, choice);
  }
  const isWanted = ({ name, optional }: ServiceType): boolean =>
    optional ? wantsOptional({ name, optional }, choice) : only === undefined || only.includes(name);
  const isOffered = ({ name }: ServiceType): boolean => offered.some((one) => one.name === name);
  const asked = Object.values(catalog).filter((type) => isOffered(type) && isWanted(type));
  // A processor on an external server has the same dependencies.
  const wanted = withDependencies([...asked.map(({ name }) => name), ...(only ?? []).filter(isProcessorName)], every);
  return offered.filter(({ name }) => wanted.has(name));
}

/** Definitions of the services of a stack with default choices. */
export function defaultServices(place: Placement, catalog: ServiceCatalog = services): readonly ServiceDefinition[] {
  return desiredServices({ ...place, processor: defaultProcessor(), external: false }, catalog);
}

export function isServiceName(name: string): boolean {
  return serviceType(name) !== undefined;
}

export function unknownService(name: string): StreamctlError {
  const usage = `service "${name}"`;
  return new StreamctlError("usage", `Cannot use ${usage}: there is no such service`, { hint: `Services: ${serviceNames.join(", ")}` });
}

function otherProcessor(name: string, { processor, external }: ServiceChoice): StreamctlError {
  const has = external ? `an external ${labelOf(processor)} server` : processor;
  return new StreamctlError("usage", `Cannot use service "${name}": the processor of this stack is ${has}`, {
    hint: `Add --processor ${name}`,
  });
}

/** Stop timeout of a service that this version does not know. */
const unknownStopTimeoutMs = 10_000;

/** The named services with the facts needed to stop them. A service that this version does not know has no dependencies. */
export function stoppable(names: ReadonlySet<string>, place: Placement): readonly StoppableService[] {
  const known = everyService(place).filter(({ name }) => names.has(name));
  const unknown = [...names].filter((name) => !isServiceName(name));
  return [...known, ...unknown.map((name) => ({ name, after: [], needs: [], stopTimeoutMs: unknownStopTimeoutMs }))];
}
