import { describe, expect, test } from "bun:test";
import { assert, boolean, integer, property, record, uniqueArray } from "fast-check";
import { type ChartRequest, chartOf, pageOf, type PageRequest } from "../../../src/console/windows/chart.ts";
import { settlingMs, type WindowTable } from "../../../src/console/windows/window-table.ts";
import { onlyWindow } from "../../../src/spec/names.ts";
import { everyKind, fakeTable, sizeMs } from "./fake-windows.ts";

const whole: ChartRequest = { column: "SUM", fromMs: undefined, toMs: undefined, bars: 100 };

const barsOf = (table: WindowTable, request: Partial<ChartRequest>) => chartOf(table, everyKind, 7, { ...whole, ...request }).bars;

/** Windows whose values are all the same number, none of them in the table. */
function tableWith(values: Readonly<Record<number, number>>): WindowTable {
  const { table, change } = fakeTable(everyKind);
  for (const [start, value] of Object.entries(values))
    change(
      Number(start),
      everyKind.columns.map(() => value),
      1000,
    );
  return table;
}

describe("chartOf()", () => {
  test("returns an empty range without windows", () => {
    expect(chartOf(tableWith({}), everyKind, 7, whole)).toEqual({
      revision: 7,
      column: "SUM",
      firstMs: null,
      lastMs: null,
      fromMs: 0,
      toMs: sizeMs,
      barMs: sizeMs,
      combined: null,
      bars: [],
    });
  });

  test("returns one bar for one window", () => {
    expect(chartOf(tableWith({ 6000: 5 }), everyKind, 7, whole)).toMatchObject({
      firstMs: 6000,
      lastMs: 9000,
      fromMs: 6000,
      toMs: 9000,
      combined: null,
      bars: [{ startMs: 6000, value: 5, windows: 1, mark: "settling" }],
    });
  });

  test.each([
    ["SUM", "sum", 9],
    ["COUNT", "sum", 9],
    ["AVG", "mean", 3],
    ["MIN", "min", 1],
    ["MAX", "max", 6],
    ["DISTINCT", "mean", 3],
  ] as const)("combines the windows of a bar of %s by their %s", (column, combined, value) => {
    const table = tableWith({ 0: 2, 3000: 6, 6000: 1 });
    const chart = chartOf(table, everyKind, 7, { ...whole, column, bars: 1 });
    expect(chart).toMatchObject({ column, combined, barMs: 9000, bars: [{ startMs: 0, value, windows: 3, mark: "settling" }] });
  });

  test("takes the first column for a name that the window does not have", () => {
    expect(chartOf(tableWith({ 0: 2 }), everyKind, 7, { ...whole, column: "__proto__" }).column).toBe("SUM");
  });

  test("contains the windows that overlap with the range, and no other one", () => {
    const table = tableWith({ 0: 1, 3000: 2, 6000: 3, 9000: 4 });
    const starts = (fromMs: number, toMs: number) => barsOf(table, { fromMs, toMs }).map(({ startMs }) => startMs);
    expect([starts(3000, 9000), starts(2999, 9001), starts(5999, 6000), starts(12_000, 20_000), starts(-9000, 0)]).toEqual([
      [3000, 6000],
      [0, 3000, 6000, 9000],
      [3000, 6000],
      [],
      [],
    ]);
  });

  test("shows at least one window for a range that ends before it begins", () => {
    const chart = chartOf(tableWith({ 0: 1, 3000: 2, 6000: 3 }), everyKind, 7, { ...whole, fromMs: 3000, toMs: -5 });
    expect([chart.fromMs, chart.toMs, chart.bars.map(({ value }) => value)]).toEqual([3000, 6000, [2]]);
  });

  test("puts windows before 1970 into the bar that contains them", () => {
    const table = tableWith({ "-6000": 1, "-3000": 2, 0: 4 });
    expect(barsOf(table, { bars: 2 }).map(({ startMs, value }) => [startMs, value])).toEqual([
      [-6000, 3],
      [0, 4],
    ]);
  });

  test("leaves out a window without a number, and bars without a window", () => {
    const table = tableWith({ 0: 1, 3000: Number.NaN, 9000: 4 });
    expect(barsOf(table, {}).map(({ startMs }) => startMs)).toEqual([0, 9000]);
  });

  test("gives a bar the worst mark of its windows", () => {
    const { table, change, pass } = fakeTable(onlyWindow);
    const row = [5, 1, 5];
    for (const start of [0, 3000]) change(start, row, 1000);
    const markOf = () => chartOf(table, onlyWindow, 7, { ...whole, column: "TOTAL_PAID", bars: 1 }).bars.map(({ mark }) => mark);
    pass(
      [
        [0, row],
        [3000, row],
      ],
      { nowMs: 2000 },
    );
    expect(markOf()).toEqual(["equal"]);
    pass([[3000, row]], { nowMs: 3000 });
    expect(markOf()).toEqual(["settling"]);
    pass([[3000, row]], { nowMs: 3001 + settlingMs });
    expect(markOf()).toEqual(["differs"]);
    change(3000, row, 20_000);
    expect(markOf()).toEqual(["differs"]);
  });

  test("contains each window of the range once, whatever the range and the width of the bars", () => {
    const starts = uniqueArray(integer({ min: -50, max: 50 }), { maxLength: 60 });
    const bounds = record({ from: integer({ min: -200_000, max: 200_000 }), length: integer({ min: 1, max: 300_000 }) });
    assert(
      property(starts, bounds, integer({ min: 1, max: 40 }), boolean(), (indices, { from, length }, bars, isWhole) => {
        const table = tableWith(Object.fromEntries(indices.map((index) => [index * sizeMs, 1])));
        const range = isWhole ? {} : { fromMs: from, toMs: from + length };
        const chart = chartOf(table, everyKind, 7, { ...whole, ...range, bars });
        const shown = indices.filter((index) => (index + 1) * sizeMs > chart.fromMs && index * sizeMs < chart.toMs);
        expect(chart.bars.reduce((sum, { value }) => sum + value, 0)).toBe(shown.length);
        expect(chart.bars.reduce((sum, { windows }) => sum + windows, 0)).toBe(shown.length);
        expect(chart.bars.every(({ startMs }) => startMs % chart.barMs === 0)).toBe(true);
        // A range that begins within a bar has a part of one more at each end.
        expect(chart.bars.length).toBeLessThanOrEqual(bars + 2);
      }),
      { numRuns: 300 },
    );
  });

  test("combines 100,000 windows into the wanted number of bars", () => {
    const { table, computed } = fakeTable();
    const starts = Array.from({ length: 100_000 }, (_, index) => index * sizeMs);
    for (const start of starts) computed.set(start, [1, 1, 1]);
    table.noteChanges(starts, 1000, false);
    const { bars } = chartOf(table, onlyWindow, 1, { ...whole, column: "TOTAL_PAID", bars: 400 });
    expect([bars.length, bars[0], bars.reduce((sum, { value }) => sum + value, 0)]).toEqual([
      400,
      { startMs: 0, value: 250, windows: 250, mark: "settling" },
      100_000,
    ]);
  });
});

