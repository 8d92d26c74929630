/**
 * A producer worker: src/main.ts enters here off the main thread. It makes its share and hands it to a producer of its own,
 * blocking this thread wherever there is nothing else to do. All that it needs is in `workerData`; nothing is sent to it.
 */

import { parentPort, workerData } from "node:worker_threads";
import { messageOf, StreamctlError } from "../core/errors.ts";
import { Producer } from "../kafka/producer.ts";
import { monotonicClock } from "./event-time.ts";
import { TransactionGenerator } from "./generator.ts";
import { RunBoard, workerCounts } from "./run-board.ts";
import { runShare } from "./share-run.ts";
import type { WorkerAssignment, WorkerFailure, WorkerMessage } from "./worker-messages.ts";

/** Messages of one native call: many enough to make the call cheap, few enough to stay in the processor's cache. */
const capacity = { fixed: 4000, random: 500 } as const;

const clockMs = (): number => performance.now();

function send(message: WorkerMessage): void {
  parentPort?.postMessage(message);
}

async function work(assignment: WorkerAssignment): Promise<void> {
  const { task, seed, users, eventTime, topic, brokers, kafkaProperties } = assignment;
  const board = new RunBoard(assignment.memory);
  const realistic = users === "random" ? (await import("./realistic.ts")).realisticUsers(seed) : null;
  const nowMs = monotonicClock(Date.now);
  const generator = new TransactionGenerator({ seed, eventTime, nowMs, capacity: capacity[users], realistic });
  const producer = new Producer({ topic, brokers, properties: kafkaProperties });
  try {
    board.awaitStart();
    const outcome = runShare(task, { generator, producer, board, clockMs, onLog: (entries) => send({ kind: "log", entries }) });
    send({ kind: "finished", outcome });
  } catch (error) {
    // What was accepted before is as good as ever.
    if (!producer.flush(task.stopMs)) producer.purge();
    const { offered, firstEventTimeMs, lastEventTimeMs } = board.read(task.worker);
    const statistics = producer.statistics();
    board.write(
      task.worker,
      workerCounts(statistics, { offered: Math.min(offered, statistics.accepted), firstEventTimeMs, lastEventTimeMs }),
    );
    const { errors, latencyHistogram } = statistics;
    send({ kind: "failed", error: failure(error), reported: { errors, latencyHistogram } });
  } finally {
    producer.close();
  }
}

function failure(error: unknown): WorkerFailure {
  const stack = error instanceof Error ? error.stack : undefined;
  if (error instanceof StreamctlError) return { code: error.code, message: error.message, hint: error.hint, detail: error.detail, stack };
  return { code: "internal", message: `Cannot go on in a producer worker: ${messageOf(error)}`, hint: undefined, detail: undefined, stack };
}

try {
  await work(workerData as WorkerAssignment);
} catch (error) {
  send({ kind: "failed", error: failure(error) });
}
