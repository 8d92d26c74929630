import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "bun:test";
import { StreamctlError } from "../../src/core/errors.ts";
import { silentLog } from "../../src/core/log.ts";
import { type Ledger, readLedger } from "../../src/state/ledger-reading.ts";
import { resolveDataRequest, type RawDataOptions } from "../../src/data/request.ts";
import { runData, type DataContext } from "../../src/data/run.ts";
import type { DataSummary } from "../../src/data/summary.ts";
import type { RunRecord } from "../../src/state/run-record.ts";
import { openMockCluster } from "../kafka/mock-cluster.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "streamctl-run-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

const realWorker = new URL("../../src/data/worker.ts", import.meta.url);
const environment = { cores: 2, nowMs: 0, randomSeed: 5 };

interface Scene {
  readonly raw: RawDataOptions;
  readonly context?: Partial<DataContext>;
  /** Name of the state folder, different in each test. */
  readonly state: string;
}

/** Runs with fake workers and a topic that exists. Returns the summary or the error. */
async function play({ raw, context = {}, state }: Scene) {
  const ledgerFile = join(folder, state, "ledger");
  const logged: string[] = [];
  const answer: unknown = await runData(resolveDataRequest({ startTime: "2026-01-01", ...raw }, environment), {
    log: { ...silentLog, warn: (message) => void logged.push(message), debug: (message) => void logged.push(message) },
    signal: new AbortController().signal,
    workerEntry: new URL("fake-worker.ts", import.meta.url),
    ledgerFile,
    describeTopic: async () => ({ topicId: "topic-id", partitions: 3 }),
    ...context,
  }).catch((error: unknown) => error);
  return { answer, logged, ledger: await readLedger(ledgerFile) };
}

test("runData() adds up the counts of its workers and records the run in the ledger", async () => {
  const { answer, logged, ledger } = await play({ raw: { count: "1000", workers: "3", topic: "lives" }, state: "whole" });
  expect(answer).toMatchObject({
    requested: 1000,
    accepted: 1000,
    delivered: 1000,
    failed: 0,
    unresolved: 0,
    errors: [],
    seed: 5,
    workers: 3,
    firstEventTime: "2026-01-01T00:00:00.000Z",
    lastEventTime: "2026-01-01T00:00:09.990Z",
  });
  expect(logged.toSorted()).toEqual([0, 1, 2].map((worker) => `Kafka client: TEST: worker ${worker} is done`));
  expect(ledger.unfinished).toEqual([]);
  expect(ledger.runs).toMatchObject([{ topicId: "topic-id", topic: "lives", accepted: 1000, delivered: 1000, unresolved: 0, seed: "5" }]);
});

test("runData() sends the same transactions with any number of workers", async () => {
  const paid = await Promise.all(
    ["1", "2", "5"].map(async (workers) => {
      const { ledger } = await play({ raw: { count: "500", workers, topic: "lives" }, state: `workers-${workers}` });
      return ledger.runs[0]?.paid;
    }),
  );
  expect(new Set(paid.map((one) => JSON.stringify(one))).size).toBe(1);
});

test("runData() counts the messages of a worker that ended early as unresolved, stops the others and warns", async () => {
  const { answer, logged, ledger } = await play({ raw: { rate: "1000", workers: "2", topic: "dies" }, state: "dead" });
  expect(answer).toMatchObject({ requested: null, unresolved: 30, errors: [{ code: "WORKER_FAILED", count: 30 }] });
  const { accepted, delivered } = answer as { accepted: number; delivered: number };
  expect(accepted).toBe(delivered + 30);
  expect(logged).toContain("A producer worker failed: its thread ended with code 3");
  expect(ledger.runs).toMatchObject([{ accepted, delivered, unresolved: 30 }]);
});

test("runData() throws the error of a worker if nothing was sent", async () => {
  const { answer } = await play({
    raw: { count: "1", workers: "1", topic: "lives" },
    context: { workerEntry: new URL("file:///no/such/worker.ts") },
    state: "none",
  });
  expect(answer).toBeInstanceOf(StreamctlError);
  expect(answer).toMatchObject({ code: "internal" });
});

test("runData() throws when no broker answers, and records no run", async () => {
  const refusal = new StreamctlError("unreachable", "no answer");
  const describeTopic: DataContext["describeTopic"] = async () => {
    throw refusal;
  };
  const { answer, ledger } = await play({
    raw: { topic: "lives", brokers: "there:9092" },
    context: { describeTopic },
    state: "unreachable",
  });
  expect(answer).toBe(refusal);
  expect(ledger).toEqual({ runs: [], unfinished: [], damagedLines: 0 });
});

