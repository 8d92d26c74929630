/**
 * Tests the addon's JavaScript interface on Node with a sanitized addon (`make test-native`): invalid calls, use after close,
 * garbage-collected clients, and workers terminated with messages, reads and requests in progress.
 */

import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { isMainThread, parentPort, Worker } from "node:worker_threads";
import { loadAddon } from "../../src/kafka/addon.ts";
import type { NativeAddon } from "../../src/kafka/native.ts";
import { numberedMessages, packMessages } from "../kafka/batches.ts";
import { misuses } from "../kafka/misuse.ts";
import { openMockCluster } from "../kafka/mock-cluster.ts";

const { count, bytes, offsets, weights } = packMessages(numberedMessages(100));

function openClients(addon: NativeAddon, brokers: string) {
  const properties = ["bootstrap.servers", brokers];
  const producer = new addon.Producer(properties, "payments", 1_000, 1_000_000, true);
  const consumer = new addon.Consumer(properties, "payments", Float64Array.of(0, 0, Infinity, 1, 0, Infinity, 2, 0, Infinity), true);
  return { producer, consumer };
}

async function wrongCalls(addon: NativeAddon, brokers: string): Promise<void> {
  const { producer, consumer } = openClients(addon, brokers);
  for (const [what, call, message] of misuses(addon, producer, consumer, brokers)) assert.throws(call, message, what);
  producer.close();
  await consumer.close();
}

async function useAfterClose(addon: NativeAddon, brokers: string): Promise<void> {
  const { producer, consumer } = openClients(addon, brokers);
  assert.equal(producer.produce(count, bytes, offsets, weights, 0, 5_000), count);
  const read = consumer.nextBatch(10, 10_000, 60_000);
  assert.throws(() => consumer.nextBatch(10, 10_000, 0), /being read already/u);
  await Promise.all([consumer.close(), consumer.close(), read.catch(() => undefined)]);
  assert.throws(() => consumer.nextBatch(1, 1, 0), /closed/u);
  consumer.interrupt();
  assert.ok(Array.isArray(consumer.drainLog()));
  producer.close();
  producer.close();
  assert.throws(() => producer.produce(count, bytes, offsets, weights, 0, 0), /closed/u);
  producer.purge(0);
  assert.equal(producer.flush(0), true);
  const numbers = new Float64Array(addon.statisticsLength);
  producer.statistics(numbers);
  const [accepted = 0, delivered = 0, failed = 0, unresolved = 0, inFlight = 0] = numbers;
  assert.deepEqual([accepted, delivered + failed + unresolved, inFlight], [count, count, 0]);
  const cluster = openMockCluster();
  cluster.close();
  cluster.close();
  assert.throws(() => cluster.setBrokerUp(-1, true), /closed/u);
}

/** Unreachable clients with work in progress. */
async function forgotten(addon: NativeAddon, brokers: string): Promise<void> {
  for (let round = 0; round < 5; round += 1) {
    const { producer, consumer } = openClients(addon, brokers);
    producer.produce(count, bytes, offsets, weights, 0, 5_000);
    const request = addon.request("metadata", ["bootstrap.servers", brokers], [], 5_000);
    await Promise.all([consumer.nextBatch(1, 1, 5_000), request.answer]);
    addon.cancel(request);
  }
  globalThis.gc?.();
  await new Promise(setImmediate); // finalizers run on the next turn
}

async function endedWorkers(): Promise<void> {
  for (let round = 0; round < 3; round += 1) {
    const worker = new Worker(new URL(import.meta.url));
    const [said] = await once(worker, "message");
    assert.equal(said, count);
    await worker.terminate();
  }
}

/** Posts the number of messages taken once all work is in progress. No response ever arrives. */
function leaveWorkBehind(): void {
  const addon = loadAddon();
  const cluster = openMockCluster({ payments: 3 });
  const { producer, consumer } = openClients(addon, cluster.brokers);
  producer.produce(1, bytes, offsets, weights, 0, 5_000);
  producer.flush(5_000);
  cluster.setRoundTripMs(60_000);
  const taken = producer.produce(count, bytes, offsets, weights, 0, 5_000);
  const pending = [consumer.nextBatch(10, 10_000, 500), addon.request("metadata", ["bootstrap.servers", "127.0.0.1:1"], [], 500).answer];
  void Promise.allSettled(pending);
  parentPort?.postMessage(taken, []);
  setInterval(() => producer.drainLog(), 1_000);
}

if (isMainThread) {
  const addon = loadAddon();
  // Only the addon next to this bundle is built with the sanitizers.
  assert.ok(readFileSync("/proc/self/maps", "utf8").includes(fileURLToPath(new URL("streamctl_native.node", import.meta.url))));
  using cluster = openMockCluster({ payments: 3 });
  await wrongCalls(addon, cluster.brokers);
  await useAfterClose(addon, cluster.brokers);
  await forgotten(addon, cluster.brokers);
  await endedWorkers();
  process.stdout.write("invalid calls, use after close, unreachable clients, terminated workers\n");
} else {
  leaveWorkBehind();
}
