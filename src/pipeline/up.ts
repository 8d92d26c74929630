/**
 * `up`: makes a plan from the desired and the observed state, executes it, and waits until everything that `status` checks is healthy. A second
 * `up` has a plan that keeps everything.
 */

import { isDeepStrictEqual } from "node:util";
import type { Change } from "../core/change.ts";
import { hasCode, StreamctlError } from "../core/errors.ts";
import type { JsonObject } from "../core/json.ts";
import { type Executed, executePlan } from "../core/resource-execution.ts";
import { operationsOf, type Plan, validatePlan } from "../core/resource-plan.ts";
import type { OperationKind, Resource } from "../core/resource.ts";
import { loadAddon } from "../kafka/addon.ts";
import { requireChecks, requireUsableFolder } from "./checks.ts";
import { kafkaProbe, type PipelineContext } from "./context.ts";
import { choose, decide, type Decision, type DecisionRequest, observationDeadline } from "./decision.ts";
import { endpointsOf, shownEndpoints } from "./endpoints.ts";
import { readStack, recoverKilledStart } from "./killed-start.ts";
import { inspectFolder, inspectMachine } from "./machine.ts";
import { openPages, type Page } from "./pages.ts";
import { describeChoices } from "./reasons.ts";
import { healthOf } from "./resources.ts";
import { awaitHealthy } from "./await-healthy.ts";
import { passwordFileOf } from "./stack-dashboards.ts";
import { wantsExternal } from "./stack-processor.ts";
import { chosenServices } from "./stack-services.ts";
import { ServiceStarts } from "../stack/execute.ts";
import type { Runtime } from "../stack/runtime.ts";
import type { ServiceDefinition } from "../stack/service.ts";
import type { AbandonedProcessor, StackChoices } from "../state/choices.ts";
import { writeLastUp } from "../state/last-up.ts";
import type { RunRecorder } from "../state/run-recorder.ts";
import type { ServiceRecord, StartIntent } from "../state/run-state.ts";
import type { ServiceName } from "../state/service-identity.ts";
import { withStackLock } from "../state/stack-lock.ts";

export interface UpRequest extends DecisionRequest {
  /** Timeout for each service to become ready, and for each provisioning step, in milliseconds. */
  readonly timeoutMs: number;
}

export interface UpReport {
  readonly runtime: string;
  readonly processor: string;
  readonly why: string;
  readonly services: readonly UpService[];
  readonly endpoints: Readonly<Record<string, string | null>>;
  /** Pages that a browser can open. */
  readonly pages: readonly Page[];
  readonly changes: readonly Change[];
  readonly elapsedMs: number;
}

export interface UpService {
  readonly name: ServiceName;
  readonly state: "healthy";
  /** The operation that this `up` executed. */
  readonly operation: OperationKind;
  readonly pid: number;
  readonly endpoint: string;
  /** Milliseconds from the start of the process until the engine reported ready. */
  readonly readyMs: number | null;
}

/** One line of `up --dry-run`; the target is `<kind> <name>`, as in `services` and `changes` of the report. */
export interface PlannedStep {
  readonly operation: OperationKind;
  readonly target: string;
  readonly cause: string;
}

/** Starts and provisions the stack. @throws StreamctlError of the first failure */
export async function up(request: UpRequest, context: PipelineContext): Promise<UpReport> {
  const startedAt = performance.now();
  const { folder } = context;
  // Reject invalid options before waiting for the lock or writing anything.
  requireUsableFolder(await inspectFolder(folder.root));
  chosenServices((await choose(request, await readStack(context), context)).choices);
  return await withStackLock(context, async () => {
    await recoverKilledStart(context);
    const decision = await decide(request, context, { timeoutMs: request.timeoutMs });
    const { choices, plan } = decision;
    logPlan(plan, choices, context);
    const executed = await executeDecision(decision, request.timeoutMs, context);
    const services = executed.flatMap(upService);
    const elapsedMs = Math.round(performance.now() - startedAt);
    await writeLastUp(folder, { atMs: Date.now(), elapsedMs, steps: stepsOf(plan) });
    const endpoints = endpointsOf(choices);
    const dashboards = { slugs: decision.dashboards?.bundle.slugs ?? [], passwordFile: passwordFileOf(folder) };
    return {
      runtime: choices.runtime,
      processor: choices.processor,
      why: describeChoices(choices),
      services,
      endpoints: shownEndpoints(endpoints, [...services.map(({ name }) => name), ...(wantsExternal(choices) ? [choices.processor] : [])]),
      pages: openPages(choices, services, dashboards),
      changes: changesOf(executed),
      elapsedMs,
    };
  });
}

