import { expect, test } from "bun:test";
import { queryPinot, readWindows, type WindowRow } from "../../../src/provision/pinot/broker.ts";
import { failureOf } from "../failure.ts";
import { recordedAnswer } from "../recordings.ts";

/** A broker that answers with these texts, one after the other, the last one again and again. */
function fakeBroker(...answers: readonly { readonly status?: number; readonly text: string }[]) {
  const queries: string[] = [];
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      queries.push(((await request.json()) as { readonly sql: string }).sql);
      const answer = answers[Math.min(queries.length, answers.length) - 1];
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

test("queryPinot() answers columns with their types, and rows", async () => {
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

test("queryPinot() answers an empty result with its columns", async () => {
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

const ten = Array.from({ length: 10 }, (_, index) => [index, "x"]);

test.each([
  ["select A from t", 10, true],
  ["select A from t", 9, false],
  ["select A from t limit 10", 10, false],
  ["select A from t where B = 'limit'", 10, true],
  ['select "limit" from t -- limit 5', 10, true],
])("queryPinot() of %j with %d rows: limitReached %p", async (sql, count, limitReached) => {
  await using broker = fakeBroker(answerOf(ten.slice(0, count)));
  expect((await queryPinot({ brokerUrl: broker.brokerUrl, sql })).limitReached).toBe(limitReached);
});

test.each([
  ["query-06-badsql", "Cannot query Pinot: From line 1, column 1 to line 1, column 5: Non-query expression encountered in illegal context"],
  ["query-07-missing-table", "Cannot query Pinot: no such table"],
  ["query-08-missing-col", "Cannot query Pinot: Unknown columnName 'nope' found in the query"],
  ["query-12-broker-missing-sql", "Cannot query Pinot: it answers with status 500"],
  ["kill9-server-q0", "Cannot query Pinot: a server does not answer"],
  ["kill9-server-q8", "Cannot query Pinot: it does not serve the table yet"],
  ["query-after-recreate-1", "Cannot query Pinot: it does not serve the table yet"],
  ["lost-table", "Cannot query Pinot: Failed to find table: transaction_window_REALTIME on server: Server_127.0.0.1_29098"],
])("queryPinot() refuses the answer %s in one line", async (name, message) => {
  await using broker = fakeBroker(recorded(name));
  expect(await failureOf(queryPinot({ brokerUrl: broker.brokerUrl, sql: "select * from t" }))).toMatchObject({ code: "pinot", message });
});

test("queryPinot() refuses what only some servers answered", async () => {
  await using broker = fakeBroker(answerOf([[1, "a"]], [2, 1]));
  expect(await failureOf(queryPinot({ brokerUrl: broker.brokerUrl, sql: "select * from t" }))).toMatchObject({
    code: "pinot",
    message: "Cannot query Pinot: 1 of 2 servers answered",
  });
});

test("queryPinot() refuses what lacks some of the groups", async () => {
  await using broker = fakeBroker({ text: answerOf([[1, "a"]]).text.replace("{", '{"numGroupsLimitReached":true,') });
  expect(await failureOf(queryPinot({ brokerUrl: broker.brokerUrl, sql: "select a, count(*) from t group by a" }))).toMatchObject({
    code: "pinot",
    message: "Cannot query Pinot: it makes 100000 groups at most, and leaves the others out",
  });
});

function windowPage(...starts: readonly number[]): { readonly text: string } {
  const rows = starts.map((start) => [start, start + 3000, 10, 2, 5]);
  return { text: JSON.stringify({ resultTable: { dataSchema: {}, rows }, exceptions: [], numServersQueried: 1, numServersResponded: 1 }) };
}

test("readWindows() reads page after page, each from the key of the last row, which is left out once", async () => {
  await using broker = fakeBroker(windowPage(0, 3000, 6000), windowPage(6000, 9000, 12_000), windowPage(12_000));
  const pages: (readonly WindowRow[])[] = [];
  for await (const rows of readWindows({ brokerUrl: broker.brokerUrl, table: "t", pageRows: 3 })) pages.push(rows);
  expect(pages.map((rows) => rows.map(({ windowStart }) => windowStart))).toEqual([
    [0, 3000, 6000],
    [9000, 12_000],
  ]);
  expect(pages[0]?.[0]).toEqual({ windowStart: 0, windowEnd: 3000, totalPaid: 10, totalTransactions: 2, average: 5 });
  expect(broker.queries.map((sql) => sql.slice(sql.indexOf("FROM")))).toEqual([
    "FROM t ORDER BY WINDOW_START, WINDOW_END LIMIT 3",
    "FROM t WHERE WINDOW_START > 6000 OR (WINDOW_START = 6000 AND WINDOW_END >= 9000) ORDER BY WINDOW_START, WINDOW_END LIMIT 3",
    "FROM t WHERE WINDOW_START > 12000 OR (WINDOW_START = 12000 AND WINDOW_END >= 15000) ORDER BY WINDOW_START, WINDOW_END LIMIT 3",
  ]);
});

test("readWindows() shows a second row of one key where a page ends between the two", async () => {
  await using broker = fakeBroker(windowPage(0, 3000, 6000), windowPage(6000, 6000, 9000), windowPage(9000));
  const starts: number[] = [];
  for await (const rows of readWindows({ brokerUrl: broker.brokerUrl, table: "t", pageRows: 3 })) {
    starts.push(...rows.map(({ windowStart }) => windowStart));
  }
  expect(starts).toEqual([0, 3000, 6000, 6000, 9000]);
});
