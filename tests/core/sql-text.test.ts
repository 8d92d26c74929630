import { expect, test } from "bun:test";
import { sqlName, sqlParts, sqlText } from "../../src/core/sql-text.ts";

test("sqlParts match whole texts, names and comments, doubled quotes included", () => {
  const sql = "select 'it''s', \"a\"\"b\", `c``d`, 'x--y' -- 'end\nfrom t /* \"or */ where 1";
  expect(sql.match(new RegExp(Object.values(sqlParts).join("|"), "gu"))).toEqual([
    "'it''s'",
    '"a""b"',
    "`c``d`",
    "'x--y'",
    "-- 'end",
    '/* "or */',
  ]);
});

test("sqlText() and sqlName() write what sqlParts match, with quotes doubled", () => {
  expect([sqlText("it's"), sqlText("''"), sqlText("")]).toEqual(["'it''s'", "''''''", "''"]);
  expect([sqlName("c`d"), sqlName("a b")]).toEqual(["`c``d`", "`a b`"]);
});