/**
 * Starts one optional service of a stack, as `up --with` would, and leaves the rest of the stack alone.
 *
 * @returns false if it is running already
 */
export async function startOptional(name: ServiceName, timeoutMs: number, context: PipelineContext): Promise<boolean> {
  return await withStackLock(context, async () => {
    await recoverKilledStart(context);
    const request = { runtime: undefined, processor: undefined, portOffset: undefined, only: undefined, with: [name] };
    const decision = await decide(request, context, { timeoutMs });
    const plan = decision.plan.filter(({ resource }) => resource.kind === "service" && resource.name === name);
    if (plan.every(({ decision: { operation } }) => operation === "keep")) return false;
    const { choices, previous } = decision;
    // A service that is in the stack by default stays that: the next `up` may omit it if its port is taken.
    const { with: _, ...rest } = choices;
    const asBefore = previous?.with === undefined ? rest : { ...rest, with: previous.with };
    const wasDeclined = previous?.without?.includes(name) === true;
    await executeDecision({ ...decision, plan, choices: wasDeclined ? choices : asBefore }, timeoutMs, context);
    return true;
  });
}

/** The plan that `up` would execute. @throws StreamctlError if `up` would reject it */
export async function planUp(request: DecisionRequest, context: PipelineContext): Promise<readonly PlannedStep[]> {
  const { plan } = await decide(request, context, { isDryRun: true });
  await validatePlan(plan, () => observationDeadline(context.signal), context.log);
  return stepsOf(plan);
}

function stepsOf(plan: Plan): readonly PlannedStep[] {
  return operationsOf(plan).map(({ operation, kind, name, cause }) => ({ operation, target: `${kind} ${name}`, cause }));
}

async function executeDecision(decision: Decision, timeoutMs: number, context: PipelineContext): Promise<readonly Executed[]> {
  const { choices, previous, runtime, recorder, graph, plan, execution } = decision;
  const { log, signal, onWait } = context;
  const starting = definitionsOf(decision, ["start", "restart", "await"]);
  if (starting.length > 0) await requireMachine(decision, starting, context);
  await validatePlan(plan, () => observationDeadline(signal), log);
  const failure = new AbortController();
  const { intend, remember } = recorder;
  execution.starts = new ServiceStarts({ runtime, kafkaProbe, log, signal, timeoutMs, intend, remember, onWait }, () => failure.abort());
  const { starts } = execution;
  try {
    const prepare = async (): Promise<void> => {
      // Processes and containers are found by the stack's id: it is recorded before any is created.
      const intents = choices.runtime === "docker" ? intentsOf(starting, runtime) : [];
      if (starting.length > 0 || !isDeepStrictEqual(choices, previous)) await recorder.choose(choices, ...intents);
      if (starting.length > 0) await runtime.prepare(starting);
    };
    const onDone = async (done: Executed): Promise<void> => await rememberDone(done, recorder);
    // If the execution fails, the state must not keep facts about resources that no longer exist.
    const onChange = async (resource: Resource): Promise<void> => {
      if (resource.kind !== "service") await recorder.keepResource(resource, undefined);
    };
    const executed = await executePlan(plan, { log, signal, failure, timeoutMs, prepare, onChange, onDone });
    const until = AbortSignal.any([signal, failure.signal]);
    const ready = plan
      .filter(({ resource, decision: { operation } }) => resource.kind === "service" && operation !== "stop")
      .map(({ resource }) => ({ name: resource.name, state: "healthy" }) as const);
    await awaitHealthy(async () => await healthOf(graph, ready, until), { timeoutMs, signal: until, log });
    if (starting.length > 0) await runtime.archiveClasses(starting);
    return executed;
  } catch (error) {
    // If a ready service died, that is the cause of the failed step: report it instead.
    const death = signal.aborted ? undefined : await starts.exitError(hasCode(error, "usage") ? 0 : deathTimeoutMs).catch(() => undefined);
    await recorder.withdrawIntents().catch(() => {}); // The first error is more important.
    throw withRunningServicesHint(death ?? error, recorder);
  } finally {
    starts.release();
  }
}

