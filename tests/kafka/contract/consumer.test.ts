import assert from "node:assert/strict";
import { test } from "node:test";
import { hasCode } from "../../../src/core/errors.ts";
import { type ConsumedBatch, type Consumer, headersOf, messageFlags, openConsumer } from "../../../src/kafka/consumer.ts";
import { Producer } from "../../../src/kafka/producer.ts";
import type { KafkaProperties } from "../../../src/kafka/properties.ts";
import { numberedMessages, packMessages, type TestMessage } from "../batches.ts";
import { openMockCluster } from "../mock-cluster.ts";

function deliver(brokers: string, topic: string, messages: readonly TestMessage[], properties: KafkaProperties = {}): void {
  const producer = new Producer({ brokers, topic, properties, maxInFlightBytes: 1_000_000_000 });
  const batch = packMessages(messages);
  for (let first = 0; first < batch.count;) first += producer.produce(batch, first, 1_000);
  assert.ok(producer.flush(60_000));
  producer.close();
}

function texts(batch: ConsumedBatch): { key: string; value: string | null }[] {
  const text = (place: number) => new TextDecoder().decode(batch.bytes.subarray(batch.offsets[place], batch.offsets[place + 1]));
  return Array.from({ length: batch.count }, (_, i) => ({
    key: text(2 * i),
    value: ((batch.flags[i] ?? 0) & messageFlags.nullValue) !== 0 ? null : text(2 * i + 1),
  }));
}

async function readAll(consumer: Consumer, count: number): Promise<ConsumedBatch[]> {
  const batches: ConsumedBatch[] = [];
  for (let read = 0; read < count;) {
    const batch = await consumer.nextBatch({ timeoutMs: 10_000, maxMessages: 700 });
    batches.push(batch);
    read += batch.count;
  }
  return batches;
}

test("nextBatch() returns the produced messages, including tombstones, with offsets, timestamps and positions", async () => {
  using cluster = openMockCluster({ payments: 1 });
  const before = Date.now();
  deliver(cluster.brokers, "payments", [
    { key: "a", value: "one" },
    { key: "b", value: "" },
    { key: "", value: "zwei €" },
  ]);
  const consumer = openConsumer({ brokers: cluster.brokers, topic: "payments", positions: [{ partition: 0, offset: 0 }] });
  const [batch] = await readAll(consumer, 3);
  if (batch === undefined) throw new Error("nothing was read");
  assert.deepEqual(texts(batch), [
    { key: "a", value: "one" },
    { key: "b", value: null },
    { key: "", value: "zwei €" },
  ]);
  assert.deepEqual([...batch.recordOffsets], [0, 1, 2]);
  assert.deepEqual([...batch.partitions], [0, 0, 0]);
  assert.ok(batch.timestampsMs.every((ms) => ms >= before && ms <= Date.now()));
  assert.deepEqual(batch.positions, [{ partition: 0, offset: 3 }]);
  assert.deepEqual([...batch.flags], [0, messageFlags.nullValue, messageFlags.nullKey]);
  assert.deepEqual([batch.headerBytes, batch.headerOffsets, headersOf(batch, 0)], [undefined, undefined, []]);
  await consumer.close();
});

test("nextBatch() reads a zstd batch that decompresses to more than librdkafka's default limit of 100 MB", async () => {
  using cluster = openMockCluster({ payments: 1 });
  const value = " ".repeat(105_000_000);
  const properties = { "compression.type": "zstd", "message.max.bytes": "1000000000" };
  deliver(cluster.brokers, "payments", [{ key: "a", value }], properties);
  const consumer = openConsumer({ brokers: cluster.brokers, topic: "payments", positions: [{ partition: 0, offset: 0 }] });
  const [batch] = await readAll(consumer, 1);
  assert.deepEqual([...(batch?.offsets ?? [])], [0, 1, 1 + value.length]);
  await consumer.close();
});

