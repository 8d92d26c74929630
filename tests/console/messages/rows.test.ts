import { describe, expect, test } from "bun:test";
import { kafkaSource } from "../../../src/console/messages/kafka-source.ts";
import { rowAt, shownBytes } from "../../../src/console/messages/rows.ts";
import { readMessage, searchMessages } from "../../../src/console/messages/search.ts";
import { Producer } from "../../../src/kafka/producer.ts";
import { packMessages } from "../../kafka/batches.ts";
import { openMockCluster } from "../../kafka/mock-cluster.ts";
import { packMessages as packBatch } from "./fake-topic.ts";

const message = { partition: 1, offset: 7, timestampMs: -1, key: null, value: null };

describe("rowAt()", () => {
  test("returns the exact text, and null only for null", () => {
    const value = '{"id": 9007199254740993, "id": 1.0}';
    const batch = packBatch([{ ...message, key: "", value }, { ...message, offset: 8, key: "ключ", value: "" }, message]);
    expect([0, 1, 2].map((index) => rowAt(batch, index))).toEqual([
      { partition: 1, offset: 7, timestampMs: -1, key: "", value, keyBytes: 0, valueBytes: 35 },
      { partition: 1, offset: 8, timestampMs: -1, key: "ключ", value: "", keyBytes: 8, valueBytes: 0 },
      { partition: 1, offset: 7, timestampMs: -1, key: null, value: null, keyBytes: 0, valueBytes: 0 },
    ]);
  });

  test("returns other bytes than UTF-8 in base64", () => {
    const batch = packBatch([{ ...message, key: "k?", value: "v" }]);
    batch.bytes[1] = 0xff;
    expect(rowAt(batch, 0)).toMatchObject({ key: Buffer.from([0x6b, 0xff]).toString("base64"), keyEncoding: "base64", value: "v" });
  });

  test("cuts a long value between two characters, and tells its size", () => {
    const value = `a${"ж".repeat(shownBytes)}`;
    const row = rowAt(packBatch([{ ...message, value }]), 0);
    expect(row).toMatchObject({ value: value.slice(0, shownBytes / 2), valueBytes: 1 + 2 * shownBytes, truncated: true });
    expect(row.valueEncoding).toBeUndefined();
  });
});

describe("readMessage()", () => {
  test("returns a message whole that a search cuts, and none where there is none", async () => {
    using cluster = openMockCluster({ payments: 1 });
    const producer = new Producer({ brokers: cluster.brokers, topic: "payments" });
    const value = "x".repeat(100_000);
    producer.produce(
      packMessages([
        { key: "a", value: "one" },
        { key: "b", value },
        { key: "c", value: "" },
      ]),
      0,
      1000,
    );
    expect(producer.flush(10_000)).toBe(true);
    producer.close();
    const source = kafkaSource({ brokers: cluster.brokers });
    const { signal } = new AbortController();
    const rows = [];
    for await (const event of searchMessages(source, { topic: "payments", from: { kind: "newest" }, limit: 10 }, { signal })) {
      if (event.kind === "rows") rows.push(...event.rows);
    }
    expect(rows.map(({ key, value: shown, valueBytes, truncated = false }) => [key, shown?.length, valueBytes, truncated])).toEqual([
      ["c", undefined, 0, false],
      ["b", shownBytes, 100_000, true],
      ["a", 3, 3, false],
    ]);
    const at = async (partition: number, offset: number) => await readMessage(source, { topic: "payments", partition, offset }, { signal });
    expect(await at(0, 1)).toMatchObject({ key: "b", value, valueBytes: 100_000 });
    expect(await at(0, 3)).toBeUndefined();
    expect(await at(4, 0)).toBeUndefined();
  });
});
