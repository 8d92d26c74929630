import { expect, test } from "bun:test";
import { readAsset } from "../../../src/core/assets.ts";
import { hintForUnreadable, planStatement, readsTable } from "../../../src/provision/pinot/statement.ts";

const asked = (sql: string, limit?: number): string => planStatement(sql, limit).sql;
const rows = (count: number) => Array.from({ length: count }, (_, index) => [index]);
const shown = (sql: string, count: number, limit?: number) =>
  planStatement(sql, limit)
    .select(rows(count))
    .map(([first]) => first);

test.each([
  ["select A from t", "select A from t"],
  ["select A from t order by A limit 5 offset 3", "select A from t order by A limit 5 offset 3"],
  ["select A, count(*) from t group by A order by A limit 5", "select A, count(*) from t group by A order by A limit 5"],
  ["select A from t where B = 'group by A having limit 3'", "select A from t where B = 'group by A having limit 3'"],
  ["select count(*) from t", "select count(*) from t"],
])("planStatement() leaves %j as it is", (sql, same) => {
  expect(asked(sql)).toBe(same);
});

test.each([
  ["select A from t", "select A from t\nLIMIT 7"],
  ["select A from t -- the end", "select A from t -- the end\nLIMIT 7"],
  ["select A from t option(skipUpsert=true)", "select A from t \nLIMIT 7\noption(skipUpsert=true)"],
  ["select A from t limit 100", "select A from t limit 100"],
  ["select A from t fetch first 3 rows only", "select A from t fetch first 3 rows only"],
  ["select f(A, 'limit 3') from t", "select f(A, 'limit 3') from t\nLIMIT 7"],
])("planStatement() of %j with a limit of 7", (sql, limited) => {
  expect(asked(sql, 7)).toBe(limited);
  expect(shown(sql, 100, 7)).toHaveLength(7);
});

test.each([
  ["select A, sum(B) from t group by A having sum(B) < 200 order by sum(B) desc limit 10", 10],
  ["select A, sum(B) from t group by A having sum(B) < 200", 10],
  ["SELECT A FROM t GROUP  BY A HAVING count(*) > 1 -- limit 3\nLIMIT 12 OPTION(timeoutMs=5)", 12],
])("planStatement() asks for a fifth of all groups where HAVING chooses among them: %j", (sql, count) => {
  expect(asked(sql)).toMatch(/LIMIT 60000\b/u);
  expect(asked(sql).match(/^\s*[^-\n]*limit/gimu)).toHaveLength(1);
  expect(shown(sql, 500)).toEqual(rows(count).map(([index]) => index));
});

test("planStatement() asks for what has Pinot keep as many groups as its server makes: five times LIMIT", () => {
  const made = /num\.groups\.limit=(?<groups>\d+)/u.exec(readAsset("config/pinot/server.conf"))?.groups?.["groups"];
  const limit = /LIMIT (?<rows>\d+)/u.exec(asked("select A from t group by A having count(*) > 1"))?.groups?.["rows"];
  expect(5 * Number(limit)).toBe(Number(made));
});

test("planStatement() takes the page itself where Pinot ignores OFFSET", () => {
  expect(asked("select distinct A from t order by A limit 3 offset 4")).toBe("select distinct A from t order by A LIMIT 7");
  expect(asked("select A, count(*) from t group by A limit 4, 3")).toBe("select A, count(*) from t group by A LIMIT 7");
  expect(shown("select distinct A from t limit 3 offset 4", 7)).toEqual([4, 5, 6]);
  expect(shown("select A, sum(B) from t group by A having sum(B) > 0 limit 3 offset 4", 100)).toEqual([4, 5, 6]);
  expect(shown("select A, sum(B) from t group by A having sum(B) > 0 limit 3 offset 4", 100, 2)).toEqual([4, 5]);
});

test.each([
  ["select A from t", 10, undefined, true],
  ["select A from t", 9, undefined, false],
  ["select A from t", 10, 10, false],
  ["select A from t limit 10", 10, undefined, false],
  ["select A from t where B = 'limit'", 10, undefined, true],
  ['select "limit" from t -- limit 5', 10, undefined, true],
  ["select A from t fetch first 10 rows only", 10, undefined, false],
  ["explain plan for select A from t", 10, undefined, false],
  ["select A from t group by A having count(*) > 0", 10, undefined, false],
  ["select A from t group by A having count(*) > 0", 11, undefined, true],
])("planStatement() of %j with %d rows and the limit %p: more there may be: %p", (sql, count, limit, more) => {
  expect(planStatement(sql, limit).limitReached(rows(count))).toBe(more);
});

const codes = (sql: string): readonly string[] => planStatement(sql).warnings.map(({ code }) => code);

test("planStatement() warns of what has Pinot drop groups all the same", () => {
  expect(codes("select A from t group by A order by A limit 5")).toEqual([]);
  expect(codes("select A from t group by A order by A limit 5 option(minServerGroupTrimSize=100)")).toEqual(["groups-trimmed"]);
  expect(codes("SET minSegmentGroupTrimSize = 10; select A from t group by A having sum(B) > 1")).toEqual(["groups-trimmed"]);
  expect(codes("select A from t group by A order by A option(minServerGroupTrimSize=-1)")).toEqual([]);
  expect(codes("select A from t order by A option(minServerGroupTrimSize=100)")).toEqual([]);
  expect(codes("select A from t group by A having sum(B) > 1 fetch first 5 rows only")).toEqual(["groups-trimmed"]);
});

test("planStatement() knows the time that a statement allows itself", () => {
  const timeoutOf = (sql: string) => planStatement(sql).timeoutMs;
  expect(timeoutOf("select A from t option(timeoutMs=120000)")).toBe(120_000);
  expect(timeoutOf("SET timeoutMs = 5; select A from t")).toBe(5);
  expect(timeoutOf("select 'timeoutMs=1' from t")).toBeUndefined();
});

test("hintForUnreadable() knows backquotes and several statements, and no other mistake", () => {
  expect(hintForUnreadable("select `START` from t")).toBe('Write names in double quotes, or without any: "START"');
  expect(hintForUnreadable("select 1; select 2")).toBe("Type one statement for each query");
  expect(hintForUnreadable("select 'a; b`' from t")).toBeUndefined();
  expect(hintForUnreadable("SET timeoutMs = 5; select * frm t;")).toBeUndefined();
});

test("readsTable() tells a question about a table from one that needs none", () => {
  expect(["select 1", "select now()", "select 'from'", "SELECT count(*)\nFROM t"].map(readsTable)).toEqual([false, false, false, true]);
});
