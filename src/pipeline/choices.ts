/** Resolves the choices of a stack, such as runtime and processor, with the reason for each. They apply until `down`. Pure. */

import { StreamctlError } from "../core/errors.ts";
import { refuse } from "../core/option-text.ts";
import { automaticProcessors, processorNames, processorOf, processors } from "../processors/catalog.ts";
import type { MachineFacts, ProcessorChoice, ProcessorDeclaration, OptionValues } from "../processors/plugin.ts";
import type { AbandonedProcessor, ProcessorSource, Reason, StackChoices } from "../state/choices.ts";
import type { RunState } from "../state/run-state.ts";
import { notAvailable } from "./catalog.ts";
import { chooseOptional, type OptionalChoices } from "./optional-services.ts";
import type { RuntimeName } from "../state/service-identity.ts";

/** Choices given on the command line; undefined if not given. */
export interface RequestedChoices extends OptionalChoices {
  readonly runtime: string | undefined;
  readonly processor: string | undefined;
  readonly portOffset: number | undefined;
  readonly only: readonly string[] | undefined;
  /** Options of processors. */
  readonly processorOptions?: OptionValues | undefined;
}

/** The facts about the machine on which choices depend. */
export interface DetectedMachine {
  /** Java is not installed, but a container engine has all images of the stack. */
  readonly onlyContainers: boolean;
  /** Facts by processor name. */
  readonly processors: Readonly<Record<string, MachineFacts>>;
}

/**
 * Resolves the choices: from the command line, else from the state, else the defaults.
 *
 * @param state of the folder; its choices are binding while the stack is up
 * @param machine used for choices that neither the command line nor the state determines
 * @param isUp whether any service of the stack is running
 * @throws StreamctlError `usage` for an option that contradicts a running stack, `prerequisite` for a processor that is not available,
 *   `not-available` for a value that a later version will support
 */
export function resolveChoices(
  requested: RequestedChoices,
  state: RunState | undefined,
  machine: DetectedMachine,
  isUp: boolean,
): StackChoices {
  requireSupported("--runtime", requested.runtime, ["auto", "local", "docker"], ["remote"]);
  requireSupported("--processor", requested.processor, ["auto", ...processorNames]);
  const previous = state?.choices;
  const only = requested.only ?? previous?.only;
  const runtime = chooseRuntime(requested, previous, machine);
  const processor = chooseProcessor(requested, previous, runtime, machine);
  const abandoned = abandonedBy(previous, processor);
  const wanted: StackChoices = {
    runtime,
    runtimeReason: previous?.runtime === runtime ? previous.runtimeReason : reasonFor(runtime, machine),
    ...processor,
    ...(abandoned.length === 0 ? {} : { abandoned }),
    portOffset: requested.portOffset ?? previous?.portOffset ?? 0,
    ...(only ? { only: [...new Set(only)].toSorted() } : {}),
    ...chooseOptional(requested, previous),
  };
  if (state && isUp) requireAgreement(wanted, state.choices);
  return wanted;
}

function reasonFor(runtime: RuntimeName, { onlyContainers }: DetectedMachine): Reason {
  if (runtime === "local") return { code: "processes" };
  return { code: onlyContainers ? "only-containers" : "containers" };
}

/** Keeps the previous choice unless another one is given. Uses containers by default only if all images exist: building them takes minutes. */
function chooseRuntime(
  { runtime }: RequestedChoices,
  previous: StackChoices | undefined,
  { onlyContainers }: DetectedMachine,
): RuntimeName {
  if (runtime === "local" || runtime === "docker") return runtime;
  return previous?.runtime ?? (onlyContainers ? "docker" : "local");
}

