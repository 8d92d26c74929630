/** `doctor`: checks this machine against the requirements of the next `up`, with advice on how to fix problems. Read-only. */

import { availableParallelism } from "node:os";
import { openDeclarations } from "../core/assets.ts";
import { silentLog } from "../core/log.ts";
import { availableMemory } from "../core/memory.ts";
import { formatBytes } from "../core/units.ts";
import { automaticProcessors, processorOf } from "../processors/catalog.ts";
import { everyService, serviceType } from "./catalog.ts";
import { runChecks, type Finding } from "./checks.ts";
import { resolveChoices } from "./choices.ts";
import type { PipelineContext } from "./context.ts";
import { inspectMachine } from "./machine.ts";
import { withoutTakenPorts } from "./optional-services.ts";
import { isEngineUnavailable, openRuntime } from "./open-runtime.ts";
import { chosenServices } from "./stack-services.ts";
import { detectMachine } from "./detection.ts";
import { observeProcesses } from "../stack/stack.ts";
import { resolveStarting, unrecordedServices } from "../stack/unrecorded.ts";
import type { StackChoices } from "../state/choices.ts";
import { readRunState, type RunState } from "../state/run-state.ts";
import type { ServiceName } from "../state/service-identity.ts";

/** Memory of a local stack, including the `query` and `data` commands. */
const neededMemoryBytes = 2e9;

/** The checks that `up` enforces, and further information. @throws StreamctlError for choices that `up` would reject */
export async function doctor(portOffset: number | undefined, context: PipelineContext): Promise<readonly Finding[]> {
  const { folder, declarationsDir, log, signal } = context;
  const state = await readRunState(folder);
  const requested = { runtime: undefined, processor: undefined, portOffset, only: undefined };
  const declarations = openDeclarations(declarationsDir);
  const { running, unrecorded } = await runningServices(state, context);
  const choices = resolveChoices(
    requested,
    state,
    await detectMachine(requested, state?.choices, { declarations, signal }),
    running.size > 0,
  );
  const present = new Set([...running, ...unrecorded]);
  const wanted = await withoutTakenPorts(chosenServices(choices), choices, { running: present, log });
  const starting = wanted.filter(({ name }) => !running.has(name));
  // Ignore ports of running services that run.json does not contain: `up` stops them first.
  const opening = starting.filter(({ name }) => !unrecorded.has(name));
  const planned = {
    choices,
    folder,
    declarationsDir,
    starting,
    opening,
    asksContainers: true,
    optional: everyService(choices).filter(({ name }) => serviceType(name)?.optional && !wanted.some((one) => one.name === name)),
  } as const;
  return [
    ...runChecks(await inspectMachine(planned, signal)),
    await memoryFinding(),
    { subject: "processors", verdict: "fine", found: `${availableParallelism()}` },
    { subject: "processor", verdict: "fine", found: processorText(choices) },
    {
      subject: "network",
      verdict: "warns",
      found: "Pinot's query port (8098 + offset) listens on all addresses; this cannot be configured",
      advice: "If other machines can reach this one, block the port in the firewall",
    },
  ];
}

/** Running services; empty if the runtime is not available. */
async function runningServices(
  state: RunState | undefined,
  context: PipelineContext,
): Promise<Readonly<Record<"running" | "unrecorded", ReadonlySet<ServiceName>>>> {
  const none = { running: new Set<ServiceName>(), unrecorded: new Set<ServiceName>() };
  if (!state) return none;
  try {
    const runtime = await openRuntime(state.choices, { ...context, stackId: state.stack.id, log: silentLog });
    const known = await resolveStarting(state, runtime);
    const [processes, unrecorded] = await Promise.all([observeProcesses(known, runtime), unrecordedServices(known, runtime)]);
    const running = processes.filter((service) => service.state === "running");
    return { running: new Set(running.map(({ name }) => name)), unrecorded: new Set(unrecorded.map(({ name }) => name)) };
  } catch (error) {
    // A check reports that.
    if (isEngineUnavailable(error)) return none;
    throw error;
  }
}

async function memoryFinding(): Promise<Finding> {
  const { bytes, limitedBy } = await availableMemory();
  const found = `${formatBytes(bytes)} available${limitedBy === "cgroup" ? " within its control group" : ""}`;
  if (bytes >= neededMemoryBytes) return { subject: "memory", verdict: "fine", found };
  return {
    subject: "memory",
    verdict: "warns",
    found,
    advice: "The stack needs about 1.5 GB: stop other programs, or start a part of the stack with --only",
  };
}

/** The processor of the next `up`, and its source. */
function processorText({ processor, source }: StackChoices): string {
  const chosen = processorOf(processor);
  if (source !== undefined) return chosen.describeSource(source).long;
  const better = automaticProcessors.slice(
    0,
    automaticProcessors.findIndex(({ name }) => name === processor),
  );
  const others = better.map((other) => `${other.label} is used instead if it is available. ${other.howToProvide ?? ""}`);
  return [chosen.label, ...others].join(". ").trim();
}
