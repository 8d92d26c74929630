/** The workers of a run: hired, listened to, dismissed. Each ends in exactly one report, whether it finishes, fails or dies. */

import { Worker } from "node:worker_threads";
import { messageOf } from "../core/errors.ts";
import type { LogEntry } from "../kafka/client-log.ts";
import { type RunBoard, workerCounts } from "./run-board.ts";
import type { ShareEnd } from "./share-run.ts";
import type { WorkerReport } from "./summary.ts";
import type { WorkerAssignment, WorkerFailure, WorkerMessage } from "./worker-messages.ts";

export interface WorkerEnd extends WorkerReport {
  readonly end: ShareEnd | "failed";
  /** Why it failed; null where it did not. */
  readonly failure: WorkerFailure | null;
}

export interface HiredWorker {
  /** Never rejects. The thread is gone when it resolves. */
  readonly ended: Promise<WorkerEnd>;
}

type LastWord = Exclude<WorkerMessage, { kind: "log" }>;

/** @param entry the module that a worker runs: src/main.ts, or src/data/worker.ts by itself */
export function hireWorker(
  entry: URL,
  assignment: WorkerAssignment,
  board: RunBoard,
  onLog: (entries: readonly LogEntry[]) => void,
): HiredWorker {
  const listen = async (): Promise<WorkerEnd> => {
    const word = await work(entry, assignment, onLog);
    // The run cannot be whole any more: the other workers bring home what they have.
    if (word.kind === "failed") board.stop();
    return workerEnd(word, board, assignment.task.worker);
  };
  return { ended: listen() };
}

/** Starts the thread and answers its last message, or what became of it without one. The thread is gone then. */
async function work(entry: URL, assignment: WorkerAssignment, onLog: (entries: readonly LogEntry[]) => void): Promise<LastWord> {
  let worker: Worker;
  try {
    worker = new Worker(entry, { workerData: assignment });
  } catch (error) {
    return death(messageOf(error));
  }
  const word = await new Promise<LastWord>((resolve) => {
    worker.on("message", (message: WorkerMessage) => {
      if (message.kind === "log") onLog(message.entries);
      else resolve(message);
    });
    worker.on("error", (error) => resolve(death(messageOf(error))));
    worker.on("exit", (code) => resolve(death(`its thread ended with code ${code} before its last report`)));
  });
  await worker.terminate();
  return word;
}

function death(why: string): LastWord {
  const message = `Cannot go on in a producer worker: ${why}`;
  return { kind: "failed", error: { code: "internal", message, hint: undefined, detail: undefined, stack: undefined } };
}

function workerEnd(word: LastWord, board: RunBoard, worker: number): WorkerEnd {
  if (word.kind === "finished") {
    const { outcome } = word;
    const { statistics, firstEventTimeMs, lastEventTimeMs } = outcome;
    const counts = workerCounts(statistics, { offered: statistics.accepted, firstEventTimeMs, lastEventTimeMs });
    return { counts, latencyHistogram: statistics.latencyHistogram, errors: statistics.errors, end: outcome.end, failure: null };
  }
  // Whatever was offered may have been sent: all of it that was not reported is unresolved.
  const last = board.read(worker);
  const unresolved = last.offered - last.delivered - last.failed;
  const counts = { ...last, accepted: last.offered, unresolved };
  const deaths = unresolved > 0 ? [{ code: "WORKER_FAILED", message: word.error.message, count: unresolved }] : [];
  const { errors, latencyHistogram } = word.reported ?? { errors: deaths, latencyHistogram: null };
  return { counts, latencyHistogram, errors, end: "failed", failure: word.error };
}
