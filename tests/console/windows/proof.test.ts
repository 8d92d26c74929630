import { afterEach, beforeEach, describe, expect, setSystemTime, test } from "bun:test";
import type { Proof } from "../../../src/console/api.ts";
import { ProofFollower, type ProofSources } from "../../../src/console/windows/proof.ts";
import type { Range } from "../../../src/console/windows/ranges.ts";
import { settlingMs } from "../../../src/console/windows/window-table.ts";
import { pollUntil } from "../../../src/core/wait.ts";
import type { WindowRow } from "../../../src/stores/pinot/broker.ts";
import { type FakeLog, fakeLog, fakePages, fakeRow, subject, transactionText } from "../../pipeline/fake-pipeline.ts";

const midnight = Date.UTC(2026, 0, 1);
/** A counted record in the window that starts at midnight, or so many seconds later. */
const paid = (amount: number, second = 0) => transactionText(`2026-01-01 00:00:${String(second).padStart(2, "0")}.000`, amount);

let ended: AbortController;
beforeEach(() => void (ended = new AbortController()));
afterEach(() => {
  ended.abort();
  setSystemTime();
});

interface Fake {
  readonly log: FakeLog;
  rows: WindowRow[];
  /** Ranges that were read from the table; null for the whole table. */
  reads: (Range | null)[];
  behind: number | null;
  problem: string | null;
  tableProblem: Error | undefined;
  topicProblem: Error | undefined;
  /** Number of comparisons, and of documents. */
  asked: number;
}

/** A proof of a fake topic and a fake table, with an interval of ten milliseconds. */
function follow(log: FakeLog, rows: WindowRow[], changes: Partial<Fake> = {}) {
  const fake: Fake = {
    log,
    rows,
    reads: [],
    behind: null,
    problem: null,
    tableProblem: undefined,
    topicProblem: undefined,
    asked: 0,
    ...changes,
  };
  const sources: ProofSources = {
    log: {
      topic: log.topic,
      async snapshot() {
        if (fake.topicProblem !== undefined) throw fake.topicProblem;
        return await log.snapshot();
      },
      openReader(positions) {
        const reader = log.openReader(positions);
        return {
          close: async () => await reader.close(),
          async nextBatch(request) {
            const batch = await reader.nextBatch(request);
            // As a consumer, it waits when there is nothing to read.
            if (batch.count === 0) await Bun.sleep(1);
            return batch;
          },
        };
      },
    },
    async *readRows(range) {
      fake.reads.push(range ?? null);
      if (fake.tableProblem !== undefined) throw fake.tableProblem;
      const { fromMs, toMs } = range ?? { fromMs: -Infinity, toMs: Infinity };
      yield* fakePages(fake.rows.filter(({ windowStart }) => fromMs <= windowStart && windowStart <= toMs));
    },
    subject,
    processorBehind: () => fake.behind,
    problem() {
      fake.asked += 1;
      return fake.problem;
    },
  };
  const proof = new ProofFollower(sources, 10);
  const end = new AbortController();
  const following = proof.follow(AbortSignal.any([ended.signal, end.signal]));
  const until = async (isSo: () => boolean, what: () => string): Promise<void> => {
    const ask = async () => (isSo() ? true : undefined);
    await pollUntil(ask, { timeoutMs: 5000, intervalMs: 2, maxIntervalMs: 5, what: "the proof" }).catch(() => {
      throw new Error(what());
    });
  };
  return {
    fake,
    proof,
    /** Waits until the proof has these values. */
    becomes: async (wanted: Partial<Proof>): Promise<Proof> => {
      const isWanted = (): boolean => Object.entries(wanted).every(([name, value]) => proof.document()[name as keyof Proof] === value);
      await until(isWanted, () => `${JSON.stringify(proof.document())} never becomes ${JSON.stringify(wanted)}`);
      return proof.document();
    },
    /** Resolves after some more comparisons. */
    compared: async (): Promise<void> => {
      const { asked } = fake;
      await until(
        () => fake.asked > asked + 3,
        () => "There was no comparison",
      );
    },
    stop: async (): Promise<void> => {
      end.abort();
      await following;
    },
  };
}

