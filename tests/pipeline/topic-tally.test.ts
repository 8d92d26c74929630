import { expect, test } from "bun:test";
import { TopicTally } from "../../src/pipeline/topic-tally.ts";
import type { Column, Stream } from "../../src/spec/pipeline.ts";
import { packBatch, subject, transactionText } from "./fake-pipeline.ts";

const at0 = (offset: number): { partition: number; offset: number }[] => [{ partition: 0, offset }];

test("TopicTally adds Paid transactions to their windows and counts the others", () => {
  const tally = new TopicTally(subject, "transactions");
  const values = [
    transactionText("2026-01-01 00:00:02.999", 10),
    transactionText("2026-01-01 00:00:03.000", 20),
    transactionText("2026-01-01 00:00:00.000", 40),
    transactionText("2026-01-01 00:00:01.000", 80, "Refused"),
  ];
  tally.add(packBatch(values, at0(4)));
  const start = Date.UTC(2026, 0, 1);
  expect([...tally.windows.entries()]).toEqual([
    [start, [50, 2, 25]],
    [start + 3000, [20, 1, 20]],
  ]);
  expect(tally.counts).toEqual({ records: 4, measure: { count: 3, total: 70 }, invalid: 0, invalidReasons: {}, ambiguous: 0 });
});

test("TopicTally measures what the first sum column adds up: the column's own conditions count, and null adds nothing", () => {
  const stream: Stream = {
    ...subject.stream,
    fields: subject.stream.fields.map((field) =>
      field.name === "total_paid" ? { ...field, contract: { ...field.contract, optional: true } } : field,
    ),
  };
  const columns: readonly Column[] = [
    { name: "ALL", aggregate: { kind: "count", field: null }, where: [] },
    {
      name: "LARGE",
      aggregate: { kind: "sum", field: "total_paid" },
      where: [{ kind: "range", field: "total_paid", atLeast: 50, below: null }],
    },
  ];
  const tally = new TopicTally({ ...subject, stream, window: { ...subject.window, columns } }, "transactions");
  const time = "2026-01-01 00:00:00.000";
  const unknown = transactionText(time, 10).replace(/("total_paid":)10/u, "$1null");
  tally.add(packBatch([transactionText(time, 40), transactionText(time, 50), transactionText(time, 60), unknown], at0(4)));
  expect([...tally.windows.entries()]).toEqual([[Date.UTC(2026, 0, 1), [4, 110]]]);
  expect(tally.counts.measure).toEqual({ count: 4, total: 110 });
});

test("TopicTally counts invalid records by reason, the most frequent first", () => {
  const tally = new TopicTally(subject, "transactions");
  const good = transactionText("2026-01-01 00:00:00.000", 10);
  const values = [
    null,
    "{",
    good,
    "[]",
    "nonsense",
    new Uint8Array([0x7b, 0xff, 0x7d]),
    good.replace("10", '"10"'),
    good.replace("-01-01", "-13-01"),
  ];
  tally.add(packBatch(values, at0(8)));
  expect(tally.counts).toEqual({
    records: 8,
    measure: { count: 1, total: 10 },
    invalid: 7,
    invalidReasons: {
      "not-json": 3,
      tombstone: 1,
      "not-an-object": 1,
      "Flink may read it differently: a number in a string": 1,
      "event_timestamp is malformed": 1,
    },
    ambiguous: 1,
  });
  expect(Object.keys(tally.counts.invalidReasons)[0]).toBe("not-json");
  expect([...tally.ambiguousWindows]).toEqual([Date.UTC(2026, 0, 1)]);
});

test("TopicTally reads a batch with multi-byte characters correctly", () => {
  const value = transactionText("2026-01-01 00:00:00.000", 10);
  const values = [value, value.replace("{", '{"note":"Zürich 東京 👩‍👩‍👧",'), value];
  const tally = new TopicTally(subject, "transactions");
  tally.add(packBatch(values, at0(3)));
  expect(tally.counts).toEqual({ records: 3, measure: { count: 3, total: 30 }, invalid: 0, invalidReasons: {}, ambiguous: 0 });
});

test("TopicTally tracks the position in each partition, and the remaining offsets", () => {
  const tally = new TopicTally(subject, "transactions");
  const ends = [
    { partition: 0, offset: 2 },
    { partition: 1, offset: 0 },
    { partition: 2, offset: 5 },
  ];
  expect([tally.remaining([]), tally.remaining(ends)]).toEqual([0, 7]);
  tally.add(packBatch([], [{ partition: 0, offset: 2 }]));
  expect(tally.remaining(ends)).toBe(5);
  tally.add(packBatch([], [{ partition: 2, offset: 7 }]));
  expect([tally.remaining(ends), tally.positionOf(2), tally.positionOf(3)]).toEqual([0, 7, 0]);
});

test("TopicTally rejects more windows than its limit", () => {
  const tally = new TopicTally(subject, "transactions", 2);
  const values = ["00", "03", "06"].map((second) => transactionText(`2026-01-01 00:00:${second}.000`, 10));
  expect(() => tally.add(packBatch(values, at0(3)))).toThrow(
    expect.objectContaining({ code: "not-available", message: 'Cannot verify "transactions": it makes more than 2 windows' }),
  );
});

test("TopicTally rejects sums that would not be exact", () => {
  const tally = new TopicTally(subject, "transactions");
  const value = transactionText("2026-01-01 00:00:00.000", Number.MAX_SAFE_INTEGER);
  expect(() => tally.add(packBatch([value, value], at0(2)))).toThrow(expect.objectContaining({ code: "not-available" }));
});
