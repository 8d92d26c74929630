/** The predicate of a window in Flink SQL. */

import type { FieldTest } from "../../record/predicate.ts";
import { sqlName, sqlText } from "../../core/sql-text.ts";
import { type SqlDialect, sqlConditions } from "../sql-conditions.ts";

const timeForm = sqlText(String.raw`^\d{4}-\d\d-\d\d ([01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}\z`);

const dialect: SqlDialect = {
  // Always quoted: many usual names of fields are reserved, and USER without quotes is a function.
  column: sqlName,
  matches: (column, pattern) => `REGEXP(${column}, ${pattern})`,
  // The digits need not be parsed as a time, except for the day: it may be one that the calendar lacks.
  isEventTime: (column) => [`REGEXP(${column}, ${timeForm})`, `TRY_CAST(SUBSTRING(${column}, 1, 10) AS DATE) >= DATE '1970-01-01'`],
};

/** The condition of the WHERE clause in `flink/`, indented as there. */
export function flinkPredicate(tests: readonly FieldTest[]): string {
  return sqlConditions(tests, dialect).join("\n    AND ");
}
