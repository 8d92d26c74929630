import { describe, expect, test } from "bun:test";
import { assert, constantFrom, property, record } from "fast-check";
import { recordFilter } from "../../src/record/condition.ts";
import { ContractReader } from "../../src/record/contract-reader.ts";
import { parseEventTimestamp } from "../../src/record/event-timestamp.ts";
import { type FieldTest, predicateOf } from "../../src/record/predicate.ts";
import type { Contract } from "../../src/spec/contract.ts";
import { onlyStream, onlyWindow } from "../../src/spec/names.ts";
import type { Condition, Stream, Window } from "../../src/spec/pipeline.ts";
import { exampleRecord } from "../example-record.ts";

/** The stream with one more field. */
function extendedBy(contract: Contract): Stream {
  return { ...onlyStream, fields: [...onlyStream.fields, { name: "channel", generator: null, contract }] };
}

function windowWhere(...where: readonly Condition[]): Window {
  return { ...onlyWindow, where };
}

const channel = { type: "one_of", values: ["web", "app"], optional: false } as const;

describe("predicateOf()", () => {
  test("returns the conditions of the window, and the contract from the cheapest test to the most expensive", () => {
    expect(predicateOf(extendedBy(channel), onlyWindow)).toEqual([
      { kind: "one_of", field: "status", values: ["Paid"] },
      { kind: "one_of", field: "channel", values: ["web", "app"] },
      { kind: "integer", field: "transaction_id", min: 1, max: 1_000_000 },
      { kind: "integer", field: "total_paid", min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER },
      { kind: "uuid", field: "user_id" },
      { kind: "event_time", field: "event_timestamp" },
    ]);
  });

  test("leaves out a list of valid values only if the window takes only some of them", () => {
    const tests = (...where: readonly Condition[]) =>
      predicateOf(extendedBy(channel), windowWhere(...where)).filter(({ field }) => field === "channel");
    const taking = (kind: "one_of" | "not_one_of", ...values: readonly string[]): Condition => ({ kind, field: "channel", values });
    expect(tests(taking("one_of", "web"))).toEqual([{ kind: "one_of", field: "channel", values: ["web"] }]);
    expect(tests(taking("one_of", "web", "fax"))).toHaveLength(2);
    expect(tests(taking("not_one_of", "web"))).toHaveLength(2);
    expect(tests({ ...taking("one_of", "web"), field: "status" })).toHaveLength(1);
  });

  test.each<[Contract, string]>([
    [{ ...channel, optional: true }, 'optional field "channel"'],
    [{ type: "bool", optional: false }, 'field "channel" of type bool'],
    [{ type: "text", maxCodePoints: 9, optional: false }, 'field "channel" of type text'],
    [{ type: "decimal", min: 0, max: 9, places: 2, optional: false }, 'field "channel" of type decimal'],
    [{ type: "pattern", pattern: "A#", optional: false }, 'field "channel" of type pattern'],
    [{ type: "time", as: "iso", optional: false }, 'field "channel" of type time as iso'],
    [{ type: "time", as: "sql", optional: false }, 'field "channel", a time beside the event time'],
  ])("rejects the contract %p", (contract, what) => {
    expect(() => predicateOf(extendedBy(contract), onlyWindow)).toThrow(
      expect.objectContaining({ code: "not-available", message: `Cannot filter by ${what}: there is no SQL for it` }),
    );
  });

  test.each<[Condition, string]>([
    [{ kind: "known", field: "status" }, 'condition known on field "status"'],
    [{ kind: "missing", field: "status" }, 'condition missing on field "status"'],
    [{ kind: "range", field: "event_timestamp", atLeast: 0, below: null }, 'condition range on field "event_timestamp" of type time'],
  ])("rejects the condition %p", (condition, what) => {
    expect(() => predicateOf(onlyStream, windowWhere(condition))).toThrow(
      expect.objectContaining({ code: "not-available", message: `Cannot filter by ${what}: there is no SQL for it` }),
    );
  });

  test("returns tests that a record passes exactly if it meets the contract and counts in the window", () => {
    const [valid, odd] = [exampleRecord({ status: "Paid" }), [undefined, null, true, "", 0, 0.5, -1, 1e6, 1e6 + 1, 2 ** 53, "Refused"]];
    const times = ["1970-01-01 00:00:00.000", "1969-12-31 23:59:59.999", "2026-02-29 00:00:00.000", "2026-01-01 24:00:00.000"];
    const users = [`${String(valid["user_id"])}\n`, String(valid["user_id"]).toUpperCase(), String(valid["user_id"]).replace(/.$/u, "g")];
    const anything = Object.fromEntries(
      // The valid value is as likely as all others together, so that a record often has one fault.
      Object.entries(valid).map(([name, value]) => [name, constantFrom(...Array(20).fill(value), ...odd, ...times, ...users)]),
    );
    const [reader, where] = [new ContractReader(onlyStream), recordFilter(onlyWindow.where, onlyStream)];
    const tests = predicateOf(onlyStream, onlyWindow);
    let [counted, others] = [0, 0];
    assert(
      property(record(anything), (values) => {
        const read = reader.readFields(values);
        const counts = typeof read !== "string" && where(read);
        if (counts) counted += 1;
        else others += 1;
        expect(tests.every((one) => passes(one, values[one.field]))).toBe(counts);
      }),
      { numRuns: 3000 },
    );
    expect(Math.min(counted, others)).toBeGreaterThan(30);
  });
});

/** What the SQL of a test computes. */
function passes(one: FieldTest, value: unknown): boolean {
  switch (one.kind) {
    case "one_of":
      return one.values.some((valid) => valid === value);
    case "integer":
      return typeof value === "number" && value === Math.floor(value) && value >= one.min && value <= one.max;
    case "uuid":
      return typeof value === "string" && /^[\dA-F]{8}(?:-[\dA-F]{4}){3}-[\dA-F]{12}$/iu.test(value);
    case "event_time":
      return typeof value === "string" && (parseEventTimestamp(value) ?? -1) >= 0;
    default:
      throw new Error(`The pipeline has no ${one.kind}`);
  }
}
