/** Brings a service up as the plan says, and waits until it is ready. Decides nothing. */

import { type ErrorCode, hasCode, messageOf, StreamctlError } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import type { OperationKind } from "../core/resource.ts";
import { formatSeconds } from "../core/units.ts";
import { pauseUnlessAborted, pollUntil } from "../core/wait.ts";
import { isReady, type KafkaProbe } from "./health.ts";
import type { DesiredService } from "./plan.ts";
import type { Runtime } from "./runtime.ts";
import { diedError, excerptOf } from "./service-end.ts";
import type { ServiceDefinition } from "./service.ts";
import type { ServiceRecord, StartIntent } from "../state/run-state.ts";
import type { ServiceName } from "../state/service-identity.ts";

export interface ExecutionContext {
  readonly runtime: Runtime;
  readonly kafkaProbe: KafkaProbe;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** Longest time for one service to become ready, in milliseconds. */
  readonly timeoutMs: number;
  /** Writes down that a service is about to be started; called before anything of it is made. */
  readonly intend: (intent: StartIntent) => Promise<void>;
  /** Keeps the record of a service, or forgets it; called whenever one changes, before anything else happens to it. */
  readonly remember: (name: ServiceName, record: ServiceRecord | undefined) => Promise<void>;
  /** Told when a service begins to be waited for, and when that is over. */
  readonly onWait?: ((name: ServiceName, waiting: boolean) => void) | undefined;
}

/** Pause between two looks at services that were ready, in milliseconds. */
const watchIntervalMs = 250;

/** Brings services up one by one, and watches over those that are ready until it is released. */
export class ServiceStarts {
  readonly #context: ExecutionContext;
  readonly #watched: ServiceRecord[] = [];
  readonly #released = new AbortController();

  /** @param onDeath called once where a service that was ready has ended */
  constructor(context: ExecutionContext, onDeath: () => void) {
    this.#context = context;
    void watch(this.#watched, context.runtime, AbortSignal.any([context.signal, this.#released.signal])).then(
      (died) => died && onDeath(),
      () => {}, // An engine of containers that does not answer fails whoever asks it next.
    );
  }

  /**
   * Carries out one operation; returns once the service is ready.
   *
   * @param known record of the run that the state names
   * @throws StreamctlError `service-failed`, `no-space`, `port-taken`, `interrupted`, after what was started and is not ready was stopped
   */
  async bring(
    operation: OperationKind,
    service: DesiredService,
    known: ServiceRecord | undefined,
    signal: AbortSignal,
  ): Promise<ServiceRecord> {
    const record = await bringUp(operation, service, known, { ...this.#context, signal });
    this.#watched.push(record);
    return record;
  }

  /** Why a service that was ready runs no more; undefined while all of them run. Looks for `withinMs` milliseconds, at least once. */
  async death(withinMs: number): Promise<StreamctlError | undefined> {
    return await deathAmong(this.#watched, this.#context.runtime, withinMs);
  }

  /** Ends the watch over the services. */
  release(): void {
    this.#released.abort();
  }
}

/** Answers true when one of the services runs no more, and false when the signal fires. */
async function watch(watched: readonly ServiceRecord[], runtime: Runtime, until: AbortSignal): Promise<boolean> {
  while (await pauseUnlessAborted(watchIntervalMs, until)) if ((await gone(watched, runtime)) !== undefined) return true;
  return false;
}

async function deathAmong(watched: readonly ServiceRecord[], runtime: Runtime, withinMs: number): Promise<StreamctlError | undefined> {
  for (let waitedMs = 0; ; waitedMs += watchIntervalMs) {
    const record = await gone(watched, runtime);
    if (record !== undefined) return await diedError(record.name, record.identity, "after it was ready", runtime);
    if (waitedMs >= withinMs) return undefined;
    await pauseUnlessAborted(watchIntervalMs, neverFires);
  }
}

const neverFires = new AbortController().signal;

/** The first service, in the order in which they became ready, that runs no more. */
async function gone(watched: readonly ServiceRecord[], runtime: Runtime): Promise<ServiceRecord | undefined> {
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
    const ready = await untilReadyOrDead(definition, known, context);
    if (ready) return ready;
    log.warn(`${definition.name} died: starting it again`);
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
    // Why it was not started matters more than a note of it that stays: nothing is found by it.
    await remember(definition.name, undefined).catch(() => {});
    throw error;
  });
  const record: ServiceRecord = { ...intent, identity, startedAtMs: Date.now() };
  try {
    await remember(definition.name, record);
    return await untilReady(definition, record, context);
  } catch (error) {
    log.info(`Stopping ${definition.name}, which was not ready`);
    try {
      await runtime.stop(definition.name, identity, definition.stopTimeoutMs);
      await remember(definition.name, undefined);
    } catch (failure) {
      // Why it was not ready matters more.
      log.warn(`Cannot stop ${definition.name}: ${messageOf(failure)}`);
    }
    throw error;
  }
}

/** What was found at work and is awaited may be about to end, as after a kill a moment ago; undefined once it has. */
async function untilReadyOrDead(
  definition: ServiceDefinition,
  known: ServiceRecord,
  context: ExecutionContext,
): Promise<ServiceRecord | undefined> {
  try {
    return await untilReady(definition, known, context);
  } catch (error) {
    if ((hasCode(error, "service-failed") || hasCode(error, "no-space")) && !(await context.runtime.isRunning(known.identity)))
      return undefined;
    throw error;
  }
}

const passedOn: ReadonlySet<ErrorCode> = new Set(["interrupted", "native", "port-taken", "service-failed", "no-space"]);

async function untilReady(definition: ServiceDefinition, record: ServiceRecord, context: ExecutionContext): Promise<ServiceRecord> {
  const { runtime, log, signal, timeoutMs, kafkaProbe, remember } = context;
  const { name } = definition;
  const look = async (patience: AbortSignal): Promise<true | undefined> => {
    if (await isReady(definition.probe, kafkaProbe, patience)) {
      await runtime.requireOwnPorts(definition, record.identity);
      return true;
    }
    if (!(await runtime.isRunning(record.identity))) throw await diedError(name, record.identity, "before it was ready", runtime);
    return undefined;
  };
  context.onWait?.(name, true);
  try {
    await pollUntil(look, { signal, timeoutMs, what: `${name} to be ready`, maxIntervalMs: 100 });
  } catch (error) {
    // Without the addon no service can be asked: that is not this service's failure.
    if (error instanceof StreamctlError && passedOn.has(error.code)) throw error;
    throw new StreamctlError("service-failed", error instanceof Error ? error.message : String(error), {
      cause: error,
      detail: (await excerptOf(name, runtime)).join("\n"),
      hint: `Type: streamctl logs ${name}`,
    });
  } finally {
    context.onWait?.(name, false);
  }
  if (record.readyMs !== undefined) {
    // It need not be started after all.
    await remember(name, record);
    log.success(`${name} answers again`);
    return record;
  }
  const readyMs = Math.max(0, Date.now() - record.startedAtMs);
  const ready: ServiceRecord = { ...record, readyMs };
  await remember(name, ready);
  log.success(`${name} is ready (${formatSeconds(readyMs)})`);
  return ready;
}
