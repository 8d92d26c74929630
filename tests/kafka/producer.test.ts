import { expect, test } from "bun:test";
import { openConsumer } from "../../src/kafka/consumer.ts";
import { loadAddon } from "../../src/kafka/addon.ts";
import type { MessageBatch } from "../../src/kafka/batch.ts";
import { type DeliveryStatistics, Producer } from "../../src/kafka/producer.ts";
import { numberedMessages, packMessages } from "./batches.ts";
import { openMockCluster } from "./mock-cluster.ts";

function produceAll(producer: Producer, batch: MessageBatch): void {
  for (let first = 0; first < batch.count;) first += producer.produce(batch, first, 1_000);
}

function counts({ accepted, delivered, failed, unresolved, inFlight }: DeliveryStatistics) {
  return { accepted, delivered, failed, unresolved, inFlight };
}

test("produce() delivers every message, and statistics() says how many, how large and what they weigh", () => {
  using cluster = openMockCluster({ payments: 3 });
  const producer = new Producer({ brokers: cluster.brokers, topic: "payments" });
  const batch = packMessages(numberedMessages(10_000));
  produceAll(producer, batch);
  expect(producer.flush(10_000)).toBe(true);

  const statistics = producer.statistics();
  expect(counts(statistics)).toEqual({ accepted: 10_000, delivered: 10_000, failed: 0, unresolved: 0, inFlight: 0 });
  expect(statistics.bytes).toBe(batch.bytes.length);
  expect(statistics.weightedCount).toBe(6_666);
  expect(statistics.weightSum).toBe(9_999);
  expect(statistics.errors).toEqual([]);
  expect(statistics.latencyHistogram.reduce((sum, count) => sum + count, 0) - statistics.latencyMs.max).toBeCloseTo(10_000, 6);
  expect(statistics.lastReportMs ?? 0).toBeGreaterThan(statistics.firstEnqueueMs ?? Infinity);

  producer.close();
  expect(producer.statistics()).toEqual(statistics);
  expect(() => producer.produce(batch, 0, 0)).toThrow("closed");
});

test("produce() spreads keys as the Java client does and keeps their order within a partition", async () => {
  using cluster = openMockCluster({ payments: 3 });
  const messages = numberedMessages(5_000);
  const producer = new Producer({ brokers: cluster.brokers, topic: "payments" });
  produceAll(producer, packMessages(messages));
  expect(producer.flush(10_000)).toBe(true);
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
  expect(found).toEqual(expected);
});

test("produce() leaves a custom partitioner to librdkafka", () => {
  using cluster = openMockCluster({ payments: 3 });
  const producer = new Producer({ brokers: cluster.brokers, topic: "payments", properties: { partitioner: "consistent" } });
  produceAll(producer, packMessages(numberedMessages(100)));
  expect(producer.flush(10_000)).toBe(true);
  expect(producer.statistics().delivered).toBe(100);
  producer.close();
});

test("produce() refuses a batch whose offsets or lengths are wrong, and accepts nothing of it", () => {
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
  for (const [what, batch, first] of wrong) expect(() => producer.produce(batch, first, 0)).toThrow(what);
  expect(producer.statistics().accepted).toBe(0);
  expect(producer.produce(good, 10, 0)).toBe(0);
  expect(producer.produce({ ...good, count: 0 }, 0, 0)).toBe(0);
  producer.close();
});

test("produce() counts a message that is too large as failed and delivers the others", () => {
  using cluster = openMockCluster({ payments: 3 });
  const producer = new Producer({ brokers: cluster.brokers, topic: "payments", properties: { "message.max.bytes": "2000" } });
  const messages = numberedMessages(100).with(50, { key: "large", value: "x".repeat(5_000), weight: 7 });
  produceAll(producer, packMessages(messages));
  expect(producer.flush(10_000)).toBe(true);
  const statistics = producer.statistics();
  expect(counts(statistics)).toEqual({ accepted: 100, delivered: 99, failed: 1, unresolved: 0, inFlight: 0 });
  expect(statistics.errors).toEqual([{ code: "MSG_SIZE_TOO_LARGE", message: "Broker: Message size too large", count: 1 }]);
  producer.close();
});

test("produce() never has more in flight than allowed, and goes on as reports come in", () => {
  using cluster = openMockCluster({ payments: 3 });
  const limits = { maxInFlightMessages: 500, maxInFlightBytes: 40_000 };
  const producer = new Producer({ brokers: cluster.brokers, topic: "payments", ...limits, properties: { "linger.ms": "0" } });
  const batch = packMessages(numberedMessages(4_000, 100));
  let most = 0;
  for (let first = 0; first < batch.count;) {
    first += producer.produce(batch, first, 1_000);
    most = Math.max(most, producer.statistics().inFlight);
  }
  expect(producer.flush(10_000)).toBe(true);
  expect(most).toBeLessThanOrEqual(40_000 / 105);
  expect(producer.statistics().delivered).toBe(4_000);
  producer.close();
});

test("produce() keeps memory flat at any number of messages", () => {
  using cluster = openMockCluster({ payments: 3 });
  const producer = new Producer({ brokers: cluster.brokers, topic: "payments", maxInFlightMessages: 20_000 });
  const batch = packMessages(numberedMessages(2_000, 200));
  const send = (messages: number) => {
    for (let sent = 0; sent < messages; sent += batch.count) produceAll(producer, batch);
    expect(producer.flush(20_000)).toBe(true);
  };
  send(200_000);
  const before = process.memoryUsage.rss();
  send(600_000); // 120 MB of values
  expect(process.memoryUsage.rss() - before).toBeLessThan(40 * 1024 * 1024);
  expect(producer.statistics().delivered).toBe(800_000);
  producer.close();
});

const besides: readonly [what: string, properties: Readonly<Record<string, string>>][] = [
  ["reports of failures only", { "delivery.report.only.error": "true" }],
  ["another broker under both of its names", { "bootstrap.servers": "127.0.0.1:1", "metadata.broker.list": "127.0.0.1:1" }],
  ["queues as large as librdkafka allows", { "queue.buffering.max.messages": "2147483647", "queue.buffering.max.kbytes": "2147483647" }],
];

test.each(besides)("produce() delivers and counts where the user's properties ask for %s", (_, properties) => {
  using cluster = openMockCluster({ payments: 3 });
  const producer = new Producer({ brokers: cluster.brokers, topic: "payments", properties });
  produceAll(producer, packMessages(numberedMessages(100)));
  producer.flush(3_000);
  expect(counts(producer.statistics())).toEqual({ accepted: 100, delivered: 100, failed: 0, unresolved: 0, inFlight: 0 });
  producer.close();
});

test("Producer shows the client's log where the user's properties would keep it in a queue", () => {
  const producer = new Producer({ brokers: "127.0.0.1:1", topic: "payments", properties: { "log.queue": "true" } });
  producer.produce(packMessages(numberedMessages(1)), 0, 3_000);
  expect(producer.drainLog().map(({ message }) => message)).toContainEqual(expect.stringContaining("Connection refused"));
  producer.close();
});

test("Producer refuses a property that librdkafka does not know, by name", () => {
  expect(() => new Producer({ brokers: "127.0.0.1:1", topic: "payments", properties: { "no.such.property": "1" } })).toThrow(
    'Cannot write to topic "payments": No such configuration property: "no.such.property" (_INVALID_ARG)',
  );
});
