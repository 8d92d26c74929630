import { describe, expect, test } from "bun:test";
import { isPushQuery, queryKsqldb } from "../../../src/processors/ksqldb/query.ts";
import { failureOf } from "../failure.ts";
import { type Answer, listen, recorded } from "./fake-ksqldb-script.ts";

const never = new AbortController().signal;

/** Returns the columns and all rows of a prepared answer. */
async function ask(answer: Answer, sql = "SELECT 1", signal: AbortSignal = never) {
  const posted: unknown[] = [];
  const { url, close } = await listen((path, body) => {
    posted.push({ path, ...(JSON.parse(body) as object) });
    return answer;
  });
  const seen: (readonly unknown[])[] = [];
  try {
    const { columns, rows } = await queryKsqldb({ url, sql, signal });
    for await (const row of rows) seen.push(row);
    return { posted, columns, rows: seen };
  } finally {
    await close();
  }
}

describe("queryKsqldb()", () => {
  test("returns the columns and rows of a pull query", async () => {
    const { posted, columns, rows } = await ask(recorded("073-qs-pull-table"), "SELECT * FROM windowed_transactions");
    expect(posted).toEqual([{ path: "/query-stream", sql: "SELECT * FROM windowed_transactions;", properties: {} }]);
    expect(columns.slice(0, 2)).toEqual([
      { name: "DUMMY", type: "STRING" },
      { name: "WINDOWSTART", type: "BIGINT" },
    ]);
    expect(rows).toHaveLength(10);
    expect(rows[0]).toEqual(["1", 1_795_395_600_000, 1_795_395_603_000, "1", 1_795_395_600_000, 1_795_395_603_000, 52, 4, 13]);
  });

  test("starts a push query at the earliest record", async () => {
    const { posted, rows } = await ask(recorded("071-qs-push-limit"), "SELECT * FROM a EMIT CHANGES LIMIT 3");
    expect(posted).toMatchObject([{ properties: { "auto.offset.reset": "earliest" } }]);
    expect(rows.at(-1)).toEqual(["2026-11-23 01:00:02.000", 4, "u4", 14, "Paid"]);
  });

  test("keeps every digit of an integer beyond 2^53", async () => {
    const text = '{"queryId":"q","columnNames":["A"],"columnTypes":["BIGINT"]}\n[9007199254740993]';
    expect((await ask({ status: 200, text })).rows).toEqual([[9_007_199_254_740_993n]]);
  });

  test("reports why ksqlDB rejects a query, with its suggestion as the hint", async () => {
    expect(await failureOf(ask(recorded("077-qs-error-missing")))).toMatchObject({
      code: "processor",
      message: "Cannot query ksqlDB: NOSUCH does not exist",
    });
    expect(await failureOf(ask(recorded("078-qs-error-syntax")))).toMatchObject({
      message: "Cannot query ksqlDB: Unknown statement 'SELEC' Did you mean 'SELECT'?",
    });
    const notQueryable = await failureOf(ask(recorded("150-query-terminated-table")));
    expect(notQueryable).toMatchObject({ hint: "Append EMIT CHANGES to the query to run it as a push query" });
  });

  test("rejects a statement whose response is not a query result", async () => {
    const printed = "rowtime: 2026/11/23 11:22:10.707 Z, key: <null>, value: {}, partition: 1";
    expect(await failureOf(ask({ status: 200, text: printed, after: "silence" }))).toMatchObject({
      code: "processor",
      message: "Cannot query ksqlDB: the response has no columns",
      hint: "Only SELECT, SHOW, LIST, DESCRIBE and EXPLAIN return rows",
    });
  });

  test("reports a response that breaks off", async () => {
    const failure = await failureOf(ask({ ...recorded("071-qs-push-limit"), after: "break" }));
    expect(failure).toMatchObject({ code: "unreachable" });
  });

  test("reports an error among the rows", async () => {
    const text =
      '{"columnNames":["A"],"columnTypes":["INTEGER"]}\n[1]\n{"@type":"generic_error","error_code":50000,"message":"Lost the topic."}';
    expect(await failureOf(ask({ status: 200, text }))).toMatchObject({ message: "Cannot query ksqlDB: Lost the topic" });
  });

  test("ends when interrupted, and closes its query", async () => {
    const gone = Promise.withResolvers<void>();
    const { url, close } = await listen(() => ({ ...recorded("071-qs-push-limit"), after: "silence" }), gone.resolve);
    const controller = new AbortController();
    const { rows } = await queryKsqldb({ url, sql: "SELECT * FROM a EMIT CHANGES", signal: controller.signal });
    const read = async () => {
      let count = 0;
      for await (const _ of rows) if (++count === 3) controller.abort();
    };
    expect(await failureOf(read())).toMatchObject({ code: "interrupted" });
    await gone.promise;
    await close();
  });

  test("closes the query when its consumer stops", async () => {
    const gone = Promise.withResolvers<void>();
    const { url, close } = await listen(() => ({ ...recorded("071-qs-push-limit"), after: "silence" }), gone.resolve);
    const { rows } = await queryKsqldb({ url, sql: "SELECT * FROM a EMIT CHANGES", signal: never });
    for await (const _ of rows) break;
    await gone.promise;
    await close();
  });
});

test("isPushQuery() ignores string literals and comments", () => {
  expect(isPushQuery("SELECT * FROM a EMIT  CHANGES LIMIT 3")).toBe(true);
  expect(isPushQuery("SELECT 'emit changes' FROM a -- EMIT CHANGES")).toBe(false);
});
