/**
 * `up`: what is desired and what is seen make a plan; the plan is executed; each engine, once ready, is provisioned. A second
 * `up` is a plan with nothing in it.
 */

import { openDeclarations } from "../core/assets.ts";
import type { Change } from "../core/change.ts";
import { hasCode, StreamctlError } from "../core/errors.ts";
import { loadAddon } from "../kafka/addon.ts";
import { everyService } from "./catalog.ts";
import { requireFit, requireUsableFolder } from "./checks.ts";
import { resolveChoices, type TypedChoices } from "./choices.ts";
import { kafkaProbe, type PipelineContext } from "./context.ts";
import { endpointsOf, shownEndpoints } from "./endpoints.ts";
import { readStack, settleKilledStart } from "./killed-start.ts";
import { ksqldbSource, wantsExternal, warnOfExposedCredentials } from "./ksqldb.ts";
import { findLeftBehind, requireNothingRunning } from "./left-behind.ts";
import { lookAtFolder, lookAtMachine } from "./machine.ts";
import { openRuntime, readJarFolders } from "./open-runtime.ts";
import { type PlannedStep, planProvisioning } from "./provisioning-plan.ts";
import { provision } from "./provisioning.ts";
import { describeChoices } from "./reasons.ts";
import { observeResources } from "./resources.ts";
import { anyRuns, requireUnmoved } from "./running-stack.ts";
import { untilHealthy } from "./settle.ts";
import { withStackLock } from "./stack-lock.ts";
import { chosenServices } from "./stack-services.ts";
import { lookAround } from "./surroundings.ts";
import { requireKsqldb } from "../processors/ksqldb/home.ts";
import { readCertificates } from "../stack/docker/certificates.ts";
import { executeStart } from "../stack/execute.ts";
import { type DesiredService, type Operation, type OperationKind, planStack } from "../stack/plan.ts";
import type { Runtime } from "../stack/runtime.ts";
import type { ServiceDefinition } from "../stack/service.ts";
import { desireStack, observeStack } from "../stack/stack.ts";
import { stopServices } from "../stack/stop.ts";
import { unrecordedServices } from "../stack/unrecorded.ts";
import type { StackChoices } from "../state/choices.ts";
import { RunRecorder } from "../state/run-recorder.ts";
import { identityFor, type RunState, type ServiceRecord, type StartIntent } from "../state/run-state.ts";
import type { RunningService, ServiceName } from "../state/service-identity.ts";
import type { StackIdentity } from "../state/stack-identity.ts";

export interface DecisionRequest extends TypedChoices {
  /** A PEM file of root certificates that builds of images trust. */
  readonly extraCaFile?: string | undefined;
}

export interface UpRequest extends DecisionRequest {
  /** Longest time for a service to become ready, and for each provisioning step, in milliseconds. */
  readonly timeoutMs: number;
}

export interface UpReport {
  readonly runtime: string;
  readonly processor: string;
  readonly why: string;
  readonly services: readonly UpService[];
  readonly endpoints: Readonly<Record<string, string | null>>;
  readonly changes: readonly Change[];
  readonly elapsedMs: number;
}

export interface UpService {
  readonly name: ServiceName;
  readonly state: "healthy";
  /** What this `up` did with it. */
  readonly operation: OperationKind;
  readonly pid: number;
  readonly endpoint: string;
  /** From the start of its process to the engine's own word, in milliseconds. */
  readonly readyMs: number | null;
}

export interface Decision {
  readonly state: RunState | undefined;
  readonly stack: StackIdentity;
  readonly choices: StackChoices;
  readonly runtime: Runtime;
  readonly desired: readonly DesiredService[];
  /** What runs of the stack without being known to its state; stopped before anything is started. */
  readonly unrecorded: readonly RunningService[];
  readonly plan: readonly Operation[];
}

/** Brings the stack up and provisions it. @throws StreamctlError of the first thing that failed */
export async function up(request: UpRequest, context: PipelineContext): Promise<UpReport> {
  const startedAt = performance.now();
  const { folder } = context;
  // What is typed wrongly is refused before anything is waited for or written.
  requireUsableFolder(await lookAtFolder(folder.root));
  chosenServices((await choose(request, await readStack(context), context)).choices);
  return await withStackLock(context, async () => {
    await settleKilledStart(context);
    const decision = await decide(request, context);
    const { choices, plan } = decision;
    say(plan, choices, context);
    const { records, changes } = await carryOut(decision, request.timeoutMs, context);
    return {
      runtime: choices.runtime,
      processor: choices.processor,
      why: describeChoices(choices),
      services: records.map((record) => upService(record, plan)),
      endpoints: shownEndpoints(
        endpointsOf(choices),
        records.map(({ name }) => name),
        wantsExternal(choices),
      ),
      changes,
      elapsedMs: Math.round(performance.now() - startedAt),
    };
  });
}

