/**
 * A producer worker: src/main.ts runs this module in a worker thread. It generates and produces its share, and blocks its thread while it
 * waits. All its input is in `workerData`; it receives no messages.
 */

import { parentPort, workerData } from "node:worker_threads";
import { messageOf, StreamctlError } from "../core/errors.ts";
import { Producer } from "../kafka/producer.ts";
import { monotonicClock } from "./event-time.ts";
import { TransactionGenerator } from "./generator.ts";
import { SharedCounters, workerCounts } from "./shared-counters.ts";
import { runShare } from "./share-run.ts";
import type { WorkerAssignment, WorkerFailure, WorkerMessage } from "./worker-messages.ts";

/** Messages per native call: enough to amortize the call, few enough to stay in the CPU cache. */
const capacity = { fixed: 4000, random: 500 } as const;

const clockMs = (): number => performance.now();

function send(message: WorkerMessage): void {
  parentPort?.postMessage(message);
}

async function work(assignment: WorkerAssignment): Promise<void> {
  const { task, seed, users, eventTime, topic, brokers, kafkaProperties } = assignment;
  const counters = new SharedCounters(assignment.memory);
  const realistic = users === "random" ? (await import("./realistic.ts")).realisticUsers(seed) : null;
  const nowMs = monotonicClock(Date.now);
  const generator = new TransactionGenerator({ seed, eventTime, nowMs, capacity: capacity[users], realistic });
  const producer = new Producer({ topic, brokers, properties: kafkaProperties });
  try {
    counters.awaitStart();
    const outcome = runShare(task, { generator, producer, counters, clockMs, onLog: (entries) => send({ kind: "log", entries }) });
    send({ kind: "finished", outcome });
  } catch (error) {
    // Messages accepted before the error are still delivered.
    if (!producer.flush(task.stopMs)) producer.purge();
    const { offered, firstEventTimeMs, lastEventTimeMs } = counters.read(task.worker);
    const statistics = producer.statistics();
    counters.write(
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
  return { code: "internal", message: `A producer worker failed: ${messageOf(error)}`, hint: undefined, detail: undefined, stack };
}

try {
  await work(workerData as WorkerAssignment);
} catch (error) {
  send({ kind: "failed", error: failure(error) });
}
