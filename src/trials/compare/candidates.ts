/** Finds the processors that can be compared on this machine, by the checks of `up`. */

import { openDeclarations } from "../../core/assets.ts";
import { hasCode, StreamctlError } from "../../core/errors.ts";
import { everyService } from "../../pipeline/catalog.ts";
import { requireChecks } from "../../pipeline/checks.ts";
import type { PipelineContext } from "../../pipeline/context.ts";
import { choose, type DecisionRequest } from "../../pipeline/decision.ts";
import { detectMachine } from "../../pipeline/detection.ts";
import { inspectMachine } from "../../pipeline/machine.ts";
import { chosenServices } from "../../pipeline/stack-services.ts";
import { processorOf, processors } from "../../processors/catalog.ts";
import type { OptionValues, ProcessorDeclaration } from "../../processors/plugin.ts";
import { readJarFolder } from "../../stack/jar-folder.ts";
import { takenPorts } from "../../stack/ports.ts";
import type { ServiceDefinition } from "../../stack/service.ts";
import { freePortOffset } from "./port-offset.ts";
import type { CompareRequest } from "./request.ts";
import type { SkippedProcessor } from "./report.ts";

/** A processor that can run on this machine. */
export interface Candidate {
  readonly processor: string;
  readonly label: string;
  /** Null if it is unknown. */
  readonly version: string | null;
  /** The request of `up` for its stack. */
  readonly up: DecisionRequest;
  /** Whether the first start may take minutes, for downloads or image builds. */
  readonly isSlowAtFirst: boolean;
}

export interface Candidates {
  readonly runtime: string;
  readonly candidates: readonly Candidate[];
  readonly skipped: readonly SkippedProcessor[];
}

/**
 * Starts nothing.
 *
 * @param context its state folder does not exist yet
 * @throws StreamctlError why a processor that was requested by name cannot run, or, if none can run, the first reason
 */
export async function findCandidates(request: CompareRequest, context: PipelineContext): Promise<Candidates> {
  const portOffset = request.portOffset ?? (await freePortOffset(defaultPorts(), areFree, process.pid));
  const candidates: Candidate[] = [];
  const skipped: SkippedProcessor[] = [];
  let runtime: string | undefined;
  let first: unknown;
  for (const name of request.processors ?? Object.keys(processors)) {
    try {
      const found = await inspectCandidate(name, { ...request, portOffset }, context);
      candidates.push(found.candidate);
      runtime ??= found.runtime;
    } catch (error) {
      if (request.processors !== undefined || !isReasonToSkip(error)) throw error;
      first ??= error;
      skipped.push({ processor: name, reason: error.message });
    }
  }
  if (runtime === undefined) throw first;
  return { runtime, candidates, skipped };
}

/** An invalid option concerns the whole command, not one processor. */
function isReasonToSkip(error: unknown): error is StreamctlError {
  const isGeneral = (["interrupted", "usage", "not-available"] as const).some((code) => hasCode(error, code));
  return error instanceof StreamctlError && !isGeneral;
}

async function inspectCandidate(
  name: string,
  { processors: named, runtime, processorOptions, extraCaFile, portOffset }: CompareRequest,
  context: PipelineContext,
): Promise<{ readonly candidate: Candidate; readonly runtime: string }> {
  const { folder, declarationsDir, signal } = context;
  const declaration = processorOf(name);
  const up: DecisionRequest = {
    runtime,
    processor: name,
    processorOptions: optionsOf(declaration, processorOptions),
    portOffset,
    only: undefined,
    // It would take processor time and memory from the engines.
    without: ["console"],
    extraCaFile,
  };
  const { choices } = await choose(up, undefined, context);
  if (named === undefined) await requireAtHand(declaration, up, context);
  if (declaration.external(choices.source) !== undefined) throw notOurs(declaration.label);
  const services = chosenServices(choices);
  const machine = await inspectMachine({ choices, folder, declarationsDir, starting: services, opening: services }, signal);
  requireChecks(machine);
  return {
    candidate: {
      processor: name,
      label: declaration.label,
      version: await versionOf(services.find((service) => service.name === name)),
      up,
      isSlowAtFirst: choices.runtime === "docker" || machine.missingEngines.length > 0,
    },
    runtime: choices.runtime,
  };
}

/** The options of one processor: those of another one would contradict its name. */
function optionsOf({ options }: ProcessorDeclaration, given: OptionValues): OptionValues {
  return Object.fromEntries(options.map(({ name }) => [name, given[name]]));
}

/** Checks that a processor which was not named is at hand, as `auto` does: no image is pulled for it. @throws StreamctlError */
async function requireAtHand(
  declaration: ProcessorDeclaration,
  { runtime, processorOptions }: DecisionRequest,
  { declarationsDir, signal }: PipelineContext,
): Promise<void> {
  const requested = { runtime, processor: undefined, processorOptions, portOffset: undefined, only: undefined };
  const machine = await detectMachine(requested, undefined, { declarations: openDeclarations(declarationsDir), signal });
  const choice = declaration.choose({
    requested: declaration.sourceFromOptions(processorOptions ?? {}),
    previous: undefined,
    runtime: runtime === "docker" || machine.onlyContainers ? "docker" : "local",
    named: false,
    facts: machine.processors[declaration.name] ?? {},
  });
  if (choice instanceof StreamctlError) throw choice;
}

function notOurs(label: string): StreamctlError {
  return new StreamctlError(
    "prerequisite",
    `Cannot compare an external ${label} server: its process can neither be measured nor restarted`,
  );
}

async function versionOf(service: ServiceDefinition | undefined): Promise<string | null> {
  if (service?.process.kind !== "jvm") return null;
  const { jars, mainClass } = service.process;
  if (jars.kind === "maven") return jars.version;
  if (jars.home === undefined) return null;
  const { version } = await readJarFolder(jars, mainClass);
  return /^\d/u.test(version) ? version : null;
}

function defaultPorts(): readonly number[] {
  return everyService({ runtime: "local", portOffset: 0 }).flatMap(({ ports }) => ports.map(({ port }) => port));
}

async function areFree(numbers: readonly number[]): Promise<boolean> {
  return (await takenPorts([{ name: "", ports: numbers.map((port) => ({ name: "", port, inside: port })) }])).length === 0;
}
