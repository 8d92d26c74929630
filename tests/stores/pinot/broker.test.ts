import { expect, test } from "bun:test";
import type { StreamctlError } from "../../../src/core/errors.ts";
import { queryPinot, readWindows, type WindowRow } from "../../../src/stores/pinot/broker.ts";
import { queryErrorCodes, queryRefusal } from "../../../src/stores/pinot/query-errors.ts";
import { failureOf } from "../../processors/failure.ts";
import { recordedAnswer } from "../../processors/recordings.ts";

/** A fake broker that returns these answers in order and then repeats the last one. */
function fakeBroker(...answers: readonly { readonly status?: number; readonly text: string; readonly delayMs?: number }[]) {
  const queries: string[] = [];
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      queries.push(((await request.json()) as { readonly sql: string }).sql);
      const answer = answers[Math.min(queries.length, answers.length) - 1];
      if (answer?.delayMs !== undefined) await Bun.sleep(answer.delayMs);
      return new Response(answer?.text, { status: answer?.status ?? 200 });
    },
  });
  return {
    brokerUrl: `http://127.0.0.1:${server.port}`,
    queries,
    async [Symbol.asyncDispose]() {
      await server.stop(true);
    },
  };
}

const recorded = (name: string) => recordedAnswer("pinot-0.11.0/answers.http", new RegExp(`${name}$`, "u"));

function answerOf(rows: readonly (readonly (number | string)[])[], servers = [1, 1]): { readonly text: string } {
  const table = { dataSchema: { columnNames: ["A", "B"], columnDataTypes: ["LONG", "STRING"] }, rows };
  return { text: JSON.stringify({ resultTable: table, exceptions: [], numServersQueried: servers[0], numServersResponded: servers[1] }) };
}

test("queryPinot() returns typed columns and rows", async () => {
  await using broker = fakeBroker(recorded("query-02-rows"));
  const { columns, rows, limitReached } = await queryPinot({ brokerUrl: broker.brokerUrl, sql: "select * from t" });
  expect(columns).toEqual([
    { name: "LABEL", type: "STRING" },
    { name: "TOTAL_AMOUNT", type: "DOUBLE" },
    { name: "TX_COUNT", type: "LONG" },
    { name: "WINDOW_END", type: "LONG" },
    { name: "WINDOW_START", type: "LONG" },
  ]);
  expect(rows[0]).toEqual(["v10", 15, 10, 1700000060000, 1700000000000]);
  expect(limitReached).toBe(false);
});

test("queryPinot() returns the columns of an empty result", async () => {
  await using broker = fakeBroker(recorded("query-00-empty"));
  const { columns, rows } = await queryPinot({ brokerUrl: broker.brokerUrl, sql: "select * from t" });
  expect(columns).toHaveLength(5);
  expect(rows).toEqual([]);
});

test("queryPinot() keeps integers beyond 2^53 exact", async () => {
  const answer = answerOf([[1, "9007199254740993"]]).text.replace(
    '[1,"9007199254740993"]',
    '[-9223372036854775808,"9007199254740993"],[9007199254740993,"b"],[7,"c"]',
  );
  await using broker = fakeBroker({ text: answer });
  const { rows } = await queryPinot({ brokerUrl: broker.brokerUrl, sql: "select * from t" });
  expect(rows).toEqual([
    [-9223372036854775808n, "9007199254740993"],
    [9007199254740993n, "b"],
    [7, "c"],
  ]);
});

test("queryPinot() warns that there may be more rows than the default limit of Pinot", async () => {
  const ten = Array.from({ length: 10 }, (_, index) => [index, "x"]);
  await using broker = fakeBroker(answerOf(ten));
  const { limitReached, warnings } = await queryPinot({ brokerUrl: broker.brokerUrl, sql: "select A from t" });
  expect([limitReached, warnings.map(({ code }) => code)]).toEqual([true, ["default-limit"]]);
});

test("queryPinot() requests all groups for HAVING, and returns as many rows as the statement requests", async () => {
  await using broker = fakeBroker(answerOf(Array.from({ length: 30 }, (_, index) => [index, "x"])));
  const sql = "select A, sum(B) from t group by A having sum(B) < 200 order by sum(B) desc limit 12";
  const { rows, warnings } = await queryPinot({ brokerUrl: broker.brokerUrl, sql });
  expect([rows.length, warnings]).toEqual([12, []]);
  expect(broker.queries).toEqual([sql.replace("limit 12", "LIMIT 60000")]);
});