async function requireMachine(
  { choices, plan }: Decision,
  starting: readonly ServiceDefinition[],
  { folder, declarationsDir, signal }: PipelineContext,
): Promise<void> {
  const started = new Set(plan.filter(({ decision }) => decision.operation === "start").map(({ resource }) => resource.name));
  const opening = starting.filter(({ name }) => started.has(name));
  requireChecks(await inspectMachine({ choices, folder, declarationsDir, starting, opening }, signal));
  // Node and Deno pass inherited file descriptors on to child processes: an engine would keep a lock or pipe of the calling script open.
  loadAddon().keepDescriptors();
}

/** Start intents for containers, all of which are created before the first one is started. */
function intentsOf(starting: readonly ServiceDefinition[], runtime: Runtime): readonly StartIntent[] {
  return starting.map((definition) => ({
    name: definition.name,
    definitionHash: runtime.hash(definition),
    endpoint: definition.endpoint,
    startedAtMs: Date.now(),
  }));
}

/** Definitions of the services with one of the planned operations. An awaited service may die meanwhile and is then started too. */
function definitionsOf({ choices, plan }: Decision, operations: readonly OperationKind[]): readonly ServiceDefinition[] {
  const names = new Set(
    plan
      .filter(({ resource, decision }) => resource.kind === "service" && operations.includes(decision.operation))
      .map(({ resource }) => resource.name),
  );
  return chosenServices(choices).filter(({ name }) => names.has(name));
}

async function rememberDone({ resource: { kind, name }, decision: { operation }, facts }: Executed, recorder: RunRecorder): Promise<void> {
  if (operation === "remove") await recorder.forgetAbandoned(facts as AbandonedProcessor);
  else if (kind !== "service") await recorder.keepResource({ kind, name }, facts as JsonObject);
}

/** Maximum time between a lost connection and the end of the process behind it. */
const deathTimeoutMs = 1000;

/** An interruption stops only services that are not ready yet. */
function withRunningServicesHint(error: unknown, { records }: RunRecorder): unknown {
  if (!hasCode(error, "interrupted") || ![...records.values()].some(({ readyMs }) => readyMs !== undefined)) return error;
  return new StreamctlError("interrupted", error.message, {
    cause: error,
    hint: "Ready services keep running. Run: streamctl status, or: streamctl down",
  });
}

/** Logs unusual operations, and on a first `up` the choices. */
function logPlan(plan: Plan, choices: StackChoices, { log }: PipelineContext): void {
  const services = plan.filter(({ resource: { kind, hidden } }) => kind === "service" && hidden !== true);
  for (const { resource, decision } of services) {
    const { operation, cause, obvious } = decision;
    if (operation === "start" && obvious !== true) log.warn(`Restarting ${resource.name}: ${cause}`);
    else if (operation === "restart" || operation === "stop") log.info(`${operation} ${resource.name}: ${cause}`);
    else if (operation === "await") log.info(`Waiting for ${resource.name}: ${cause}`);
  }
  const starting = services.filter(({ decision }) => decision.operation === "start").map(({ resource }) => resource.name);
  if (starting.length === 0) return;
  log.info(describeChoices(choices));
  log.info(`Starting ${starting.join(", ")}`);
}

function upService({ resource, decision: { operation }, facts }: Executed): readonly UpService[] {
  if (resource.kind !== "service" || resource.hidden === true || operation === "stop") return [];
  const { name, identity, endpoint, readyMs } = facts as ServiceRecord;
  return [{ name, state: "healthy", operation, pid: identity.pid, endpoint, readyMs: readyMs ?? null }];
}

/** The executed operations on all resources except services. */
export function changesOf(executed: readonly Executed[]): readonly Change[] {
  return executed
    .filter(({ resource }) => resource.kind !== "service")
    .flatMap((done) => {
      const obvious = done.decision.obvious === true;
      return operationsOf([done]).map(({ operation, kind, name, cause }) => ({
        kind,
        name,
        result: resultOf[operation as keyof typeof resultOf],
        ...(obvious ? {} : { cause }),
      }));
    });
}

const resultOf = {
  create: "created",
  keep: "unchanged",
  update: "updated",
  replace: "replaced",
  remove: "removed",
} as const satisfies Partial<Record<OperationKind, Change["result"]>>;
