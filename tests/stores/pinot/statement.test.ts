import { expect, test } from "bun:test";
import { readAsset } from "../../../src/core/assets.ts";
import { hintForSyntaxError, planStatement, readsTable } from "../../../src/stores/pinot/statement.ts";

const asked = (sql: string, limit?: number): string => planStatement(sql, limit).sql;
const codes = (sql: string): readonly string[] => planStatement(sql).warnings.map(({ code }) => code);
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
])("planStatement() requests a fifth of all groups for HAVING: %j", (sql, count) => {
  expect(asked(sql)).toMatch(/LIMIT 60000\b/u);
  expect(asked(sql).match(/^\s*[^-\n]*limit/gimu)).toHaveLength(1);
  expect(shown(sql, 500)).toEqual(rows(count).map(([index]) => index));
});

test("planStatement() raises LIMIT so that Pinot keeps as many groups as its server computes", () => {
  const made = /num\.groups\.limit=(?<groups>\d+)/u.exec(readAsset("config/pinot/server.conf"))?.groups?.["groups"];
  const limit = /LIMIT (?<rows>\d+)/u.exec(asked("select A from t group by A having count(*) > 1"))?.groups?.["rows"];
  expect(5 * Number(limit)).toBe(Number(made));
});

test("planStatement() applies OFFSET itself when Pinot ignores it", () => {
  expect(asked("select distinct A from t order by A limit 3 offset 4")).toBe("select distinct A from t order by A LIMIT 7");
  expect(asked("select A, count(*) from t group by A limit 4, 3")).toBe("select A, count(*) from t group by A LIMIT 7");
  expect(shown("select distinct A from t limit 3 offset 4", 7)).toEqual([4, 5, 6]);
  expect(shown("select A, sum(B) from t group by A having sum(B) > 0 limit 3 offset 4", 100)).toEqual([4, 5, 6]);
  expect(shown("select A, sum(B) from t group by A having sum(B) > 0 limit 3 offset 4", 100, 2)).toEqual([4, 5]);
});

// Verified with the parser of Pinot 0.11.
const pages = [
  ["limit 10", [0, 10]],
  ["LIMIT  10 OFFSET 5", [5, 10]],
  ["limit 10 offset 5 row", [5, 10]],
  ["limit 10 offset 5 rows", [5, 10]],
  ["limit 5, 10", [5, 10]],
  ["limit all", [0, 10]],
  ["limit all offset 5", [5, 10]],
  ["offset 5", [5, 10]],
  ["offset 5 row", [5, 10]],
  ["offset 5 rows", [5, 10]],
  ["offset 5 rows fetch next 3 rows only", [5, 3]],
  ["offset 5 fetch first 1 row only", [5, 1]],
  ["fetch first 3 rows only", [0, 3]],
  ["limit /* rows */ 10 -- from\n offset 5", [5, 10]],
] as const;

test.each(pages)(
  "planStatement() puts %j in the words that have Pinot answer enough groups, and takes its rows from them",
  (page, [offset, count]) => {
    const having = (end: string) => `select A from t group by A having count(*) > 1 ${end}`;
    const distinct = (end: string) => `select distinct A from t ${end}`;
    for (const after of ["", " option(skipUpsert=true)", " -- the end", ";", "; SET skipUpsert=true"]) {
      expect(asked(having(page + after))).toBe(having(`LIMIT 60000${after}`));
      expect(asked(distinct(page + after))).toBe(distinct((offset > 0 ? `LIMIT ${offset + count}` : page) + after));
      expect(codes(having(page + after))).toEqual([]);
    }
    const wanted = rows(offset + count).map(([index]) => index);
    expect(shown(having(page), 60_000)).toEqual(wanted.slice(offset));
    expect(shown(having(page), 60_000, 2)).toEqual(wanted.slice(offset, offset + Math.min(count, 2)));
    expect(shown(distinct(page), offset + count)).toEqual(wanted.slice(offset));
  },
);

test("planStatement() leaves LIMIT and OFFSET to Pinot when Pinot applies them", () => {
  for (const [page] of pages) expect(asked(`select A from t order by A ${page}`)).toBe(`select A from t order by A ${page}`);
  expect(shown("select A from t order by A limit 3 offset 4", 3)).toEqual([0, 1, 2]);
});

test.each([
  ["select A from t limit all", "select A from t LIMIT 7"],
  ["select A from t limit all offset 5 rows", "select A from t LIMIT 7 OFFSET 5"],
  ["select A from t offset 5;", "select A from t LIMIT 7 OFFSET 5;"],
  ["select distinct A from t offset 5", "select distinct A from t LIMIT 12"],
  ["select A from t;", "select A from t\nLIMIT 7\n;"],
  ["SET a=1; select A from t -- rows\n; SET b=2;", "SET a=1; select A from t -- rows\n\nLIMIT 7\n; SET b=2;"],
])("planStatement() puts a limit of 7 into %j, which gives none", (sql, limited) => {
  expect(asked(sql, 7)).toBe(limited);
});

test("planStatement() limits LIMIT to 32 bits", () => {
  expect(asked("select distinct A from t limit 2147483647 offset 1")).toBe("select distinct A from t LIMIT 2147483647");
  expect(asked("select A from t group by A having count(*) > 1 limit 99999999999")).toBe(
    "select A from t group by A having count(*) > 1 LIMIT 2147483647",
  );
  expect(asked("select A from t", 2 ** 31)).toBe("select A from t\nLIMIT 2147483647");
});

