/** Applies the plan's operation to a service and waits until it is ready. Makes no decisions. */

import { type ErrorCode, hasCode, messageOf, StreamctlError } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import type { OperationKind } from "../core/resource.ts";
import { formatSeconds } from "../core/units.ts";
import { pause, pollUntil, watchUntil } from "../core/wait.ts";
import { isReady, type KafkaProbe } from "./health.ts";
import type { DesiredService } from "./plan.ts";
import type { Runtime } from "./runtime.ts";
import { excerptOf, exitError } from "./service-end.ts";
import type { ServiceDefinition } from "./service.ts";
import type { ServiceRecord, StartIntent } from "../state/run-state.ts";
import type { ServiceName } from "../state/service-identity.ts";

export interface ExecutionContext {
  readonly runtime: Runtime;
  readonly kafkaProbe: KafkaProbe;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** Maximum wait for one service to become ready, in milliseconds. */
  readonly timeoutMs: number;
  /** Records that a service is about to be started; called before its process or container is created. */
  readonly intend: (intent: StartIntent) => Promise<void>;
  /** Stores the record of a service, or removes it when undefined; called at every change, before the next step. */
  readonly remember: (name: ServiceName, record: ServiceRecord | undefined) => Promise<void>;
  /** Called when the wait for a service begins and when it ends. */
  readonly onWait?: ((name: ServiceName, waiting: boolean) => void) | undefined;
}

/** Interval at which ready services are checked, in milliseconds. */
const watchIntervalMs = 250;

/** Starts services, and monitors those that are ready until it is released. */
export class ServiceStarts {
  readonly #context: ExecutionContext;
  readonly #watched: ServiceRecord[] = [];
  readonly #released = new AbortController();

