import { describe, expect, test } from "bun:test";
import { type GroupSource, listGroupDocuments } from "../../src/console/groups.ts";
import { StreamctlError } from "../../src/core/errors.ts";
import { failureOf } from "../processors/failure.ts";

const noAnswer = new StreamctlError("unreachable", "No answer");

/** A fake of Kafka and the processor; a topic without ends does not exist. */
function fakeSource(changes: Partial<GroupSource> = {}, ends: Readonly<Record<string, readonly number[]>> = {}) {
  const asked: string[] = [];
  const source: GroupSource = {
    groups: async () => [],
    committed: async () => [],
    progress: async () => [],
    async ends(topic) {
      asked.push(topic);
      if (ends[topic] === undefined) throw noAnswer;
      return ends[topic].map((high, partition) => ({ partition, high }));
    },
    ...changes,
  };
  return { source, asked };
}

const position = (topic: string, partition: number, next: number, end: number | null, lag: number | null) => ({
  topic,
  partition,
  next,
  end,
  lag,
});

describe("listGroupDocuments()", () => {
  test("returns the processor before the groups, with the lag of each partition", async () => {
    const { source } = fakeSource(
      {
        groups: async () => [
          { groupId: "billing", state: "Stable" },
          { groupId: "idle", state: "Empty" },
        ],
        committed: async (groupId) => (groupId === "idle" ? [] : [{ topic: "orders", partition: 1, offset: 7 }]),
        progress: async () => [{ topic: "orders", partition: 0, nextOffset: 10 }],
      },
      { orders: [10, 12] },
    );
    expect(await listGroupDocuments(source, "Flink")).toEqual([
      { name: "Flink", kind: "processor", state: "reading", offsets: [position("orders", 0, 10, 10, 0)] },
      { name: "billing", kind: "group", state: "Stable", offsets: [position("orders", 1, 7, 12, 5)] },
      { name: "idle", kind: "group", state: "Empty", offsets: [] },
    ]);
  });

  test("knows no lag for a topic that was deleted, and none below zero for one that was recreated", async () => {
    const committed = async () => [
      { topic: "deleted", partition: 0, offset: 3 },
      { topic: "orders", partition: 0, offset: 90 },
      { topic: "orders", partition: 5, offset: 1 },
    ];
    const { source } = fakeSource({ groups: async () => [{ groupId: "billing", state: "Empty" }], committed }, { orders: [2] });
    const [, group] = await listGroupDocuments(source, "Flink");
    expect(group?.offsets).toEqual([
      position("deleted", 0, 3, null, null),
      position("orders", 0, 90, 2, 0),
      position("orders", 5, 1, null, null),
    ]);
  });

  test("asks for the ends of each topic once, however many groups and partitions have read it", async () => {
    const groups = Array.from({ length: 30 }, (_, index) => ({ groupId: `group-${index}`, state: "Stable" }));
    const partitions = Array.from({ length: 12 }, (_, partition) => ({ topic: "orders", partition, offset: 1 }));
    const { source, asked } = fakeSource({ groups: async () => groups, committed: async () => partitions }, { orders: [4] });
    const documents = await listGroupDocuments(source, "Flink");
    expect(asked).toEqual(["orders"]);
    expect(documents.slice(1).map(({ name }) => name)).toEqual(groups.map(({ groupId }) => groupId));
    expect(documents.every(({ kind, offsets }) => kind === "processor" || offsets.length === 12)).toBe(true);
  });

  test("asks for a few groups at a time", async () => {
    let [now, most] = [0, 0];
    const committed = async () => {
      most = Math.max(most, (now += 1));
      await new Promise((resolve) => void setImmediate(resolve));
      now -= 1;
      return [];
    };
    const groups = Array.from({ length: 10 }, (_, index) => ({ groupId: `group-${index}`, state: "Stable" }));
    await listGroupDocuments(fakeSource({ groups: async () => groups, committed }).source, "Flink");
    expect(most).toBe(4);
  });

  test("says that the processor reports no progress, and leaves it out when it does not answer", async () => {
    expect(await listGroupDocuments(fakeSource().source, "Spark")).toEqual([
      { name: "Spark", kind: "processor", state: "no progress reported", offsets: [] },
    ]);
    const progress = async () => {
      throw noAnswer;
    };
    const groups = async () => [{ groupId: "billing", state: "Stable" }];
    expect((await listGroupDocuments(fakeSource({ progress, groups }).source, "Flink")).map(({ name }) => name)).toEqual(["billing"]);
  });

  test("throws what is no answer of the processor, and a failure of Kafka", async () => {
    const broken = async () => {
      throw new TypeError("broken");
    };
    expect(await failureOf(listGroupDocuments(fakeSource({ progress: broken }).source, "Flink"))).toBeInstanceOf(TypeError);
    const groups = async () => {
      throw noAnswer;
    };
    expect(await failureOf(listGroupDocuments(fakeSource({ groups }).source, "Flink"))).toBe(noAnswer);
  });
});