/** What `up` would do, without doing it. Takes no lock. */
export async function decide(request: DecisionRequest, context: PipelineContext): Promise<Decision> {
  const before = await readStack(context);
  // A stack whose state was deleted is named before another one is started beside it.
  if (!before) requireNothingRunning(await findLeftBehind(context), context.folder.root);
  const { choices, isUp } = await choose(request, before, context);
  warnOfExposedCredentials(choices, context.log);
  // Another runtime knows nothing of what this one has started.
  const state = before && !isUp && before.choices.runtime !== choices.runtime ? { ...before, services: [] } : before;
  const stack = await identityFor(context.folder, state);
  const runtime = await openRuntime(choices, {
    ...context,
    stackId: stack.id,
    extraCa: await extraCertificates(request.extraCaFile, choices),
    jarFolders: await readJarFolders(choices),
  });
  if (state && isUp) await requireUnmoved(state, context.folder);
  const desired = desireStack(chosenServices(choices), runtime);
  const [observed, unrecorded] = await Promise.all([
    observeStack(state, everyService(choices), runtime, kafkaProbe),
    unrecordedServices(state, runtime),
  ]);
  return { state, stack, choices, runtime, desired, unrecorded, plan: planStack(desired, observed) };
}

async function choose(
  request: DecisionRequest,
  state: RunState | undefined,
  { folder, declarationsDir, log, signal }: PipelineContext,
): Promise<{ readonly choices: StackChoices; readonly isUp: boolean }> {
  const declarations = openDeclarations(declarationsDir);
  const isUp = state !== undefined && (await anyRuns(state, { folder, log }));
  const choices = resolveChoices(request, state, await lookAround(request, state?.choices, { declarations, signal }), isUp);
  const ksqldb = ksqldbSource(choices);
  if (!isUp && ksqldb && "home" in ksqldb) await requireKsqldb(ksqldb.home);
  return { choices, isUp };
}

/** @throws StreamctlError `usage` where no image is built, or the file holds no certificate */
async function extraCertificates(file: string | undefined, { runtime }: StackChoices): Promise<readonly string[] | undefined> {
  if (file === undefined) return undefined;
  if (runtime === "docker") return await readCertificates(file);
  throw new StreamctlError("usage", `Cannot use --extra-ca with --runtime ${runtime}: no image is built`, {
    hint: "Type --runtime docker too; Maven on this machine trusts what Java does (keytool -importcert -cacerts)",
  });
}

/** The plan as `--dry-run` prints it: services by what is seen of them, declarations by what would be compared. */
export async function planUp(request: DecisionRequest, context: PipelineContext): Promise<readonly PlannedStep[]> {
  const { plan, choices, state, runtime, unrecorded } = await decide(request, context);
  const stops = unrecorded.map(({ name, identity }) => ({ operation: "stop", target: name, cause: unrecordedCause(identity.pid) }));
  return [...stops, ...plan, ...(await planProvisioning(plan, choices, state?.choices, runtime, context))];
}

function unrecordedCause(pid: number): string {
  return `process ${pid} runs without being known to run.json`;
}

