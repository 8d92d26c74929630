/** Which services a stack has: its processor's, and of the others those that its choices ask for, with what they need. */

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
  /** Name of the processor; its service is that of the same name. */
  readonly processor: string;
  /** Whether a server that streamctl does not start does the processor's work. */
  readonly external: boolean;
  /** Services asked for; undefined means all. */
  readonly only?: readonly string[] | undefined;
}

/** Definitions of the services that choices ask for. @throws StreamctlError as {@link desiredServices} */
export function chosenServices(
  choices: Pick<StackChoices, "runtime" | "portOffset" | "only" | "with" | "without" | "processor" | "source">,
): readonly ServiceDefinition[] {
  const { processor, source } = choices;
  const external = isProcessorName(processor) && processorOf(processor).external(source) !== undefined;
  return desiredServices({ ...choices, external });
}

/**
 * Definitions of the chosen services and of those that they need, in the order in which they are shown.
 *
 * @throws StreamctlError `usage` for a service that does not exist or that this stack does not have, `not-available` for one that comes later
 */
export function desiredServices(choice: ServiceChoice, catalog: ServiceCatalog = services): readonly ServiceDefinition[] {
  const { processor, external, only } = choice;
  const every = everyService(choice, catalog);
  const offered = every.filter(({ name }) => !isProcessorName(name) || (name === processor && !external));
  for (const name of only ?? []) {
    if (serviceType(name, catalog) === undefined) throw unknownService(name);
    // A processor on a server that is not ours can be named, and is not started.
    if (isProcessorName(name) && name !== processor) throw otherProcessor(name, choice);
  }
  const isWanted = ({ name, optional }: ServiceType): boolean =>
    optional ? wantsOptional({ name, optional }, choice) : only === undefined || only.includes(name);
  const isOffered = ({ name }: ServiceType): boolean => offered.some((one) => one.name === name);
  const asked = Object.values(catalog).filter((type) => isOffered(type) && isWanted(type));
  // What the processor needs is needed where a server that is not ours does its work, too.
  const wanted = withDependencies([...asked.map(({ name }) => name), ...(only ?? []).filter(isProcessorName)], every);
  return offered.filter(({ name }) => wanted.has(name));
}

/** Definitions of the services of a stack for which nothing was chosen. */
export function defaultServices(place: Placement): readonly ServiceDefinition[] {
  return desiredServices({ ...place, processor: defaultProcessor(), external: false });
}

export function isServiceName(name: string): boolean {
  return serviceType(name) !== undefined;
}

export function unknownService(name: string): StreamctlError {
  if (name === "console") {
    return new StreamctlError("not-available", `Cannot use service "${name}": not available in this version`, {
      hint: `Services of this version: ${serviceNames.join(", ")}`,
    });
  }
  return new StreamctlError("usage", `Cannot use service "${name}": there is no such service`, {
    hint: `Services: ${serviceNames.join(", ")}`,
  });
}

function otherProcessor(name: string, { processor, external }: ServiceChoice): StreamctlError {
  const has = external ? `a ${labelOf(processor)} server that is not ours` : processor;
  return new StreamctlError("usage", `Cannot use service "${name}": the processor of this stack is ${has}`, {
    hint: `Name the processor too: --processor ${name}`,
  });
}

/** For a service that this version does not know, in milliseconds. */
const unknownStopTimeoutMs = 10_000;

/** The services of these names, as they are stopped; of one that this version does not know nothing depends on anything. */
export function stoppable(names: ReadonlySet<string>, place: Placement): readonly StoppableService[] {
  const known = everyService(place).filter(({ name }) => names.has(name));
  const unknown = [...names].filter((name) => !isServiceName(name));
  return [...known, ...unknown.map((name) => ({ name, after: [], needs: [], stopTimeoutMs: unknownStopTimeoutMs }))];
}
