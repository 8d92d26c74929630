import assert from "node:assert/strict";
import { test } from "node:test";
import { Producer } from "../../../src/kafka/producer.ts";
import { numberedMessages, packMessages } from "../batches.ts";
import { assertBalance, deliveryCounts } from "./delivery-counts.ts";
import { errorNotLeader, errorRequestTimedOut, errorTopicAuthorizationFailed, openMockCluster, produceRequest } from "../mock-cluster.ts";

/** An address on which nothing listens. */
const deadBroker = "127.0.0.1:1";

test("flush() returns at its deadline, and purge() counts messages that were never sent as failed", () => {
  const producer = new Producer({ brokers: deadBroker, topic: "payments" });
  const batch = packMessages(numberedMessages(1_000));
  assert.equal(producer.produce(batch, 0, 0), 0); // the partition count is not known yet
  assert.equal(producer.produce(batch, 0, 5_000), 1_000);
  const start = performance.now();
  assert.equal(producer.flush(300), false);
  assert.ok(performance.now() - start < 1_000);
  assert.equal(producer.statistics().inFlight, 1_000);
  producer.purge();
  const statistics = producer.statistics();
  assertBalance(statistics);
  assert.equal(statistics.failed, 1_000);
  assert.deepEqual(
    statistics.errors.map(({ code }) => code),
    ["_PURGE_QUEUE"],
  );
  assert.ok(producer.drainLog().some(({ severity, message }) => severity === "error" && message.includes("Connection refused")));
  producer.close();
});

test("purge() counts messages sent without a response as unresolved", () => {
  using cluster = openMockCluster({ payments: 1 });
  const producer = new Producer({ brokers: cluster.brokers, topic: "payments" });
  const batch = packMessages(numberedMessages(100));
  assert.equal(producer.produce(batch, 0, 5_000), 100);
  assert.ok(producer.flush(5_000));
  cluster.setRoundTripMs(60_000);
  assert.equal(producer.produce(batch, 0, 5_000), 100);
  assert.equal(producer.flush(500), false);
  producer.purge();
  const statistics = producer.statistics();
  assert.deepEqual(deliveryCounts(statistics), { accepted: 200, delivered: 100, failed: 0, unresolved: 100, inFlight: 0 });
  assert.deepEqual(
    statistics.errors.map(({ code, count }) => ({ code, count })),
    [{ code: "_PURGE_INFLIGHT", count: 100 }],
  );
  producer.close();
});

test("close() counts messages in flight as unresolved", () => {
  // librdkafka's own partitioner does not wait until the partitions are known.
  const producer = new Producer({ brokers: deadBroker, topic: "payments", properties: { partitioner: "consistent" } });
  assert.equal(producer.produce(packMessages(numberedMessages(10)), 0, 5_000), 10);
  producer.close();
  const statistics = producer.statistics();
  assertBalance(statistics);
  assert.deepEqual(deliveryCounts(statistics), { accepted: 10, delivered: 0, failed: 0, unresolved: 10, inFlight: 0 });
  assert.deepEqual(
    statistics.errors.map(({ code, count }) => ({ code, count })),
    [{ code: "_DESTROY", count: 10 }],
  );
});

test("messages that a broker refuses permanently are counted as failed, with the broker's error", () => {
  using cluster = openMockCluster({ payments: 1 });
  cluster.failRequests(produceRequest, errorTopicAuthorizationFailed, 1);
  const producer = new Producer({
    brokers: cluster.brokers,
    topic: "payments",
    properties: { "enable.idempotence": "false", "linger.ms": "200" },
  });
  assert.equal(producer.produce(packMessages(numberedMessages(50)), 0, 5_000), 50);
  assert.ok(producer.flush(10_000));
  const statistics = producer.statistics();
  assertBalance(statistics);
  assert.equal(statistics.failed, 50);
  assert.deepEqual(
    statistics.errors.map(({ code }) => code),
    ["TOPIC_AUTHORIZATION_FAILED"],
  );
  producer.close();
});

test("transient errors are retried until every message is delivered once", () => {
  using cluster = openMockCluster({ payments: 3 });
  cluster.failRequests(produceRequest, errorNotLeader, 3);
  cluster.failRequests(produceRequest, errorRequestTimedOut, 3);
  const producer = new Producer({ brokers: cluster.brokers, topic: "payments" });
  const batch = packMessages(numberedMessages(20_000));
  for (let first = 0; first < batch.count;) {
    first += producer.produce(batch, first, 1_000);
    assertBalance(producer.statistics());
  }
  while (!producer.flush(20)) assertBalance(producer.statistics());
  const all = { accepted: 20_000, delivered: 20_000, failed: 0, unresolved: 0, inFlight: 0 };
  assert.deepEqual(deliveryCounts(producer.statistics()), all);
  assertBalance(producer.statistics());
  producer.close();
});

test("messages accepted during an outage are delivered when the brokers return", () => {
  using cluster = openMockCluster({ payments: 3 });
  const producer = new Producer({ brokers: cluster.brokers, topic: "payments" });
  const batch = packMessages(numberedMessages(1_000));
  assert.equal(producer.produce(batch, 0, 5_000), 1_000);
  assert.ok(producer.flush(5_000));
  cluster.setBrokerUp(-1, false);
  assert.equal(producer.produce(batch, 0, 5_000), 1_000);
  assert.equal(producer.flush(100), false);
  cluster.setBrokerUp(-1, true);
  assert.ok(producer.flush(15_000));
  const all = { accepted: 2_000, delivered: 2_000, failed: 0, unresolved: 0, inFlight: 0 };
  assert.deepEqual(deliveryCounts(producer.statistics()), all);
  producer.close();
});
