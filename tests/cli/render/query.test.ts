import { describe, expect, test } from "bun:test";
import { limitNote, type QueryAnswer, queryFormats, renderQuery } from "../../../src/cli/render/query.ts";

const answer = {
  columns: [
    { name: "START", type: "STRING" },
    { name: "TOTAL_PAID", type: "LONG" },
  ],
  rows: [
    ["2026-01-01 00:00:00", 150],
    [null, 1000],
  ],
  elapsedMs: 4,
};

test("renderQuery() gives the same answer in every form", () => {
  expect(queryFormats.map((format) => renderQuery(answer, { format, width: null })).join("\n")).toMatchInlineSnapshot(`
    "START                TOTAL_PAID
    ───────────────────  ──────────
    2026-01-01 00:00:00         150
                               1000

    {"columns":[{"name":"START","type":"STRING"},{"name":"TOTAL_PAID","type":"LONG"}],"rows":[["2026-01-01 00:00:00",150],[null,1000]],"elapsedMs":4}

    START,TOTAL_PAID
    2026-01-01 00:00:00,150
    ,1000

    {"START":"2026-01-01 00:00:00","TOTAL_PAID":150}
    {"START":null,"TOTAL_PAID":1000}
    "
  `);
});

function rows(count: number): QueryAnswer {
  return { ...answer, rows: Array.from({ length: count }, (_, index) => [index]) };
}

describe("limitNote()", () => {
  test.each([
    "select * from transaction_window",
    "select * from t where name = 'no limit 5'",
    'select "limit" from t -- limit 7',
    "select /* limit 7 */ unlimited, limited from t where a = 'it''s limit'",
  ])("speaks of Pinot's limit after ten rows of: %s", (sql) => {
    expect(limitNote(sql, rows(10))).toBe(
      "10 rows are all that Pinot answers where a query names no limit; to see whether there are more: --limit 1000",
    );
  });

  test.each(["select * from t limit 10", "select * from t\nLIMIT 0, 10", "select 'a''b' from t limit 10 -- all"])(
    "is silent where a limit is named: %s",
    (sql) => {
      expect(limitNote(sql, rows(10))).toBeUndefined();
    },
  );

  test("is silent where fewer or more rows came", () => {
    expect([0, 9, 11].map((count) => limitNote("select * from t", rows(count)))).toEqual([undefined, undefined, undefined]);
  });
});