test("nextBatch() reads each message of all partitions once, from the given offsets on", async () => {
  using cluster = openMockCluster({ payments: 3 });
  const messages = numberedMessages(20_000);
  deliver(cluster.brokers, "payments", messages);
  const all = openConsumer({
    brokers: cluster.brokers,
    topic: "payments",
    positions: [0, 1, 2].map((partition) => ({ partition, offset: 0 })),
  });
  const batches = await readAll(all, messages.length);
  assert.ok(batches.every(({ count }) => count <= 700));
  assert.deepEqual(new Set(batches.flatMap(texts).map(({ value }) => value)), new Set(messages.map(({ value }) => value)));
  assert.equal(
    batches.reduce((sum, { count }) => sum + count, 0),
    messages.length,
  );
  const end = batches.at(-1)?.positions ?? [];
  assert.equal(
    end.reduce((sum, { offset }) => sum + offset, 0),
    20_000,
  );
  await all.close();

  const last = openConsumer({
    brokers: cluster.brokers,
    topic: "payments",
    positions: end.map(({ partition, offset }) => ({ partition, offset: offset - 1 })),
  });
  const tail = await readAll(last, 3);
  assert.deepEqual(tail.at(-1)?.positions, end);
  await last.close();
});

test("nextBatch() stops each partition at its end offset, with a small prefetch too", async () => {
  using cluster = openMockCluster({ payments: 2 });
  deliver(cluster.brokers, "payments", numberedMessages(20_000));
  const positions = [
    { partition: 0, offset: 10, endOffset: 5_010 },
    { partition: 1, offset: 20, endOffset: 20 },
  ];
  const consumer = openConsumer({ brokers: cluster.brokers, topic: "payments", positions, prefetchBytes: 100_000, headers: true });
  const batches = await readAll(consumer, 5_000);
  assert.deepEqual(
    batches.flatMap(({ recordOffsets }) => [...recordOffsets]),
    Array.from({ length: 5_000 }, (_, index) => 10 + index),
  );
  const last = await consumer.nextBatch({ timeoutMs: 10_000 });
  assert.equal(last.count, 0);
  assert.deepEqual(
    last.positions,
    positions.map(({ partition, endOffset }) => ({ partition, offset: endOffset })),
  );
  assert.deepEqual(batches[0] && headersOf(batches[0], 0), []);
  await consumer.close();
});

test("headersOf() reads the layout of native/consumer.h", () => {
  const part = (text: string | null) => [
    ...new Uint8Array(Uint32Array.of(text === null ? 2 ** 32 - 1 : text.length).buffer),
    ...Buffer.from(text ?? ""),
  ];
  const bytes = ["a", "1", "a", null, "", ""].flatMap(part);
  const batch = { headerBytes: Uint8Array.from(bytes), headerOffsets: Uint32Array.of(0, 0, bytes.length) } as unknown as ConsumedBatch;
  assert.deepEqual(headersOf(batch, 0), []);
  assert.deepEqual(
    headersOf(batch, 1).map(([name, value]) => [Buffer.from(name).toString(), value === null ? null : Buffer.from(value).toString()]),
    [
      ["a", "1"],
      ["a", null],
      ["", ""],
    ],
  );
});

test("nextBatch() returns an empty batch early at the end of all partitions, then waits for new messages", async () => {
  using cluster = openMockCluster({ payments: 2 });
  const consumer = openConsumer({
    brokers: cluster.brokers,
    topic: "payments",
    positions: [0, 1].map((partition) => ({ partition, offset: 0 })),
  });
  const start = performance.now();
  assert.equal((await consumer.nextBatch({ timeoutMs: 15_000 })).count, 0);
  assert.ok(performance.now() - start < 10_000);
  const news = consumer.nextBatch({ timeoutMs: 15_000 });
  deliver(cluster.brokers, "payments", [{ key: "a", value: "late" }]);
  assert.deepEqual(texts(await news), [{ key: "a", value: "late" }]);
  await consumer.close();
});

