/** The declarations are written by hand, except for the conditions of WHERE: these tests check that they match the pipeline value. */

import { describe, expect, test } from "bun:test";
import { assetPaths, readAsset } from "../../src/core/assets.ts";
import { readDeclared } from "../../src/processors/ksqldb/declarations.ts";
import { readStatements, type Statement } from "../../src/processors/statements.ts";
import { keyColumns, rowColumns, windowBounds } from "../../src/spec/columns.ts";
import { onlyStream, onlyWindow } from "../../src/spec/names.ts";
import type { Column } from "../../src/spec/pipeline.ts";
import { namingOf } from "../../src/processors/ksqldb/naming.ts";

const embedded = { paths: assetPaths, read: readAsset };
const seconds = onlyWindow.span.sizeMs / 1000;
const fields = onlyStream.fields.map(({ name }) => name);
const rows = rowColumns(onlyWindow, onlyStream);
const columnNames = rows.map(({ name }) => name);

/** Names and types of the columns that a statement lists, without constraints. */
function listedColumns(sql: string): readonly (readonly [name: string, type: string])[] {
  const list = sql.slice(sql.indexOf("(") + 1, sql.search(/\)\s*WITH\s*\(/iu));
  const parts = list.split(/,(?![^(]*\))/u).map((part) => part.trim());
  return parts.filter((part) => !/^PRIMARY KEY/iu.test(part)).map((part) => [part.split(" ")[0] ?? "", part.split(" ").slice(1).join(" ")]);
}

