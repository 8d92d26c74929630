/** The path of real records: generator, librdkafka, an in-process broker, consumer, verify. */

import { expect, test } from "bun:test";
import { TransactionGenerator } from "../../src/data/generator.ts";
import { describeTopic } from "../../src/kafka/admin.ts";
import { Producer } from "../../src/kafka/producer.ts";
import type { RunRecord } from "../../src/state/run-record.ts";
import { kafkaTopicLog } from "../../src/pipeline/topic-log.ts";
import { verify, type VerifySources } from "../../src/pipeline/verify.ts";
import { openMockCluster } from "../kafka/mock-cluster.ts";
import { fakePages, fakeRow, fakeRun, subject } from "./fake-pipeline.ts";

const startMs = Date.UTC(2026, 0, 1);
const count = 6000;
const generator = new TransactionGenerator({
  seed: 7,
  eventTime: { kind: "simulated", startMs, spacingUs: 10_000 },
  nowMs: () => startMs,
  capacity: count,
  realistic: null,
});

/** Sends the records with the given indices and returns their ledger entry. */
async function send(brokers: string, first: number, howMany: number): Promise<RunRecord> {
  const producer = new Producer({ brokers, topic: "transactions" });
  try {
    producer.produce(generator.fill(first, 1, howMany), 0, 5000);
    producer.flush(10_000);
    const { delivered, weightedCount, weightSum } = producer.statistics();
    const topicId = (await describeTopic({ brokers, topic: "transactions", timeoutMs: 5000 }))?.topicId ?? "";
    return fakeRun(delivered, weightedCount, weightSum, { topicId });
  } finally {
    producer.close();
  }
}

/** The expected rows, computed from the text of the records without code of `verify`. */
function rowsOf(howMany: number): ReturnType<typeof fakeRow>[] {
  const { bytes, offsets } = generator.fill(0, 1, howMany);
  const sums = new Map<number, number[]>();
  for (let index = 0; index < howMany; index++) {
    const text = Buffer.from(bytes.subarray(offsets[2 * index + 1], offsets[2 * index + 2])).toString();
    const value = JSON.parse(text) as { event_timestamp: string; total_paid: number; status: string };
    const timeMs = Date.parse(`${value.event_timestamp.replace(" ", "T")}Z`);
    if (value.status === "Paid") sums.set(timeMs - (timeMs % 3000), [...(sums.get(timeMs - (timeMs % 3000)) ?? []), value.total_paid]);
  }
  return [...sums].map(([windowStart, paid]) =>
    fakeRow(
      windowStart,
      paid.reduce((sum, amount) => sum + amount),
      paid.length,
    ),
  );
}

test("kafkaTopicLog() reads all records of all partitions, and continues where it stopped", async () => {
  using cluster = openMockCluster({ transactions: 3 });
  const { brokers } = cluster;
  const runs = [await send(brokers, 0, count - 100)];
  const rows = rowsOf(count);
  const more: Promise<unknown>[] = [];
  const sources: VerifySources = {
    log: kafkaTopicLog({ brokers }, "transactions"),
    readRuns: async () => [...runs],
    readWindows: () => fakePages(rows, 7),
  };
  const sendRest = async (): Promise<void> => void runs.push(await send(brokers, count - 100, 100));
  const { report, verdict } = await verify(sources, {
    waitMs: 15_000,
    strict: true,
    subject,
    onCheck: () => void (more.length === 0 && more.push(sendRest())),
  });
  await Promise.all(more);
  expect(verdict).toEqual({ ok: true, reasons: [] });
  const { records, invalid, foreign, windows, matched, sent, measure } = report;
  expect({ records, invalid, foreign, windows, matched, delivered: sent.delivered, paid: sent.measure }).toEqual({
    records: count,
    invalid: 0,
    foreign: 0,
    windows: 20,
    matched: 20,
    delivered: count,
    paid: measure,
  });
});

test("kafkaTopicLog() reports a topic that does not exist", async () => {
  using cluster = openMockCluster({ others: 1 });
  const failure = await kafkaTopicLog({ brokers: cluster.brokers }, "transactions")
    .snapshot()
    .catch((error: unknown) => error);
  expect(failure).toMatchObject({
    code: "kafka",
    message: 'Cannot verify "transactions": the topic does not exist',
    hint: "Run: streamctl up",
  });
});