/** The processor that was requested by name or by its options, else that of the state, else the first that is available. */
function chooseProcessor(
  requested: RequestedChoices,
  previous: StackChoices | undefined,
  runtime: RuntimeName,
  machine: DetectedMachine,
): Pick<StackChoices, "processor" | "processorReason" | "source"> {
  const given = sourceFromOptions(requested);
  if (requested.processor !== undefined && requested.processor !== "auto" && given && given.processor.name !== requested.processor) {
    throw new StreamctlError(
      "usage",
      `Cannot use --processor ${requested.processor} with a source of ${given.processor.label}: they contradict each other`,
      { hint: "Use only one of them" },
    );
  }
  const tryOut = (processor: ProcessorDeclaration, named: boolean): ProcessorChoice | StreamctlError =>
    processor.choose({
      requested: given?.processor.name === processor.name ? given.source : undefined,
      previous: previous?.processor === processor.name ? previous.source : undefined,
      runtime,
      named,
      facts: machine.processors[processor.name] ?? {},
    });
  // Keep the previous choice unless another one is given.
  const wanted = requested.processor ?? given?.processor.name ?? previous?.processor ?? "auto";
  if (wanted !== "auto") {
    const choice = tryOut(processorOf(wanted), true);
    if (choice instanceof StreamctlError) throw choice;
    const before = previous?.processor === wanted ? previous.processorReason : undefined;
    return chosen(wanted, choice, before ?? { code: "asked-for" });
  }
  const absent: string[] = [];
  for (const processor of automaticProcessors) {
    const choice = tryOut(processor, false);
    if (!(choice instanceof StreamctlError))
      return chosen(processor.name, choice, { code: "absent", facts: { processors: absent.join(",") } });
    absent.push(processor.name);
  }
  throw new StreamctlError("prerequisite", "Cannot choose a processor: none is available on this machine", {
    hint: `Choose one: --processor ${processorNames.join("|")}`,
  });
}

/** @param otherwise the reason if the processor itself gives none */
function chosen(
  processor: string,
  { source, reason }: ProcessorChoice,
  otherwise: Reason,
): Pick<StackChoices, "processor" | "processorReason" | "source"> {
  return { processor, processorReason: reason ?? otherwise, ...(source ? { source } : {}) };
}

/** External servers that are no longer used but still have objects of this stack. */
function abandonedBy(previous: StackChoices | undefined, now: Pick<StackChoices, "processor" | "source">): readonly AbandonedProcessor[] {
  const before = previous?.source && serverOf(previous) !== undefined ? [{ processor: previous.processor, source: previous.source }] : [];
  const isChosen = (one: AbandonedProcessor): boolean => one.processor === now.processor && serverOf(one) === serverOf(now);
  return [...(previous?.abandoned ?? []), ...before].filter((one) => !isChosen(one));
}

/** URL of the external server; undefined if a service of the stack runs the processor. */
function serverOf({ processor, source }: Pick<StackChoices, "processor" | "source">): string | undefined {
  return processorOf(processor).external(source)?.endpoint;
}

function sourceFromOptions({
  processorOptions = {},
}: RequestedChoices): { readonly processor: ProcessorDeclaration; readonly source: ProcessorSource } | undefined {
  const given = Object.values(processors).flatMap((processor: ProcessorDeclaration) => {
    const source = processor.sourceFromOptions(processorOptions);
    return source === undefined ? [] : [{ processor, source }];
  });
  const [first, second] = given;
  if (first && second) {
    const labels = `${first.processor.label} and of ${second.processor.label}`;
    throw new StreamctlError("usage", `Cannot use sources of ${labels}: they contradict each other`, { hint: "Use only one of them" });
  }
  return first;
}

function requireSupported(flag: string, value: string | undefined, served: readonly string[], later: readonly string[] = []): void {
  if (value === undefined || served.includes(value)) return;
  const hint = `Values of this version: ${served.join(", ")}`;
  if (later.includes(value)) throw notAvailable(`${flag} ${value}`, hint);
  throw refuse(flag, value, "no such value", hint);
}

function requireAgreement(wanted: StackChoices, previous: StackChoices): void {
  const conflict = (flag: string, has: string): StreamctlError =>
    new StreamctlError("usage", `Cannot change ${flag}: the stack is up with ${has}`, {
      hint: "Omit the option, or first run: streamctl down",
    });
  if (wanted.runtime !== previous.runtime) throw conflict("--runtime", previous.runtime);
  if (wanted.portOffset !== previous.portOffset) throw conflict("--port-offset", String(previous.portOffset));
  if (wanted.processor !== previous.processor) throw conflict("the processor", previous.processor);
  if (shownSource(wanted) !== shownSource(previous))
    throw conflict(`the source of ${processorOf(previous.processor).label}`, shownSource(previous));
  const shown = (only: readonly string[] | undefined): string => only?.join(",") ?? "every service";
  if (shown(wanted.only) !== shown(previous.only)) throw conflict("--only", shown(previous.only));
}

function shownSource({ processor, source }: StackChoices): string {
  return source === undefined ? "none" : processorOf(processor).describeSource(source).short;
}
