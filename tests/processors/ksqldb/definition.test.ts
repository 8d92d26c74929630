import { describe, expect, test } from "bun:test";
import { compareDefinitions, hashDefinition, parseDefinition } from "../../../src/processors/ksqldb/definition.ts";
import { recordedExchange } from "../recordings.ts";

const ours =
  parseDefinition(`CREATE STREAM transactions_stream (event_timestamp STRING, transaction_id INT, user_id VARCHAR, total_paid INT,
  status STRING) WITH (kafka_topic='transactions', value_format='json', timestamp='event_timestamp')`);

/** The definition as returned by ksqlDB. */
function recordedDefinition(name: string) {
  const answer = JSON.parse(recordedExchange(`ksqldb-0.29.0/${name}.http`).text) as readonly [{ readonly statementText: string }];
  return parseDefinition(answer[0].statementText);
}

test("parseDefinition() gives the same result for a submitted statement and the one that ksqlDB returns", () => {
  const added = recordedDefinition("101-replace-add-column");
  expect(added.columns).toEqual([...ours.columns, "EXTRA STRING"]);
  expect(added.properties.get("KAFKA_TOPIC")).toBe("transactions");
  expect(added.properties.get("TIMESTAMP_FORMAT")).toBe("yyyy-MM-dd HH:mm:ss.SSS");
});

test("parseDefinition() handles types with commas and names in backticks", () => {
  const sql = "CREATE STREAM a (`userId` STRUCT<b INT, c ARRAY<VARCHAR>>, `PLAIN` DECIMAL(4, 2)) WITH (KAFKA_TOPIC='it''s', PARTITIONS=1);";
  expect(parseDefinition(sql)).toEqual({
    columns: ["`userId` STRUCT<B INTEGER, C ARRAY<STRING>>", "PLAIN DECIMAL(4, 2)"],
    properties: new Map([
      ["KAFKA_TOPIC", "it''s"],
      ["PARTITIONS", "1"],
    ]),
  });
});

describe("compareDefinitions()", () => {
  const change = (from: string, to: string) =>
    parseDefinition(`CREATE STREAM a (b INT, c STRING) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON')`.replace(from, to));
  const wanted = change("", "");

  test("ignores properties that the server added", () => {
    expect(compareDefinitions(change("VALUE_FORMAT='JSON'", "CLEANUP_POLICY='delete', VALUE_FORMAT='json'"), wanted)).toEqual({
      kind: "same",
    });
  });

  test("distinguishes added columns from other changes", () => {
    expect(compareDefinitions(change(", c STRING", ""), wanted)).toEqual({ kind: "extended", cause: "columns were added: C STRING" });
    expect(compareDefinitions(change("b INT", "b BIGINT"), wanted)).toEqual({
      kind: "other",
      cause: "its column B BIGINT changed or was removed",
    });
    expect(compareDefinitions(change("c STRING", "c STRING, d INT"), wanted)).toMatchObject({ kind: "other" });
    expect(compareDefinitions(change("'t'", "'other'"), wanted)).toEqual({
      kind: "other",
      cause: "its KAFKA_TOPIC is other instead of t",
    });
  });

  test("agrees with hashDefinition()", () => {
    const same = change("VALUE_FORMAT='JSON'", "CLEANUP_POLICY='delete', VALUE_FORMAT='json'");
    expect(hashDefinition(same, wanted)).toBe(hashDefinition(wanted, wanted));
    expect(hashDefinition(change("'t'", "'other'"), wanted)).not.toBe(hashDefinition(wanted, wanted));
  });
});
