/**
 * The services of one state folder: observes them for plans and for `status`.
 */

import { StreamctlError } from "../core/errors.ts";
import { processAgeMs } from "../core/process.ts";
import { watchUntil } from "../core/wait.ts";
import { isReady, type KafkaProbe } from "./health.ts";
import type { DesiredService, ObservedProcess, ObservedService } from "./plan.ts";
import type { Runtime } from "./runtime.ts";
import { describeEnd, knownCause } from "./service-end.ts";
import type { Probe, ServiceDefinition } from "./service.ts";
import type { RunState, ServiceRecord } from "../state/run-state.ts";
import type { ServiceName } from "../state/service-identity.ts";
import type { StateFolder } from "../state/state-folder.ts";

export type ServiceState = "healthy" | "starting" | "unhealthy" | "stopped";

export interface ServiceStatus {
  readonly name: ServiceName;
  readonly state: ServiceState;
  readonly pid: number | null;
  readonly uptimeMs: number | null;
  readonly rssBytes: number | null;
  readonly endpoint: string;
  /** Why it exited unexpectedly, or that it is frozen; null when it is running otherwise, or was stopped by `down`. */
  readonly detail: string | null;
}

/** Definitions with their hashes. */
export function desireStack(definitions: readonly ServiceDefinition[], runtime: Runtime): readonly DesiredService[] {
  return definitions.map((definition) => ({ definition, definitionHash: runtime.hash(definition) }));
}

/** Which of the recorded processes are still running. Does not query the engines, because a hanging engine must be stopped too. */
export async function observeProcesses(state: RunState, runtime: Runtime): Promise<readonly ObservedProcess[]> {
  return await Promise.all(
    state.services.map(
      async ({ name, identity }) => ({ name, state: (await runtime.isRunning(identity)) ? "running" : "exited" }) as const,
    ),
  );
}

/** Observes one run. @param probe undefined: do not query the engine */
export async function observeRecord(
  { name, identity, definitionHash }: ServiceRecord,
  probe: Probe | undefined,
  runtime: Runtime,
  kafkaProbe: KafkaProbe,
): Promise<ObservedService> {
  const isRunning = async (): Promise<boolean> => await runtime.isRunning(identity);
  const started = await isRunning();
  const healthy = started && probe !== undefined && (await isReadyWhile(isRunning, probe, kafkaProbe));
  // It may have ended while it was asked.
  const running = healthy || (started && (probe === undefined || (await isRunning())));
  const frozen = running && probe !== undefined && !healthy && (await runtime.isFrozen(identity));
  const state = running ? "running" : "exited";
  return { name, state, pid: identity.pid, definitionHash, healthy, ...(frozen ? { frozen } : {}) };
}

/** Interval at which a process is watched while it is asked, in milliseconds. */
const watchIntervalMs = 250;

/** As `isReady()`, but false as soon as the process has ended: librdkafka waits for a broker until its timeout. */
async function isReadyWhile(isRunning: () => Promise<boolean>, probe: Probe, kafkaProbe: KafkaProbe): Promise<boolean> {
  const [answered, ended] = [new AbortController(), new AbortController()];
  void watchUntil(async () => !(await isRunning()), watchIntervalMs, answered.signal).then(
    (isOver) => isOver && ended.abort(),
    () => {}, // If the runtime does not answer, the probe has its own timeout.
  );
  try {
    return await isReady(probe, kafkaProbe, ended.signal);
  } catch (error) {
    if (ended.signal.aborted) return false;
    throw error;
  } finally {
    answered.abort();
  }
}

/**
 * The status of each service of the stack, running or not.
 *
 * @param definitions definitions of those services
 */
export async function serviceStatuses(
  state: RunState,
  definitions: readonly ServiceDefinition[],
  runtime: Runtime,
  kafkaProbe: KafkaProbe,
): Promise<readonly ServiceStatus[]> {
  return await Promise.all(
    definitions.map(async (definition) => {
      const record = state.services.find(({ name }) => name === definition.name);
      const seen = record && (await observeRecord(record, definition.probe, runtime, kafkaProbe));
      return await serviceStatus(definition, record, seen, runtime);
    }),
  );
}

async function serviceStatus(
  definition: ServiceDefinition,
  record: ServiceRecord | undefined,
  seen: ObservedService | undefined,
  runtime: Runtime,
): Promise<ServiceStatus> {
  const running = record !== undefined && seen?.state === "running";
  const waiting = record?.readyMs === undefined ? "starting" : "unhealthy";
  return {
    name: definition.name,
    state: !running ? "stopped" : seen.healthy ? "healthy" : waiting,
    pid: running ? record.identity.pid : null,
    uptimeMs: running ? await uptimeOf(record) : null,
    rssBytes: running ? ((await runtime.residentBytes(record.identity)) ?? null) : null,
    endpoint: definition.endpoint,
    detail: running ? frozenDetail(seen) : record === undefined ? null : await exitDetail(record, runtime),
  };
}

function frozenDetail({ frozen }: ObservedService): string | null {
  return frozen === true ? "frozen: it was suspended by SIGSTOP, or paused; up continues it" : null;
}

async function exitDetail({ name, identity }: ServiceRecord, runtime: Runtime): Promise<string> {
  const cause = await knownCause(name, runtime);
  if (cause !== undefined) return `exited unexpectedly: ${cause.text}`;
  const end = await runtime.endOf(identity);
  return end === undefined ? "exited unexpectedly" : `exited unexpectedly: ${describeEnd(end)}`;
}

/** Uses the wall clock, which may have been changed since the start, only for containers, because they have no other. */
async function uptimeOf({ identity, startedAtMs }: ServiceRecord): Promise<number> {
  return "startTicks" in identity ? await processAgeMs(identity) : Math.max(0, Date.now() - startedAtMs);
}

/** @throws StreamctlError `not-running` unless a stack was started from this state folder. */
export function requireStarted(state: RunState | undefined, folder: StateFolder): RunState {
  if (state && state.services.length > 0) return state;
  throw new StreamctlError("not-running", `No stack is running in "${folder.root}"`, {
    hint: "Run: streamctl up",
  });
}
