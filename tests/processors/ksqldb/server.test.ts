import { describe, expect, test } from "bun:test";
import { ask, executeCommand, readServerInfo } from "../../../src/processors/ksqldb/server.ts";
import { stepDeadline } from "../../../src/core/step-deadline.ts";
import { failureOf } from "../failure.ts";
import { recorded, startScriptedKsqldb, starting, type Step } from "./fake-ksqldb-script.ts";

/** The result of one statement with prepared answers. */
async function outcomeOf(steps: readonly Step[], done: readonly boolean[] = [], timeoutMs = 5000) {
  await using server = await startScriptedKsqldb(steps);
  let looks = 0;
  const command = {
    sql: "TERMINATE x",
    action: (line: number | undefined) => `run "ksql/01.sql:${line ?? "?"}"`,
    isDone: async () => done[looks++] ?? false,
  };
  const failure = await failureOf(executeCommand(server.url, command, stepDeadline(timeoutMs)));
  const error = failure === undefined ? undefined : failure instanceof Error ? failure.message : "?";
  return { requests: server.requests, looks, error };
}

describe("executeCommand()", () => {
  test("submits a statement that succeeds immediately once", async () => {
    expect(await outcomeOf([recorded("145-terminate-ok")])).toEqual({ requests: ["POST /ksql"], looks: 0, error: undefined });
  });

  test("polls a running command until it succeeds", async () => {
    const executing = { status: 200, text: '{"status":"EXECUTING","message":"Executing statement","queryId":null}' };
    expect(await outcomeOf([recorded("147-terminate-lowercase"), executing, recorded("172-status-terminate-poll")])).toEqual({
      requests: ["POST /ksql", "GET /status/terminate/CTAS_USER_TOTALS_17/execute", "GET /status/terminate/CTAS_USER_TOTALS_17/execute"],
      looks: 0,
      error: undefined,
    });
  });

  test("polls a running command until it fails, and does not retry", async () => {
    // The recorded success, changed to an error.
    const failed = { status: 200, text: recorded("172-status-terminate-poll").text.replace("SUCCESS", "ERROR") };
    expect(await outcomeOf([recorded("147-terminate-lowercase"), failed])).toEqual({
      requests: ["POST /ksql", "GET /status/terminate/CTAS_USER_TOTALS_17/execute"],
      looks: 0,
      error: 'Cannot run "ksql/01.sql:?": Query terminated',
    });
  });

  test("keeps the backticks of a command id", async () => {
    const text = recorded("053-ctas-windowed").text.replace('"SUCCESS"', '"EXECUTING"');
    const { requests } = await outcomeOf([{ status: 200, text }, recorded("017-status-of-create")]);
    expect(requests).toEqual(["POST /ksql", "GET /status/table/`WINDOWED_TRANSACTIONS`/create"]);
  });

  test("treats a warning without a command as not executed", async () => {
    expect(await outcomeOf([recorded("144-create-table-if-not-exists")])).toMatchObject({
      requests: ["POST /ksql"],
      error: 'Cannot run "ksql/01.sql:?": Cannot add table `WINDOWED_TRANSACTIONS`: A table with the same name already exists',
    });
  });

  test("does not retry an invalid statement, and reports the line", async () => {
    expect(await outcomeOf([recorded("028-missing-column")])).toEqual({
      requests: ["POST /ksql"],
      looks: 0,
      error: "Cannot run \"ksql/01.sql:1\": SELECT column 'NOSUCHCOL' cannot be resolved",
    });
  });

  test("retries while the server is starting, and if its command topic did not accept the statement", async () => {
    const steps = [starting, starting, recorded("183-r-csas-add-filter"), recorded("145-terminate-ok")];
    expect(await outcomeOf(steps)).toEqual({
      requests: ["POST /ksql", "POST /ksql", "POST /ksql", "POST /ksql"],
      looks: 3,
      error: undefined,
    });
  });

  test("retries a fenced statement only once", async () => {
    const fenced = recorded("267-afterdown-create");
    expect((await outcomeOf([fenced, recorded("145-terminate-ok")])).error).toBeUndefined();
    const twice = await outcomeOf([fenced, fenced, recorded("145-terminate-ok")]);
    expect(twice.requests).toHaveLength(2);
    expect(twice.error).toContain("has been fenced by another producer");
  });

  test("checks after a lost connection whether the statement was executed", async () => {
    expect(await outcomeOf(["reset"], [true])).toEqual({ requests: ["POST /ksql"], looks: 1, error: undefined });
    expect(await outcomeOf(["reset", recorded("145-terminate-ok")], [false])).toEqual({
      requests: ["POST /ksql", "POST /ksql"],
      looks: 1,
      error: undefined,
    });
  });

  test("succeeds if a retry is rejected because the first attempt was executed late", async () => {
    expect(await outcomeOf(["reset", recorded("146-terminate-again")], [false, true])).toMatchObject({ looks: 2, error: undefined });
  });

  test("reports the last error of the server at its deadline", async () => {
    const { error } = await outcomeOf([recorded("265-kafkadown-drop")], [], 3000);
    expect(error).toBe('Cannot run "ksql/01.sql:?": Timeout expired after 60000ms while awaiting InitProducerId');
  });
});

test("ask() waits for a server that is starting", async () => {
  await using server = await startScriptedKsqldb([starting, recorded("058-show-queries")]);
  expect((await ask(server.url, "SHOW QUERIES", stepDeadline(5000))).status).toBe(200);
  expect(server.requests).toHaveLength(2);
});

test("readServerInfo() returns the version and Kafka cluster of a server, and rejects other servers", async () => {
  await using server = await startScriptedKsqldb([recorded("001-info"), { status: 200, text: "<html></html>" }]);
  expect(await readServerInfo(server.url, stepDeadline(5000))).toEqual({ version: "0.29.0", kafkaClusterId: "MkU3OEVBNTcwNTJENDM2Qg" });
  expect(await failureOf(readServerInfo(server.url, stepDeadline(5000)))).toMatchObject({ code: "processor" });
});
