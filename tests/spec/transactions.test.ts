import { describe, expect, test } from "bun:test";
import { keyColumns, rowColumns } from "../../src/spec/columns.ts";
import type { Condition, Pipeline } from "../../src/spec/pipeline.ts";
import { topicsOf } from "../../src/spec/topics.ts";
import { transactions } from "../../src/spec/transactions.ts";

const pipeline: Pipeline = transactions;
const [stream] = pipeline.streams;
const [window] = pipeline.windows;
if (stream === undefined || window === undefined) throw new Error("the pipeline has no stream or no window");

test("topicsOf() allows more partitions for the topic of a stream, not for the topic of a window", () => {
  const config = { "retention.ms": "-1", "retention.bytes": "-1", "cleanup.policy": "delete" };
  expect(topicsOf(pipeline)).toEqual([
    { name: "transactions", partitions: 3, mayGrow: true, config },
    { name: "window_transactions", partitions: 1, mayGrow: false, config },
  ]);
});

test("rowColumns() returns the typed columns of a row, and keyColumns() those of the primary key", () => {
  expect(rowColumns(window, stream)).toEqual([
    { name: "WINDOW_START", type: "LONG" },
    { name: "WINDOW_END", type: "LONG" },
    { name: "TOTAL_PAID", type: "LONG" },
    { name: "TOTAL_TRANSACTIONS", type: "LONG" },
    { name: "AVERAGE_TRANSACTION_VALUE", type: "DOUBLE" },
  ]);
  expect(keyColumns(window)).toEqual(["WINDOW_START", "WINDOW_END"]);
});

test("rowColumns() derives the type of a group from its field, and types sums of decimals as DOUBLE", () => {
  const contract = { type: "decimal", min: 0, max: 10_000, places: 2, optional: false } as const;
  const sales = { ...stream, fields: [...stream.fields, { name: "price", generator: null, contract }] };
  const sold = { name: "SOLD", aggregate: { kind: "sum", field: "price" }, where: [] } as const;
  const byUser = { ...window, by: ["user_id", "transaction_id"], columns: [sold] };
  expect(rowColumns(byUser, sales).slice(2)).toEqual([
    { name: "user_id", type: "STRING" },
    { name: "transaction_id", type: "LONG" },
    { name: "SOLD", type: "DOUBLE" },
  ]);
  expect(keyColumns(byUser)).toEqual(["WINDOW_START", "WINDOW_END", "user_id", "transaction_id"]);
  expect(() => rowColumns({ ...window, by: ["site"] }, stream)).toThrow('Stream "transactions" has no field "site"');
});

describe("transactions", () => {
  test("refers only to fields and entities that it declares", () => {
    const fields = new Set(stream.fields.map(({ name }) => name));
    const entities = new Set(pipeline.entities.flatMap((entity) => entity.fields.map(({ name }) => `${entity.name}.${name}`)));
    const asked = (conditions: readonly Condition[]): readonly string[] => conditions.map(({ field }) => field);
    const named = [stream.key ?? "", stream.eventTime, ...window.by, ...asked(window.where)];
    const aggregated = window.columns.flatMap(({ aggregate, where }) => [aggregate.field, ...asked(where)]);
    expect([...named, ...aggregated].filter((name) => name !== null && !fields.has(name))).toEqual([]);
    const refs = stream.fields.flatMap(({ generator }) => (generator?.kind === "ref" ? [`${generator.entity}.${generator.field}`] : []));
    const same = stream.fields.flatMap(({ generator }) => (generator?.kind === "same" ? [generator.as, `users.${generator.field}`] : []));
    expect([...refs, ...same].filter((name) => !entities.has(name) && !fields.has(name))).toEqual([]);
    expect(window.from).toBe(stream.name);
  });

  test("has one value per row for each field of an entity", () => {
    for (const { rows, fields } of transactions.entities) {
      expect(fields.map(({ generator }) => generator.values.length)).toEqual(fields.map(() => rows));
    }
  });

  test("has no duplicate names, ignoring case", () => {
    const names = [
      stream.fields.map(({ name }) => name),
      rowColumns(window, stream).map(({ name }) => name),
      topicsOf(pipeline).map(({ name }) => name),
    ];
    for (const list of names) expect(new Set(list.map((name) => name.toUpperCase())).size).toBe(list.length);
  });

  test("generates only values that its contracts accept", () => {
    for (const { generator, contract } of transactions.streams[0].fields) {
      if (generator.kind === "int" && contract.type === "int") {
        expect([generator.min >= contract.min, generator.max <= contract.max]).toEqual([true, true]);
      }
      if (generator.kind === "one_of" && contract.type === "one_of") {
        expect(generator.choices.map(({ value }): string => value)).toEqual([...contract.values]);
      }
    }
  });
});
