import { expect, test } from "bun:test";
import { Producer } from "../../../src/kafka/producer.ts";
import { windowBounds } from "../../../src/spec/columns.ts";
import { averageUpdates } from "../../../src/trials/compare/window-updates.ts";
import { packMessages } from "../../kafka/batches.ts";
import { openMockCluster } from "../../kafka/mock-cluster.ts";

test("averageUpdates() counts the records per window of a range, and skips what is not a window", async () => {
  using cluster = openMockCluster({ windows: 1 });
  const { brokers } = cluster;
  const options = { brokers, topic: "windows", fromMs: 3000, beforeMs: 12_000, signal: new AbortController().signal };
  expect(await averageUpdates(options)).toBeNull();
  const producer = new Producer({ brokers, topic: "windows" });
  const starts = [0, 3000, 3000, 3000, 6000, 9000, 9000, 12_000];
  const values = [...starts.map((start) => JSON.stringify({ [windowBounds.start]: start })), "no JSON"];
  producer.produce(packMessages(values.map((value) => ({ key: "", value }))), 0, 5000);
  expect(producer.flush(20_000)).toBe(true);
  producer.close();
  expect(await averageUpdates(options)).toBe(2);
});
