import assert from "node:assert/strict";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { test } from "node:test";
import { hasCode } from "../../../src/core/errors.ts";
import {
  createTopic,
  deleteTopic,
  describeTopic,
  fetchMetadata,
  groupOffsets,
  listGroups,
  listOffsets,
  offsetsForTime,
  readTopicConfig,
} from "../../../src/kafka/admin.ts";
import { kafkaErrorCode } from "../../../src/kafka/failure.ts";
import { Producer } from "../../../src/kafka/producer.ts";
import { numberedMessages, packMessages } from "../batches.ts";
import { openMockCluster } from "../mock-cluster.ts";
import { withoutTls } from "../without-tls.ts";

const timeoutMs = 10_000;
const silent = { brokers: "127.0.0.1:1", timeoutMs: 300 };

test("fetchMetadata() returns brokers, topics and their partitions", async () => {
  using cluster = openMockCluster({ payments: 3, windows: 1 });
  const { brokers, controllerId, topics } = await fetchMetadata({ brokers: cluster.brokers, timeoutMs });
  assert.deepEqual(
    brokers.map(({ host, port }) => `${host}:${port}`),
    [cluster.brokers],
  );
  assert.equal(controllerId, 1);
  assert.deepEqual(
    topics.toSorted((one, other) => one.name.localeCompare(other.name)),
    [
      { name: "payments", partitions: 3 },
      { name: "windows", partitions: 1 },
    ],
  );
});

test("describeTopic() returns the partitions, or null for a topic that does not exist", async () => {
  using cluster = openMockCluster({ payments: 3 });
  const found = await describeTopic({ brokers: cluster.brokers, topic: "payments", timeoutMs });
  assert.equal(found?.partitions, 3);
  assert.match(found?.topicId, /^[\w-]{22}$/u);
  assert.equal(await describeTopic({ brokers: cluster.brokers, topic: "refunds", timeoutMs }), null);
});

test("listOffsets() returns the earliest, the last stable and the next offset of each partition", async () => {
  using cluster = openMockCluster({ payments: 2 });
  const producer = new Producer({ brokers: cluster.brokers, topic: "payments" });
  assert.equal(producer.produce(packMessages(numberedMessages(100)), 0, 5_000), 100);
  assert.ok(producer.flush(10_000));
  producer.close();
  const offsets = await listOffsets({ brokers: cluster.brokers, topic: "payments", timeoutMs });
  assert.deepEqual(
    offsets.map(({ partition, low }) => [partition, low]),
    [
      [0, 0],
      [1, 0],
    ],
  );
  assert.equal(
    offsets.reduce((sum, { high }) => sum + high, 0),
    100,
  );
  assert.deepEqual(
    offsets.map(({ stable }) => stable),
    offsets.map(({ high }) => high),
  );
});

test("listOffsets() retries until its deadline while a partition has no leader", async () => {
  using cluster = openMockCluster({ payments: 1 });
  const [listOffsetsRequest, errorNotLeader] = [2, 6];
  cluster.failRequests(listOffsetsRequest, errorNotLeader, 2);
  const topic = { brokers: cluster.brokers, topic: "payments" };
  assert.deepEqual(await listOffsets({ ...topic, timeoutMs }), [{ partition: 0, low: 0, stable: 0, high: 0 }]);
  cluster.failRequests(listOffsetsRequest, errorNotLeader, 1000);
  const error: unknown = await listOffsets({ ...topic, timeoutMs: 500 }).catch((reason: unknown) => reason);
  assert.equal(kafkaErrorCode(error), "NOT_LEADER_FOR_PARTITION");
});

test("offsetsForTime() returns the ends of partitions without such messages", async () => {
  using cluster = openMockCluster({ payments: 2 }); // the mock cluster finds no message by time; tests/e2e/admin.test.ts uses a real broker
  const topic = { brokers: cluster.brokers, topic: "payments", timeoutMs };
  assert.deepEqual(await offsetsForTime({ ...topic, timestampMs: 0.5 }), [
    { partition: 0, offset: 0 },
    { partition: 1, offset: 0 },
  ]);
  const error: unknown = await offsetsForTime({ ...topic, timestampMs: -1 }).catch((reason: unknown) => reason);
  assert.equal(kafkaErrorCode(error), "_INVALID_ARG");
});

