import { describe, expect, test } from "bun:test";
import { judge, type Reason, type ReasonCode, sumRuns, type VerifyReport } from "../../src/pipeline/verdict.ts";
import { fakeRow, fakeRun, subject } from "./fake-pipeline.ts";

const equal: VerifyReport = {
  topic: "transactions",
  subject,
  partitions: 3,
  records: 10,
  measure: { count: 5, total: 250 },
  invalid: 0,
  invalidReasons: {},
  ambiguous: 0,
  foreign: 0,
  sent: { delivered: 10, unresolved: 0, measure: { count: 5, total: 250 }, divided: 0, elsewhere: 0 },
  heldBack: [],
  windows: 2,
  matched: 2,
  mismatched: [],
  extra: [],
  ambiguousWindows: 0,
  checks: 1,
  elapsedMs: 12,
};
const { windowStart, ...actual } = fakeRow(3000, 100, 2);
const expected = [150, 3, 50];

describe("judge()", () => {
  test("is ok if every window matches and the topic has all delivered records", () => {
    expect(judge(equal, { strict: true })).toEqual({ ok: true, reasons: [] });
  });

  test("is ok for a topic to which no run of this state folder wrote", () => {
    const report = {
      ...equal,
      foreign: 10,
      sent: { delivered: 0, unresolved: 0, measure: { count: 0, total: 0 }, divided: 0, elsewhere: 0 },
    };
    expect(judge(report, { strict: false }).ok).toBe(true);
  });

  test("is ok if unresolved records arrived", () => {
    const report = { ...equal, records: 12, sent: { ...equal.sent, unresolved: 3 } };
    expect(judge(report, { strict: true }).ok).toBe(true);
  });

  const findings: readonly (readonly [Partial<VerifyReport>, ReasonCode, string])[] = [
    [{ windows: 0, matched: 0 }, "no-window", "the topic has no Paid transaction, so there is no window to compare"],
    [{ records: 9 }, "records-lost", "10 records were delivered, but the topic has 9"],
    [{ records: 11, invalid: 2 }, "records-lost", "10 records were delivered, but the topic has 9"],
    [{ measure: { count: 4, total: 250 } }, "measure-lost", "5 Paid transactions worth 250 were delivered, but the topic has 4 worth 250"],
    [{ measure: { count: 5, total: 240 } }, "measure-lost", "5 Paid transactions worth 250 were delivered, but the topic has 5 worth 240"],
    [
      { records: 9, measure: { count: 4, total: 200 }, heldBack: [{ partition: 2, from: 4, end: 6 }] },
      "transaction-open",
      "the last 2 offsets cannot be read yet: a transaction of another producer is open (partition 2 from offset 4 on)",
    ],
    [{ mismatched: [{ windowStart, expected, actual }] }, "window-differs", "1 of 2 windows differs in Pinot"],
    [{ mismatched: [{ windowStart, expected, actual: null }] }, "window-differs", "1 of 2 windows is not in Pinot"],
    [{ extra: [{ windowStart, actual, why: "duplicate" }] }, "row-extra", "1 row in Pinot for a window that already has a row"],
    [{ extra: [{ windowStart, actual, why: "unexpected" }] }, "row-extra", "1 row in Pinot for a window without a Paid transaction"],
  ];
  test.each(findings)("names the reason of %j", (change, code, text) => {
    expect(judge({ ...equal, ...change }, { strict: false })).toEqual({ ok: false, reasons: [{ code, text }] });
  });

  test("reports records from other producers only with --strict", () => {
    const report = { ...equal, records: 12, foreign: 2 };
    expect([false, true].map((strict) => judge(report, { strict }))).toEqual([
      { ok: true, reasons: [] },
      { ok: false, reasons: [{ code: "record-foreign", text: "2 records are from other producers or were sent twice (--strict)" }] },
    ]);
  });

  test("reports with --strict records that may be from a run during which the topic was recreated", () => {
    const judged = (records: number, divided: number) =>
      judge({ ...equal, records, sent: { ...equal.sent, divided }, foreign: Math.max(0, records - 10 - divided) }, { strict: true });
    const doubt = (which: string): Reason => ({
      code: "run-divided",
      text: `the topic was recreated during a run, so ${which} from that run or from other producers (--strict)`,
    });
    expect(judged(10, 6)).toEqual({ ok: true, reasons: [] });
    expect(judged(11, 6)).toEqual({ ok: false, reasons: [doubt("1 record may be")] });
    expect(judged(16, 6)).toEqual({ ok: false, reasons: [doubt("up to 6 records may be")] });
    const foreign: Reason = { code: "record-foreign", text: "2 records are from other producers or were sent twice (--strict)" };
    expect(judged(18, 6)).toEqual({ ok: false, reasons: [foreign, doubt("up to 6 records may be")] });
    expect(judge({ ...equal, records: 16, sent: { ...equal.sent, divided: 6 } }, { strict: false })).toEqual({ ok: true, reasons: [] });
  });

  test("reports all reasons, losses first", () => {
    const report = {
      ...equal,
      records: 0,
      measure: { count: 0, total: 0 },
      windows: 0,
      extra: [{ windowStart, actual, why: "unexpected" as const }],
    };
    expect(judge(report, { strict: false }).reasons.map(({ code }) => code)).toEqual([
      "records-lost",
      "measure-lost",
      "no-window",
      "row-extra",
    ]);
  });
});

test("sumRuns() distinguishes runs before the topic was recreated from runs during which it was", () => {
  const runs = [fakeRun(10, 5, 250), fakeRun(7, 3, 90, { unresolved: 2 }), fakeRun(100, 50, 2500, { topicId: "topic-0" })];
  const recreated = fakeRun(60, 30, 900, { topicId: "topic-0", endTopicId: "topic-1", unresolved: 1 });
  const otherName = fakeRun(5, 2, 20, { topicId: "topic-9", topic: "payments" });
  expect(sumRuns([...runs, recreated, otherName], "transactions", "topic-1")).toEqual({
    delivered: 17,
    unresolved: 2,
    measure: { count: 8, total: 340 },
    divided: 61,
    elsewhere: 100,
  });
});
