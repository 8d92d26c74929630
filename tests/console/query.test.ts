import { describe, expect, onTestFinished, test } from "bun:test";
import { once } from "node:events";
import type { QueryEvent, QueryRequest } from "../../src/console/api.ts";
import type { Stack } from "../../src/console/pipeline/stack-reader.ts";
import { querySchema, runQuery } from "../../src/console/query.ts";
import { processorOf } from "../../src/processors/catalog.ts";
import type { ProcessorQueries } from "../../src/processors/plugin.ts";
import { type Answer, listen, recorded } from "../processors/ksqldb/fake-ksqldb-script.ts";
import { recordedAnswer } from "../processors/recordings.ts";

/** A stack with these engines, of which a test starts those that it needs. */
async function stackWith(engines: {
  readonly pinot?: string;
  readonly ksqldb?: string;
  readonly queries?: ProcessorQueries;
}): Promise<Stack> {
  const declaration = processorOf("ksqldb");
  const plugin = await declaration.load();
  return {
    endpoints: { pinotBroker: engines.pinot ?? "http://127.0.0.1:1", ksqldb: engines.ksqldb ?? "http://127.0.0.1:1" },
    processor: { declaration, plugin: engines.queries === undefined ? plugin : { ...plugin, queries: engines.queries } },
    state: { choices: { source: undefined } },
  } as unknown as Stack;
}

/** A fake broker that gives one recorded answer, closed at the end of the test. Undefined: it never answers. */
function fakeBroker(answer: { readonly text: string; readonly status: number } | undefined) {
  const statements: string[] = [];
  const gone = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      statements.push(((await request.json()) as { readonly sql: string }).sql);
      asked.resolve();
      if (answer !== undefined) return new Response(answer.text, { status: answer.status });
      await once(request.signal, "abort");
      gone.resolve();
      return new Response();
    },
  });
  onTestFinished(async () => await server.stop(true));
  return { url: `http://127.0.0.1:${server.port}`, statements, asked: asked.promise, gone: gone.promise };
}

/** A fake ksqlDB with one recorded answer per statement, or for all, closed at the end of the test. */
async function fakeKsqldb(answer: Answer | ((sql: string) => Answer)) {
  const posted: { readonly path: string; readonly sql: string }[] = [];
  const gone = Promise.withResolvers<void>();
  const { url, close } = await listen((path, body) => {
    const { sql, ksql } = JSON.parse(body) as { readonly sql?: string; readonly ksql?: string };
    const statement = sql ?? ksql ?? "";
    posted.push({ path, sql: statement });
    return typeof answer === "function" ? answer(statement) : answer;
  }, gone.resolve);
  onTestFinished(close);
  return { url, posted, gone: gone.promise };
}

const pinotAnswer = (name: string) => recordedAnswer("pinot-0.11.0/answers.http", new RegExp(`${name}$`, "u"));

async function eventsOf(stack: Stack, request: Partial<QueryRequest>, signal = new AbortController().signal): Promise<QueryEvent[]> {
  const events: QueryEvent[] = [];
  for await (const event of runQuery(stack, { engine: "pinot", sql: "select 1", limit: 1000, ...request }, signal)) events.push(event);
  return events;
}

const rowsOf = (events: readonly QueryEvent[]) => events.flatMap((event) => (event.kind === "rows" ? event.rows : []));
const kindsOf = (events: readonly QueryEvent[]) => events.map(({ kind }) => kind);

/** An answer of Pinot with these rows of one column. */
const pinotRows = (rows: string) => ({
  status: 200,
  text: `{"resultTable":{"dataSchema":{"columnNames":["A"],"columnDataTypes":["LONG"]},"rows":[${rows}]},"exceptions":[],"numServersQueried":1,"numServersResponded":1}`,
});

