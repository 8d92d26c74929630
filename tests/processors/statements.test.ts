import { expect, test } from "bun:test";
import { assetPaths, readAsset } from "../../src/core/assets.ts";
import { consumerProperties } from "../../src/kafka/properties.ts";
import { hashStatements, positionOf, readStatements, splitStatements } from "../../src/processors/statements.ts";

test("splitStatements() splits at semicolons outside quotes and removes comments and white space", () => {
  const text = `
    -- one; not two
    SET 'a;b' = 'it''s  --  here';

    SELECT "c;d",   \`e;f\` -- g
    FROM h;;
    SELECT 1`;
  expect(splitStatements(text).map(({ sql }) => sql)).toEqual([
    `SET 'a;b' = 'it''s  --  here'`,
    `SELECT "c;d", \`e;f\` FROM h`,
    "SELECT 1",
  ]);
});

test("splitStatements() removes block comments, and keeps hints", () => {
  const text = "/* it's; a\n note */\nSELECT /*+ OPTIONS('a;b'='c') */ 1 /* ; */;\nSELECT 2;";
  expect(splitStatements(text)).toEqual([
    { sql: "SELECT /*+ OPTIONS('a;b'='c') */ 1", text: "SELECT /*+ OPTIONS('a;b'='c') */ 1 /* ; */", line: 3 },
    { sql: "SELECT 2", text: "SELECT 2", line: 4 },
  ]);
});

test("splitStatements() returns the first line and the original text of a statement", () => {
  const text = "-- about a\n\nCREATE a\n  -- why; so\n  AS b;\n-- about c\nSELECT c;\n-- the end\n";
  expect(splitStatements(text)).toEqual([
    { sql: "CREATE a AS b", text: "CREATE a\n  -- why; so\n  AS b", line: 3 },
    { sql: "SELECT c", text: "SELECT c", line: 7 },
  ]);
});

test("hashStatements() ignores comments", () => {
  const of = (text: string) => hashStatements(splitStatements(text));
  expect(of("SELECT 1; -- first\nSELECT  2;")).toBe(of("SELECT 1;\nSELECT 2"));
  expect(of("SELECT 1")).not.toBe(of("SELECT 2"));
  expect(of("SELECT 'a  b'")).not.toBe(of("SELECT 'a b'"));
});

test("readStatements() renders the files of a folder in order, with the file of each statement", () => {
  const files: Readonly<Record<string, string>> = {
    "flink/02.sql": "INSERT INTO {{b}};",
    "flink/01.sql": "SET {{a}}; SET 2;",
    "ksql/00.sql": "X",
  };
  const declarations = { paths: () => Object.keys(files), read: (path: string) => files[path] ?? "" };
  expect(readStatements(declarations, "flink", { a: 1, b: "t" })).toEqual([
    { file: "flink/01.sql", sql: "SET 1", text: "SET 1", lines: [1] },
    { file: "flink/01.sql", sql: "SET 2", text: "SET 2", lines: [1] },
    { file: "flink/02.sql", sql: "INSERT INTO t", text: "INSERT INTO t", lines: [1] },
  ]);
  expect(() => readStatements(declarations, "flink", { a: 1 })).toThrow('Cannot render "flink/02.sql": unknown value {{b}}');
});

test("readStatements() keeps the lines of the file where a value has several lines, and such a value in one line of a comment", () => {
  const text = "-- about\n\nSELECT 1 {{ both }}\n  -- not {{both}}\nFROM t;\nSELECT '{{both}} --', {{both}};\nSELECT 3;";
  const read = readStatements({ paths: () => ["a/1.sql"], read: () => text }, "a", { both: "AND 2\n  AND 3" });
  expect(read.map(({ text: rendered, lines }) => [rendered, lines])).toEqual([
    ["SELECT 1 AND 2\n  AND 3\n  -- not AND 2 AND 3\nFROM t", [3, 3, 4, 5]],
    ["SELECT 'AND 2\n  AND 3 --', AND 2\n  AND 3", [6, 6, 6]],
    ["SELECT 3", [7]],
  ]);
  const [first] = read;
  if (first === undefined) throw new Error("No statement was read");
  expect([undefined, 1, 2, 3, 4, 5].map((line) => positionOf(first, line))).toEqual([3, 3, 3, 4, 5, 5].map((line) => `a/1.sql:${line}`));
});

const embedded = { paths: assetPaths, read: readAsset };
const values = {
  brokers: "broker:9092",
  transactionsTopic: "transactions",
  transactionsPartitions: 3,
  paidTransactionsTopic: "paid",
  computation: "id",
  namePrefix: "",
  retentionDays: 4000,
  retentionMs: 345_600_000_000,
  graceDays: 3999,
  windowsTopic: "windows",
  consumerGroup: "group",
  windowSizeSeconds: 3,
  windowSizeMs: 3000,
  countedTransactions: "TRUE",
};

test("the statements of flink read only committed records, like verify", () => {
  const text = readStatements(embedded, "flink", values)
    .map(({ sql }) => sql)
    .join("\n");
  const properties = consumerProperties({ brokers: "broker:9092" });
  const isolation = properties[properties.indexOf("isolation.level") + 1];
  expect(text).toContain(`'properties.isolation.level' = '${isolation}'`);
});
