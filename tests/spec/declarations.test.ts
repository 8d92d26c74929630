/** The declarations are written by hand: these tests check that they match the pipeline value. */

import { describe, expect, test } from "bun:test";
import { assetPaths, readAsset } from "../../src/core/assets.ts";
import { readDeclared } from "../../src/processors/ksqldb/declarations.ts";
import { readStatements, type Statement } from "../../src/processors/statements.ts";
import { keyColumns, rowColumns, windowBounds } from "../../src/spec/columns.ts";
import type { Contract } from "../../src/spec/contract.ts";
import { onlyStream, onlyWindow } from "../../src/spec/names.ts";
import type { Column, Condition, Field, Stream, Window } from "../../src/spec/pipeline.ts";
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

/** The SQL conditions for a field's contract. The event time is tested by itself: each processor has its own way to read it. */
function contractOf({ name, contract }: Field, { eventTime }: Stream, { where }: Window): readonly string[] {
  if (contract.optional) throw new Error(`no SQL for the optional field ${name}`);
  switch (contract.type) {
    case "int":
      return [`${name} = FLOOR(${name})`, `${name} BETWEEN ${contract.min} AND ${contract.max}`];
    case "uuid":
      return [String.raw`^\p{XDigit}{8}-\p{XDigit}{4}-\p{XDigit}{4}-\p{XDigit}{4}-\p{XDigit}{12}\z`];
    case "one_of": {
      // A window that takes only some of the values leaves out all others, valid or not.
      const isNarrower = (one: Condition): boolean =>
        one.kind === "one_of" && one.field === name && one.values.every((value) => contract.values.some((valid) => valid === value));
      return where.some(isNarrower) ? [] : [`${name} IN (${contract.values.map((value) => `'${value}'`).join(", ")})`];
    }
    case "time":
      if (name === eventTime) return [];
      throw new Error(`no SQL for ${name}, a time beside the event time`);
    default:
      throw new Error(`no SQL for ${name}, a field of type ${contract.type}`);
  }
}

function conditionOf(condition: Condition): string {
  if (condition.kind !== "one_of" || condition.values.length !== 1) throw new Error(`no SQL for ${condition.kind}`);
  return `${condition.field} = '${condition.values[0]}'`;
}

function filtersOf(stream: Stream, window: Window): readonly string[] {
  return [...stream.fields.flatMap((field) => contractOf(field, stream, window)), ...window.where.map(conditionOf)];
}

const filters = filtersOf(onlyStream, onlyWindow);

/** The stream with one more field. */
function extendedBy(contract: Contract): Stream {
  return { ...onlyStream, fields: [...onlyStream.fields, { name: "channel", generator: null, contract }] };
}

describe("the filters that every statement must have", () => {
  const channel = { type: "one_of", values: ["web", "app"], optional: false } as const;

  test("include those of a new field, unless the window takes only valid values of it", () => {
    expect(filtersOf(extendedBy(channel), onlyWindow)).toEqual([
      ...filters.slice(0, -1),
      "channel IN ('web', 'app')",
      ...filters.slice(-1),
    ]);
    const taking = (values: readonly string[]): Window => ({ ...onlyWindow, where: [{ kind: "one_of", field: "channel", values }] });
    expect(contractOf({ name: "channel", generator: null, contract: channel }, onlyStream, taking(["web"]))).toEqual([]);
    expect(contractOf({ name: "channel", generator: null, contract: channel }, onlyStream, taking(["web", "fax"]))).toHaveLength(1);
  });

  test.each<Contract>([
    { type: "bool", optional: false },
    { type: "text", maxCodePoints: 9, optional: false },
    { type: "decimal", min: 0, max: 9, places: 2, optional: false },
    { type: "pattern", pattern: "A#", optional: false },
    { type: "time", as: "iso", optional: false },
    { ...channel, optional: true },
  ])("are not known for %p: such a field needs its SQL here first", (contract) => {
    expect(() => filtersOf(extendedBy(contract), onlyWindow)).toThrow("no SQL for");
  });
});

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
    for (const filter of filters) expect(insert).toContain(filter);
    const time = String.raw`REGEXP(${onlyStream.eventTime}, '^\d{4}-\d\d-\d\d ([01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}\z')`;
    expect(insert).toContain(time);
    expect(insert).toContain(`TRY_CAST(SUBSTRING(${onlyStream.eventTime}, 1, 10) AS DATE) >= DATE '1970-01-01'`);
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
    const between = statements.map(({ sql }) => sql).find((sql) => sql.includes("'between'")) ?? "";
    for (const filter of filters) expect(between).toContain(filter);
    expect(between).toContain(`PARSE_TIMESTAMP(${onlyStream.eventTime}, 'yyyy-MM-dd HH:mm:ss.SSS', 'UTC')`);
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
