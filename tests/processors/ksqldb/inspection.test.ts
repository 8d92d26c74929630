import { describe, expect, onTestFinished, test } from "bun:test";
import { inspectKsqldb, isInspection, listTables } from "../../../src/processors/ksqldb/inspection.ts";
import { failureOf } from "../failure.ts";
import { type Answer, listen, recorded } from "./fake-ksqldb-script.ts";

const never = new AbortController().signal;

/** A fake server with one answer per statement, closed at the end of the test. */
async function serverWith(answer: (ksql: string) => Answer): Promise<{ readonly url: string; readonly posted: string[] }> {
  const posted: string[] = [];
  const { url, close } = await listen((_, body) => {
    const { ksql } = JSON.parse(body) as { readonly ksql: string };
    posted.push(ksql);
    return answer(ksql);
  });
  onTestFinished(close);
  return { url, posted };
}

async function inspect(answer: Answer, sql = "SHOW QUERIES") {
  const { url } = await serverWith(() => answer);
  const { columns, rows } = await inspectKsqldb(url, sql, never);
  const all: (readonly unknown[])[] = [];
  for await (const row of rows) all.push(row);
  return { columns: columns.map(({ name }) => name), rows: all };
}

describe("isInspection()", () => {
  test("is true for a statement that only shows something", () => {
    const shown = ["show queries", "\n LIST topics", "DESCRIBE a", "explain q", "-- a comment\nshow queries", "/* a */ show queries"];
    expect(shown.filter((sql) => !isInspection(sql))).toEqual([]);
  });

  test("is false for all others, also with such a word in a text, a name or a comment", () => {
    const others = [
      "select * from a",
      "drop stream show",
      "showing",
      "'show' x",
      "-- show\ndrop stream a",
      "insert into a values ('show')",
      "",
    ];
    expect(others.filter((sql) => isInspection(sql))).toEqual([]);
  });

  test("rejects a second statement, and no semicolon within a text or a comment", () => {
    expect(() => isInspection("show queries; drop stream a")).toThrow(expect.objectContaining({ code: "usage" }));
    expect(["describe `a;b`", "explain select ';' from a", "show queries -- ;"].map(isInspection)).toEqual([true, true, true]);
  });
});

describe("inspectKsqldb()", () => {
  test("returns a list with the properties of all its objects as columns, and null for those of others", async () => {
    const { columns, rows } = await inspect(recorded("058-show-queries"));
    expect(columns).toEqual(["queryString", "sinks", "sinkKafkaTopics", "id", "statusCount", "queryType", "state"]);
    expect(rows[0]?.slice(1)).toEqual([
      '["PAID_TRANSACTIONS_STREAM"]',
      '["PAID_TRANSACTIONS_STREAM"]',
      "CSAS_PAID_TRANSACTIONS_STREAM_5",
      '{"RUNNING":1}',
      "PERSISTENT",
      "RUNNING",
    ]);
    const text = JSON.stringify([
      {
        "@type": "list",
        none: [],
        list: [
          { "@type": "x", a: 1 },
          { b: null, c: false },
        ],
      },
    ]);
    expect(await inspect({ status: 200, text })).toEqual({
      columns: ["a", "b", "c"],
      rows: [
        [1, null, null],
        [null, null, false],
      ],
    });
  });

  test("returns the fields of a description, not the queries that it lists too", async () => {
    const { status, text } = recorded("060-describe");
    const warned = { status, text: text.replace('"warnings":[]', '"warnings":[{"message":"Deprecated"}]') };
    const { columns, rows } = await inspect(warned, "DESCRIBE windowed_transactions");
    expect(columns).toEqual(["name", "type", "key"]);
    expect(rows.slice(0, 2)).toEqual([
      ["DUMMY", "STRING", "KEY"],
      ["D2", "STRING", null],
    ]);
  });

  test("returns the properties of what is neither a list nor has fields of its own, such as a query", async () => {
    const { columns, rows } = await inspect(recorded("285-e-explain"), "EXPLAIN CSAS_E_OUT_95");
    expect(columns).toEqual(["property", "value"]);
    expect(rows).toContainEqual(["id", "CSAS_E_OUT_95"]);
    expect(rows).toContainEqual(["sources", '["E_SRC"]']);
    expect(rows).toContainEqual(["windowType", null]);
  });

  test("returns nothing for an empty list, and for an answer that is not one", async () => {
    for (const answer of [recorded("012-show-tables-empty"), { status: 200, text: "[]" }, { status: 200, text: "nonsense" }])
      expect(await inspect(answer, "SHOW STREAMS")).toEqual({ columns: [], rows: [] });
  });

  test("reports why ksqlDB rejects a statement", async () => {
    expect(await failureOf(inspect(recorded("062-describe-missing"), "DESCRIBE nosuch"))).toMatchObject({
      code: "processor",
      message: "Cannot query ksqlDB: Could not find STREAM/TABLE 'NOSUCH' in the Metastore",
    });
  });
});

describe("listTables()", () => {
  test("returns streams and tables with their columns", async () => {
    const { url, posted } = await serverWith((ksql) =>
      recorded(ksql === "SHOW STREAMS;" ? "012-show-tables-empty" : ksql === "SHOW TABLES;" ? "057-show-tables" : "060-describe"),
    );
    const tables = await listTables(url, never);
    expect(tables.map(({ table, columns }) => [table, columns.slice(0, 3)])).toEqual([
      [
        "WINDOWED_TRANSACTIONS",
        [
          { name: "DUMMY", type: "STRING" },
          { name: "D2", type: "STRING" },
          { name: "WINDOW_START", type: "BIGINT" },
        ],
      ],
    ]);
    expect(posted.at(-1)).toBe("DESCRIBE WINDOWED_TRANSACTIONS;");
  });

  test("quotes a name that ksqlDB would read in upper case", async () => {
    const { text } = recorded("057-show-tables");
    const { url, posted } = await serverWith((ksql) =>
      ksql.startsWith("SHOW") ? { status: 200, text: text.replace("WINDOWED_TRANSACTIONS", "my table") } : recorded("060-describe"),
    );
    await listTables(url, never);
    expect(posted.at(-1)).toBe("DESCRIBE `my table`;");
  });

  test("keeps a table that was dropped meanwhile, without columns", async () => {
    const { url } = await serverWith((ksql) =>
      recorded(ksql === "SHOW STREAMS;" ? "012-show-tables-empty" : ksql === "SHOW TABLES;" ? "057-show-tables" : "062-describe-missing"),
    );
    expect(await listTables(url, never)).toEqual([{ table: "WINDOWED_TRANSACTIONS", columns: [] }]);
  });

  test("says that the server does not answer", async () => {
    expect(await failureOf(listTables("http://127.0.0.1:1", never))).toMatchObject({ code: "unreachable" });
  });
});