describe("runQuery() of Pinot", () => {
  test("returns columns, rows and the end", async () => {
    const { url, statements } = fakeBroker(pinotAnswer("query-02-rows"));
    const events = await eventsOf(await stackWith({ pinot: url }), { sql: "select * from t" });
    expect(kindsOf(events)).toEqual(["columns", "rows", "end"]);
    expect(events[0]).toMatchObject({ columns: [{ name: "LABEL", type: "STRING" }, {}, {}, {}, {}] });
    expect(rowsOf(events)[0]).toEqual(["v10", 15, 10, 1700000060000, 1700000000000]);
    expect(events.at(-1)).toMatchObject({ kind: "end", rows: 3, limitReached: false, warnings: [] });
    expect(statements).toEqual(["select * from t\nLIMIT 1000"]);
  });

  test("returns columns and the end for no rows", async () => {
    const { url } = fakeBroker(pinotAnswer("query-00-empty"));
    expect(kindsOf(await eventsOf(await stackWith({ pinot: url }), { sql: "select * from t" }))).toEqual(["columns", "end"]);
  });

  test("says that the limit was reached, and cuts many rows into parts", async () => {
    const { url } = fakeBroker(pinotRows(Array.from({ length: 1200 }, (_, index) => `[${index}]`).join(",")));
    const events = await eventsOf(await stackWith({ pinot: url }), { sql: "select a from t", limit: 1200 });
    expect(events.map((event) => (event.kind === "rows" ? event.rows.length : event.kind))).toEqual(["columns", 500, 500, 200, "end"]);
    expect(rowsOf(events).map(([value]) => value)).toEqual(Array.from({ length: 1200 }, (_, index) => index));
    expect(events.at(-1)).toMatchObject({ rows: 1200, limitReached: true });
  });

  test("keeps every digit of an integer beyond 2^53, and values that are lists or null", async () => {
    const { url } = fakeBroker(pinotRows("[9007199254740993],[[1,9007199254740993]],[null],[true]"));
    const rows = rowsOf(await eventsOf(await stackWith({ pinot: url }), { sql: "select a from t" }));
    expect(rows).toEqual([["9007199254740993"], [[1, "9007199254740993"]], [null], [true]]);
  });

  test("makes an error the only event, with its position in the statement as it was written", async () => {
    const { url, statements } = fakeBroker(pinotAnswer("query-06-badsql"));
    const stack = await stackWith({ pinot: url });
    const [event, ...others] = await eventsOf(stack, { sql: "selec * frm x" });
    expect(others).toEqual([]);
    expect(event).toMatchObject({ kind: "error", error: { code: "pinot" }, line: 1, column: 1 });
    expect((await eventsOf(stack, { sql: "\n \n  selec * frm x" }))[0]).toMatchObject({ kind: "error", line: 3, column: 3 });
    expect(statements[1]).toStartWith("selec");
  });

  test("gives no position where the engine gives none", async () => {
    const { url } = fakeBroker(pinotAnswer("query-07-missing-table"));
    const [event] = await eventsOf(await stackWith({ pinot: url }), { sql: "\nselect * from nope" });
    expect(Object.keys(event ?? {})).toEqual(["kind", "error"]);
    expect(event).toMatchObject({
      error: { message: "Cannot query Pinot: no such table", hint: "The table of windows is `transaction_window`" },
    });
  });

  test("says that Pinot does not answer", async () => {
    const [event] = await eventsOf(await stackWith({}), {});
    expect(event).toMatchObject({ kind: "error", error: { code: "unreachable", hint: "Run: streamctl status" } });
  });

  test("ends without an event when it is cancelled, and closes the connection to Pinot", async () => {
    const { url, asked, gone } = fakeBroker(undefined);
    const cancel = new AbortController();
    const events = eventsOf(await stackWith({ pinot: url }), {}, cancel.signal);
    await asked;
    cancel.abort();
    expect(await events).toEqual([]);
    await gone;
  });
});

