import { describe, expect, test } from "bun:test";
import { settlingMs, type WindowTable } from "../../../src/console/windows/window-table.ts";
import { type FakeRow, fakeTable, sizeMs } from "./fake-windows.ts";

/** Numbers of windows by mark: equal, settling, differing and unknown. */
const counts = (table: WindowTable) => (["equal", "settling", "differs", "unknown"] as const).map((mark) => table.count(mark));

/** A window's values: total, number of records, average. */
const row = (total: number): readonly number[] => [total, 1, total];

describe("WindowTable", () => {
  test("has nothing before the first window", () => {
    const { table, pass } = fakeTable();
    pass([], { nowMs: 1 });
    expect([table.size, [...table.starts()], [...table.pending()], table.late, counts(table)]).toEqual([0, [], [], [], [0, 0, 0, 0]]);
    expect([table.window(0), table.valueOf(0, 0), table.markOf(0)]).toEqual([undefined, undefined, "unknown"]);
  });

  test("marks a window equal once a pass has found its row", () => {
    const { table, change, pass } = fakeTable();
    change(6000, row(5), 1000);
    expect([counts(table), [...table.pending()]]).toEqual([[0, 1, 0, 0], [6000]]);
    pass([[6000, row(5)]], { nowMs: 2000 });
    expect([counts(table), [...table.pending()]]).toEqual([[1, 0, 0, 0], []]);
    expect(table.window(6000)).toEqual({
      startMs: 6000,
      endMs: 9000,
      values: row(5),
      expected: row(5),
      mark: "equal",
      changedLateAtMs: null,
    });
  });

  test("does not compare a window with the row that it had in an earlier pass", () => {
    const { table, change, pass } = fakeTable();
    change(0, row(5), 1000);
    pass([[0, row(5)]], { nowMs: 2000 });
    change(0, row(7), 3000);
    pass([[0, row(7)]], { nowMs: 4000 });
    expect([table.markOf(0), table.window(0)?.values]).toEqual(["equal", row(7)]);
    pass([], { nowMs: 5000 });
    expect([table.markOf(0), table.window(0)?.values]).toEqual(["settling", null]);
  });

  test("lets an unequal window differ only when it has not changed for the time of settling, and everything has been read", () => {
    const { table, change, pass } = fakeTable();
    change(0, row(5), 1000);
    pass([], { nowMs: 1000 + settlingMs });
    expect(table.markOf(0)).toBe("settling");
    pass([], { nowMs: 1001 + settlingMs, isComplete: false });
    expect(table.markOf(0)).toBe("settling");
    pass([], { nowMs: 1001 + settlingMs });
    expect([table.markOf(0), counts(table)]).toEqual(["differs", [0, 0, 1, 0]]);
    change(0, row(6), 2000 + settlingMs);
    expect([table.markOf(0), counts(table)]).toEqual(["settling", [0, 1, 0, 0]]);
    pass([], { nowMs: 2000 + 2 * settlingMs });
    expect(table.markOf(0)).toBe("settling");
    pass([[0, row(6)]], { nowMs: 3000 + 2 * settlingMs });
    expect(counts(table)).toEqual([1, 0, 0, 0]);
  });

  test("gives a window that was equal and is not any more the whole time of settling", () => {
    const { table, change, pass } = fakeTable();
    change(0, row(5), 1000);
    pass([[0, row(5)]], { nowMs: 2000 });
    pass([[0, row(4)]], { nowMs: 90_000 });
    expect(table.markOf(0)).toBe("settling");
    pass([[0, row(4)]], { nowMs: 90_001 + settlingMs });
    expect(table.markOf(0)).toBe("differs");
  });

  test.each<[string, FakeRow[]]>([
    ["another value", [[0, [5, 1, 6]]]],
    ["a value that is not a number", [[0, [5, 1, Number.NaN]]]],
    ["fewer values", [[0, [5, 1]]]],
    ["another end", [[0, row(5), 4000]]],
    [
      "a second row",
      [
        [0, row(5)],
        [0, row(5)],
      ],
    ],
    ["no row", []],
  ])("takes a window with %s for unequal", (_, rows) => {
    const { table, change, pass } = fakeTable();
    change(0, row(5), 1000);
    pass(rows, { nowMs: 2000 + settlingMs });
    expect([table.markOf(0), [...table.pending()]]).toEqual(["differs", [0]]);
  });

  test("takes a window with a second row for equal again when the second row is gone", () => {
    const { table, change, pass } = fakeTable();
    change(0, row(5), 1000);
    const second: readonly FakeRow[] = [
      [0, row(5)],
      [0, row(5)],
    ];
    pass(second, { nowMs: 2000 });
    expect(table.markOf(0)).toBe("settling");
    pass([[0, row(5)]], { nowMs: 3000 });
    expect(table.markOf(0)).toBe("equal");
  });

  test("shows a row without a record as unknown while records are still to be read, and then as differing", () => {
    const { table, pass } = fakeTable();
    pass([[0, row(5)]], { nowMs: 1000, isComplete: false });
    expect(table.window(0)).toMatchObject({ values: row(5), expected: null, mark: "unknown" });
    pass([[0, row(5)]], { nowMs: 2000 });
    expect(table.markOf(0)).toBe("settling");
    pass([[0, row(5)]], { nowMs: 1001 + settlingMs });
    expect([table.markOf(0), counts(table)]).toEqual(["differs", [0, 0, 1, 0]]);
  });

  test("forgets a row without a record when the row was deleted, and counts the window again when it is back", () => {
    const { table, change, pass } = fakeTable();
    change(0, row(5), 1000);
    pass(
      [
        [0, row(5)],
        [3000, row(6)],
      ],
      { nowMs: 2000 },
    );
    expect([table.size, [...table.starts()], counts(table)]).toEqual([2, [0, 3000], [1, 1, 0, 0]]);
    pass([[0, row(5)]], { nowMs: 3000 });
    expect([table.size, [...table.starts()], counts(table), [...table.pending()]]).toEqual([1, [0], [1, 0, 0, 0], []]);
    expect([table.window(3000), table.valueOf(3000, 0)]).toEqual([undefined, undefined]);
    change(3000, row(6), 4000);
    change(6000, row(7), 4000);
    pass(
      [
        [3000, row(6)],
        [6000, row(7)],
      ],
      { nowMs: 5000, range: { fromMs: 3000, toMs: 6000 } },
    );
    expect([[...table.starts()], counts(table), table.window(3000)?.values]).toEqual([[0, 3000, 6000], [3, 0, 0, 0], row(6)]);
  });

  test("judges only the pending windows of a range, and leaves the others as they are", () => {
    const { table, change, pass } = fakeTable();
    const starts = [0, 3000, 6000, 9000, 12_000];
    for (const start of starts) change(start, row(start), 1000);
    pass(
      starts.map((start) => [start, row(start)]),
      { nowMs: 2000 },
    );
    for (const start of [0, 3000, 12_000]) change(start, row(1), 3000);
    pass([[3000, row(1)]], { nowMs: 4000, range: { fromMs: 3000, toMs: 9000 } });
    expect(starts.map((start) => table.markOf(start))).toEqual(["settling", "equal", "equal", "equal", "settling"]);
    expect([table.window(0)?.values, table.window(12_000)?.values]).toEqual([row(0), row(12_000)]);
    expect([...table.pending()]).toEqual([0, 12_000]);
    pass([[12_000, row(1)]], { nowMs: 5000, range: { fromMs: 12_000, toMs: 12_000 } });
    pass([[0, row(1)]], { nowMs: 5000, range: { fromMs: 0, toMs: 0 } });
    expect(counts(table)).toEqual([5, 0, 0, 0]);
  });

  test("judges a window that was equal when its row in a range has changed", () => {
    const { table, change, pass } = fakeTable();
    for (const start of [0, 3000]) change(start, row(5), 1000);
    for (const [nowMs, total] of [
      [2000, 5],
      [3000, 6],
    ] as const)
      pass(
        [
          [0, row(5)],
          [3000, row(total)],
        ],
        { nowMs, range: { fromMs: 0, toMs: 3000 } },
      );
    expect([table.markOf(0), table.markOf(3000)]).toEqual(["equal", "settling"]);
  });

  test("takes the value of the table's row, and the computed one only without a row", () => {
    const { table, change, pass } = fakeTable();
    change(0, row(5), 1000);
    change(3000, row(6), 1000);
    pass([[0, row(4)]], { nowMs: 2000 });
    expect([table.valueOf(0, 0), table.valueOf(3000, 0), table.valueOf(3000, 9), table.valueOf(6000, 0)]).toEqual([
      4,
      6,
      undefined,
      undefined,
    ]);
  });

  describe("a late change", () => {
    const withThree = () => {
      const fake = fakeTable();
      for (const start of [0, 3000, 6000]) fake.change(start, row(1), 1000, true);
      return fake;
    };

    test("is one of an old window after a pause, while records are read as they arrive", () => {
      const { table, change } = withThree();
      change(-3000, row(1), 11_000, true);
      change(0, row(2), 11_001, true);
      expect([table.late, table.window(0)?.changedLateAtMs]).toEqual([[0], 11_001]);
      change(0, row(3), 30_000, true);
      expect(table.window(0)?.changedLateAtMs).toBe(30_000);
    });

    test("is not one of the two newest windows, nor one without a pause, nor one while the topic is first read", () => {
      const { table, change } = withThree();
      change(3000, row(2), 60_000, true);
      change(6000, row(2), 60_000, true);
      change(0, row(2), 11_000, true);
      change(0, row(3), 60_000, false);
      expect(table.late).toEqual([]);
    });

    test("is not a window that appears late, nor one that only the table had", () => {
      const { table, change, pass } = withThree();
      change(-3000, row(2), 60_000, true);
      pass([[-6000, row(1)]], { nowMs: 60_000 });
      change(-6000, row(1), 90_000, true);
      expect(table.late).toEqual([]);
    });
  });

  test("sorts its starts again when windows are added", () => {
    const { table, change } = fakeTable();
    for (const start of [6000, -3000, 0]) change(start, row(1), 1);
    expect([...table.starts()]).toEqual([-3000, 0, 6000]);
    change(3000, row(1), 1);
    expect([...table.starts()]).toEqual([-3000, 0, 3000, 6000]);
  });

  test("keeps 100,000 windows apart, and judges each change among them", () => {
    const { table, computed, change } = fakeTable();
    const total = 100_000;
    // In an order in which neighbours are far apart.
    const starts = Array.from({ length: total }, (_, index) => ((index * 7919) % total) * sizeMs);
    for (const start of starts) computed.set(start, row(start));
    table.noteChanges(starts, 1000, false);
    table.beginPass();
    for (const start of starts) if (start % 30_000 !== 0) table.setRow(start, start + sizeMs, row(start));
    const twice = 33_333 * sizeMs;
    table.setRow(twice, twice + sizeMs, row(twice));
    table.endPass(undefined, { nowMs: 2000 + settlingMs, isComplete: true });
    expect([table.size, counts(table), table.markOf(twice)]).toEqual([total, [89_999, 0, 10_001, 0], "differs"]);
    expect(table.pending().filter((start) => start % 30_000 === 0)).toHaveLength(10_000);
    expect([table.window(99_999 * sizeMs)?.values, table.starts().at(-1)]).toEqual([row(99_999 * sizeMs), 99_999 * sizeMs]);
    change(77_777 * sizeMs, row(1), 60_000, true);
    expect([table.late, counts(table)]).toEqual([[77_777 * sizeMs], [89_998, 1, 10_001, 0]]);
  });
});