test("nextBatch() fails if an offset is not in the log", async () => {
  using cluster = openMockCluster({ payments: 1 });
  deliver(cluster.brokers, "payments", [{ key: "a", value: "one" }]);
  const consumer = openConsumer({ brokers: cluster.brokers, topic: "payments", positions: [{ partition: 0, offset: 1_000 }] });
  const error: unknown = await consumer.nextBatch({ timeoutMs: 10_000 }).catch((reason: unknown) => reason);
  assert.ok(hasCode(error, "kafka"));
  assert.match(String(error), /Offset out of range/u);
  await consumer.close();
});

test("nextBatch() fails if no broker responds, rather than returning an empty batch", async () => {
  const consumer = openConsumer({ brokers: "127.0.0.1:1", topic: "payments", positions: [{ partition: 0, offset: 0 }] });
  const error: unknown = await consumer.nextBatch({ timeoutMs: 300 }).catch((reason: unknown) => reason);
  assert.ok(hasCode(error, "unreachable"));
  assert.match(String(error), /Connection refused/u);
  await consumer.close();
});

test("nextBatch() ends when its signal aborts", async () => {
  using cluster = openMockCluster({ payments: 1 });
  const consumer = openConsumer({ brokers: cluster.brokers, topic: "payments", positions: [{ partition: 0, offset: 0 }] });
  await consumer.nextBatch({ timeoutMs: 10_000 });
  const controller = new AbortController();
  const start = performance.now();
  const read = consumer.nextBatch({ timeoutMs: 15_000, signal: controller.signal });
  controller.abort();
  const error: unknown = await read.catch((reason: unknown) => reason);
  assert.ok(hasCode(error, "interrupted"));
  assert.ok(performance.now() - start < 2_000);
  assert.equal((await consumer.nextBatch({ timeoutMs: 10 })).count, 0);
  await consumer.close();
});

test("nextBatch() loses no message when its signal aborts, at any time", async () => {
  using cluster = openMockCluster({ payments: 1 });
  const count = 20_000;
  deliver(cluster.brokers, "payments", numberedMessages(count));
  for (let delayMs = 1; delayMs <= 20; delayMs += 1) {
    const consumer = openConsumer({ brokers: cluster.brokers, topic: "payments", positions: [{ partition: 0, offset: 0 }] });
    const request = { timeoutMs: 10_000, maxMessages: count };
    const signal = AbortSignal.timeout(delayMs);
    const first = await consumer.nextBatch({ ...request, signal }).catch((error: unknown) => {
      if (hasCode(error, "interrupted")) return { count: 0 };
      throw error;
    });
    const second = await consumer.nextBatch(request);
    // Empty if the first read returned all messages.
    assert.equal(second.recordOffsets[0] ?? count, first.count);
    await consumer.close();
  }
});

test("close() ends a running nextBatch() and is idempotent, and later reads fail", async () => {
  using cluster = openMockCluster({ payments: 1 });
  const consumer = openConsumer({ brokers: cluster.brokers, topic: "payments", positions: [{ partition: 0, offset: 0 }] });
  await consumer.nextBatch({ timeoutMs: 10_000 });
  const read = consumer.nextBatch({ timeoutMs: 15_000 }).catch((reason: unknown) => reason);
  await consumer.close();
  await consumer.close();
  assert.ok(hasCode(await read, "interrupted"));
  assert.ok(await consumer.nextBatch({ timeoutMs: 10 }).catch((reason: unknown) => hasCode(reason, "kafka")));
});

test("openConsumer() refuses invalid positions", () => {
  const positions = [{ partition: -1, offset: 0 }];
  assert.throws(() => openConsumer({ brokers: "127.0.0.1:1", topic: "payments", positions }), /not a partition, an offset and an end/u);
});
