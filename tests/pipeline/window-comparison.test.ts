import { expect, test } from "bun:test";
import { WindowFold } from "../../src/record/window-fold.ts";
import { compareWindows } from "../../src/pipeline/window-comparison.ts";
import type { WindowRow } from "../../src/stores/pinot/broker.ts";
import { ContractReader } from "../../src/record/contract-reader.ts";
import { formatEventTimestamp } from "../../src/record/event-timestamp.ts";
import { fakePages, fakeRow, subject, transactionText } from "./fake-pipeline.ts";

function totals(...payments: readonly (readonly [eventTimeMs: number, totalPaid: number])[]): WindowFold {
  const windows = new WindowFold(subject.window, subject.stream);
  const contract = new ContractReader(subject.stream);
  for (const [eventTimeMs, totalPaid] of payments) {
    const record = contract.read(transactionText(formatEventTimestamp(eventTimeMs), totalPaid));
    if (typeof record === "string") throw new Error(record);
    windows.add(record);
  }
  return windows;
}

const twoWindows = totals([0, 10], [2999, 20], [3000, 50], [5999, 50], [3001, 100]);

test("compareWindows() finds equal rows in any order and on any page", async () => {
  const rows = [fakeRow(3000, 200, 3), fakeRow(0, 30, 2)];
  expect(await compareWindows(twoWindows, fakePages(rows, 1))).toEqual({ windows: 2, matched: 2, mismatched: [], extra: [] });
});

test("compareWindows() distinguishes missing rows from different ones", async () => {
  const { windowStart, ...actual } = fakeRow(3000, 150, 3);
  expect(await compareWindows(twoWindows, fakePages([{ windowStart, ...actual }]))).toEqual({
    windows: 2,
    matched: 0,
    mismatched: [
      { windowStart: 0, expected: [30, 2, 15], actual: null },
      { windowStart: 3000, expected: [200, 3, 200 / 3], actual },
    ],
    extra: [],
  });
});

test.each([
  ["sum", fakeRow(0, 31, 2, { average: 15 })],
  ["count", fakeRow(0, 30, 3, { average: 15 })],
  ["average", fakeRow(0, 30, 2, { average: 15.000_001 })],
  ["average that is not a number", fakeRow(0, 30, 2, { average: Number.NaN })],
])("compareWindows() detects a wrong %s", async (_, row) => {
  const expected = totals([0, 10], [1, 20]);
  expect((await compareWindows(expected, fakePages([row]))).mismatched.map(({ windowStart }) => windowStart)).toEqual([0]);
});

test("compareWindows() treats averages as equal within a billionth", async () => {
  const expected = totals([0, 100], [1, 0], [2, 0]);
  const count = async (average: number): Promise<number> =>
    (await compareWindows(expected, fakePages([fakeRow(0, 100, 3, { average })]))).matched;
  expect(await Promise.all([33.333_333_333, 33.333_333_333_333_33, 33.333_333_4, 33.333_333_2].map(count))).toEqual([1, 1, 0, 0]);
});

test("compareWindows() accepts a window in which the sum is 0", async () => {
  expect((await compareWindows(totals([0, 0]), fakePages([fakeRow(0, 0, 1)]))).matched).toBe(1);
});

test("compareWindows() counts a second row of a window as extra, even an equal one", async () => {
  const { windowStart, ...actual } = fakeRow(0, 30, 2);
  const found = await compareWindows(
    totals([0, 30], [1, 0]),
    fakePages([
      { windowStart, ...actual },
      { windowStart, ...actual },
    ]),
  );
  expect(found).toEqual({ windows: 1, matched: 1, mismatched: [], extra: [{ windowStart, actual, why: "duplicate" }] });
});

test("compareWindows() counts rows of impossible windows as extra", async () => {
  const strangers = [
    fakeRow(9000, 1, 1),
    fakeRow(1, 30, 2),
    fakeRow(0, 30, 2, { windowEnd: 6000 }),
    fakeRow(-9_223_372_036_854_775_808, 0, 0),
  ];
  const found = await compareWindows(totals([0, 30]), fakePages([fakeRow(0, 30, 1), ...strangers]));
  expect(found.matched).toBe(1);
  expect(found.extra.map(({ windowStart, why }) => [windowStart, why])).toEqual([
    [-9_223_372_036_854_775_808, "unexpected"],
    [0, "unexpected"],
    [1, "unexpected"],
    [9000, "unexpected"],
  ]);
});

test("compareWindows() agrees with a naive comparison for random changes of rows", async () => {
  const random = seededRandom(4711);
  for (let round = 0; round < 200; round++) {
    const payments = Array.from({ length: 60 }, () => [Math.floor(random() * 60_000), Math.floor(random() * 4) * 10] as const);
    const expected = totals(...payments);
    const rows = [...expected.entries()].flatMap(([start, [totalPaid = 0, totalTransactions = 0]]) => {
      const row = fakeRow(start, totalPaid, totalTransactions);
      const chance = random();
      if (chance < 0.1) return [];
      if (chance < 0.2) return [row, row];
      if (chance < 0.3) return [fakeRow(start, totalPaid + 1, totalTransactions)];
      return chance < 0.4 ? [row, fakeRow(start + 300_000, 1, 1)] : [row];
    });
    rows.sort(() => random() - 0.5);
    const naive = naiveComparison(payments, rows);
    const { windows, matched, mismatched, extra } = await compareWindows(expected, fakePages(rows, 7));
    expect({ windows, matched, mismatched: mismatched.length, extra: extra.length }).toEqual(naive);
  }
});

interface Counts {
  readonly windows: number;
  readonly matched: number;
  readonly mismatched: number;
  readonly extra: number;
}

function naiveComparison(payments: readonly (readonly [number, number])[], rows: readonly WindowRow[]): Counts {
  const starts = [...new Set(payments.map(([time]) => time - (((time % 3000) + 3000) % 3000)))];
  const equal = starts.filter((start) => {
    const paid = payments.filter(([time]) => time >= start && time < start + 3000).map(([, amount]) => amount);
    const sum = paid.reduce((total, amount) => total + amount, 0);
    return rows.find((row) => row.windowStart === start)?.values[0] === sum;
  });
  const found = new Set(rows.map((row) => row.windowStart));
  const known = starts.filter((start) => found.has(start));
  return { windows: starts.length, matched: equal.length, mismatched: starts.length - equal.length, extra: rows.length - known.length };
}

/** A linear congruential generator: the same numbers from 0 to 1 in every run. */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
