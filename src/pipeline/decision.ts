/** Makes the plan of `up`: resolves the choices, builds the resource graph and compares it with the observed state. Read-only. */

import { openDeclarations } from "../core/assets.ts";
import { StreamctlError } from "../core/errors.ts";
import { observeGraph, type Plan, planGraph } from "../core/resource-plan.ts";
import { stepDeadline, type StepDeadline } from "../core/step-deadline.ts";
import { resolveChoices, type RequestedChoices } from "./choices.ts";
import { kafkaProbe, type PipelineContext } from "./context.ts";
import { detectMachine } from "./detection.ts";
import { endpointsOf } from "./endpoints.ts";
import type { Dashboards } from "./graph/dashboard.ts";
import { buildGraph, type Graph } from "./graph/graph.ts";
import type { ServiceActions } from "./graph/service.ts";
import { readStack } from "./killed-start.ts";
import { findLeftBehind, requireNothingRunning } from "./left-behind.ts";
import { openRuntime, readJarFolders } from "./open-runtime.ts";
import { withoutTakenPorts } from "./optional-services.ts";
import { anyRuns, requireUnmoved } from "./running-stack.ts";
import { openDashboards } from "./stack-dashboards.ts";
import { openProcessors, warnOfServers } from "./stack-processor.ts";
import { chosenServices, stoppable } from "./stack-services.ts";
import { supersetService } from "../dashboards/superset/service.ts";
import { processorOf } from "../processors/catalog.ts";
import { readCertificates } from "../stack/docker/certificates.ts";
import type { ServiceStarts } from "../stack/execute.ts";
import type { Runtime } from "../stack/runtime.ts";
import { desireStack, observeProcesses } from "../stack/stack.ts";
import { stopRuns } from "../stack/stop.ts";
import { unrecordedServices } from "../stack/unrecorded.ts";
import type { StackChoices } from "../state/choices.ts";
import { RunRecorder } from "../state/run-recorder.ts";
import { identityFor, type ResourceRecord, type RunState } from "../state/run-state.ts";
import { placeOf } from "../state/stack-identity.ts";
import type { StateFolder } from "../state/state-folder.ts";

export interface DecisionRequest extends RequestedChoices {
  /** A PEM file with additional root certificates for image builds. */
  readonly extraCaFile?: string | undefined;
}

export interface Decision {
  readonly choices: StackChoices;
  /** The choices of the previous `up`; undefined if there was none. */
  readonly previous: StackChoices | undefined;
  readonly runtime: Runtime;
  readonly recorder: RunRecorder;
  readonly graph: Graph;
  readonly dashboards: Dashboards | undefined;
  readonly plan: Plan;
  /** Executes operations on services; `starts` is set before the plan is executed. */
  readonly execution: { starts?: ServiceStarts };
}

/** Timeout per observation: processors respond slowly about objects whose topic was deleted. */
const observationTimeoutMs = 30_000;

export interface DecideOptions {
  /** The plan will not be executed, so a stack without an id gets none. */
  readonly isDryRun?: boolean;
  /** Timeout per observation of an engine, in milliseconds. */
  readonly timeoutMs?: number;
}

/** Placeholder in the names of a plan for the id that the first `up` will choose. */
const unknownStackId = "<id>";

/** Deadline of one observation. */
export function observationDeadline(signal: AbortSignal): StepDeadline {
  return stepDeadline(observationTimeoutMs, signal);
}

