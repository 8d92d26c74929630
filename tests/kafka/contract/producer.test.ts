import assert from "node:assert/strict";
import { test } from "node:test";
import { openConsumer } from "../../../src/kafka/consumer.ts";
import { loadAddon } from "../../../src/kafka/addon.ts";
import type { MessageBatch } from "../../../src/kafka/batch.ts";
import { latencyBuckets } from "../../../src/kafka/latency.ts";
import { Producer } from "../../../src/kafka/producer.ts";
import { numberedMessages, packMessages } from "../batches.ts";
import { openMockCluster } from "../mock-cluster.ts";
import { deliveryCounts } from "./delivery-counts.ts";

function produceAll(producer: Producer, batch: MessageBatch): void {
  for (let first = 0; first < batch.count;) first += producer.produce(batch, first, 1_000);
}

test("produce() delivers every message, and statistics() returns their count, bytes and weights", () => {
  using cluster = openMockCluster({ payments: 3 });
  const producer = new Producer({ brokers: cluster.brokers, topic: "payments" });
  const batch = packMessages(numberedMessages(10_000));
  produceAll(producer, batch);
  assert.ok(producer.flush(10_000));

  const statistics = producer.statistics();
  assert.deepEqual(deliveryCounts(statistics), { accepted: 10_000, delivered: 10_000, failed: 0, unresolved: 0, inFlight: 0 });
  assert.equal(statistics.bytes, batch.bytes.length);
  assert.equal(statistics.weightedCount, 6_666);
  assert.equal(statistics.weightSum, 9_999);
  assert.deepEqual(statistics.errors, []);
  assert.equal(
    statistics.latencyHistogram.slice(0, latencyBuckets).reduce((sum, count) => sum + count, 0),
    10_000,
  );
  assert.ok((statistics.lastReportMs ?? 0) > (statistics.firstEnqueueMs ?? Infinity));

  producer.close();
  assert.deepEqual(producer.statistics(), statistics);
  assert.throws(() => producer.produce(batch, 0, 0), /closed/u);
});

test("produce() partitions keys as the Java client does and keeps their order within a partition", async () => {
  using cluster = openMockCluster({ payments: 3 });
  const messages = numberedMessages(5_000);
  const producer = new Producer({ brokers: cluster.brokers, topic: "payments" });
  produceAll(producer, packMessages(messages));
  assert.ok(producer.flush(10_000));
  producer.close();

  const expected: string[][] = [[], [], []];
  for (const { key, value } of messages) expected[loadAddon().partitionOf(new TextEncoder().encode(key), 3)]?.push(value);
  const found: string[][] = [[], [], []];
  const consumer = openConsumer({
    brokers: cluster.brokers,
    topic: "payments",
    positions: [0, 1, 2].map((partition) => ({ partition, offset: 0 })),
  });
  for (let count = 0; count < messages.length;) {
    const batch = await consumer.nextBatch({ timeoutMs: 10_000 });
    count += batch.count;
    const text = new TextDecoder();
    for (let i = 0; i < batch.count; i += 1) {
      found[batch.partitions[i] ?? -1]?.push(text.decode(batch.bytes.subarray(batch.offsets[2 * i + 1], batch.offsets[2 * i + 2])));
    }
  }
  await consumer.close();
  assert.deepEqual(found, expected);
});

test("produce() uses librdkafka's partitioner if the properties set one", () => {
  using cluster = openMockCluster({ payments: 3 });
  const producer = new Producer({ brokers: cluster.brokers, topic: "payments", properties: { partitioner: "consistent" } });
  produceAll(producer, packMessages(numberedMessages(100)));
  assert.ok(producer.flush(10_000));
  assert.equal(producer.statistics().delivered, 100);
  producer.close();
});

test("produce() refuses a batch whose offsets or lengths are wrong, and accepts no message of it", () => {
  using cluster = openMockCluster({ payments: 3 });
  const producer = new Producer({ brokers: cluster.brokers, topic: "payments" });
  const good = packMessages(numberedMessages(10));
  const changed = (place: number, value: number): MessageBatch => ({ ...good, offsets: good.offsets.with(place, value) });
  const wrong: [string, MessageBatch, number][] = [
    ["below the one before", changed(6, 1), 0],
    ["beyond the bytes", changed(20, good.bytes.length + 1), 0],
    ["below the one before", changed(0, 0xffffffff), 0],
    ["too few offsets", { ...good, offsets: good.offsets.slice(0, 20) }, 0],
    ["too few offsets", { ...good, count: 11 }, 0],
    ["too few offsets", { ...good, count: 2 ** 30 }, 0],
    ["too few weights", { ...good, weights: good.weights.slice(1) }, 0],
    ["beyond the batch", good, 11],
    ["range", { ...good, count: -1 }, 0],
    ["range", good, 0.5],
    ["wrong kind", { ...good, offsets: new Float64Array(21) as never }, 0],
    ["wrong kind", { ...good, bytes: "text" as never }, 0],
  ];
  for (const [what, batch, first] of wrong) assert.throws(() => producer.produce(batch, first, 0), new RegExp(what, "u"));
  assert.equal(producer.statistics().accepted, 0);
  assert.equal(producer.produce(good, 10, 0), 0);
  assert.equal(producer.produce({ ...good, count: 0 }, 0, 0), 0);
  producer.close();
});