/** The expressions of a SELECT list by alias, in order. */
function selected(sql: string): ReadonlyMap<string, string> {
  const list = sql.slice(sql.search(/\bSELECT\b/iu) + "SELECT".length, sql.search(/\bFROM\b/iu));
  const parts = list.split(/,(?![^(]*\))/u).map((part) => part.trim());
  return new Map(
    parts.map((part): [string, string] => {
      const [expression = "", alias = expression] = part.split(/ AS (?=[`\w]+$)/iu);
      return [alias.replaceAll("`", ""), expression];
    }),
  );
}

function aggregateOf({ aggregate }: Column): RegExp {
  if (aggregate.kind === "count") return /^COUNT\(\*\)$/u;
  return new RegExp(String.raw`^${aggregate.kind.toUpperCase()}\((?:CAST\(${aggregate.field} AS DOUBLE\)|${aggregate.field})\)$`, "u");
}

function find(statements: readonly Statement[], start: string): string {
  const found = statements.filter(({ sql }) => sql.startsWith(start));
  expect(found).toHaveLength(1);
  return found[0]?.sql ?? "";
}

/** Names from the pipeline value; the topic ids do not matter here. */
const topics = { transactions: { name: onlyStream.topic.name, id: "s" }, windows: { name: onlyWindow.topic.name, id: "w" } };

describe("the statements of flink/", () => {
  const statements = readStatements(embedded, "flink", {
    brokers: "broker:9092",
    transactionsTopic: topics.transactions.name,
    windowsTopic: topics.windows.name,
    consumerGroup: "group",
    windowSizeSeconds: seconds,
    windowSizeMs: onlyWindow.span.sizeMs,
    countedTransactions: "TRUE",
  });
  const insert = find(statements, "INSERT INTO");

  test("read exactly the fields of the stream from its topic", () => {
    const source = find(statements, `CREATE TABLE ${onlyStream.name} `);
    expect(listedColumns(source).map(([name]) => name)).toEqual(fields);
    expect(source).toContain(`'topic' = '${onlyStream.topic.name}'`);
  });

  test("write exactly the columns of the window, with their types and key, to its topic", () => {
    const sink = find(statements, `CREATE TABLE ${onlyWindow.topic.name} `);
    expect(listedColumns(sink)).toEqual(rows.map(({ name, type }) => [name, type === "LONG" ? "BIGINT" : type]));
    // All windows have the same size, so that the start identifies one.
    expect(sink).toContain(`PRIMARY KEY (${windowBounds.start})`);
    expect(sink).toContain(`'topic' = '${onlyWindow.topic.name}'`);
    expect([...selected(insert).keys()]).toEqual([...columnNames]);
  });

  test("aggregate and filter as the window declares", () => {
    for (const column of onlyWindow.columns) expect(selected(insert).get(column.name)).toMatch(aggregateOf(column));
    expect(readAsset("flink/03-window-income.sql")).toContain("\n  WHERE {{countedTransactions}}\n)\n");
    expect(insert).toEndWith(`GROUP BY ${windowBounds.start}`);
  });

  test("take the window size from the pipeline value", () => {
    const written = readAsset("flink/03-window-income.sql");
    expect(written).toContain(`) / {{windowSizeSeconds}} * {{windowSizeMs}} AS ${windowBounds.start},`);
    expect(written).toContain(`${windowBounds.start} + {{windowSizeMs}} AS ${windowBounds.end},`);
  });

  test("run one task per partition of the topic, and one writer", () => {
    const written = readAsset("flink/00-session.sql");
    expect(written).toContain(`SET 'parallelism.default' = '${onlyStream.topic.partitions}';`);
    expect(find(statements, `CREATE TABLE ${onlyWindow.topic.name} `)).toContain("'sink.parallelism' = '1'");
  });
});

describe("the statements of ksql/", () => {
  const values = { ...topics, transactionsPartitions: onlyStream.topic.partitions, naming: namingOf(undefined) };
  const declared = readDeclared(embedded, values, { computation: "id", paidTransactionsTopic: "between" });
  const statements = declared.map(({ statement }) => statement);
  const table = find(statements, `CREATE TABLE ${onlyWindow.topic.name} `);

  test("read exactly the fields of the stream from its topic", () => {
    const source = find(statements, `CREATE STREAM ${onlyStream.name} `);
    expect(listedColumns(source).map(([name]) => name)).toEqual(fields);
    expect(source).toContain(`KAFKA_TOPIC = '${onlyStream.topic.name}'`);
  });

  test("write exactly the columns of the window to its topic, and the id of the computation as the key", () => {
    expect([...selected(table).keys()]).toEqual(["computation", ...columnNames]);
    expect(table).toContain("GROUP BY 'id'");
    expect(table).toContain(`KAFKA_TOPIC = '${onlyWindow.topic.name}'`);
    expect(table).toContain(`PARTITIONS = ${onlyWindow.topic.partitions}`);
  });

  test("aggregate and filter as the window declares", () => {
    for (const column of onlyWindow.columns) expect(selected(table).get(column.name)).toMatch(aggregateOf(column));
    expect(readAsset("ksql/02-paid_transactions.sql")).toContain("\nWHERE {{countedTransactions}}\nEMIT CHANGES;");
    const between = find(statements, "CREATE STREAM paid_transactions ");
    expect(selected(between).get("event_time")).toBe(`PARSE_TIMESTAMP(${onlyStream.eventTime}, 'yyyy-MM-dd HH:mm:ss.SSS', 'UTC')`);
  });

  test("take the window size from the pipeline value", () => {
    expect(table).toContain(`WINDOW TUMBLING (SIZE ${seconds} SECONDS,`);
    expect(readAsset("ksql/03-window_transactions.sql")).toContain("SIZE {{windowSizeSeconds}} SECONDS");
  });
});

describe("the declarations of pinot/", () => {
  interface Spec {
    readonly name: string;
    readonly dataType: string;
  }
  type Specs = Readonly<Record<"dateTimeFieldSpecs" | "dimensionFieldSpecs" | "metricFieldSpecs", readonly Spec[]>>;
  const schema = JSON.parse(readAsset("pinot/schema.json")) as Specs & { readonly schemaName: string; readonly primaryKeyColumns: unknown };
  const table = readAsset("pinot/table.json");

  test("contain exactly the typed columns of the window, and its bounds as text", () => {
    const held = [...schema.dateTimeFieldSpecs, ...schema.metricFieldSpecs].map(({ name, dataType }) => [name, dataType]);
    expect(held).toEqual(rows.map(({ name, type }) => [name, type]));
    expect(schema.dimensionFieldSpecs.map(({ name }) => name)).toEqual([windowBounds.startText, windowBounds.endText]);
  });

  test("identify a row by the window's key", () => {
    expect(schema.primaryKeyColumns).toEqual([...keyColumns(onlyWindow)]);
    expect(table).toContain(`"timeColumnName": "${windowBounds.start}"`);
  });

  test("take the table name and topic from the pipeline value", () => {
    expect([schema.schemaName, /"tableName": "(?<name>[^"]*)"/u.exec(table)?.groups?.["name"]]).toEqual(["{{table}}", "{{table}}"]);
    expect(table).toContain('"stream.kafka.topic.name": "{{windowsTopic}}"');
  });

  test("name no other column", () => {
    const named = [...table.matchAll(/"columnName": "(?<name>\w+)"|\b(?<column>[A-Z]+(?:_[A-Z]+)+)\b/gu)].map(
      ({ groups }) => groups?.["name"] ?? groups?.["column"] ?? "",
    );
    const known = new Set([...columnNames, windowBounds.startText, windowBounds.endText]);
    expect(named.filter((name) => !known.has(name))).toEqual([]);
  });
});
