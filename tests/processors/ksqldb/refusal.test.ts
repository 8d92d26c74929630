import { expect, test } from "bun:test";
import { refusalError, refusalOf, isSourceMissing } from "../../../src/processors/ksqldb/refusal.ts";
import { recordedExchange } from "../recordings.ts";

const answerOf = (name: string) => {
  const { status, text } = recordedExchange(`ksqldb-0.29.0/${name}.http`);
  return { status, text, json: JSON.parse(text) as unknown };
};

test("refusalOf() reads all recorded kinds of refusals", () => {
  const names = [
    "023-syntax-error",
    "027-missing-source",
    "028-missing-column",
    "029-unknown-function",
    "032-partition-mismatch",
    "033-replicas-too-many",
    "037-bad-streams-property",
    "047-seq-too-high",
    "054-ctas-windowed-again",
    "055-ctas-or-replace-windowed-same",
    "121-ctas-unwindowed-replace-add",
    "136-drop-source-with-readers",
    "162-multi-runtime-fail",
    "167-drop-chain",
    "222-r-replace-with-multiple-writers",
    "146-terminate-again",
    "183-r-csas-add-filter",
    "223-r-drop-multi-writers",
    "265-kafkadown-drop",
    "267-afterdown-create",
  ];
  const lines = names.map((name) => {
    const { reason, line, retry } = refusalOf(answerOf(name));
    return `${name}: ${retry}${line === undefined ? "" : `, line ${line}`}: ${reason}`;
  });
  expect(lines.join("\n")).toMatchInlineSnapshot(`
    "023-syntax-error: never, line 1: Syntax error at or near 'STREM'
    027-missing-source: never: NOSUCH_STREAM does not exist
    028-missing-column: never, line 1: SELECT column 'NOSUCHCOL' cannot be resolved
    029-unknown-function: never: Can't find any functions with the name 'FROBNICATE'
    032-partition-mismatch: never: A Kafka topic with the name 'transactions' already exists, with different partition/replica/retention configuration than required. KSQL expects 5 partitions (topic has 3), 1 replication factor (topic has 1), and 604800000 retention (topic has 604800000)
    033-replicas-too-many: never: Unable to replicate the partition 3 time(s): The target replication factor of 3 cannot be reached because only 1 broker(s) are registered
    037-bad-streams-property: never: Not recognizable as ksql, streams, consumer, or producer property: 'nosuch.prop'
    047-seq-too-high: again: Timed out while waiting for a previous command to execute. command sequence number: 9999
    054-ctas-windowed-again: never: Cannot add table 'WINDOWED_TRANSACTIONS': A table with the same name already exists
    055-ctas-or-replace-windowed-same: never: Upgrades not yet supported for StreamWindowedAggregate
    121-ctas-unwindowed-replace-add: never: Query is not upgradeable. Plan step of type StreamAggregate must have matching columns not part of aggregate. Values differ: [\`USER_ID\`, \`ROWTIME\`] vs. [\`USER_ID\`, \`ROWTIME\`, \`TOTAL_PAID\`]
    136-drop-source-with-readers: never: Cannot drop TRANSACTIONS_STREAM. The following streams and/or tables read from this source: [PAID_TRANSACTIONS_STREAM]. You need to drop them before dropping TRANSACTIONS_STREAM
    162-multi-runtime-fail: never: Unable to replicate the partition 2 time(s): The target replication factor of 2 cannot be reached because only 1 broker(s) are registered
    167-drop-chain: again: Timeout while waiting for command topic consumer to process command topic
    222-r-replace-with-multiple-writers: never: REPLACE for sink \`R_OUT\` is not supported because there are multiple queries writing into it: [CSAS_R_OUT_63, INSERTQUERY_73, INS_1, INSERTQUERY_71]
    146-terminate-again: never: Unknown queryId: CTAS_WINDOWED_TRANSACTIONS_25
    183-r-csas-add-filter: again: Timeout while waiting for command topic consumer to process command topic
    223-r-drop-multi-writers: never: Cannot drop R_OUT. The following queries read from this source: []. The following queries write into this source: [INSERTQUERY_71, INSERTQUERY_73, INS_1]. You need to terminate them before dropping R_OUT
    265-kafkadown-drop: again: Timeout expired after 60000ms while awaiting InitProducerId
    267-afterdown-create: once: Producer with transactionalId 'default_' and ProducerIdAndEpoch(producerId=0, epoch=52) has been fenced by another producer with the same transactionalId"
  `);
});

test("refusalOf() retries while a server is starting, with and without a message", () => {
  const starting = { "@type": "generic_error", error_code: 50302, message: "KSQL is not yet ready to serve requests." };
  expect(refusalOf({ status: 503, text: "", json: starting })).toEqual({
    reason: "KSQL is not yet ready to serve requests",
    retry: "again",
    code: 50302,
  });
  expect(refusalOf({ status: 503, text: "", json: undefined })).toEqual({ reason: "it returned status 503", retry: "again" });
});

test("refusalOf() retries a statement that the server did not execute", () => {
  const busy = [
    { error_code: 42900, message: "DDL/DML rate is crossing the configured rate limit of statements/second" },
    {
      error_code: 50000,
      message:
        "Could not write the statement into the command topic.\nCaused by: Another command with the same id (stream/`A`/create) is being executed.",
    },
  ];
  expect(busy.map((json) => refusalOf({ status: Math.trunc(json.error_code / 100), text: "", json }).retry)).toEqual(["again", "again"]);
});

test("refusalOf() reports a syntax error if the server gives only its position", () => {
  const json = { error_code: 40001, message: "line 1:43: Syntax Error\n\nStatement: CREATE STREAM x (a INT) WITH (kafka_topic=$$x$$);" };
  expect(refusalOf({ status: 400, text: "", json })).toEqual({
    reason: "Syntax error at column 43",
    line: 1,
    column: 43,
    retry: "never",
    code: 40001,
  });
});

test("refusalOf() omits the statement that ksqlDB 0.28 repeats on several lines", () => {
  const message =
    "Unknown format: JSN\nStatement: CREATE TABLE W WITH (VALUE_FORMAT='JSN') AS SELECT\n  A,\n  COUNT(*) N\nFROM S\nGROUP BY A;";
  const json = { error_code: 40001, message };
  expect(refusalOf({ status: 400, text: "", json })).toEqual({ reason: "Unknown format: JSN", retry: "never", code: 40001 });
});

test("refusalError() has ksqlDB's error code, and whether a retry may succeed", () => {
  const facts = (name: string) => {
    const { retryable, facts: known } = refusalError("Cannot run it", refusalOf(answerOf(name)));
    return [retryable, known];
  };
  expect(facts("028-missing-column")).toEqual([false, { engine: "ksqldb", engineCode: 40_001, line: 1, column: 29 }]);
  expect(facts("167-drop-chain")).toEqual([true, { engine: "ksqldb", engineCode: 50_000 }]);
});

test("isSourceMissing() distinguishes a missing source from an invalid statement", () => {
  expect(isSourceMissing(answerOf("062-describe-missing"))).toBe(true);
  expect(isSourceMissing(answerOf("023-syntax-error"))).toBe(false);
});
