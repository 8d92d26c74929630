import type { Condition, Stream } from "../spec/pipeline.ts";
import type { StreamRecord } from "./contract-reader.ts";
import type { FieldValue } from "./field-reader.ts";

/** Whether a record meets all conditions. */
export type RecordFilter = (record: StreamRecord) => boolean;

/** Compares bounds and values with field values: times in milliseconds, decimals as scaled integers. As in SQL, null equals nothing. */
export function recordFilter(conditions: readonly Condition[], stream: Stream): RecordFilter {
  const tests = conditions.map((condition) => {
    const at = fieldIndex(stream, condition.field);
    const holds = valueTest(condition);
    return (record: StreamRecord) => holds(record[at] ?? null);
  });
  const [only] = tests;
  if (only === undefined) return () => true;
  return tests.length === 1 ? only : (record) => tests.every((holds) => holds(record));
}

function valueTest(condition: Condition): (value: FieldValue) => boolean {
  switch (condition.kind) {
    case "one_of": {
      const values = new Set<FieldValue>(condition.values);
      return (value) => values.has(value);
    }
    case "not_one_of": {
      const values = new Set<FieldValue>(condition.values);
      return (value) => value !== null && !values.has(value);
    }
    case "range": {
      const { atLeast, below } = condition;
      const from = atLeast ?? Number.NEGATIVE_INFINITY;
      const to = below ?? Number.POSITIVE_INFINITY;
      return (value) => typeof value === "number" && value >= from && value < to;
    }
    case "known":
      return (value) => value !== null;
    case "missing":
      return (value) => value === null;
  }
}

/** Position of a field in the stream's records. @throws RangeError for an unknown field */
export function fieldIndex({ name: streamName, fields }: Stream, name: string): number {
  const index = fields.findIndex((field) => field.name === name);
  if (index < 0) throw new RangeError(`Stream "${streamName}" has no field "${name}"`);
  return index;
}
