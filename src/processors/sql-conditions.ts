/** The conditions of a WHERE clause, made from the predicate of a window. */

import { sqlText } from "../core/sql-text.ts";
import type { FieldTest } from "../record/predicate.ts";

/** What the dialects of SQL write differently. */
export interface SqlDialect {
  /** The column of a field, quoted where necessary. */
  readonly column: (field: string) => string;
  /** Whether a column matches a regular expression of Java, given as a literal. */
  readonly matches: (column: string, pattern: string) => string;
  /** Whether a column is a valid event time. */
  readonly isEventTime: (column: string) => string;
}

/** `\z` is the end of the text; `$` would also accept a line break before it. */
const uuid = sqlText(String.raw`^\p{XDigit}{8}-\p{XDigit}{4}-\p{XDigit}{4}-\p{XDigit}{4}-\p{XDigit}{12}\z`);

/** Conditions in the order of the tests, to be joined by AND. Columns of integers must be DOUBLE, or 10.5 would be read as 10. */
export function sqlConditions(tests: readonly FieldTest[], dialect: SqlDialect): readonly string[] {
  return tests.flatMap((test) => conditionsOf(test, dialect.column(test.field), dialect));
}

function conditionsOf(test: FieldTest, column: string, { matches, isEventTime }: SqlDialect): readonly string[] {
  switch (test.kind) {
    case "one_of":
      return [isAmong(column, test.values.map(literal), "=", "IN")];
    case "not_one_of":
      return [isAmong(column, test.values.map(literal), "<>", "NOT IN")];
    case "range":
      return [
        ...(test.atLeast === null ? [] : [`${column} >= ${test.atLeast}`]),
        ...(test.below === null ? [] : [`${column} < ${test.below}`]),
      ];
    case "integer":
      return [`${column} = FLOOR(${column})`, `${column} BETWEEN ${test.min} AND ${test.max}`];
    case "uuid":
      return [matches(column, uuid)];
    case "event_time":
      return [isEventTime(column)];
  }
}

function isAmong(column: string, values: readonly string[], operator: string, listOperator: string): string {
  return values.length === 1 ? `${column} ${operator} ${values.join("")}` : `${column} ${listOperator} (${values.join(", ")})`;
}

function literal(value: string | number | boolean): string {
  return typeof value === "string" ? sqlText(value) : String(value);
}
