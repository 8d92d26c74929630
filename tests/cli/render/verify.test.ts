import { describe, expect, test } from "bun:test";
import { renderCheck, renderReading, renderVerify } from "../../../src/cli/render/verify.ts";
import { verifyDocument } from "../../../src/cli/render/verify-document.ts";
import { judge, type VerifyReport } from "../../../src/pipeline/verdict.ts";
import { subject } from "../../pipeline/fake-pipeline.ts";

const equal: VerifyReport = {
  topic: "transactions",
  subject,
  partitions: 3,
  records: 30_000,
  measure: { count: 15_012, total: 825_660 },
  invalid: 0,
  invalidReasons: {},
  ambiguous: 0,
  foreign: 0,
  sent: { delivered: 30_000, unresolved: 0, measure: { count: 15_012, total: 825_660 }, divided: 0, elsewhere: 0 },
  heldBack: [],
  windows: 100,
  matched: 100,
  mismatched: [],
  extra: [],
  ambiguousWindows: 0,
  checks: 1,
  elapsedMs: 640,
};
const start = Date.UTC(2026, 0, 1);
const expected = [150, 3, 50];
const actual = { windowEnd: start + 3000, values: [100, 2, 50] };

function render(report: VerifyReport, strict = false): string {
  return renderVerify(report, judge(report, { strict }), { width: null });
}

test("renderReading() shows the rate, and the remaining time if it is a second or more", () => {
  expect([
    renderReading({ read: 1_250_000, toRead: 21_800_000, recordsPerSecond: 430_000.4 }),
    renderReading({ read: 5, toRead: 5, recordsPerSecond: 12 }),
    renderReading({ read: 5, toRead: 7, recordsPerSecond: 0 }),
  ]).toEqual(["1,250,000 of 21,800,000 records read · 430,000/s · 47 s left", "5 of 5 records read · 12/s", "5 of 7 records read · 0/s"]);
});

test("renderCheck() shows how many windows are equal so far", () => {
  expect(renderCheck({ ...equal, windows: 1003, matched: 356, checks: 12 })).toBe("356 of 1,003 windows equal in Pinot · check 12");
});

