/** The worker threads of a run. Each returns exactly one report: it finished, it failed, or its thread ended. */

import { Worker } from "node:worker_threads";
import { messageOf } from "../core/errors.ts";
import type { LogEntry } from "../kafka/client-log.ts";
import { type SharedCounters, workerCounts } from "./shared-counters.ts";
import type { ShareEnd } from "./share-run.ts";
import type { WorkerReport } from "./summary.ts";
import type { WorkerAssignment, WorkerFailure, WorkerMessage } from "./worker-messages.ts";

export interface WorkerEnd extends WorkerReport {
  readonly end: ShareEnd | "failed";
  /** Null unless `end` is `failed`. */
  readonly failure: WorkerFailure | null;
}

export interface StartedWorker {
  /** Never rejects. Resolves when the thread has ended. */
  readonly ended: Promise<WorkerEnd>;
}

type FinalMessage = Exclude<WorkerMessage, { kind: "log" }>;

/** @param entry the module that the thread runs: src/main.ts, or src/data/worker.ts */
export function startWorker(
  entry: URL,
  assignment: WorkerAssignment,
  counters: SharedCounters,
  onLog: (entries: readonly LogEntry[]) => void,
): StartedWorker {
  const untilEnd = async (): Promise<WorkerEnd> => {
    const message = await runThread(entry, assignment, onLog);
    // The run can no longer be complete: the other workers stop and wait for their delivery reports.
    if (message.kind === "failed") counters.stop();
    return workerEnd(message, counters, assignment.task.worker);
  };
  return { ended: untilEnd() };
}

/** Waits until the thread has ended and returns its final message, or the reason why there was none. */
async function runThread(entry: URL, assignment: WorkerAssignment, onLog: (entries: readonly LogEntry[]) => void): Promise<FinalMessage> {
  let worker: Worker;
  try {
    worker = new Worker(entry, { workerData: assignment });
  } catch (error) {
    return failedThread(messageOf(error));
  }
  const final = await new Promise<FinalMessage>((resolve) => {
    worker.on("message", (message: WorkerMessage) => {
      if (message.kind === "log") onLog(message.entries);
      else resolve(message);
    });
    worker.on("error", (error) => resolve(failedThread(messageOf(error))));
    worker.on("exit", (code) => resolve(failedThread(`its thread ended with code ${code}`)));
  });
  await worker.terminate();
  return final;
}

function failedThread(why: string): FinalMessage {
  const message = `A producer worker failed: ${why}`;
  return { kind: "failed", error: { code: "internal", message, hint: undefined, detail: undefined, stack: undefined } };
}

function workerEnd(final: FinalMessage, counters: SharedCounters, worker: number): WorkerEnd {
  if (final.kind === "finished") {
    const { outcome } = final;
    const { statistics, firstEventTimeMs, lastEventTimeMs } = outcome;
    const counts = workerCounts(statistics, { offered: statistics.accepted, firstEventTimeMs, lastEventTimeMs });
    return { counts, latencyHistogram: statistics.latencyHistogram, errors: statistics.errors, end: outcome.end, failure: null };
  }
  // Every message that was offered may have been sent: those without a delivery report are unresolved.
  const last = counters.read(worker);
  const unresolved = last.offered - last.delivered - last.failed;
  const counts = { ...last, accepted: last.offered, unresolved };
  const lost = unresolved > 0 ? [{ code: "WORKER_FAILED", message: final.error.message, count: unresolved }] : [];
  const { errors, latencyHistogram } = final.reported ?? { errors: lost, latencyHistogram: null };
  return { counts, latencyHistogram, errors, end: "failed", failure: final.error };
}