test("groupOffsets() returns an empty list for a group without committed offsets", async () => {
  using cluster = openMockCluster({ payments: 3 }, 3);
  assert.deepEqual(await groupOffsets({ brokers: cluster.brokers, groupId: "nobody", timeoutMs }), []);
});

test("a request that the cluster does not support fails with _UNSUPPORTED_FEATURE", async () => {
  using cluster = openMockCluster({ payments: 3 }); // the mock cluster does not support these requests
  const topic = { brokers: cluster.brokers, topic: "payments", timeoutMs };
  const asks = [
    () => createTopic({ ...topic, partitions: 3 }),
    () => deleteTopic(topic),
    () => readTopicConfig(topic),
    () => listGroups(topic),
  ];
  for (const ask of asks) {
    const error: unknown = await ask().catch((reason: unknown) => reason);
    assert.ok(hasCode(error, "kafka"));
    assert.equal(kafkaErrorCode(error), "_UNSUPPORTED_FEATURE");
  }
});

test("requests to an address without a broker fail at their deadline with the cause", async () => {
  for (const ask of [
    () => fetchMetadata(silent),
    () => describeTopic({ ...silent, topic: "payments" }),
    () => listOffsets({ ...silent, topic: "payments" }),
    () => listGroups(silent),
    () => groupOffsets({ ...silent, groupId: "flink" }),
  ]) {
    const start = performance.now();
    const error: unknown = await ask().catch((reason: unknown) => reason);
    assert.ok(hasCode(error, "unreachable"));
    assert.match(String(error), /Connection refused/u);
    assert.ok(performance.now() - start < 2_000);
  }
});

test("requests end when their signal aborts", async () => {
  const controller = new AbortController();
  const start = performance.now();
  const asked = fetchMetadata({ ...silent, timeoutMs: 15_000, signal: controller.signal });
  controller.abort();
  const error: unknown = await asked.catch((reason: unknown) => reason);
  assert.ok(hasCode(error, "interrupted"));
  assert.ok(performance.now() - start < 3_000);
});

test("a request fails if librdkafka refuses a property", async () => {
  const error: unknown = await fetchMetadata({ ...silent, properties: { "security.protocol": "none" } }).catch((reason: unknown) => reason);
  assert.ok(hasCode(error, "kafka"));
  assert.match(String(error), /security.protocol/u);
});

test("a request fails before its deadline, with the cause, if the TLS handshake fails", { skip: withoutTls() }, async () => {
  const server = createServer((socket) => socket.on("error", () => {}).end("this is no TLS\n"));
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  const properties = { "security.protocol": "ssl" };
  for (const ask of [fetchMetadata, describeTopic]) {
    await assert.rejects(ask({ brokers: `127.0.0.1:${port}`, topic: "payments", properties, timeoutMs: 600_000 }), {
      code: "kafka",
      message: /^Cannot (?:ask for metadata|describe topic "payments"): SSL handshake failed: .* \(_SSL\)$/u,
      hint: "Check security.protocol, ssl.ca.location and the client's certificate in the file of --kafka-config",
    });
  }
  server.close();
});

test("many pending requests do not block file access", async () => {
  const over = new AbortController();
  const ends: unknown[] = [];
  const requests = Array.from({ length: 12 }, async () => {
    const request = fetchMetadata({ brokers: "127.0.0.1:1", timeoutMs: 20_000, signal: over.signal });
    ends.push(await request.catch((error: unknown) => hasCode(error, "interrupted")));
  });
  await readFile(new URL(import.meta.url));
  assert.deepEqual(ends, []);
  over.abort();
  await Promise.all(requests);
  assert.deepEqual(
    ends,
    requests.map(() => true),
  );
});