test.each([
  ["query-06-badsql", "Cannot query Pinot: From line 1, column 1 to line 1, column 5: Non-query expression encountered in illegal context"],
  ["query-07-missing-table", "Cannot query Pinot: no such table"],
  ["query-08-missing-col", "Cannot query Pinot: Unknown columnName 'nope' found in the query"],
  ["query-12-broker-missing-sql", "Cannot query Pinot: it returned status 500"],
  ["kill9-server-q0", "Cannot query Pinot: a server does not respond"],
  ["kill9-server-q8", "Cannot query Pinot: it does not serve the table yet"],
  ["query-after-recreate-1", "Cannot query Pinot: it does not serve the table yet"],
  ["lost-table", "Cannot query Pinot: Failed to find table: transaction_window_REALTIME on server: Server_127.0.0.1_29098"],
])("queryPinot() turns the answer %s into an error of one line", async (name, message) => {
  await using broker = fakeBroker(recorded(name));
  expect(await failureOf(queryPinot({ brokerUrl: broker.brokerUrl, sql: "select * from t" }))).toMatchObject({ code: "pinot", message });
});

test.each([
  ["query-06-badsql", 150, false],
  ["query-07-missing-table", 190, false],
  ["query-08-missing-col", 710, false],
  ["kill9-server-q0", 425, true],
  ["lost-table", 230, true],
] as const)("queryPinot() decides by the error code of Pinot whether a retry may help: %s", async (name, engineCode, retryable) => {
  await using broker = fakeBroker(recorded(name));
  expect(await failureOf(queryPinot({ brokerUrl: broker.brokerUrl, sql: "select * from t" }))).toMatchObject({
    retryable,
    facts: { engine: "pinot", engineCode },
  });
});

test("queryPinot() throws a retryable error while no server serves the table", async () => {
  await using broker = fakeBroker(recorded("query-after-recreate-1"));
  expect(await failureOf(queryPinot({ brokerUrl: broker.brokerUrl, sql: "select * from t" }))).toMatchObject({ retryable: true });
});

test("queryPinot() treats an error during execution as permanent, unless the statement is proven", async () => {
  const sql = "select cast(START as LONG) from transaction_window limit 1";
  await using broker = fakeBroker(of15(sql));
  const retryable = async (proven: boolean) =>
    ((await failureOf(queryPinot({ brokerUrl: broker.brokerUrl, sql, proven }))) as StreamctlError).retryable;
  expect([await retryable(false), await retryable(true)]).toEqual([false, true]);
});

test.each(["query-07-missing-table", "query-08-missing-col"])(
  "readWindows() may succeed later where Pinot answers as it does while its table is replaced: %s",
  async (name) => {
    await using broker = fakeBroker(recorded(name));
    const read = async (): Promise<void> => {
      for await (const page of readWindows({ brokerUrl: broker.brokerUrl, table: "t", columns: ["A"] })) expect(page).toEqual([]);
    };
    expect(await failureOf(read())).toMatchObject({ code: "pinot", retryable: true });
    // A person's own query for a table that does not exist gets its answer at once.
    expect(await failureOf(queryPinot({ brokerUrl: broker.brokerUrl, sql: "select A from t" }))).toMatchObject({ retryable: false });
  },
);

test("queryRefusal() of a disabled table may pass for a valid statement only: Pinot disables a table before it deletes it", () => {
  const disabled = { exceptions: [{ errorCode: queryErrorCodes.tableIsDisabled, message: "Table is disabled" }] };
  expect([true, false].map((proven) => queryRefusal(disabled, "select A from t", proven)?.retryable)).toEqual([true, false]);
});

test("queryPinot() rejects an answer from only some of the servers", async () => {
  await using broker = fakeBroker(answerOf([[1, "a"]], [2, 1]));
  expect(await failureOf(queryPinot({ brokerUrl: broker.brokerUrl, sql: "select * from t" }))).toMatchObject({
    code: "pinot",
    message: "Cannot query Pinot: 1 of 2 servers responded",
  });
});

