import { expect, test } from "bun:test";
import { appendSample } from "../../../src/console/page/history.ts";
import { withEntry } from "../../../src/console/page/query-history.ts";
import { chartPoints } from "../../../src/console/page/query-points.ts";
import { sortedIndexes } from "../../../src/console/page/row-order.ts";

test("sortedIndexes() orders large integers by their value, and null last in both directions", () => {
  const rows = [["9007199254740993"], [null], ["9007199254740992"], [-5], ["10"], [9]];
  expect(sortedIndexes(rows, 0, false)).toEqual([3, 5, 4, 2, 0, 1]);
  expect(sortedIndexes(rows, 0, true)).toEqual([0, 2, 4, 5, 3, 1]);
  expect(sortedIndexes(rows, -1, true)).toEqual([0, 1, 2, 3, 4, 5]);
});

test("sortedIndexes() orders texts, and keeps the order of equal cells", () => {
  expect(sortedIndexes([["b"], ["a"], ["b"], ["B"], [""]], 0, false)).toEqual([4, 3, 1, 0, 2]);
});

test("chartPoints() takes times as texts or milliseconds, and counts rows without a point", () => {
  const rows = [
    ["2026-11-27 14:03:07.000", 2],
    ["2026-11-27 14:03:04.000", "1"],
    [null, 3],
  ];
  const { points, isTime, left } = chartPoints(rows, 0, 1);
  expect({ values: points.map(([, y]) => y), isTime, left }).toEqual({ values: [1, 2], isTime: true, left: 1 });
  expect(chartPoints(rows, -1, 1).points).toEqual([
    [0, 2],
    [1, 1],
    [2, 3],
  ]);
});

test("appendSample() keeps the newest samples", () => {
  const samples = [1, 2, 3, 4].reduce((list, atMs) => appendSample(list, { atMs, value: atMs }, 3), [] as ReturnType<typeof appendSample>);
  expect(samples.map(({ atMs }) => atMs)).toEqual([2, 3, 4]);
});

test("withEntry() moves a repeated statement to the start, and is bounded in number and size", () => {
  const entry = (sql: string): Parameters<typeof withEntry>[1] => ({ engine: "e", sql, atMs: 0 });
  const many = Array.from({ length: 60 }, (_, index) => entry(String(index)));
  const list = many.reduce((before, each) => withEntry(before, each), [] as ReturnType<typeof withEntry>);
  expect(list).toHaveLength(50);
  expect(
    withEntry(list, entry("30"))
      .map(({ sql }) => sql)
      .slice(0, 2),
  ).toEqual(["30", "59"]);
  expect(withEntry(list, entry("x".repeat(20_001)))).toBe(list);
});
