import assert from "node:assert/strict";
import { test } from "node:test";
import { loadAddon } from "../../../src/kafka/addon.ts";
import { misuses } from "../misuse.ts";
import { openMockCluster } from "../mock-cluster.ts";

test("the addon refuses invalid arguments and foreign objects, and accepts no message from them", async () => {
  const addon = loadAddon();
  using cluster = openMockCluster({ payments: 3 });
  const properties = ["bootstrap.servers", cluster.brokers];
  const producer = new addon.Producer(properties, "payments", 1_000, 1_000_000, true);
  const consumer = new addon.Consumer(properties, "payments", Float64Array.of(0, 0, Infinity), false);
  for (const [what, call, message] of misuses(addon, producer, consumer, cluster.brokers)) {
    assert.throws(call, { message }, what);
  }
  const numbers = new Float64Array(addon.statisticsLength);
  producer.statistics(numbers);
  assert.ok(numbers.every((number) => number === 0));
  producer.close();
  await consumer.close();
});
