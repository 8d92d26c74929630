import { expect, test } from "bun:test";
import { errorRange } from "../../../src/console/page/sql-position.ts";

const sql = "SELECT a,\n  bad_name\nFROM t";
const marked = (line: number, column?: number): string => {
  const { from, to } = errorRange(sql, line, column);
  return sql.slice(from, to);
};

test("errorRange() marks the word at the position", () => {
  expect([marked(2, 3), marked(2, 6), marked(1, 9), marked(3, 6)]).toEqual(["bad_name", "_name", ",", "t"]);
});

test("errorRange() marks the line without a column, without the spaces around it", () => {
  expect([marked(2), marked(1)]).toEqual(["bad_name", "SELECT a,"]);
});

test("errorRange() stays within the text for a position that is outside of it", () => {
  expect([marked(99, 99), marked(0, 0), marked(1, 99)]).toEqual(["t", "SELECT", ","]);
  expect(errorRange("", 1, 1)).toEqual({ from: 0, to: 0 });
});