describe("ProofFollower", () => {
  test("is reading before the first record, and equal when each window of all partitions has its row", async () => {
    const { proof, becomes } = follow(fakeLog([paid(10), paid(20), paid(5, 6), "no JSON"], [paid(30)]), [
      fakeRow(midnight, 60, 3),
      fakeRow(midnight + 6000, 5, 1),
    ]);
    expect(proof.document()).toEqual({
      state: "reading",
      windows: 0,
      equal: 0,
      settling: 0,
      differing: 0,
      recordsRead: 0,
      recordsBehind: 0,
      invalid: 0,
      reason: null,
      comparedAtMs: null,
    });
    const document = await becomes({ state: "equal" });
    expect(document).toMatchObject({ windows: 2, equal: 2, settling: 0, recordsRead: 5, recordsBehind: 0, invalid: 1, reason: null });
    expect(Math.abs(Date.now() - (document.comparedAtMs ?? 0))).toBeLessThan(5000);
    expect(proof.newestEventTimeMs).toBe(midnight + 6000);
  });

  test("is empty for a topic without records, and settles when the first one arrives", async () => {
    const { fake, becomes } = follow(fakeLog([]), []);
    await becomes({ state: "empty" });
    fake.log.partitions[0]?.push(paid(10));
    await becomes({ state: "settling", settling: 1 });
    fake.rows.push(fakeRow(midnight, 10, 1));
    await becomes({ state: "equal", equal: 1 });
  });

  test("differs when a row is still wrong after the time of settling, and is equal when it is right", async () => {
    const { fake, proof, becomes, compared } = follow(fakeLog([paid(10)]), [fakeRow(midnight, 9, 1)]);
    await becomes({ state: "settling" });
    await compared();
    setSystemTime(Date.now() + settlingMs + 1);
    await becomes({ state: "differs", differing: 1, equal: 0, settling: 0 });
    expect(proof.table.window(midnight)).toMatchObject({ values: [9, 1, 9], expected: [10, 1, 10], mark: "differs" });
    fake.rows = [fakeRow(midnight, 10, 1)];
    await becomes({ state: "equal", differing: 0 });
  });

  test("settles as long as the processor has records to read", async () => {
    const { fake, proof, becomes, compared } = follow(fakeLog([paid(10)]), [], { behind: 1 });
    await becomes({ state: "settling" });
    await compared();
    setSystemTime(Date.now() + settlingMs + 1);
    await compared();
    expect(proof.document().state).toBe("settling");
    fake.behind = 0;
    await becomes({ state: "differs" });
  });

  test("is reading before the end of the topic, although the windows so far are equal", async () => {
    const log = Object.assign(fakeLog([paid(10)]), { unreadable: 1 });
    const { becomes } = follow(log, [fakeRow(midnight, 10, 1)]);
    expect(await becomes({ state: "reading", equal: 1 })).toMatchObject({ windows: 1, recordsRead: 1, recordsBehind: 1 });
  });

  test("settles with a row of no record as long as the processor has records to read", async () => {
    const { becomes } = follow(fakeLog([paid(10)]), [fakeRow(midnight, 10, 1), fakeRow(midnight + 3000, 1, 1)], { behind: 1 });
    expect(await becomes({ equal: 1, recordsBehind: 0 })).toMatchObject({ state: "settling", windows: 2, settling: 1, differing: 0 });
  });

  test("does not wait for the end of an open transaction, and counts its records afterwards", async () => {
    const log = Object.assign(fakeLog([paid(10), paid(20)]), { openFrom: 1 });
    const { fake, becomes } = follow(log, [fakeRow(midnight, 10, 1)]);
    await becomes({ state: "equal", recordsRead: 1, recordsBehind: 0 });
    fake.log.openFrom = undefined;
    fake.rows = [fakeRow(midnight, 30, 2)];
    await becomes({ state: "equal", recordsRead: 2 });
  });

  test("asks the table only for windows that have changed, and says when it last did", async () => {
    const old = fakeRow(midnight, 10, 1);
    const { fake, proof, becomes, compared } = follow(fakeLog([paid(10), paid(20, 30)]), [old, fakeRow(midnight + 30_000, 20, 1)]);
    await becomes({ state: "equal", equal: 2 });
    await compared();
    const reads = fake.reads.length;
    const { comparedAtMs } = proof.document();
    // Nothing changes but the clock.
    setSystemTime(Date.now() + 5000);
    await compared();
    expect([fake.reads.length, proof.document().comparedAtMs]).toEqual([reads, comparedAtMs]);
    fake.log.partitions[0]?.push(paid(5, 30));
    await becomes({ state: "settling" });
    fake.rows = [old, fakeRow(midnight + 30_000, 25, 2)];
    const after = await becomes({ state: "equal" });
    expect(new Set(fake.reads.slice(reads).map((range) => range?.fromMs))).toEqual(new Set([midnight + 30_000]));
    expect((after.comparedAtMs ?? 0) - (comparedAtMs ?? 0)).toBeGreaterThanOrEqual(4000);
  });

  test("is unavailable at once when the table does not answer, though no window has changed", async () => {
    const { fake, proof, becomes } = follow(fakeLog([paid(10)]), [fakeRow(midnight, 10, 1)]);
    await becomes({ state: "equal" });
    fake.problem = 'Pinot table "transaction_window" is stopped';
    expect(proof.document()).toMatchObject({ state: "unavailable", reason: 'Pinot table "transaction_window" is stopped', equal: 1 });
  });

  test("compares the whole table again before it is equal, when the table is back", async () => {
    const rows = [fakeRow(midnight, 10, 1), fakeRow(midnight + 30_000, 20, 1)];
    const { fake, becomes, compared } = follow(fakeLog([paid(10), paid(20, 30)]), rows);
    await becomes({ state: "equal", equal: 2 });
    fake.problem = "It is stopped";
    await compared();
    const reads = fake.reads.length;
    fake.rows.pop();
    fake.problem = null;
    await becomes({ state: "settling", equal: 1, settling: 1, reason: null });
    expect(fake.reads[reads]).toBeNull();
  });

  test("says why the table cannot be read, and goes on when it can", async () => {
    const tableProblem = new Error("Cannot query Pinot: 0 of 1 servers responded");
    const { fake, becomes } = follow(fakeLog([paid(10)]), [fakeRow(midnight, 10, 1)], { tableProblem });
    await becomes({ state: "unavailable", reason: "Cannot query Pinot: 0 of 1 servers responded", comparedAtMs: null });
    fake.tableProblem = undefined;
    await becomes({ state: "equal", reason: null });
  });

  test("says why the topic cannot be read, and goes on where it was when it can", async () => {
    const { fake, becomes } = follow(fakeLog([paid(10)]), [fakeRow(midnight, 10, 1)]);
    await becomes({ state: "equal" });
    fake.topicProblem = new Error("No answer from Kafka");
    await becomes({ state: "unavailable", reason: "No answer from Kafka" });
    fake.log.partitions[0]?.push(paid(1));
    fake.rows = [fakeRow(midnight, 11, 2)];
    fake.topicProblem = undefined;
    await becomes({ state: "equal", recordsRead: 2, reason: null });
  });

  test("is unavailable when the earliest records have expired: their windows cannot be computed", async () => {
    const log = Object.assign(fakeLog([paid(10), paid(20)]), { low: 1 });
    const { becomes } = follow(log, [fakeRow(midnight, 30, 2)]);
    await becomes({ state: "unavailable", reason: 'The earliest records of "transactions" expired or were deleted' });
  });

  test("reads partitions that were added", async () => {
    const { fake, becomes } = follow(fakeLog([paid(10)]), [fakeRow(midnight, 10, 1)]);
    await becomes({ state: "equal" });
    fake.log.partitions.push([paid(5), paid(6)]);
    fake.rows = [fakeRow(midnight, 21, 3)];
    await becomes({ state: "equal", recordsRead: 3 });
  });

  test("begins again with a topic that was recreated, and keeps nothing of the old one", async () => {
    const { fake, proof, becomes } = follow(fakeLog([paid(10), paid(20, 30), paid(30, 30)]), [
      fakeRow(midnight, 10, 1),
      fakeRow(midnight + 30_000, 50, 2),
    ]);
    await becomes({ state: "equal", windows: 2 });
    const { revision } = proof;
    // The table still has an old row.
    fake.rows = [fakeRow(midnight, 10, 1), fakeRow(midnight + 6000, 7, 1)];
    fake.log.topicId = "topic-2";
    fake.log.partitions[0]?.splice(0, 3, paid(7, 6));
    expect(await becomes({ state: "settling", equal: 1, settling: 1 })).toMatchObject({ windows: 2, recordsRead: 1 });
    fake.rows.shift();
    await becomes({ state: "equal", windows: 1 });
    expect([[...proof.table.starts()], proof.newestEventTimeMs]).toEqual([[midnight + 6000], midnight + 6000]);
    expect(proof.revision).toBeGreaterThan(revision);
  });

  test("closes its reader when it is aborted, and goes on later where it was", async () => {
    const { fake, proof, becomes, stop } = follow(fakeLog([paid(10)]), [fakeRow(midnight, 10, 1)]);
    await becomes({ state: "equal" });
    expect(fake.log.readersOpen).toBe(1);
    await stop();
    expect(fake.log.readersOpen).toBe(0);
    fake.log.partitions[0]?.push(paid(1));
    fake.rows = [fakeRow(midnight, 11, 2)];
    void proof.follow(ended.signal);
    await becomes({ state: "equal", recordsRead: 2 });
    expect(fake.log.recordsRead).toBe(2);
  });
});
