/**
 * The predicate of a window: the tests that a record must pass to count. The processors make the conditions of their SQL from it; `verify`
 * and the Java programs read records by the contract itself.
 */

import { StreamctlError } from "../core/errors.ts";
import { fieldOf } from "../spec/columns.ts";
import type { Condition, Field, Stream, Window } from "../spec/pipeline.ts";

/** A test of the value of one field. Null, and the value of a missing field, pass none. */
export type FieldTest =
  | Extract<Condition, { kind: "one_of" | "not_one_of" | "range" }>
  /** An integer from `min` to `max`, inclusive. */
  | { readonly kind: "integer"; readonly field: string; readonly min: number; readonly max: number }
  | { readonly kind: "uuid"; readonly field: string }
  /** The event time, as text of the form `yyyy-MM-dd HH:mm:ss.SSS`: a time of the real calendar, from 1970 on. */
  | { readonly kind: "event_time"; readonly field: string };

/** The tests of a contract, the cheapest first. The conditions of the window precede them: they compare, and reject the most records. */
const byCost: readonly FieldTest["kind"][] = ["one_of", "integer", "uuid", "event_time"];

/**
 * The tests in the order in which to evaluate them.
 *
 * @param stream the stream that the window reads
 * @throws StreamctlError `not-available` for a contract or a condition for which no SQL exists yet
 */
export function predicateOf(stream: Stream, { where }: Window): readonly FieldTest[] {
  const contract = stream.fields.map((field) => contractTest(field, stream)).filter((test) => !isImplied(test, where));
  return [
    ...where.map((condition) => conditionTest(condition, stream)),
    ...contract.toSorted((one, other) => byCost.indexOf(one.kind) - byCost.indexOf(other.kind)),
  ];
}

function contractTest({ name: field, contract }: Field, { eventTime }: Stream): FieldTest {
  if (contract.optional) throw noSql(`optional field "${field}"`);
  switch (contract.type) {
    case "int":
      return { kind: "integer", field, min: contract.min, max: contract.max };
    case "one_of":
      return { kind: "one_of", field, values: contract.values };
    case "uuid":
      return { kind: "uuid", field };
    case "time":
      if (contract.as !== "sql") throw noSql(`field "${field}" of type time as ${contract.as}`);
      if (field !== eventTime) throw noSql(`field "${field}", a time beside the event time`);
      return { kind: "event_time", field };
    default:
      throw noSql(`field "${field}" of type ${contract.type}`);
  }
}

/** Whether the window takes only valid values of a field, so that its own condition rejects every invalid one. */
function isImplied(test: FieldTest, where: readonly Condition[]): boolean {
  if (test.kind !== "one_of") return false;
  const valid = new Set(test.values);
  return where.some(({ field, ...one }) => field === test.field && one.kind === "one_of" && one.values.every((value) => valid.has(value)));
}

function conditionTest(condition: Condition, stream: Stream): FieldTest {
  const what = `condition ${condition.kind} on field "${condition.field}"`;
  switch (condition.kind) {
    // Only an optional field may be missing.
    case "known":
    case "missing":
      throw noSql(what);
    default:
      // Its bounds and values are milliseconds, the field is text.
      if (fieldOf(stream, condition.field).contract.type === "time") throw noSql(`${what} of type time`);
      return condition;
  }
}

function noSql(what: string): StreamctlError {
  return new StreamctlError("not-available", `Cannot filter by ${what}: there is no SQL for it`);
}
