import { describe, expect, test } from "bun:test";
import { rangesOf } from "../../../src/console/windows/ranges.ts";

const ranges = (times: readonly number[], most: number) =>
  rangesOf(Float64Array.from(times), most).map(({ fromMs, toMs }) => [fromMs, toMs]);

describe("rangesOf()", () => {
  test("returns nothing without times, and one range for one time", () => {
    expect([ranges([], 3), ranges([5], 3)]).toEqual([[], [[5, 5]]]);
  });

  test("splits at the largest gaps, in ascending order", () => {
    expect(ranges([100, 1, 103, 2, 50], 3)).toEqual([
      [1, 2],
      [50, 50],
      [100, 103],
    ]);
    expect(ranges([100, 1, 103, 2, 50], 2)).toEqual([
      [1, 50],
      [100, 103],
    ]);
  });

  test("contains every time in one of at most so many ranges", () => {
    const times = Array.from({ length: 500 }, (_, index) => (index * 7919) % 10_007);
    const found = ranges(times, 8);
    expect(found.length).toBeLessThanOrEqual(8);
    expect(times.every((time) => found.some(([from = 0, to = 0]) => from <= time && time <= to))).toBe(true);
  });

  test("returns one range where only one is allowed", () => {
    expect(ranges([3, 1, 900], 1)).toEqual([[1, 900]]);
  });
});
