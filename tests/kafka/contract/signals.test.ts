import assert from "node:assert/strict";
import { constants } from "node:os";
import { test } from "node:test";
import { openConsumer } from "../../../src/kafka/consumer.ts";
import { Producer } from "../../../src/kafka/producer.ts";
import { clientThreads } from "../client-threads.ts";
import { openMockCluster } from "../mock-cluster.ts";

const { SIGINT, SIGTERM } = constants.signals;

test("threads of clients and mock clusters block SIGINT and SIGTERM", async () => {
  using cluster = openMockCluster({ payments: 1 });
  const producer = new Producer({ brokers: cluster.brokers, topic: "payments" });
  const consumer = openConsumer({ brokers: cluster.brokers, topic: "payments", positions: [{ partition: 0, offset: 0 }] });
  const threads = clientThreads();
  assert.ok(threads.some(({ name }) => name.includes("mock")));
  assert.ok(threads.some(({ name }) => name.includes("broker")));
  for (const signal of [SIGINT, SIGTERM]) {
    const unblocked = threads.filter(({ blockedSignals }) => (blockedSignals & bitOf(signal)) === 0n);
    assert.deepEqual(unblocked, [], `threads that do not block signal ${signal}`);
  }
  producer.close();
  await consumer.close();
});

function bitOf(signal: number): bigint {
  return 1n << BigInt(signal - 1);
}