test("runData() refuses a topic that does not exist", async () => {
  const { answer } = await play({ raw: { count: "1" }, context: { describeTopic: async () => null }, state: "missing" });
  expect(answer).toMatchObject({
    code: "kafka",
    message: 'Topic "transactions" does not exist at "127.0.0.1:9092"',
    hint: "Run: streamctl up",
  });
});

test.each([
  ["recreated", { topicId: "other-id", partitions: 3 }, "other-id"],
  ["deleted", null, ""],
] as const)(
  "runData() warns that the topic was %s during the run, and records it in the ledger",
  async (topicChange, after, endTopicId) => {
    let asked = 0;
    const describeTopic: DataContext["describeTopic"] = async () => (++asked === 1 ? { topicId: "topic-id", partitions: 3 } : after);
    const { answer, logged, ledger } = await play({
      raw: { count: "100", topic: "lives" },
      context: { describeTopic },
      state: topicChange,
    });
    expect(answer).toMatchObject({ delivered: 100, topicChange });
    expect(logged).toContain(`The topic was ${topicChange} during this run: the messages delivered before that are lost`);
    expect(ledger.runs).toMatchObject([{ topicId: "topic-id", endTopicId, delivered: 100 }]);
  },
);

test("runData() records its end in the ledger before it describes the topic again", async () => {
  const ledgerFile = join(folder, "described-again", "ledger");
  const seen: Ledger[] = [];
  const describeTopic: DataContext["describeTopic"] = async () => {
    seen.push(await readLedger(ledgerFile));
    return { topicId: seen.length === 1 ? "topic-id" : "other-id", partitions: 3 };
  };
  const { ledger } = await play({ raw: { count: "100", topic: "lives" }, context: { describeTopic }, state: "described-again" });
  const [run] = ledger.runs;
  expect(ledger).toEqual({
    runs: [
      {
        topicId: "topic-id",
        endTopicId: "other-id",
        topic: "lives",
        endedAtMs: expect.any(Number),
        accepted: 100,
        delivered: 100,
        failed: 0,
        unresolved: 0,
        paid: { count: expect.any(Number), total: expect.any(Number) },
        seed: "5",
      },
    ],
    unfinished: [],
    damagedLines: 0,
  });
  const { endTopicId: _, ...before } = run ?? {};
  expect(seen).toEqual([
    { runs: [], unfinished: [], damagedLines: 0 },
    { runs: [before as RunRecord], unfinished: [], damagedLines: 0 },
  ]);
});

test("runData() ends as usual if Kafka does not answer at the end", async () => {
  let asked = 0;
  const describeTopic: DataContext["describeTopic"] = async () => {
    if (++asked > 1) throw new StreamctlError("unreachable", "no answer");
    return { topicId: "topic-id", partitions: 3 };
  };
  const { answer, ledger } = await play({ raw: { count: "100", topic: "lives" }, context: { describeTopic }, state: "silent-end" });
  expect(answer).toMatchObject({ delivered: 100, topicChange: null });
  expect(ledger.runs[0]?.endTopicId).toBeUndefined();
});

test("runData() returns its summary when it is interrupted", async () => {
  const interruption = new AbortController();
  const { answer, ledger } = await play({
    raw: { rate: "1000", workers: "2", topic: "lives" },
    context: { signal: interruption.signal, onProgress: ({ accepted }) => accepted > 0 && interruption.abort() },
    state: "interrupted",
  });
  const { accepted, delivered } = answer as { accepted: number; delivered: number };
  expect(accepted > 0 && delivered === accepted).toBe(true);
  expect(ledger.runs).toMatchObject([{ accepted, delivered }]);
});

test("runData() counts the messages that a worker delivered before it failed", async () => {
  using cluster = openMockCluster({ transactions: 3 });
  const { answer, logged } = await play({
    raw: { startTime: "9999-12-31T23:59:59Z", spacing: "200us", workers: "1", brokers: cluster.brokers },
    context: { workerEntry: realWorker },
    state: "end-of-time",
  });
  expect(answer).toMatchObject({ requested: null, accepted: 4000, delivered: 4000, failed: 0, unresolved: 0, errors: [] });
  expect((answer as DataSummary).latencyMs.max).toBeGreaterThan(0);
  expect(logged).toContain("The event time 253402300800000 ms is not in the years 1970 to 9999");
});

test("runData() delivers through librdkafka", async () => {
  using cluster = openMockCluster({ transactions: 3 });
  const { answer, ledger } = await play({
    raw: { count: "10000", workers: "2", users: "random", brokers: cluster.brokers },
    context: { workerEntry: realWorker },
    state: "librdkafka",
  });
  expect(answer).toMatchObject({ requested: 10_000, accepted: 10_000, delivered: 10_000, failed: 0, unresolved: 0, errors: [] });
  expect(ledger.runs).toMatchObject([{ delivered: 10_000 }]);
});