test("produce() counts a message that is too large as failed and delivers the others", () => {
  using cluster = openMockCluster({ payments: 3 });
  const producer = new Producer({ brokers: cluster.brokers, topic: "payments", properties: { "message.max.bytes": "2000" } });
  const messages = numberedMessages(100).with(50, { key: "large", value: "x".repeat(5_000), weight: 7 });
  produceAll(producer, packMessages(messages));
  assert.ok(producer.flush(10_000));
  const statistics = producer.statistics();
  assert.deepEqual(deliveryCounts(statistics), { accepted: 100, delivered: 99, failed: 1, unresolved: 0, inFlight: 0 });
  assert.deepEqual(statistics.errors, [{ code: "MSG_SIZE_TOO_LARGE", message: "Broker: Message size too large", count: 1 }]);
  producer.close();
});

test("produce() respects the in-flight limits, and continues as delivery reports arrive", () => {
  using cluster = openMockCluster({ payments: 3 });
  const limits = { maxInFlightMessages: 500, maxInFlightBytes: 40_000 };
  const producer = new Producer({ brokers: cluster.brokers, topic: "payments", ...limits, properties: { "linger.ms": "0" } });
  const batch = packMessages(numberedMessages(4_000, 100));
  let most = 0;
  for (let first = 0; first < batch.count;) {
    first += producer.produce(batch, first, 1_000);
    most = Math.max(most, producer.statistics().inFlight);
  }
  assert.ok(producer.flush(10_000));
  assert.ok(most <= 40_000 / 105);
  assert.equal(producer.statistics().delivered, 4_000);
  producer.close();
});

test("produce() uses constant memory for any number of messages", () => {
  using cluster = openMockCluster({ payments: 3 });
  const producer = new Producer({ brokers: cluster.brokers, topic: "payments", maxInFlightMessages: 20_000 });
  const batch = packMessages(numberedMessages(2_000, 200));
  const send = (messages: number) => {
    for (let sent = 0; sent < messages; sent += batch.count) produceAll(producer, batch);
    assert.ok(producer.flush(20_000));
  };
  send(200_000);
  const before = process.memoryUsage.rss();
  send(600_000); // 120 MB of values
  assert.ok(process.memoryUsage.rss() - before < 40 * 1024 * 1024);
  assert.equal(producer.statistics().delivered, 800_000);
  producer.close();
});

const besides: readonly [what: string, properties: Readonly<Record<string, string>>][] = [
  ["reports of failures only", { "delivery.report.only.error": "true" }],
  ["another broker under both of its names", { "bootstrap.servers": "127.0.0.1:1", "metadata.broker.list": "127.0.0.1:1" }],
  ["queues as large as librdkafka allows", { "queue.buffering.max.messages": "2147483647", "queue.buffering.max.kbytes": "2147483647" }],
];

for (const [what, properties] of besides) {
  test(`produce() delivers and counts messages if the user's properties set ${what}`, () => {
    using cluster = openMockCluster({ payments: 3 });
    const producer = new Producer({ brokers: cluster.brokers, topic: "payments", properties });
    produceAll(producer, packMessages(numberedMessages(100)));
    producer.flush(3_000);
    assert.deepEqual(deliveryCounts(producer.statistics()), { accepted: 100, delivered: 100, failed: 0, unresolved: 0, inFlight: 0 });
    producer.close();
  });
}

test("Producer returns the client's log even if the user's properties redirect it to a queue", () => {
  const producer = new Producer({
    brokers: "127.0.0.1:1",
    topic: "payments",
    properties: { "log.queue": "true", partitioner: "consistent" },
  });
  assert.equal(producer.produce(packMessages(numberedMessages(1)), 0, 0), 1);
  while (!producer.drainLog().some(({ message }) => message.includes("Connection refused"))) producer.flush(10);
  producer.close();
});

test("Producer names an unknown property in the error", () => {
  assert.throws(() => new Producer({ brokers: "127.0.0.1:1", topic: "payments", properties: { "no.such.property": "1" } }), {
    message: 'Cannot write to topic "payments": No such configuration property: "no.such.property" (_INVALID_ARG)',
  });
});
