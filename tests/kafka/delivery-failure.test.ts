import { expect, test } from "bun:test";
import { type DeliveryStatistics, Producer } from "../../src/kafka/producer.ts";
import { numberedMessages, packMessages } from "./batches.ts";
import { errorNotLeader, errorRequestTimedOut, errorTopicAuthorizationFailed, openMockCluster, produceRequest } from "./mock-cluster.ts";

/** An address on which nothing listens. */
const deadBroker = "127.0.0.1:1";

function expectBalance(statistics: DeliveryStatistics): void {
  const { accepted, delivered, failed, unresolved, inFlight, errors } = statistics;
  expect(delivered + failed + unresolved + inFlight).toBe(accepted);
  expect(errors.reduce((sum, { count }) => sum + count, 0)).toBe(failed + unresolved);
}

test("flush() gives up at its deadline, and purge() counts what was never sent as failed", () => {
  const producer = new Producer({ brokers: deadBroker, topic: "payments" });
  const batch = packMessages(numberedMessages(1_000));
  expect(producer.produce(batch, 0, 0)).toBe(0); // the partitions are still awaited
  expect(producer.produce(batch, 0, 5_000)).toBe(1_000);
  const start = performance.now();
  expect(producer.flush(300)).toBe(false);
  expect(performance.now() - start).toBeLessThan(1_000);
  expect(producer.statistics().inFlight).toBe(1_000);
  producer.purge();
  const statistics = producer.statistics();
  expectBalance(statistics);
  expect(statistics.failed).toBe(1_000);
  expect(statistics.errors.map(({ code }) => code)).toEqual(["_PURGE_QUEUE"]);
  expect(producer.drainLog().some(({ severity, message }) => severity === "error" && message.includes("Connection refused"))).toBe(true);
  producer.close();
});

test("purge() counts what was sent without an answer as unresolved", () => {
  using cluster = openMockCluster({ payments: 1 });
  const producer = new Producer({ brokers: cluster.brokers, topic: "payments" });
  const batch = packMessages(numberedMessages(100));
  expect(producer.produce(batch, 0, 5_000)).toBe(100);
  expect(producer.flush(5_000)).toBe(true);
  cluster.setRoundTripMs(60_000);
  expect(producer.produce(batch, 0, 5_000)).toBe(100);
  expect(producer.flush(500)).toBe(false);
  producer.purge();
  const { accepted, delivered, failed, unresolved, inFlight, errors } = producer.statistics();
  expect({ accepted, delivered, failed, unresolved, inFlight }).toEqual({
    accepted: 200,
    delivered: 100,
    failed: 0,
    unresolved: 100,
    inFlight: 0,
  });
  expect(errors.map(({ code, count }) => ({ code, count }))).toEqual([{ code: "_PURGE_INFLIGHT", count: 100 }]);
  producer.close();
});

test("close() counts what is in flight as unresolved", () => {
  const producer = new Producer({ brokers: deadBroker, topic: "payments" });
  expect(producer.produce(packMessages(numberedMessages(10)), 0, 5_000)).toBe(10);
  producer.close();
  const statistics = producer.statistics();
  expectBalance(statistics);
  expect(statistics).toMatchObject({ unresolved: 10, inFlight: 0, errors: [{ code: "_DESTROY", count: 10 }] });
});

test("messages that a broker refuses for good are failed, with its reason", () => {
  using cluster = openMockCluster({ payments: 1 });
  cluster.failRequests(produceRequest, errorTopicAuthorizationFailed, 1);
  const producer = new Producer({
    brokers: cluster.brokers,
    topic: "payments",
    properties: { "enable.idempotence": "false", "linger.ms": "200" },
  });
  expect(producer.produce(packMessages(numberedMessages(50)), 0, 5_000)).toBe(50);
  expect(producer.flush(10_000)).toBe(true);
  const statistics = producer.statistics();
  expectBalance(statistics);
  expect(statistics.failed).toBe(50);
  expect(statistics.errors.map(({ code }) => code)).toEqual(["TOPIC_AUTHORIZATION_FAILED"]);
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
    expectBalance(producer.statistics());
  }
  while (!producer.flush(20)) expectBalance(producer.statistics());
  expect(producer.statistics()).toMatchObject({ accepted: 20_000, delivered: 20_000, errors: [] });
  producer.close();
});

test("brokers that come back get everything that was accepted meanwhile", () => {
  using cluster = openMockCluster({ payments: 3 });
  const producer = new Producer({ brokers: cluster.brokers, topic: "payments" });
  const batch = packMessages(numberedMessages(1_000));
  expect(producer.produce(batch, 0, 5_000)).toBe(1_000);
  expect(producer.flush(5_000)).toBe(true);
  cluster.setBrokersUp(false);
  expect(producer.produce(batch, 0, 5_000)).toBe(1_000);
  expect(producer.flush(100)).toBe(false);
  cluster.setBrokersUp(true);
  expect(producer.flush(15_000)).toBe(true);
  expect(producer.statistics()).toMatchObject({ accepted: 2_000, delivered: 2_000, failed: 0, unresolved: 0 });
  producer.close();
});