  /** @param onExit called once, when a service that was ready has exited */
  constructor(context: ExecutionContext, onExit: () => void) {
    this.#context = context;
    const { runtime, signal } = context;
    const hasExited = async (): Promise<boolean> => (await findExited(this.#watched, runtime)) !== undefined;
    void watchUntil(hasExited, watchIntervalMs, AbortSignal.any([signal, this.#released.signal])).then(
      (exited) => exited && onExit(),
      () => {}, // If a container engine does not respond, the next call to it reports that.
    );
  }

  /**
   * Executes one operation. @returns when the service is ready
   *
   * @param known record of the run in run.json
   * @throws StreamctlError `service-failed`, `no-space`, `port-taken`, `interrupted`, after a service that did not become ready was stopped
   */
  async execute(
    operation: OperationKind,
    service: DesiredService,
    known: ServiceRecord | undefined,
    signal: AbortSignal,
  ): Promise<ServiceRecord> {
    const record = await bringUp(operation, service, known, { ...this.#context, signal });
    this.#watched.push(record);
    return record;
  }

  /** The error for a service that exited after it was ready; undefined while all of them are running. Checks for `withinMs` milliseconds, at least once. */
  async exitError(withinMs: number): Promise<StreamctlError | undefined> {
    return await findExitError(this.#watched, this.#context.runtime, withinMs);
  }

  /** Stops watching the services. */
  release(): void {
    this.#released.abort();
  }
}

async function findExitError(watched: readonly ServiceRecord[], runtime: Runtime, withinMs: number): Promise<StreamctlError | undefined> {
  for (let waitedMs = 0; ; waitedMs += watchIntervalMs) {
    const record = await findExited(watched, runtime);
    if (record !== undefined) return await exitError(record.name, record.identity, "after it was ready", runtime);
    if (waitedMs >= withinMs) return undefined;
    await pause(watchIntervalMs);
  }
}

/** The first service, in the order in which they became ready, that is no longer running. */
async function findExited(watched: readonly ServiceRecord[], runtime: Runtime): Promise<ServiceRecord | undefined> {
  for (const record of watched) if (!(await runtime.isRunning(record.identity))) return record;
  return undefined;
}

async function bringUp(
  operation: OperationKind,
  { definition, definitionHash }: DesiredService,
  known: ServiceRecord | undefined,
  context: ExecutionContext,
): Promise<ServiceRecord> {
  const { runtime, intend, remember, log, signal } = context;
  if (operation === "keep" && known) return known;
  if (operation === "await" && known) {
    if (await runtime.isFrozen(known.identity)) {
      log.warn(`${definition.name} is frozen: continuing it`);
      await runtime.thaw(known.identity);
    }
    const ready = await waitUntilReadyOrExited(definition, known, context);
    if (ready) return ready;
    log.warn(`${definition.name} exited unexpectedly: restarting it`);
    await remember(definition.name, undefined);
  }
  if (signal.aborted) throw new StreamctlError("interrupted", `Interrupted before ${definition.name} was started`);
  if (operation === "restart" && known) {
    await runtime.stop(definition.name, known.identity, definition.stopTimeoutMs);
    await remember(definition.name, undefined);
  }
  const intent = { name: definition.name, definitionHash, endpoint: definition.endpoint, startedAtMs: Date.now() };
  await intend(intent);
  const identity = await runtime.start(definition).catch(async (error: unknown) => {
    // Report why the start failed, even if the intent cannot be removed: a stale intent is harmless.
    await remember(definition.name, undefined).catch(() => {});
    throw error;
  });
  const record: ServiceRecord = { ...intent, identity, startedAtMs: Date.now() };
  try {
    await remember(definition.name, record);
    return await waitUntilReady(definition, record, context);
  } catch (error) {
    log.info(`Stopping ${definition.name}, which did not become ready`);
    try {
      await runtime.stop(definition.name, identity, definition.stopTimeoutMs);
      await remember(definition.name, undefined);
    } catch (failure) {
      // Report why the service did not become ready, not that it could not be stopped.
      log.warn(`Cannot stop ${definition.name}: ${messageOf(failure)}`);
    }
    throw error;
  }
}

/** Waits for a service that was already running. It may be about to exit, for example after a recent kill: then returns undefined. */
async function waitUntilReadyOrExited(
  definition: ServiceDefinition,
  known: ServiceRecord,
  context: ExecutionContext,
): Promise<ServiceRecord | undefined> {
  try {
    return await waitUntilReady(definition, known, context);
  } catch (error) {
    if ((hasCode(error, "service-failed") || hasCode(error, "no-space")) && !(await context.runtime.isRunning(known.identity)))
      return undefined;
    throw error;
  }
}

const rethrown: ReadonlySet<ErrorCode> = new Set(["interrupted", "native", "port-taken", "service-failed", "no-space"]);

async function waitUntilReady(definition: ServiceDefinition, record: ServiceRecord, context: ExecutionContext): Promise<ServiceRecord> {
  const { runtime, log, signal, timeoutMs, kafkaProbe, remember } = context;
  const { name } = definition;
  const poll = async (pollSignal: AbortSignal): Promise<true | undefined> => {
    if (await isReady(definition.probe, kafkaProbe, pollSignal)) {
      await runtime.requireOwnPorts(definition, record.identity);
      return true;
    }
    if (!(await runtime.isRunning(record.identity))) throw await exitError(name, record.identity, "before it was ready", runtime);
    return undefined;
  };
  context.onWait?.(name, true);
  try {
    await pollUntil(poll, { signal, timeoutMs, what: `${name} to be ready`, maxIntervalMs: 100 });
  } catch (error) {
    // A missing native addon, for example, is not this service's failure.
    if (error instanceof StreamctlError && rethrown.has(error.code)) throw error;
    throw new StreamctlError("service-failed", error instanceof Error ? error.message : String(error), {
      cause: error,
      detail: (await excerptOf(name, runtime)).join("\n"),
      hint: `Run: streamctl logs ${name}`,
    });
  } finally {
    context.onWait?.(name, false);
  }
  if (record.readyMs !== undefined) {
    // It was ready before: keep its record with the first readiness time.
    await remember(name, record);
    log.success(`${name} is ready again`);
    return record;
  }
  const readyMs = Math.max(0, Date.now() - record.startedAtMs);
  const ready: ServiceRecord = { ...record, readyMs };
  await remember(name, ready);
  log.success(`${name} is ready (${formatSeconds(readyMs)})`);
  return ready;
}
