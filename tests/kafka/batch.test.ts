import { expect, test } from "bun:test";
import { readFile } from "node:fs/promises";
import { TransactionGenerator } from "../../src/data/generator.ts";
import { openConsumer } from "../../src/kafka/consumer.ts";
import { Producer } from "../../src/kafka/producer.ts";
import { openMockCluster } from "./mock-cluster.ts";

/** Normalizes a source text: removes comment signs, code marks and typography, and converts it to lower case. */
function plain(text: string): string {
  const words = text.replaceAll("2n + 1", "2 * count + 1").replaceAll("…", "...").replaceAll(/[*`/]/gu, " ");
  return words.replaceAll(/\s+/gu, " ").replaceAll(" :", ":").trim().toLowerCase();
}

test("MessageBatch and native/batch.h describe the same layout", async () => {
  const header = await readFile(new URL("../../native/batch.h", import.meta.url), "utf8");
  const face = plain(await readFile(new URL("../../src/kafka/batch.ts", import.meta.url), "utf8"));
  const fields = [...header.matchAll(/^ \* {3}(bytes|offsets) +(.+)$/gmu)].map(([, , words = ""]) => plain(words));
  expect(fields.length).toBe(2);
  for (const words of fields) expect(face).toContain(words);
});

test("a consumed batch equals the batch that the generator packed, byte for byte", async () => {
  using cluster = openMockCluster({ transactions: 1 });
  const generator = new TransactionGenerator({
    seed: 7,
    eventTime: { kind: "simulated", startMs: 0, spacingUs: 10_000 },
    nowMs: () => 0,
    capacity: 500,
    realistic: null,
  });
  const packed = generator.fill(0, 1, 400);
  const producer = new Producer({ brokers: cluster.brokers, topic: "transactions" });
  expect(producer.produce(packed, 0, 5_000)).toBe(400);
  expect(producer.flush(10_000)).toBe(true);
  const { weightSum, weightedCount } = producer.statistics();
  const weights = packed.weights.subarray(0, 400);
  expect(weightSum).toBe(weights.reduce((sum, weight) => sum + weight, 0));
  expect(weightedCount).toBe(weights.filter((weight) => weight > 0).length);
  producer.close();

  const consumer = openConsumer({ brokers: cluster.brokers, topic: "transactions", positions: [{ partition: 0, offset: 0 }] });
  const read = await consumer.nextBatch({ timeoutMs: 10_000 });
  await consumer.close();
  const start = packed.offsets[0] ?? 0;
  expect(read.count).toBe(400);
  expect(read.offsets).toEqual(packed.offsets.slice(0, 801).map((offset) => offset - start));
  expect(Buffer.compare(read.bytes, packed.bytes.subarray(start, packed.offsets[800]))).toBe(0);
});
