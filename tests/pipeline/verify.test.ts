import { describe, expect, spyOn, test } from "bun:test";
import { StreamctlError } from "../../src/core/errors.ts";
import type { ReadingProgress, TopicLog } from "../../src/pipeline/topic-reading.ts";
import { verify, type VerifySources } from "../../src/pipeline/verify.ts";
import type { WindowRow } from "../../src/stores/pinot/broker.ts";
import { type FakeLog, fakeLog, fakePages, fakeRow, fakeRun, subject, transactionText } from "./fake-pipeline.ts";

const start = Date.UTC(2026, 0, 1);
const once = { waitMs: 0, strict: false, subject } as const;
const patient = { ...once, waitMs: 10_000 };

/** Six records on three partitions: four Paid ones in two windows. */
function sixRecords(): FakeLog {
  return fakeLog(
    [
      transactionText("2026-01-01 00:00:00.000", 10),
      transactionText("2026-01-01 00:00:03.500", 30),
      transactionText("2026-01-01 00:00:04.000", 20),
    ],
    [transactionText("2026-01-01 00:00:01.000", 50, "Refused")],
    [transactionText("2026-01-01 00:00:02.999", 40), transactionText("2026-01-01 00:00:03.000", 90, "Refused")],
  );
}
const sixRuns = [fakeRun(6, 4, 100)];
const equalRows = [fakeRow(start, 50, 2), fakeRow(start + 3000, 50, 2)];

/** A table that returns these states in order and then repeats the last one. */
function fakeSources(log: FakeLog, ...states: readonly (readonly WindowRow[] | StreamctlError)[]): VerifySources & { reads: number } {
  const sources = {
    log,
    reads: 0,
    readRuns: async () => sixRuns,
    async *readWindows() {
      const state = states[Math.min(sources.reads++, states.length - 1)] ?? [];
      if (state instanceof StreamctlError) throw state;
      yield* fakePages(state);
    },
  };
  return sources;
}

/** Replaces the clock of this process until it is disposed, to simulate a stopped process (Ctrl-Z). */
function clockThatJumps(): Disposable & { jump(ms: number): void } {
  const real = performance.now.bind(performance);
  let aheadMs = 0;
  const spy = spyOn(performance, "now").mockImplementation(() => real() + aheadMs);
  return { jump: (ms) => void (aheadMs += ms), [Symbol.dispose]: () => spy.mockRestore() };
}

function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => "nothing failed",
    (error: unknown) => error,
  );
}