test.each([
  ["numGroupsLimitReached", "groups-limit"],
  ["groupsTrimmed", "groups-trimmed"],
  ["partialResult", "partial"],
] as const)("queryPinot() warns of %s", async (flag, code) => {
  await using broker = fakeBroker({ text: answerOf([[1, "a"]]).text.replace("{", `{"${flag}":true,`) });
  const { rows, warnings } = await queryPinot({ brokerUrl: broker.brokerUrl, sql: "select a, count(*) from t group by a" });
  expect([rows, warnings.map((warning) => warning.code)]).toEqual([[[1, "a"]], [code]]);
});

const of15 = (sql: string) => recordedAnswer("pinot-1.5.1/answers.http", new RegExp(`^POST /query/sql ${RegExp.escape(sql)}$`, "u"));

test.each([
  ["selec * from transaction_window", "From line 1, column 1 to line 1, column 5: Non-query expression encountered in illegal context"],
  ["select * from transaction_window where", 'Encountered " "WHERE" "where "" at line 1, column 34'],
  ["select * from no_such_table", "no such table"],
  ["select NO_SUCH from transaction_window", "Unknown columnName 'NO_SUCH' found in the query"],
  ["select * from transaction_window; select 1", "SqlNode with executable statement already exist with type: DQL"],
])("queryPinot() shows why Pinot 1.5 rejects %j", async (sql, reason) => {
  await using broker = fakeBroker(of15(sql));
  expect(await failureOf(queryPinot({ brokerUrl: broker.brokerUrl, sql }))).toMatchObject({
    code: "pinot",
    message: `Cannot query Pinot: ${reason}`,
  });
});

test("queryPinot() returns no rows and a warning when the WHERE clause is never true, for which 0.11 answers as if it were not ready", async () => {
  const statement = (pattern: RegExp) => recordedAnswer("pinot-0.11.0/statements.http", pattern);
  await using broker = fakeBroker(statement(/sql select count.*1\.5$/u), statement(/explain.*1\.5$/u));
  const sql = "select count(*) from transaction_window where TOTAL_PAID = 1.5";
  const { rows, warnings } = await queryPinot({ brokerUrl: broker.brokerUrl, sql });
  expect([rows, warnings.map(({ code }) => code)]).toEqual([[], ["no-rows-possible"]]);
  expect(broker.queries).toEqual([sql, `EXPLAIN PLAN FOR ${sql}`]);
});

test("queryPinot() returns an EXPLAIN that queried no server, and does not explain an EXPLAIN", async () => {
  const sql = "explain plan for select count(*) from transaction_window where TOTAL_PAID = 1.5";
  const explained = recordedAnswer("pinot-0.11.0/statements.http", /explain.*1\.5$/u);
  await using broker = fakeBroker(explained);
  const { elapsedMs, ...answer } = await queryPinot({ brokerUrl: broker.brokerUrl, sql });
  expect(elapsedMs).toBeGreaterThan(0);
  expect(answer).toEqual({
    columns: [
      { name: "Operator", type: "STRING" },
      { name: "Operator_Id", type: "INT" },
      { name: "Parent_Id", type: "INT" },
    ],
    rows: [["BROKER_EVALUATE", 0, -1]],
    limitReached: false,
    warnings: [],
  });
  // The answer of 0.11 to any statement while it does not serve the table.
  await using starting = fakeBroker(recordedAnswer("pinot-0.11.0/statements.http", /sql select count.*1\.5$/u), explained);
  expect(await failureOf(queryPinot({ brokerUrl: starting.brokerUrl, sql }))).toMatchObject({
    code: "pinot",
    message: "Cannot query Pinot: it does not serve the table yet",
  });
  expect([broker.queries, starting.queries]).toEqual([[sql], [sql]]);
});

test("queryPinot() gives a hint for two statements and for backquoted names", async () => {
  const sql = "select * from transaction_window; select 1";
  await using broker = fakeBroker(of15(sql));
  const hintOf = async (typed: string) =>
    ((await failureOf(queryPinot({ brokerUrl: broker.brokerUrl, sql: typed }))) as StreamctlError).hint;
  expect(await hintOf(sql)).toBe("Run one statement per query");
  for (const [pattern, typed, hint] of [
    [/`START`/u, "select `START` from transaction_window", 'Quote names with double quotes, or not at all: "START"'],
    [/; select 1$/u, "select START from transaction_window; select 1", "Run one statement per query"],
  ] as const) {
    await using older = fakeBroker(recordedAnswer("pinot-0.11.0/statements.http", pattern));
    expect(await failureOf(queryPinot({ brokerUrl: older.brokerUrl, sql: typed }))).toMatchObject({ code: "pinot", hint });
  }
});