describe("renderVerify()", () => {
  test("is short when everything is equal", () => {
    expect(render(equal)).toMatchInlineSnapshot(`
      "topic    transactions: 30,000 records, 15,012 Paid, 14,988 Refused, 0 invalid
      sent     30,000 delivered, 0 unresolved
      windows  100 of 100 equal in Pinot (sum, count and average)

      Verified: every window matches what was sent (640 ms)
      "
    `);
  });

  test("names runs whose topic was recreated, and the command that computes the windows again", () => {
    const sent = { ...equal.sent, delivered: 0, divided: 60_000, elsewhere: 500 };
    const text = render({ ...equal, sent, matched: 99, mismatched: [{ windowStart: start, expected, actual: null }] });
    expect(text).toContain("sent     60,000 while the topic was deleted and recreated: it contains at most some of them\n");
    expect(text).toContain("sent     500 to another topic of this name, which was deleted or is in another Kafka cluster\n");
    expect(text).toContain("next: streamctl up, which computes the windows again after the topic was recreated\n");
  });

  test("shows the next command if --strict cannot attribute the records", () => {
    const report = { ...equal, sent: { ...equal.sent, delivered: 0, measure: { count: 0, total: 0 }, divided: 60_000 } };
    const lines = render(report, true).split("\n");
    expect(lines.slice(-3)).toEqual([
      "- the topic was recreated during a run, so up to 30,000 records may be from that run or from other producers (--strict)",
      "next: streamctl verify without --strict, or start with an empty topic: streamctl down --volumes, then streamctl up",
      "",
    ]);
  });

  test("does not claim that every record was sent by data if other producers write to the topic", () => {
    const lines = render({ ...equal, records: 30_001, foreign: 1 }).split("\n");
    expect(lines).toContain("sent     30,000 delivered, 0 unresolved; 1 record in the topic from other producers or sent twice");
    expect(lines).toContain("Verified: every window matches the topic (640 ms)");
  });

  test("shows how each window differs", () => {
    const report: VerifyReport = {
      ...equal,
      records: 30_003,
      invalid: 3,
      invalidReasons: { "not-json": 2, tombstone: 1 },
      foreign: 3,
      matched: 98,
      mismatched: [
        { windowStart: start, expected, actual },
        { windowStart: start + 3000, expected, actual: null },
      ],
      extra: [
        { windowStart: -9_223_372_036_854_775_808, actual: { windowEnd: 0, values: [100, 2, Number.NaN] }, why: "unexpected" },
        { windowStart: start + 6000, actual, why: "duplicate" },
      ],
      checks: 12,
      elapsedMs: 60_120,
    };
    expect(render(report)).toMatchInlineSnapshot(`
      "topic    transactions: 30,003 records, 15,012 Paid, 14,988 Refused, 3 invalid
      invalid  2 × not-json
      invalid  1 × tombstone
      sent     30,000 delivered, 0 unresolved; 3 records in the topic from other producers or sent twice
      windows  98 of 100 equal in Pinot (sum, count and average)

              WINDOW_START  UTC                  sum  in Pinot  count  in Pinot  average  what
      ────────────────────  ───────────────────  ───  ────────  ─────  ────────  ───────  ────────────
             1767225600000  2026-01-01 00:00:00  150       100      3         2       50  differs
             1767225603000  2026-01-01 00:00:03  150                3                     not in Pinot
      -9223372036854776000                                 100                2      NaN  unexpected
             1767225606000  2026-01-01 00:00:06            100                2       50  second row

      Not verified (1 min, 12 checks):
      - 1 of 100 windows is not in Pinot
      - 1 of 100 windows differs in Pinot
      - 1 row in Pinot for a window that already has a row
      - 1 row in Pinot for a window without a Paid transaction
      next: streamctl status, then streamctl logs
      "
    `);
  });

  test("names columns by their aggregate, or by their names if two have the same", () => {
    const sum = { name: "SOLD", aggregate: { kind: "sum", field: "total_paid" }, where: [] } as const;
    const columns = [sum, { ...sum, name: "RETURNED" }, { name: "LINES", aggregate: { kind: "count", field: null }, where: [] } as const];
    const report: VerifyReport = {
      ...equal,
      subject: { ...subject, window: { ...subject.window, columns } },
      matched: 99,
      mismatched: [{ windowStart: start, expected: [7, 8, 9], actual: { windowEnd: start + 3000, values: [1, 2, 3] } }],
    };
    const lines = render(report).split("\n");
    expect(lines[2]).toBe("windows  99 of 100 equal in Pinot (SOLD, RETURNED and count)");
    expect(lines.slice(4, 7)).toEqual([
      " WINDOW_START  UTC                  SOLD  in Pinot  RETURNED  in Pinot  count  in Pinot  what",
      "─────────────  ───────────────────  ────  ────────  ────────  ────────  ─────  ────────  ───────",
      "1767225600000  2026-01-01 00:00:00     7         1         8         2      9         3  differs",
    ]);
  });

  test("lists ten differences and counts the rest", () => {
    const mismatched = Array.from({ length: 47 }, (_, index) => ({ windowStart: start + index * 3000, expected, actual: null }));
    const lines = render({ ...equal, matched: 53, mismatched }).split("\n");
    expect(lines.filter((line) => line.endsWith("  not in Pinot"))).toHaveLength(10);
    expect(lines).toContain("and 37 more; --json prints all of them");
  });

  test("shows the next command", () => {
    const lost = { ...equal, records: 29_999 };
    const empty = {
      ...equal,
      records: 0,
      measure: { count: 0, total: 0 },
      windows: 0,
      matched: 0,
      sent: { delivered: 0, unresolved: 0, measure: { count: 0, total: 0 }, divided: 0, elsewhere: 0 },
    };
    const behind = { ...equal, matched: 99, mismatched: [{ windowStart: start, expected, actual: null }] };
    const foreign = { ...equal, records: 30_001, foreign: 1 };
    const nexts = [lost, empty, behind, { ...behind, checks: 9 }, foreign].map((report) => render(report, true).split("\n").at(-2));
    expect(nexts).toEqual([
      "next: streamctl logs kafka",
      "next: streamctl data -n 1000",
      "next: streamctl verify --wait 60s, in case the processor is still working",
      "next: streamctl status, then streamctl logs",
      "next: streamctl verify without --strict, if other producers write to the topic",
    ]);
  });
});

test("verifyDocument() is the report with its verdict, and names the columns of different rows", () => {
  const report: VerifyReport = {
    ...equal,
    records: 29_999,
    mismatched: [
      { windowStart: start, expected, actual },
      { windowStart: start + 3000, expected, actual: null },
    ],
    extra: [{ windowStart: start + 6000, actual, why: "duplicate" }],
  };
  const named = { windowEnd: start + 3000, totalPaid: 100, totalTransactions: 2, average: 50 };
  const document = {
    topic: "transactions",
    processor: "flink",
    partitions: 3,
    records: 29_999,
    paidRecords: 15_012,
    paidTotal: 825_660,
    invalid: 0,
    invalidReasons: {},
    ambiguous: 0,
    foreign: 0,
    sent: { delivered: 30_000, unresolved: 0, paid: { count: 15_012, total: 825_660 }, divided: 0, elsewhere: 0 },
    heldBack: [],
    windows: 100,
    matched: 100,
    mismatched: [
      { windowStart: start, expected: { totalPaid: 150, totalTransactions: 3 }, actual: named },
      { windowStart: start + 3000, expected: { totalPaid: 150, totalTransactions: 3 }, actual: null },
    ],
    extra: [{ windowStart: start + 6000, actual: named, why: "duplicate" }],
    ambiguousWindows: 0,
    looks: 1,
    elapsedMs: 640,
    ok: false,
    reasons: [
      "30,000 records were delivered, but the topic has 29,999",
      "1 of 100 windows is not in Pinot",
      "1 of 100 windows differs in Pinot",
      "1 row in Pinot for a window that already has a row",
    ],
  };
  // The text, because the order of its keys is what it was before there was more than one pipeline.
  expect(JSON.stringify(verifyDocument(report, judge(report, { strict: false })))).toBe(JSON.stringify(document));
});