test.each([
  ["select distinct A from t limit 1e1 offset 5", ["offset-ignored"]],
  ["select distinct A from t offset 5 limit 10", ["offset-ignored"]],
  ["select A from t group by A limit 10 offset 2 fetch first 3 rows only", ["offset-ignored"]],
  ["select A from t group by A having count(*) > 1 limit 10.5", ["groups-trimmed"]],
  ["select A from t group by A having count(*) > 1 limit 10 offset ?", ["groups-trimmed", "offset-ignored"]],
  ["select A from t limit 1e1 offset 5", []],
  ["select distinct A from (select A from t limit 1e1 offset 5) limit 1e1", []],
])("planStatement() leaves %j, of which it does not understand the page, and warns %j", (sql, warned) => {
  expect([asked(sql), asked(sql, 7), codes(sql)]).toEqual([sql, sql, warned]);
  expect(shown(sql, 10)).toHaveLength(10);
  expect(shown(sql, 10, 7)).toEqual([0, 1, 2, 3, 4, 5, 6]);
});

test.each([
  "explain plan for select A, sum(B) from t group by A having sum(B) > 1 order by A limit 3 offset 4",
  "/* why */ EXPLAIN PLAN FOR select distinct A from t offset 4 option(minServerGroupTrimSize=5)",
  "SET minServerGroupTrimSize=5; explain plan for select A from t group by A order by A",
])("planStatement() does not change the answer to %j, except for the given limit", (sql) => {
  const { select, limitReached, ...plan } = planStatement(sql);
  expect(plan).toEqual({ sql, timeoutMs: undefined, warnings: [], explanation: undefined });
  expect([select(rows(20)), limitReached(rows(10))]).toEqual([rows(20), false]);
  expect([asked(sql, 7), shown(sql, 20, 7)]).toEqual([sql, [0, 1, 2, 3, 4, 5, 6]]);
});

test("planStatement() puts EXPLAIN after the settings of a statement", () => {
  const explanationOf = (sql: string) => planStatement(sql).explanation;
  expect(explanationOf("select A from t limit 5")).toBe("EXPLAIN PLAN FOR select A from t limit 5");
  expect(explanationOf("/* a */ SET b=';'; select A from t;")).toBe("/* a */ SET b=';'; EXPLAIN PLAN FOR select A from t;");
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
  ["select A from t limit all", 10, undefined, true],
  ["select A from t offset 5", 10, undefined, true],
  ["select distinct A from t offset 5", 15, undefined, true],
  ["select distinct A from t offset 5", 14, undefined, false],
  ["select A from t group by A having count(*) > 0 offset 5", 15, undefined, false],
  ["select A from t group by A having count(*) > 0 offset 5", 16, undefined, true],
])("planStatement() of %j with %d rows and the limit %p: more there may be: %p", (sql, count, limit, more) => {
  expect(planStatement(sql, limit).limitReached(rows(count))).toBe(more);
});

test("planStatement() warns about settings that make Pinot trim groups", () => {
  expect(codes("select A from t group by A order by A limit 5")).toEqual([]);
  expect(codes("select A from t group by A order by A limit 5 option(minServerGroupTrimSize=100)")).toEqual(["groups-trimmed"]);
  expect(codes("SET minSegmentGroupTrimSize = 10; select A from t group by A having sum(B) > 1")).toEqual(["groups-trimmed"]);
  expect(codes("select A from t group by A order by A option(minServerGroupTrimSize=-1)")).toEqual([]);
  expect(codes("select A from t order by A option(minServerGroupTrimSize=100)")).toEqual([]);
  expect(codes("select A from t group by A having sum(B) > 1 fetch first 5 rows only")).toEqual([]);
  expect(codes("SET minSegmentGroupTrimSize = '10'; select A from t group by A having sum(B) > 1")).toEqual(["groups-trimmed"]);
  expect(codes("select A from t group by A having minServerGroupTrimSize = 10")).toEqual([]);
});

test("planStatement() reads the timeout of a statement", () => {
  const timeoutOf = (sql: string) => planStatement(sql).timeoutMs;
  expect(timeoutOf("select A from t option(timeoutMs=120000)")).toBe(120_000);
  expect(timeoutOf("SET timeoutMs = 5; select A from t")).toBe(5);
  expect(timeoutOf("SET timeoutMs='100000'; select A from t")).toBe(100_000);
  expect(timeoutOf("select A from t option(skipUpsert='true', timeoutMs = '7')")).toBe(7);
  expect(timeoutOf("SET timeoutMs=5; select A from t option(timeoutMs=7);")).toBe(7);
  expect(timeoutOf("select A from t; SET timeoutMs='6'")).toBe(6);
  expect(timeoutOf("/* first */ SET timeoutMs=5; explain plan for select A from t")).toBe(5);
  expect(timeoutOf("select 'timeoutMs=1' from t")).toBeUndefined();
  expect(timeoutOf("select A from t where timeoutMs = 5 or f(timeoutMs = 6)")).toBeUndefined();
  expect(timeoutOf("select 'option(timeoutMs=1)', '; SET timeoutMs=2' from t -- ; SET timeoutMs=3")).toBeUndefined();
});

test("hintForSyntaxError() detects backquotes and multiple statements only", () => {
  expect(hintForSyntaxError("select `START` from t")).toBe('Quote names with double quotes, or not at all: "START"');
  expect(hintForSyntaxError("select 1; select 2")).toBe("Run one statement per query");
  expect(hintForSyntaxError("select 'a; b`' from t")).toBeUndefined();
  expect(hintForSyntaxError("SET timeoutMs = 5; select * frm t;")).toBeUndefined();
});

test("readsTable() detects whether a statement reads a table", () => {
  expect(["select 1", "select now()", "select 'from'", "SELECT count(*)\nFROM t"].map(readsTable)).toEqual([false, false, false, true]);
});
