import { describe, expect, test } from "bun:test";
import type { StreamRecord } from "../../src/record/contract-reader.ts";
import { WindowFold } from "../../src/record/window-fold.ts";
import { onlyStream, onlyWindow } from "../../src/spec/names.ts";
import type { Column, Condition, Stream, Window } from "../../src/spec/pipeline.ts";

const fold = (): WindowFold => new WindowFold(onlyWindow, onlyStream);

test.each([
  [0, 0],
  [2999, 0],
  [3000, 3000],
  [-1, -3000],
  [-3000, -3000],
  [-3001, -6000],
  [1_767_225_601_234, 1_767_225_600_000],
])("WindowFold.startOf() assigns %d to the window that starts at %d", (eventTimeMs, start) => {
  expect(fold().startOf(eventTimeMs)).toBe(start);
});

function transaction(eventTimeMs: number, totalPaid: number, status = "Paid"): StreamRecord {
  return [eventTimeMs, 1, "95d1d6aa-9e42-412d-b74e-c005e523279c", totalPaid, status];
}

test("WindowFold computes sum, count and average of the counted records, in any order", () => {
  const rows = fold();
  for (const [timeMs, paid] of [
    [3000, 10],
    [1, 20],
    [5999, 30],
    [2999, 50],
    [3001, 60],
  ] as const) {
    expect(rows.add(transaction(timeMs, paid))).toBe(true);
  }
  expect(rows.add(transaction(9000, 100, "Refused"))).toBe(false);
  expect([...rows.entries()]).toEqual([
    [3000, [100, 3, 100 / 3]],
    [0, [70, 2, 35]],
  ]);
  expect(rows.size).toBe(2);
  expect(rows.get(0)).toEqual([70, 2, 35]);
  expect(rows.get(9000)).toBeUndefined();
});

test("WindowFold has a row for a window in which the sum is 0", () => {
  const rows = fold();
  rows.add(transaction(0, 0));
  expect(rows.get(0)).toEqual([0, 1, 0]);
});

test("WindowFold rejects a sum that would not be exact", () => {
  const rows = fold();
  rows.add(transaction(0, Number.MAX_SAFE_INTEGER));
  expect(() => rows.add(transaction(0, 1))).toThrow(new RangeError("Cannot add 1 to window 0: the sum would not be exact"));
  expect(rows.get(0)?.slice(0, 2)).toEqual([Number.MAX_SAFE_INTEGER, 1]);
});

test("WindowFold stores a hundred thousand windows", () => {
  const rows = fold();
  for (let round = 0; round < 2; round += 1) {
    for (let window = 0; window < 100_000; window += 1) rows.add(transaction(window * 3000 + round, window));
  }
  expect(rows.size).toBe(100_000);
  expect(rows.get(99_999 * 3000)).toEqual([199_998, 2, 99_999]);
});

describe("WindowFold of another pipeline", () => {
  const required = { optional: false } as const;
  const sales: Stream = {
    ...onlyStream,
    name: "sales",
    key: null,
    eventTime: "at",
    fields: [
      { name: "country", generator: null, contract: { type: "one_of", values: ["DE", "FR", "IT"], ...required } },
      { name: "price", generator: null, contract: { type: "decimal", min: 0, max: 1_000_000, places: 2, ...required } },
      { name: "coupon", generator: null, contract: { type: "int", min: 0, max: 10, optional: true } },
      { name: "at", generator: null, contract: { type: "time", as: "epoch_ms", ...required } },
    ],
  };
  const column = (aggregate: Column["aggregate"], where: readonly Condition[] = []): Column => ({ name: aggregate.kind, aggregate, where });
  const minute = (columns: readonly Column[], where: readonly Condition[] = []): Window => ({
    ...onlyWindow,
    name: "sold",
    from: "sales",
    span: { kind: "tumbling", sizeMs: 60_000 },
    where,
    columns,
  });
  const records: readonly StreamRecord[] = [
    ["DE", 1999, null, 0],
    ["FR", 1, 5, 59_999],
    ["IT", 1050, 7, 60_000],
    ["DE", 2, 9, 30_000],
  ];
  const folded = (columns: readonly Column[], where: readonly Condition[] = []): readonly unknown[] => {
    const rows = new WindowFold(minute(columns, where), sales);
    for (const record of records) rows.add(record);
    return [...rows.entries()];
  };

  test("divides sums and averages of decimals only once", () => {
    expect(folded([column({ kind: "sum", field: "price" }), column({ kind: "avg", field: "price" })])).toEqual([
      [0, [20.02, 2002 / 300]],
      [60_000, [10.5, 10.5]],
    ]);
  });

  test("computes the minimum and maximum", () => {
    const columns = [
      column({ kind: "min", field: "price" }),
      column({ kind: "max", field: "price" }),
      column({ kind: "max", field: "at" }),
    ];
    expect(folded(columns)).toEqual([
      [0, [0.01, 19.99, 59_999]],
      [60_000, [10.5, 10.5, 60_000]],
    ]);
  });

  test("counts records, non-null values, and the records that meet the conditions of a column", () => {
    const german: Condition = { kind: "one_of", field: "country", values: ["DE"] };
    const columns = [
      column({ kind: "count", field: null }),
      column({ kind: "count", field: "coupon" }),
      column({ kind: "sum", field: "coupon" }),
      column({ kind: "count", field: null }, [german]),
      column({ kind: "sum", field: "price" }, [german]),
    ];
    expect(folded(columns)).toEqual([
      [0, [3, 2, 14, 2, 20.01]],
      [60_000, [1, 1, 7, 0, 0]],
    ]);
  });

  test.each<[number, ...Condition[]]>([
    [2, { kind: "one_of", field: "country", values: ["FR", "IT"] }],
    [2, { kind: "not_one_of", field: "country", values: ["FR", "IT"] }],
    [3, { kind: "not_one_of", field: "coupon", values: [3] }],
    [1, { kind: "range", field: "price", atLeast: 2, below: 1050 }],
    [2, { kind: "range", field: "price", atLeast: 1050, below: null }],
    [2, { kind: "range", field: "coupon", atLeast: null, below: 9 }],
    [3, { kind: "known", field: "coupon" }],
    [1, { kind: "missing", field: "coupon" }],
    [1, { kind: "known", field: "coupon" }, { kind: "one_of", field: "country", values: ["DE"] }],
    [4],
  ])("counts %d records that meet %p", (count, ...where) => {
    const rows = new WindowFold(minute([column({ kind: "count", field: null })], where), sales);
    expect(records.filter((record) => rows.add(record))).toHaveLength(count);
  });

  test.each<[string, Window]>([
    ['Cannot compute column "distinct": distinct', minute([column({ kind: "distinct", field: "price", atMost: 10 })])],
    ['Cannot compute column "max": max of values that may be missing', minute([column({ kind: "max", field: "coupon" })])],
    ['Cannot compute column "avg": avg of values that may be missing', minute([column({ kind: "avg", field: "coupon" })])],
    ['Cannot compute window "sold": its records are grouped', { ...minute([]), by: ["country"] }],
    ['Cannot compute window "sold": its windows overlap', { ...minute([]), span: { kind: "hopping", sizeMs: 2, everyMs: 1 } }],
  ])("rejects what it cannot compute: %s", (message, window) => {
    expect(() => new WindowFold(window, sales)).toThrow(expect.objectContaining({ code: "not-available", message }));
  });

  test("names an unknown field", () => {
    expect(() => new WindowFold(onlyWindow, sales)).toThrow('Stream "sales" has no field "status"');
  });
});
