import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { Worker } from "node:worker_threads";
import { pollUntil } from "../../../src/core/wait.ts";
import { openConsumer } from "../../../src/kafka/consumer.ts";
import { clientThreads } from "../client-threads.ts";
import { openMockCluster } from "../mock-cluster.ts";

/** In a bundle, the worker's module has the bundle's file extension. */
const busyWorker = new URL(import.meta.url.replace("worker.test", "busy-worker"));

/** Starts a worker with messages in flight, and returns its delivery counts. */
async function startWorker(): Promise<{ readonly worker: Worker; readonly counts: unknown }> {
  const worker = new Worker(busyWorker);
  const [counts] = await once(worker, "message");
  return { worker, counts };
}

const busy = { accepted: 110, delivered: 10, failed: 0, unresolved: 0, inFlight: 100 };

test("Producer works in a worker, and terminating a worker with messages in flight closes its clients", async () => {
  const before = clientThreads().length;
  for (let round = 0; round < 3; round += 1) {
    const { worker, counts } = await startWorker();
    assert.deepEqual(counts, busy);
    assert.ok(clientThreads().length > before);
    await worker.terminate();
    const none = async () => (clientThreads().length <= before ? true : undefined);
    await pollUntil(none, { timeoutMs: 10_000, what: "the worker's clients to end" });
  }
});

test("several workers and the main thread use separate clients at the same time", async () => {
  using cluster = openMockCluster({ payments: 1 });
  const workers = await Promise.all([startWorker(), startWorker()]);
  assert.deepEqual(
    workers.map(({ counts }) => counts),
    [busy, busy],
  );
  const consumer = openConsumer({ brokers: cluster.brokers, topic: "payments", positions: [{ partition: 0, offset: 0 }] });
  assert.equal((await consumer.nextBatch({ timeoutMs: 10_000 })).count, 0);
  await Promise.all(workers.map(async ({ worker }) => await worker.terminate()));
  assert.equal((await consumer.nextBatch({ timeoutMs: 10 })).count, 0);
  await consumer.close();
});