describe("pageOf()", () => {
  const all: PageRequest = { show: "all", order: "newest", offset: 0, limit: 10 };
  /** Of the windows at 0 to 30 s, 3 differs, 6 settles, 9 is unknown, and 0 and 12 were changed late. */
  function marked(): WindowTable {
    const { table, change, pass } = fakeTable();
    const row = [5, 1, 5];
    for (const start of [0, 3000, 12_000, 30_000]) change(start, row, 1000, true);
    for (const start of [12_000, 0]) change(start, row, 12_000, true);
    const rows = [0, 12_000, 30_000].map((start) => [start, row] as const);
    pass(rows, { nowMs: 1001 + settlingMs });
    pass([...rows, [9000, row]], { nowMs: 20_000, isComplete: false });
    change(6000, row, 20_000);
    pass([], { nowMs: 20_000, range: { fromMs: 3000, toMs: 3000 } });
    return table;
  }
  const startsOf = (request: Partial<PageRequest>, table = marked()) => {
    const { total, rows } = pageOf(table, 7, { ...all, ...request });
    return [total, ...rows.map(({ startMs }) => startMs / 1000)];
  };

  test("is empty without windows", () => {
    const { table } = fakeTable();
    expect(pageOf(table, 7, all)).toEqual({ revision: 7, total: 0, offset: 0, rows: [] });
    expect([startsOf({ show: "late" }, table), startsOf({ show: "differing" }, table)]).toEqual([[0], [0]]);
  });

  test("orders by time, and cuts at the offset and the limit", () => {
    expect(startsOf({})).toEqual([6, 30, 12, 9, 6, 3, 0]);
    expect(startsOf({ order: "oldest", offset: 1, limit: 2 })).toEqual([6, 3, 6]);
    expect(startsOf({ offset: 5, limit: 9 })).toEqual([6, 0]);
    expect([startsOf({ offset: 6 }), startsOf({ offset: Number.MAX_SAFE_INTEGER })]).toEqual([[6], [6]]);
  });

  test("selects windows by their mark, and those that were changed late", () => {
    expect(startsOf({ show: "differing" })).toEqual([1, 3]);
    expect(startsOf({ show: "settling", order: "oldest" })).toEqual([2, 6, 9]);
    expect(startsOf({ show: "late" })).toEqual([2, 12, 0]);
  });
});
