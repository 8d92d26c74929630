import { expect, test } from "bun:test";
import { flinkPredicate } from "../../src/processors/flink/predicate.ts";
import { ksqldbPredicate } from "../../src/processors/ksqldb/predicate.ts";
import type { FieldTest } from "../../src/record/predicate.ts";

const tests: readonly FieldTest[] = [
  { kind: "one_of", field: "kind", values: ["it's"] },
  { kind: "one_of", field: "a `b`", values: ["a", "''", 'c;--"'] },
  { kind: "not_one_of", field: "user", values: [7] },
  { kind: "not_one_of", field: "user", values: [7, -8] },
  { kind: "range", field: "price", atLeast: -1, below: 100 },
  { kind: "range", field: "price", atLeast: null, below: 100 },
  { kind: "integer", field: "price", min: -5, max: Number.MAX_SAFE_INTEGER },
  { kind: "uuid", field: "user id" },
  { kind: "event_time", field: "paid_at" },
];

test("flinkPredicate() quotes every name, and quotes in names and values", () => {
  expect(flinkPredicate(tests)).toMatchInlineSnapshot(`
    "\`kind\` = 'it''s'
        AND \`a \`\`b\`\`\` IN ('a', '''''', 'c;--"')
        AND \`user\` <> 7
        AND \`user\` NOT IN (7, -8)
        AND \`price\` >= -1
        AND \`price\` < 100
        AND \`price\` < 100
        AND \`price\` = FLOOR(\`price\`)
        AND \`price\` BETWEEN -5 AND 9007199254740991
        AND REGEXP(\`user id\`, '^\\p{XDigit}{8}-\\p{XDigit}{4}-\\p{XDigit}{4}-\\p{XDigit}{4}-\\p{XDigit}{12}\\z')
        AND REGEXP(\`paid_at\`, '^(19[7-9]|[2-9]\\d\\d)\\d-\\d\\d-\\d\\d ([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d\\.\\d{3}\\z')"
  `);
});

test("ksqldbPredicate() quotes names that are not words, and quotes in names and values", () => {
  expect(ksqldbPredicate(tests)).toMatchInlineSnapshot(`
    "kind = 'it''s'
      AND \`a \`\`b\`\`\` IN ('a', '''''', 'c;--"')
      AND user <> 7
      AND user NOT IN (7, -8)
      AND price >= -1
      AND price < 100
      AND price < 100
      AND price = FLOOR(price)
      AND price BETWEEN -5 AND 9007199254740991
      AND REGEXP_EXTRACT('^\\p{XDigit}{8}-\\p{XDigit}{4}-\\p{XDigit}{4}-\\p{XDigit}{4}-\\p{XDigit}{12}\\z', \`user id\`) IS NOT NULL
      AND FORMAT_TIMESTAMP(PARSE_TIMESTAMP(paid_at, 'yyyy-MM-dd HH:mm:ss.SSS', 'UTC'), 'yyyy-MM-dd HH:mm:ss.SSS', 'UTC') = paid_at"
  `);
});