/** Makes the plan of `up`. Takes no lock and writes nothing. */
export async function decide(
  request: DecisionRequest,
  context: PipelineContext,
  { isDryRun = false, timeoutMs = observationTimeoutMs }: DecideOptions = {},
): Promise<Decision> {
  const { folder, declarationsDir, log, signal } = context;
  const before = await readStack(context);
  // Report a running stack whose state was deleted, before starting another one next to it.
  if (!before) requireNothingRunning(await findLeftBehind(context), folder.root);
  const { choices, isUp } = await choose(request, before, context);
  // A runtime cannot manage services that another runtime started.
  const state = before && !isUp && before.choices.runtime !== choices.runtime ? { ...before, services: [], resources: [] } : before;
  const identity = await identityFor(folder, state);
  const stack = isDryRun && !state ? { ...identity, id: unknownStackId } : identity;
  const remembered = await withExistingData(state, folder);
  const runtime = await openRuntime(choices, {
    ...context,
    stackId: stack.id,
    extraCa: await extraCertificates(request.extraCaFile, choices),
    jarFolders: await readJarFolders(choices),
  });
  if (state && isUp) await requireUnmoved(state, folder);
  const recorder = new RunRecorder(folder, {
    stack,
    choices,
    services: state?.services ?? [],
    starting: [],
    resources: remembered,
  });
  warnOfServers(choices, log);
  const unrecorded = await unrecordedServices(state, runtime);
  const execution: Decision["execution"] = {};
  const actions: ServiceActions = {
    execute: async (...work) => await requireStarts(execution).execute(...work),
    stop: async (runs, stopTimeoutMs) => await stopRuns(runs, stopTimeoutMs, { runtime, log, forget: recorder.forget }),
  };
  const running = state ? (await observeProcesses(state, runtime)).filter((process) => process.state === "running") : [];
  const names = new Set([...running, ...unrecorded].map(({ name }) => name));
  const definitions = await withoutTakenPorts(chosenServices(choices), choices, { running: names, log });
  const desired = desireStack(definitions, runtime);
  const wanted = new Set(desired.map(({ definition }) => definition.name));
  const others = new Set([...names].filter((name) => !wanted.has(name)));
  const endpoints = endpointsOf(choices);
  const declarations = openDeclarations(declarationsDir);
  const dashboards = await openDashboards(definitions, { endpoints, declarations, folder });
  const graph = buildGraph({
    choices,
    endpoints,
    processors: await openProcessors(choices, { endpoints, runtime, declarations, stackId: stack.id }),
    dashboards,
    desired,
    unwanted: stoppable(others, choices).map((service) => ({ service, why: "no longer requested" })),
    records: [...recorder.records.values()],
    unrecorded,
    remembered,
    runtime,
    kafkaProbe,
    declarations,
    actions,
    log,
  });
  const snapshot = await observeGraph(graph, () => stepDeadline(timeoutMs, signal));
  const plan = withUnknown(planGraph(graph, snapshot), state !== undefined && state.resources.length === 0);
  return { choices, previous: before?.choices, runtime, recorder, graph, dashboards, plan, execution };
}

/**
 * The facts in the state, without those whose data no longer exists. The data of containers cannot be checked, so their facts are kept.
 */
async function withExistingData(state: RunState | undefined, folder: StateFolder): Promise<readonly ResourceRecord[]> {
  if (state === undefined || state.choices.runtime !== "local") return state?.resources ?? [];
  const isThere = async (service: string): Promise<boolean> => (await placeOf(folder.dataDir(service))) !== undefined;
  // Without Kafka's data all topics are recreated, and everything computed from them.
  const hasTopics = await isThere("kafka");
  const isKept: Readonly<Record<string, boolean>> = {
    table: hasTopics && (await isThere("zookeeper")),
    dashboard: await isThere(supersetService.name),
  };
  return state.resources.filter(({ kind }) => isKept[kind] ?? hasTopics);
}

/** Adjusts the plan for a state from a version that recorded no resources: it is unknown what the engines contain. */
function withUnknown(plan: Plan, nothingRemembered: boolean): Plan {
  if (!nothingRemembered) return plan;
  return plan.map((planned) => {
    const { resource, live, decision } = planned;
    if (live || decision.operation !== "create") return planned;
    const cause = `its state is unknown until ${resource.holder?.name ?? "its service"} is running`;
    return { ...planned, decision: { ...decision, cause, parts: decision.parts?.map((part) => ({ ...part, cause })) ?? [] } };
  });
}

function requireStarts({ starts }: Decision["execution"]): ServiceStarts {
  if (starts === undefined) throw new StreamctlError("internal", "Cannot start a service before the plan is executed");
  return starts;
}

/** The choices of the next `up`, and whether any service of the stack is running. @throws StreamctlError as `resolveChoices` */
export async function choose(
  request: DecisionRequest,
  state: RunState | undefined,
  { folder, declarationsDir, log, signal }: PipelineContext,
): Promise<{ readonly choices: StackChoices; readonly isUp: boolean }> {
  const declarations = openDeclarations(declarationsDir);
  const isUp = state !== undefined && (await anyRuns(state, { folder, log }));
  const choices = resolveChoices(request, state, await detectMachine(request, state?.choices, { declarations, signal }), isUp);
  if (!isUp) await processorOf(choices.processor).inspect?.(choices.source, choices.runtime);
  return { choices, isUp };
}

/** @throws StreamctlError `usage` if the runtime builds no images, or the file contains no certificate */
async function extraCertificates(file: string | undefined, { runtime }: StackChoices): Promise<readonly string[] | undefined> {
  if (file === undefined) return undefined;
  if (runtime === "docker") return await readCertificates(file);
  throw new StreamctlError("usage", `Cannot use --extra-ca with --runtime ${runtime}: it builds no images`, {
    hint: "Add --runtime docker. Local Maven uses the certificates of Java (keytool -importcert -cacerts)",
  });
}