describe("verify()", () => {
  test("reports a pipeline without lost or duplicate records", async () => {
    const log = sixRecords();
    const { report, verdict } = await verify(fakeSources(log, equalRows), { ...once, strict: true });
    expect({ ...report, elapsedMs: 0 }).toEqual({
      topic: "transactions",
      subject,
      partitions: 3,
      records: 6,
      measure: { count: 4, total: 100 },
      invalid: 0,
      invalidReasons: {},
      ambiguous: 0,
      foreign: 0,
      sent: { delivered: 6, unresolved: 0, measure: { count: 4, total: 100 }, divided: 0, elsewhere: 0 },
      heldBack: [],
      windows: 2,
      matched: 2,
      mismatched: [],
      extra: [],
      ambiguousWindows: 0,
      checks: 1,
      elapsedMs: 0,
    });
    expect(verdict).toEqual({ ok: true, reasons: [] });
    expect(log.readersOpen).toBe(0);
  });

  test("checks once without a wait", async () => {
    const sources = fakeSources(sixRecords(), [], equalRows);
    const { report, verdict } = await verify(sources, once);
    expect([report.checks, report.matched, verdict.ok, sources.reads]).toEqual([1, 0, false, 1]);
  });

  test("repeats the check until equal, and reads no record twice", async () => {
    const log = sixRecords();
    const heard: boolean[] = [];
    const { report, verdict } = await verify(fakeSources(log, [], equalRows.slice(1), equalRows), {
      ...patient,
      onCheck: ({ verdict: { ok } }) => heard.push(ok),
    });
    expect([report.checks, report.matched, verdict.ok, log.recordsRead]).toEqual([3, 2, true, 6]);
    expect(heard).toEqual([false, false]);
  });

  test("includes records that arrive between two checks", async () => {
    const log = sixRecords();
    const more = [fakeRow(start, 50, 2), fakeRow(start + 3000, 120, 3)];
    const { report, verdict } = await verify(fakeSources(log, [], more), {
      ...patient,
      onCheck: () => log.partitions[1]?.push(transactionText("2026-01-01 00:00:05.999", 70)),
    });
    expect([report.records, report.foreign, report.matched, verdict.ok, log.recordsRead]).toEqual([7, 1, 2, true, 7]);
  });

  test("does not report a negative amount from another producer as a loss", async () => {
    const log = sixRecords();
    log.partitions[1]?.push(transactionText("2026-01-01 00:00:05.999", -70));
    const { report, verdict } = await verify(fakeSources(log, [fakeRow(start, 50, 2), fakeRow(start + 3000, -20, 3)]), once);
    expect([report.measure, verdict]).toEqual([
      { count: 5, total: 100 },
      { ok: true, reasons: [] },
    ]);
  });

  test("reports ambiguous records as the reason only if one of their windows differs", async () => {
    const log = sixRecords();
    log.partitions[1]?.push(transactionText("2026-01-01 00:00:05.999", 70).replace("70", '"70"'));
    const counted = fakeSources(log, [fakeRow(start, 50, 2), fakeRow(start + 3000, 120, 3)]);
    const { report, verdict } = await verify(counted, once);
    expect([report.records, report.invalid, report.ambiguous, report.ambiguousWindows]).toEqual([7, 1, 1, 1]);
    expect(verdict.reasons).toEqual([
      { code: "window-differs", text: "1 of 2 windows differs in Pinot" },
      { code: "record-ambiguous", text: 'the one differing row may differ because Flink reads some records differently (see "invalid")' },
    ]);
    expect((await verify(fakeSources(log, equalRows), once)).verdict.ok).toBe(true);
    const elsewhere = fakeSources(log, [fakeRow(start, 60, 3), fakeRow(start + 3000, 50, 2)]);
    expect((await verify(elsewhere, once)).verdict.reasons).toEqual([{ code: "window-differs", text: "1 of 2 windows differs in Pinot" }]);
  });

  test("returns the last result at the timeout", async () => {
    const { report, verdict } = await verify(fakeSources(sixRecords(), equalRows.slice(1)), { ...once, waitMs: 150 });
    expect(report.checks).toBeGreaterThan(1);
    expect(verdict.reasons).toEqual([{ code: "window-differs", text: "1 of 2 windows is not in Pinot" }]);
  });

  test("waits for an empty topic to be filled", async () => {
    const log = fakeLog([], []);
    const sources = { ...fakeSources(log, [], [fakeRow(start, 10, 1)]), readRuns: async () => [] };
    const { verdict } = await verify(sources, {
      ...patient,
      onCheck: () => log.partitions[1]?.push(transactionText("2026-01-01 00:00:00.000", 10)),
    });
    expect(verdict.ok).toBe(true);
  });

  test("retries Pinot until the timeout, then throws its error", async () => {
    const away = new StreamctlError("unreachable", 'Cannot reach "http://127.0.0.1:8099"');
    const { report, verdict } = await verify(fakeSources(sixRecords(), away, equalRows), patient);
    expect([report.checks, verdict.ok]).toEqual([2, true]);
    const log = sixRecords();
    expect(await failureOf(verify(fakeSources(log, away), once))).toBe(away);
    expect(await failureOf(verify(fakeSources(log, away), { ...once, waitMs: 120 }))).toBe(away);
    expect(await failureOf(verify(fakeSources(log, new StreamctlError("internal", "defect")), patient))).toMatchObject({
      code: "internal",
    });
  });

  test("waits for a table that is not ready, and fails immediately if Pinot rejects the query", async () => {
    const starting = new StreamctlError("pinot", "Cannot query Pinot: it does not serve the table yet", { retryable: true });
    expect((await verify(fakeSources(sixRecords(), starting, equalRows), patient)).verdict.ok).toBe(true);
    const refused = new StreamctlError("pinot", "Cannot query Pinot: access denied");
    const sources = fakeSources(sixRecords(), refused, equalRows);
    expect([await failureOf(verify(sources, patient)), sources.reads]).toEqual([refused, 1]);
  });

  test("reads the ledger before the end offsets, so that a run that ends meanwhile is never ahead of them", async () => {
    const log = sixRecords();
    const order: string[] = [];
    const watched: TopicLog = {
      ...log,
      snapshot() {
        order.push("topic");
        return log.snapshot();
      },
    };
    const readRuns: VerifySources["readRuns"] = async () => {
      order.push("ledger");
      return sixRuns;
    };
    await verify({ ...fakeSources(log, equalRows), log: watched, readRuns }, once);
    expect(order).toEqual(["ledger", "topic"]);
  });

  test("refuses a topic whose earliest records expired", async () => {
    const log = Object.assign(sixRecords(), { low: 1 });
    expect(await failureOf(verify(fakeSources(log, equalRows), once))).toMatchObject({
      code: "kafka",
      message: 'Cannot verify "transactions": its earliest records expired or were deleted (partition 0 starts at offset 1)',
    });
    expect(log.readersOpen).toBe(0);
  });

  test("rejects a topic that is recreated while it waits", async () => {
    const log = sixRecords();
    const verification = verify(fakeSources(log, []), { ...patient, onCheck: () => void (log.topicId = "topic-2") });
    expect(await failureOf(verification)).toMatchObject({ code: "kafka", hint: "Run: streamctl verify" });
    expect(log.readersOpen).toBe(0);
  });

  test("gives up on a topic whose end is never reached", async () => {
    const log = Object.assign(sixRecords(), { unreadable: 1 });
    expect(await failureOf(verify(fakeSources(log, equalRows), { ...once, stallMs: 30 }))).toMatchObject({ code: "timeout" });
  });

  test("does not count records of a run during which the topic was recreated as foreign, but reports them with --strict", async () => {
    const recreated = fakeRun(9, 6, 150, { topicId: "topic-0", endTopicId: "topic-1" });
    const sources = { ...fakeSources(sixRecords(), equalRows), readRuns: async () => [recreated] };
    const { report, verdict } = await verify(sources, once);
    expect([report.foreign, report.sent.divided, verdict]).toEqual([0, 9, { ok: true, reasons: [] }]);
    const text = "the topic was recreated during a run, so up to 6 records may be from that run or from other producers (--strict)";
    const strict = await verify(sources, { ...once, strict: true });
    expect(strict.verdict).toEqual({ ok: false, reasons: [{ code: "run-divided", text }] });
  });

  test("continues after its process was stopped for longer than the wait", async () => {
    using clock = clockThatJumps();
    const { report, verdict } = await verify(fakeSources(sixRecords(), [], [], [], equalRows), {
      ...patient,
      onCheck: ({ report: { checks } }) => void (checks === 1 && clock.jump(3_600_000)),
    });
    expect([report.checks, verdict]).toEqual([4, { ok: true, reasons: [] }]);
  });

  test("does not report a stalled topic after its process was stopped", async () => {
    using clock = clockThatJumps();
    const log = Object.assign(sixRecords(), { unreadable: 1 });
    let batches = 0;
    const stopped: TopicLog = {
      ...log,
      openReader(positions) {
        const reader = log.openReader(positions);
        return {
          ...reader,
          nextBatch(request) {
            batches++;
            if (batches === 10) clock.jump(3_600_000);
            if (batches === 20) log.partitions[0]?.push(transactionText("2026-01-01 00:00:01.000", 50, "Refused"));
            return reader.nextBatch(request);
          },
        };
      },
    };
    const { report, verdict } = await verify({ ...fakeSources(log, equalRows), log: stopped }, { ...once, stallMs: 20_000 });
    expect([report.records, verdict]).toEqual([7, { ok: true, reasons: [] }]);
  });

  test("reports its progress", async () => {
    const log = Object.assign(sixRecords(), { unreadable: 4 });
    const told: ReadingProgress[] = [];
    await failureOf(verify(fakeSources(log, equalRows), { ...once, stallMs: 400, onProgress: (progress) => told.push(progress) }));
    expect(told[0]).toEqual({ read: 6, toRead: 10, recordsPerSecond: expect.any(Number) });
  });

  test("waits until the timeout for an open transaction of another producer, then reports it as the reason", async () => {
    const log = Object.assign(sixRecords(), { openFrom: 1 });
    const sources = fakeSources(log, [fakeRow(start, 50, 2)]);
    const startMs = performance.now();
    const { report, verdict } = await verify(sources, { ...once, waitMs: 300, openTransactionMs: 10, stallMs: 20 });
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(300);
    expect([report.records, report.heldBack, report.matched]).toEqual([4, [{ partition: 0, from: 1, end: 3 }], 1]);
    expect(verdict.reasons.map(({ code }) => code)).toEqual(["transaction-open"]);
    expect(log.readersOpen).toBe(0);
  });

  test("reports an open transaction quickly without a wait", async () => {
    const sources = fakeSources(Object.assign(sixRecords(), { openFrom: 1 }), equalRows);
    const { verdict } = await verify(sources, { ...once, openTransactionMs: 0 });
    expect(verdict.ok).toBe(false);
    expect(verdict.reasons[0]?.code).toBe("transaction-open");
  });

  test("continues once the transaction has ended", async () => {
    const log: FakeLog = Object.assign(sixRecords(), { openFrom: 1 });
    let snapshots = 0;
    const watched: TopicLog = {
      ...log,
      snapshot() {
        if (++snapshots === 2) log.openFrom = undefined;
        return log.snapshot();
      },
    };
    const { report, verdict } = await verify({ ...fakeSources(log, equalRows), log: watched }, once);
    expect([report.records, report.heldBack, verdict.ok]).toEqual([6, [], true]);
  });

  test("fails for a stalled partition even if others make progress", async () => {
    const log = Object.assign(sixRecords(), { unreadable: 1 });
    const busy: TopicLog = {
      ...log,
      openReader(positions) {
        const reader = log.openReader(positions);
        return {
          ...reader,
          nextBatch(request) {
            log.partitions[1]?.push(transactionText("2026-01-01 00:00:01.000", 50, "Refused"));
            return reader.nextBatch(request);
          },
        };
      },
    };
    const verification = verify({ ...fakeSources(log, equalRows), log: busy }, { ...once, stallMs: 30 });
    expect(await failureOf(verification)).toMatchObject({ code: "timeout" });
  });

  test("retries Kafka until the timeout", async () => {
    const log = sixRecords();
    const away = new StreamctlError("unreachable", "no answer from Kafka");
    let snapshots = 0;
    const watched: TopicLog = { ...log, snapshot: async () => (++snapshots === 1 ? Promise.reject(away) : await log.snapshot()) };
    expect((await verify({ ...fakeSources(log, equalRows), log: watched }, patient)).verdict.ok).toBe(true);
    snapshots = 0;
    expect(await failureOf(verify({ ...fakeSources(log, equalRows), log: watched }, once))).toBe(away);
  });

  test("reads partitions that are added while it waits", async () => {
    const log = sixRecords();
    const more = [fakeRow(start, 50, 2), fakeRow(start + 3000, 120, 3)];
    const { report, verdict } = await verify(fakeSources(log, [], more), {
      ...patient,
      onCheck: () => void log.partitions.push([transactionText("2026-01-01 00:00:05.999", 70)]),
    });
    expect([report.records, verdict.ok, log.recordsRead, log.readersOpen]).toEqual([7, true, 7, 0]);
  });

  test("ends immediately when interrupted", async () => {
    const interruption = new AbortController();
    const log = sixRecords();
    const verification = verify(fakeSources(log, []), { ...patient, signal: interruption.signal, onCheck: () => interruption.abort() });
    expect(await failureOf(verification)).toMatchObject({ code: "interrupted" });
    expect(log.readersOpen).toBe(0);
  });
});