describe("runQuery() of the processor", () => {
  test("returns the rows of a pull query", async () => {
    const { url, posted } = await fakeKsqldb(recorded("073-qs-pull-table"));
    const events = await eventsOf(await stackWith({ ksqldb: url }), { engine: "ksqldb", sql: " select * from windowed_transactions" });
    expect([kindsOf(events), rowsOf(events).length]).toEqual([["columns", "rows", "end"], 10]);
    expect(events.at(-1)).toMatchObject({ rows: 10, limitReached: false });
    expect(posted).toEqual([{ path: "/query-stream", sql: "select * from windowed_transactions;" }]);
  });

  test("passes the rows of a push query on as they arrive, and ends it when it is cancelled", async () => {
    const { url, gone } = await fakeKsqldb({ ...recorded("071-qs-push-limit"), after: "silence" });
    const cancel = new AbortController();
    const request = { engine: "ksqldb", sql: "select * from a emit changes", limit: 1000 };
    const events: QueryEvent[] = [];
    for await (const event of runQuery(await stackWith({ ksqldb: url }), request, cancel.signal)) {
      events.push(event);
      if (events.length === 4) cancel.abort();
    }
    expect(events.map((event) => (event.kind === "rows" ? event.rows.length : event.kind))).toEqual(["columns", 1, 1, 1]);
    await gone;
  });

  test("ends a push query at the limit", async () => {
    const { url, gone } = await fakeKsqldb({ ...recorded("071-qs-push-limit"), after: "silence" });
    const events = await eventsOf(await stackWith({ ksqldb: url }), { engine: "ksqldb", sql: "select * from a emit changes", limit: 2 });
    expect([rowsOf(events).length, events.at(-1)]).toMatchObject([2, { kind: "end", rows: 2, limitReached: true }]);
    await gone;
  });

  test("keeps every digit in a structure, which it returns as JSON", async () => {
    const text = '{"columnNames":["A"],"columnTypes":["STRUCT"]}\n[{"n":9007199254740993,"l":[{"m":1}]}]\n[[9007199254740993]]';
    const { url } = await fakeKsqldb({ status: 200, text });
    const rows = rowsOf(await eventsOf(await stackWith({ ksqldb: url }), { engine: "ksqldb", sql: "select a from b" }));
    expect(rows).toEqual([['{"n":"9007199254740993","l":[{"m":1}]}'], [["9007199254740993"]]]);
  });

  test("makes an error the last event, after the rows before it", async () => {
    const { url } = await fakeKsqldb({ ...recorded("071-qs-push-limit"), after: "break" });
    const events = await eventsOf(await stackWith({ ksqldb: url }), { engine: "ksqldb", sql: "select * from a emit changes" });
    expect(kindsOf(events)).toEqual(["columns", "rows", "rows", "rows", "error"]);
    expect(events.at(-1)).toMatchObject({ error: { code: "unreachable" } });
  });

  test("gives the position of an error in the statement as it was written", async () => {
    const { url } = await fakeKsqldb(recorded("078-qs-error-syntax"));
    const [event] = await eventsOf(await stackWith({ ksqldb: url }), { engine: "ksqldb", sql: "\n\n   selec * from nosuch emit changes" });
    expect(event).toMatchObject({ kind: "error", error: { code: "processor" }, line: 3, column: 4 });
  });

  test("shows what the server has as a table", async () => {
    const { url, posted } = await fakeKsqldb(recorded("056-show-streams"));
    const events = await eventsOf(await stackWith({ ksqldb: url }), { engine: "ksqldb", sql: "\nshow streams" });
    expect(events[0]).toMatchObject({
      columns: ["type", "name", "topic", "keyFormat", "valueFormat", "isWindowed"].map((name) => ({ name })),
    });
    expect(rowsOf(events).map(([, name]) => name)).toEqual(["PAID_TRANSACTIONS_STREAM", "KSQL_PROCESSING_LOG", "TRANSACTIONS_STREAM"]);
    expect(posted).toEqual([{ path: "/ksql", sql: "show streams;" }]);
  });

  test("sends nothing to an engine that the stack does not have, and nothing that could change it", async () => {
    const { url, posted } = await fakeKsqldb(recorded("056-show-streams"));
    const stack = await stackWith({ ksqldb: url });
    const [event] = await eventsOf(stack, { engine: "flink" });
    expect(event).toMatchObject({ error: { code: "usage", message: 'Cannot query "flink": this stack has no such engine for queries' } });
    const [second] = await eventsOf(stack, { engine: "ksqldb", sql: "show streams; drop stream a" });
    expect(second).toMatchObject({ error: { code: "usage", message: "Cannot run several statements at once" } });
    expect(posted).toEqual([]);
  });

  test("sends rows of a slow query together, but does not hold them back", async () => {
    const goOn = Promise.withResolvers<void>();
    const queries: ProcessorQueries = {
      isEndless: () => false,
      tables: async () => [],
      ask: async () => ({
        columns: [],
        rows: (async function* () {
          yield [1];
          yield [2];
          await Bun.sleep(260);
          yield [3];
          await goOn.promise;
          yield [4];
        })(),
      }),
    };
    const request = { engine: "ksqldb", sql: "select 1", limit: 100 };
    const parts: number[] = [];
    for await (const event of runQuery(await stackWith({ queries }), request, new AbortController().signal)) {
      if (event.kind !== "rows") continue;
      parts.push(event.rows.length);
      goOn.resolve();
    }
    expect(parts).toEqual([3, 1]);
  });
});

describe("querySchema()", () => {
  test("returns the table of windows, and the tables and streams of the processor", async () => {
    const { url } = await fakeKsqldb((sql) =>
      recorded(sql.startsWith("SHOW STREAMS") ? "056-show-streams" : sql.startsWith("SHOW TABLES") ? "057-show-tables" : "060-describe"),
    );
    const schema = await querySchema(await stackWith({ ksqldb: url }), new AbortController().signal);
    expect(schema["pinot"]?.map(({ table }) => table)).toEqual(["transaction_window"]);
    expect(schema["pinot"]?.[0]?.columns).toContainEqual({ name: "TOTAL_PAID", type: "LONG" });
    expect(schema["ksqldb"]?.map(({ table }) => table)).toEqual([
      "PAID_TRANSACTIONS_STREAM",
      "KSQL_PROCESSING_LOG",
      "TRANSACTIONS_STREAM",
      "WINDOWED_TRANSACTIONS",
    ]);
    expect(schema["ksqldb"]?.[0]?.columns[0]).toEqual({ name: "DUMMY", type: "STRING" });
  });

  test("has no tables of a processor that does not answer", async () => {
    const schema = await querySchema(await stackWith({}), new AbortController().signal);
    expect([Object.keys(schema), schema["ksqldb"]]).toEqual([["pinot", "ksqldb"], []]);
  });
});
