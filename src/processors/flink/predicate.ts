/** The predicate of a window in Flink SQL. */

import type { FieldTest } from "../../record/predicate.ts";
import { sqlName, sqlText } from "../../core/sql-text.ts";
import { type SqlDialect, sqlConditions } from "../sql-conditions.ts";

/** From 1970 on. */
const timeForm = sqlText(String.raw`^(19[7-9]|[2-9]\d\d)\d-\d\d-\d\d ([01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}\z`);

const dialect: SqlDialect = {
  // Always quoted: many usual names of fields are reserved, and USER without quotes is a function.
  column: sqlName,
  matches: (column, pattern) => `REGEXP(${column}, ${pattern})`,
  // A day that the calendar lacks passes: parsing it once more takes a fifth of the time of the whole statement. The window of such a record
  // has no start, so it is not written.
  isEventTime: (column) => `REGEXP(${column}, ${timeForm})`,
};

/** The condition of the WHERE clause in `flink/`, indented as there. */
export function flinkPredicate(tests: readonly FieldTest[]): string {
  return sqlConditions(tests, dialect).join("\n    AND ");
}