async function carryOut(
  { state, stack, choices, runtime, desired, unrecorded, plan }: Decision,
  timeoutMs: number,
  context: PipelineContext,
): Promise<{ readonly records: readonly ServiceRecord[]; readonly changes: readonly Change[] }> {
  const { folder, declarationsDir, log, signal, onWait } = context;
  const recorder = new RunRecorder(folder, {
    stack,
    choices,
    services: state?.services ?? [],
    starting: [],
    resources: state?.resources ?? [],
  });
  const { intend, remember } = recorder;
  const starting = desired.filter(({ definition }) => mayBeStarted(plan, definition.name)).map(({ definition }) => definition);
  const leftovers = new Set(unrecorded.map(({ name }) => name));
  if (starting.length > 0) {
    const { runtime: name, portOffset } = choices;
    const ksqldb = ksqldbSource(choices);
    const opening = starting.filter((definition) =>
      plan.some(({ operation, target }) => operation === "start" && target === definition.name && !leftovers.has(target)),
    );
    requireFit(await lookAtMachine({ runtime: name, portOffset, ksqldb, folder, declarationsDir, starting, opening }, signal));
    // Node and Deno hand on what they were given themselves: an engine would hold the lock or the pipe of a script for ever.
    loadAddon().keepDescriptors();
  }
  for (const { name, identity } of unrecorded) log.warn(`${name}: ${unrecordedCause(identity.pid)}; stopping it`);
  const definitions = everyService(choices);
  await stopServices(unrecorded, { runtime, definitions, log });
  // Containers are found by the stack's id alone: it is written down before any of them is made.
  if (choices.runtime === "docker") await recorder.choose(choices, ...intentsOf(starting, desired));
  if (starting.length > 0) await runtime.prepare(starting);
  const unwanted = new Set(plan.filter(({ operation }) => operation === "stop").map(({ target }) => target));
  await stopServices(
    [...recorder.records.values()].filter(({ name }) => unwanted.has(name)),
    { runtime, definitions, log, forget: recorder.forget },
  );
  const start = executeStart(plan, desired, recorder.records, { runtime, kafkaProbe, log, signal, timeoutMs, intend, remember, onWait });
  const provisioning = provision({
    choices,
    endpoints: endpointsOf(choices),
    runtime,
    declarations: openDeclarations(declarationsDir),
    ready: start.ready,
    onReleased: async () => {
      const { abandoned: _, ...others } = choices;
      await recorder.choose(others);
    },
    timeoutMs,
    log,
    signal: start.signal,
  });
  try {
    const [started, provisioned] = await Promise.allSettled([start.all, provisioning]);
    // A service that failed is the cause, a provisioning step that missed it only the consequence.
    if (started.status === "rejected") throw started.reason;
    if (provisioned.status === "rejected") throw provisioned.reason;
    const services = wantsExternal(choices) ? [...started.value, { name: "ksqldb" } as const] : started.value;
    const ready = services.map(({ name }) => ({ name, state: "healthy" }) as const);
    const look = async () => await observeResources(choices, ready, runtime, { ...context, signal: start.signal });
    await untilHealthy(look, { timeoutMs, signal: start.signal, log });
    return { records: started.value, changes: provisioned.value };
  } catch (error) {
    // So is a step that failed because a service died after it was ready.
    const death = signal.aborted ? undefined : await start.death(hasCode(error, "usage") ? 0 : deathTimeoutMs);
    throw withWhatGoesOn(death ?? error, recorder);
  } finally {
    start.release();
  }
}

function intentsOf(starting: readonly ServiceDefinition[], desired: readonly DesiredService[]): readonly StartIntent[] {
  return desired
    .filter(({ definition }) => starting.includes(definition))
    .map(({ definition: { name, endpoint }, definitionHash }) => ({ name, definitionHash, endpoint, startedAtMs: Date.now() }));
}

/** Longest time from a broken connection to the end of the process that held it, in milliseconds. */
const deathTimeoutMs = 1000;

/** An interruption stops what was not ready yet, and nothing else. */
function withWhatGoesOn(error: unknown, { records }: RunRecorder): unknown {
  if (!hasCode(error, "interrupted") || ![...records.values()].some(({ readyMs }) => readyMs !== undefined)) return error;
  return new StreamctlError("interrupted", error.message, {
    cause: error,
    hint: "What was ready goes on: streamctl status, streamctl down",
  });
}

/** What is awaited may die meanwhile, and is then started too. */
function mayBeStarted(plan: readonly Operation[], name: ServiceName): boolean {
  return plan.some(({ operation, target }) => target === name && ["start", "restart", "await"].includes(operation));
}

/** Says what is out of the ordinary, and on a first `up` which way was taken. */
function say(plan: readonly Operation[], choices: StackChoices, { log }: PipelineContext): void {
  for (const { operation, target, cause } of plan) {
    if (operation === "start" && cause !== "not running") log.warn(`${target} ${cause}: starting it again`);
    else if (operation === "restart" || operation === "stop") log.info(`${operation} ${target}: ${cause}`);
    else if (operation === "await") log.info(`Waiting for ${target}: ${cause}`);
  }
  const starting = plan.filter(({ operation }) => operation === "start").map(({ target }) => target);
  if (starting.length === 0) return;
  log.info(describeChoices(choices));
  log.info(`Starting ${starting.join(", ")}`);
}

function upService(record: ServiceRecord, plan: readonly Operation[]): UpService {
  const operation = plan.find(({ target }) => target === record.name)?.operation;
  if (!operation) throw new StreamctlError("internal", `Cannot report on ${record.name}: it is in no plan`);
  return {
    name: record.name,
    state: "healthy",
    operation,
    pid: record.identity.pid,
    endpoint: record.endpoint,
    readyMs: record.readyMs ?? null,
  };
}