test("queryPinot() reports a query timeout, by default or set by the statement", async () => {
  await using broker = fakeBroker({ ...of15("select count(*) from transaction_window {'queryOptions': 'timeoutMs=1'}"), delayMs: 20 });
  const sql = "select count(*) from transaction_window option(timeoutMs=10)";
  expect(await failureOf(queryPinot({ brokerUrl: broker.brokerUrl, sql }))).toMatchObject({
    code: "pinot",
    message: "Cannot query Pinot: the query timed out after 0.01 s",
  });
});

test("queryPinot() rejects an answer for which no server was queried, unless the query reads no table", async () => {
  const sql = "select count(*) from transaction_window where WINDOW_START < 0";
  const counted = of15(sql);
  await using asked = fakeBroker(counted);
  expect((await queryPinot({ brokerUrl: asked.brokerUrl, sql })).rows).toEqual([[0]]);
  // The answer of Pinot 1.5 for a moment after its start.
  await using starting = fakeBroker({ text: counted.text.replace('"numServersQueried": 1', '"numServersQueried": 0') });
  expect(await failureOf(queryPinot({ brokerUrl: starting.brokerUrl, sql: "select count(*) from transaction_window" }))).toMatchObject({
    message: "Cannot query Pinot: it does not serve the table yet",
  });
  // The broker selects constants itself, even from a table.
  const explained = recordedAnswer("pinot-0.11.0/statements.http", /explain.*1\.5$/u);
  await using constants = fakeBroker(of15("select 1"), explained);
  expect((await queryPinot({ brokerUrl: constants.brokerUrl, sql: "select 1 from transaction_window" })).rows).toEqual([[1]]);
  await using tableless = fakeBroker(of15("select 1"));
  expect((await queryPinot({ brokerUrl: tableless.brokerUrl, sql: "select 1" })).rows).toEqual([[1]]);
});

function windowPage(...starts: readonly number[]): { readonly text: string } {
  const rows = starts.map((start) => [start, start + 3000, 10, 2, 5]);
  return { text: JSON.stringify({ resultTable: { dataSchema: {}, rows }, exceptions: [], numServersQueried: 1, numServersResponded: 1 }) };
}

test("readWindows() reads page by page, each from the key of the last row, which it skips once", async () => {
  await using broker = fakeBroker(windowPage(0, 3000, 6000), windowPage(6000, 9000, 12_000), windowPage(12_000));
  const pages: (readonly WindowRow[])[] = [];
  for await (const rows of readWindows({ brokerUrl: broker.brokerUrl, table: "t", columns: ["TOTAL", "COUNT", "MEAN"], pageRows: 3 }))
    pages.push(rows);
  expect(pages.map((rows) => rows.map(({ windowStart }) => windowStart))).toEqual([
    [0, 3000, 6000],
    [9000, 12_000],
  ]);
  expect(pages[0]?.[0]).toEqual({ windowStart: 0, windowEnd: 3000, values: [10, 2, 5] });
  expect(broker.queries[0]).toStartWith("SELECT WINDOW_START, WINDOW_END, TOTAL, COUNT, MEAN FROM t ");
  expect(broker.queries.map((sql) => sql.slice(sql.indexOf("FROM")))).toEqual([
    "FROM t ORDER BY WINDOW_START, WINDOW_END LIMIT 3",
    "FROM t WHERE WINDOW_START > 6000 OR (WINDOW_START = 6000 AND WINDOW_END >= 9000) ORDER BY WINDOW_START, WINDOW_END LIMIT 3",
    "FROM t WHERE WINDOW_START > 12000 OR (WINDOW_START = 12000 AND WINDOW_END >= 15000) ORDER BY WINDOW_START, WINDOW_END LIMIT 3",
  ]);
});

test("readWindows() returns a duplicate key at a page boundary", async () => {
  await using broker = fakeBroker(windowPage(0, 3000, 6000), windowPage(6000, 6000, 9000), windowPage(9000));
  const starts: number[] = [];
  for await (const rows of readWindows({ brokerUrl: broker.brokerUrl, table: "t", columns: ["TOTAL", "COUNT", "MEAN"], pageRows: 3 })) {
    starts.push(...rows.map(({ windowStart }) => windowStart));
  }
  expect(starts).toEqual([0, 3000, 6000, 6000, 9000]);
});
