/** The predicate of a window in ksqlDB's SQL. */

import type { FieldTest } from "../../record/predicate.ts";
import { sqlName, sqlText } from "../../core/sql-text.ts";
import { type SqlDialect, sqlConditions } from "../sql-conditions.ts";

const timeFormat = sqlText("yyyy-MM-dd HH:mm:ss.SSS");

const dialect: SqlDialect = {
  // Words are not quoted, as in the statement that declares the columns: ksqlDB changes them to upper case, but not quoted names.
  column: (field) => (/^[A-Za-z_]\w*$/u.test(field) ? field : sqlName(field)),
  matches: (column, pattern) => `REGEXP_EXTRACT(${pattern}, ${column}) IS NOT NULL`,
  // A day that the calendar lacks is parsed as another one, so the parsed time must be written as it was read.
  isEventTime: (column) => `FORMAT_TIMESTAMP(PARSE_TIMESTAMP(${column}, ${timeFormat}, 'UTC'), ${timeFormat}, 'UTC') = ${column}`,
};

/** The condition of the WHERE clause in `ksql/`, indented as there. */
export function ksqldbPredicate(tests: readonly FieldTest[]): string {
  return sqlConditions(tests, dialect).join("\n  AND ");
}
