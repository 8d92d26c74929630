import { expect, test } from "bun:test";
import { assetPaths, type Declarations, readAsset } from "../../../src/core/assets.ts";
import { namingOf } from "../../../src/processors/ksqldb/naming.ts";
import { computationMark, declaredFor, readDeclared, readMark } from "../../../src/processors/ksqldb/declarations.ts";

const values = {
  transactions: { name: "transactions", id: "t1" },
  transactionsPartitions: 3,
  windows: { name: "window_transactions", id: "w1" },
  naming: namingOf(undefined),
};
const creation = { computation: "streamctl:x", paidTransactionsTopic: "paid" };
const embedded = { paths: assetPaths, read: readAsset };

test("readDeclared() parses kind, name and line of each statement, and which ones only describe a topic", () => {
  const declared = readDeclared(embedded, values, creation);
  expect(declared.map(({ kind, name, definition, statement }) => [kind, name, definition !== undefined, statement.lines[0]])).toEqual([
    ["STREAM", "TRANSACTIONS", true, 2],
    ["STREAM", "PAID_TRANSACTIONS", false, 3],
    ["TABLE", "WINDOW_TRANSACTIONS", false, 4],
  ]);
});

test("readDeclared() counts the transactions that meet the contract, or those that the user's own statement selects", () => {
  const where = (declarations: Declarations): string | undefined =>
    /^WHERE .*(?=\nEMIT CHANGES)/msu.exec(readDeclared(declarations, values, creation)[1]?.statement.text ?? "")?.[0];
  expect(where(embedded)).toMatchInlineSnapshot(`
    "WHERE status = 'Paid'
      AND transaction_id = FLOOR(transaction_id)
      AND transaction_id BETWEEN 1 AND 1000000
      AND total_paid = FLOOR(total_paid)
      AND total_paid BETWEEN -9007199254740991 AND 9007199254740991
      AND REGEXP_EXTRACT('^\\p{XDigit}{8}-\\p{XDigit}{4}-\\p{XDigit}{4}-\\p{XDigit}{4}-\\p{XDigit}{12}\\z', user_id) IS NOT NULL
      AND FORMAT_TIMESTAMP(PARSE_TIMESTAMP(event_timestamp, 'yyyy-MM-dd HH:mm:ss.SSS', 'UTC'), 'yyyy-MM-dd HH:mm:ss.SSS', 'UTC') = event_timestamp"
  `);
  const read = (path: string): string => readAsset(path).replace("{{countedTransactions}}", "status = 'Paid'");
  expect(where({ ...embedded, read })).toBe("WHERE status = 'Paid'");
});

test("readDeclared() rejects other statements, with the line", () => {
  const read = (path: string): string => (path.includes("/02-") ? "-- a\nSET 'a' = 'b';" : readAsset(path));
  expect(() => readDeclared({ ...embedded, read }, values, creation)).toThrow(
    'Cannot run "ksql/02-paid_transactions.sql:2": only CREATE STREAM and CREATE TABLE are supported',
  );
});

test("readDeclared() rejects more than one partition for the topic of windows", () => {
  const read = (path: string): string => readAsset(path).replace("PARTITIONS = 1", "partitions=2");
  expect(() => readDeclared({ ...embedded, read }, values, creation)).toThrow(
    'Cannot run "ksql/03-window_transactions.sql:4": it needs 2 partitions of topic "window_transactions", which has one',
  );
});

test("declaredFor() omits the clause that servers before 0.29 do not support", () => {
  const knows = (version: string): boolean =>
    declaredFor(version, readDeclared(embedded, values, creation)).some(({ statement }) => statement.text.includes("RETENTION_MS"));
  expect(["0.28.2", "7.3.1", "6.2.0"].map(knows)).toEqual([false, false, false]);
  expect(["0.29.0", "7.4.0", "7.9.2", "8.0.0"].map(knows)).toEqual([true, true, true, true]);
  const [, paid] = declaredFor("0.28.2", readDeclared(embedded, values, creation));
  expect(paid?.statement.text).toContain("PARTITIONS = 3,\n\n  TIMESTAMP = 'event_time'");
});

test("readMark() reads only what computationMark() wrote, also in the form that ksqlDB returns", () => {
  const mark = {
    owner: "",
    queries: "0123456789abcdef",
    transactionsTopicId: "KZQPwoaIQmy_HyHx06Mvzw",
    windowsTopicId: "1aoUMtbMSD2ClGSf3-KyMg",
  };
  expect(readMark(`... WINDOW TUMBLING ( SIZE 3 SECONDS ) \nGROUP BY '${computationMark(mark)}'\nEMIT CHANGES;`)).toEqual(mark);
  const shared = { ...mark, owner: "my-pipeline/0a1b2c3d" };
  expect(readMark(`... GROUP BY '${computationMark(shared)}'`)).toEqual(shared);
  expect(readMark("... GROUP BY '1'\nEMIT CHANGES;")).toBeUndefined();
});

test("readDeclared() prefixes names with pipeline and stack on a shared server, and rejects files without the prefix", () => {
  const naming = namingOf({ pipeline: "my-pipeline", stackId: "0a1b2c3d" });
  expect(readDeclared(embedded, { ...values, naming }, creation).map(({ name }) => name)).toEqual([
    "STREAMCTL_MY_PIPELINE_0A1B2C3D_TRANSACTIONS",
    "STREAMCTL_MY_PIPELINE_0A1B2C3D_PAID_TRANSACTIONS",
    "STREAMCTL_MY_PIPELINE_0A1B2C3D_WINDOW_TRANSACTIONS",
  ]);
  const read = (path: string): string => readAsset(path).replaceAll("{{namePrefix}}", "");
  expect(() => readDeclared({ ...embedded, read }, { ...values, naming }, creation)).toThrow(
    'Cannot run "ksql/01-transactions.sql:2" on a shared server: the name TRANSACTIONS has no prefix of this stack',
  );
});

test("namingOf() gives two stacks topic prefixes that cannot be confused", () => {
  const owners = [
    undefined,
    { pipeline: "a", stackId: "12345678" },
    { pipeline: "a", stackId: "12345679" },
    { pipeline: "a-12345678", stackId: "12345678" },
    { pipeline: "paid", stackId: "12345678" },
  ];
  const prefixes = owners.map((owner) => namingOf(owner).topicPrefix);
  const mistaken = prefixes.flatMap((prefix, index) => prefixes.filter((other, at) => at !== index && `${other}0000`.startsWith(prefix)));
  expect(mistaken).toEqual([]);
});
