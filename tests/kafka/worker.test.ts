import { expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { pollUntil } from "../../src/core/wait.ts";
import { openConsumer } from "../../src/kafka/consumer.ts";
import { openMockCluster } from "./mock-cluster.ts";

/** Names of this process's threads that librdkafka made, as Linux lists them. */
function clientThreads(): string[] {
  const names = readdirSync("/proc/self/task").map((id) => {
    try {
      return readFileSync(`/proc/self/task/${id}/comm`, "utf8").trim();
    } catch {
      return ""; // it ended meanwhile
    }
  });
  return names.filter((name) => name.startsWith("rdk:"));
}

function startWorker(): { worker: Worker; delivered: Promise<unknown> } {
  const worker = new Worker(new URL("fixtures/delivering-worker.ts", import.meta.url).href);
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  worker.addEventListener("message", ({ data }) => resolve(data));
  worker.addEventListener("error", ({ message }) => reject(new Error(message)));
  return { worker, delivered: promise };
}

test("Producer works in a worker, and a terminated worker leaves no client behind", async () => {
  const before = clientThreads().length;
  for (let round = 0; round < 3; round += 1) {
    const { worker, delivered } = startWorker();
    expect(await delivered).toBe(10);
    expect(clientThreads().length).toBeGreaterThan(before);
    worker.terminate();
    const none = async () => (clientThreads().length <= before ? true : undefined);
    await pollUntil(none, { timeoutMs: 10_000, what: "the worker's clients to end" });
  }
});

test("several workers and the main thread hold clients of their own at once", async () => {
  using cluster = openMockCluster({ payments: 1 });
  const workers = [startWorker(), startWorker()];
  expect(await Promise.all(workers.map(({ delivered }) => delivered))).toEqual([10, 10]);
  const consumer = openConsumer({ brokers: cluster.brokers, topic: "payments", positions: [{ partition: 0, offset: 0 }] });
  expect((await consumer.nextBatch({ timeoutMs: 10_000 })).count).toBe(0);
  for (const { worker } of workers) worker.terminate();
  expect((await consumer.nextBatch({ timeoutMs: 10 })).count).toBe(0);
  await consumer.close();
});
