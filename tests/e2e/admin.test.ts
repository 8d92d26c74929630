/** What the mock cluster of tests/kafka/contract/ cannot answer: a real broker's groups, configuration and transactions. */

import { afterAll, beforeAll, expect, test } from "bun:test";
import { createTopic, deleteTopic, groupOffsets, listGroups, listOffsets, offsetsForTime, readTopicConfig } from "../../src/kafka/admin.ts";
import { pollUntil } from "../../src/core/wait.ts";
import { Producer } from "../../src/kafka/producer.ts";
import { numberedMessages, packMessages } from "../kafka/batches.ts";
import { Broker } from "./broker.ts";
import { commitOffset, openTransaction } from "./kafka-tool.ts";

const timeoutMs = 20_000;
let broker: Broker;
beforeAll(async () => {
  broker = await Broker.start();
});
afterAll(async () => await broker.end());

test("listGroups() and groupOffsets() show each group and the offsets that it has committed", async () => {
  const brokers = broker.address;
  expect(await listGroups({ brokers, timeoutMs })).toEqual([]);
  await createTopic({ brokers, topic: "payments", partitions: 4, timeoutMs });
  await createTopic({ brokers, topic: "refunds", partitions: 1, timeoutMs });
  await commitOffset(brokers, "readers", "refunds", 0, 5);
  await commitOffset(brokers, "readers", "payments", 3, 0);
  await commitOffset(brokers, "readers", "payments", 1, 40);
  await commitOffset(brokers, "auditors", "payments", 0, 7);
  expect(await listGroups({ brokers, timeoutMs })).toEqual([
    { groupId: "auditors", state: "Empty" },
    { groupId: "readers", state: "Empty" },
  ]);
  expect(await groupOffsets({ brokers, groupId: "readers", timeoutMs })).toEqual([
    { topic: "payments", partition: 1, offset: 40 },
    { topic: "payments", partition: 3, offset: 0 },
    { topic: "refunds", partition: 0, offset: 5 },
  ]);
  expect(await groupOffsets({ brokers, groupId: "nobody", timeoutMs })).toEqual([]);
});

test("listOffsets() tells the last stable offset from the next one while a transaction is open", async () => {
  const topic = { brokers: broker.address, topic: "ledger", timeoutMs };
  await createTopic({ ...topic, partitions: 2 });
  const transaction = await openTransaction(topic.brokers, topic.topic, "record", 3);
  const empty = { partition: 1, low: 0, stable: 0, high: 0 };
  expect(await listOffsets(topic)).toEqual([{ partition: 0, low: 0, stable: 0, high: 3 }, empty]);
  await transaction.end("commit");
  expect(await listOffsets(topic)).toEqual([{ partition: 0, low: 0, stable: 4, high: 4 }, empty]);
});

test("offsetsForTime() returns each partition's first message of that time or later, or its end", async () => {
  const topic = { brokers: broker.address, topic: "times", timeoutMs };
  await createTopic({ ...topic, partitions: 2 });
  const send = (): void => {
    const producer = new Producer({ ...topic });
    const batch = packMessages(numberedMessages(200));
    expect(producer.produce(batch, 0, 5_000)).toBe(200);
    expect(producer.flush(timeoutMs)).toBe(true);
    producer.close();
  };
  send();
  const first = await listOffsets(topic);
  const betweenMs = Date.now() + 1;
  await pollUntil(async () => (Date.now() > betweenMs ? true : undefined), { timeoutMs, what: "the next millisecond" });
  send();
  const offsetsOf = async (timestampMs: number) => (await offsetsForTime({ ...topic, timestampMs })).map(({ offset }) => offset);
  expect(await offsetsOf(0)).toEqual([0, 0]);
  expect(await offsetsOf(betweenMs)).toEqual(first.map(({ high }) => high));
  expect(await offsetsOf(Date.now() + 60_000)).toEqual((await listOffsets(topic)).map(({ high }) => high));
});

test("readTopicConfig() shows what a topic was created with, and deleteTopic() that it is gone", async () => {
  const topic = { brokers: broker.address, topic: "compacted", timeoutMs };
  await createTopic({ ...topic, partitions: 1, config: { "cleanup.policy": "compact" } });
  expect(await readTopicConfig(topic)).toMatchObject({ "cleanup.policy": "compact" });
  expect(await deleteTopic(topic)).toBe("deleted");
  expect(await deleteTopic(topic)).toBe("missing");
});
