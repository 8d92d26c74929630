/** ksqlDB as the processor: real Kafka and Flink, and a FAKE ksqlDB server as one that streamctl did not start. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describeTopic, fetchMetadata, readTopicConfig } from "../../src/kafka/admin.ts";
import { type FakeKsqldb, startFakeKsqldb } from "../processors/ksqldb/fake-ksqldb.ts";
import { Stack } from "./streamctl.ts";

describe("a stack with a ksqlDB server that streamctl did not start", () => {
  let stack: Stack;
  let ksqldb: FakeKsqldb;

  beforeAll(async () => {
    stack = await Stack.create(20_000);
    ksqldb = await startFakeKsqldb();
  });

  afterAll(async () => {
    expect(await stack.end()).toEqual([]);
    await ksqldb[Symbol.asyncDispose]();
  });

  const only = (...services: readonly string[]): readonly string[] => ["--only", services.join(",")];
  // A request that ends with an unknown name is parsed but not executed.
  const changing = (): readonly string[] =>
    ksqldb.posted.filter((sql) => /^(?:CREATE|DROP|TERMINATE|INSERT)/u.test(sql) && !sql.includes("DESCRIBE STREAMCTL_NEVER_"));
  /** Name of a stream or table on a shared server. */
  const named = async (name: string): Promise<string> => {
    const { stack: identity } = JSON.parse(await readFile(join(stack.stateDir, "run.json"), "utf8")) as { stack: { id: string } };
    return `STREAMCTL_TRANSACTIONS_${identity.id}_${name}`.toUpperCase();
  };
  const retention = async (): Promise<string | undefined> =>
    (await readTopicConfig({ brokers: stack.brokers, topic: "window_transactions", timeoutMs: 10_000 }))["retention.ms"];

  test("up refuses a server that uses another Kafka, and posts nothing there", async () => {
    const flags = ["--port-offset", String(stack.offset), "--ksqldb-url", ksqldb.url];
    const { exitCode, stderr } = await stack.run(["up", ...flags, ...only("kafka", "ksqldb")]);
    expect(stderr).toContain(`Cannot use ksqlDB at "${ksqldb.url}": it uses another Kafka cluster`);
    expect(stderr).toContain(`hint: Start that server with bootstrap.servers=${stack.brokers}`);
    expect(exitCode).toBe(1);
    expect(ksqldb.posted).toEqual([]);
  });

  test("up creates the topics as ksqlDB needs them, then its streams and its table", async () => {
    const meta = await readFile(join(stack.stateDir, "data/kafka/log/meta.properties"), "utf8");
    ksqldb.workWith(/^cluster\.id=(.+)$/mu.exec(meta)?.[1] ?? "");
    const report = await stack.json(["up"]);
    expect(report.processor).toBe("ksqldb");
    expect(report.why).toContain(`ksqldb: the server at ${ksqldb.url} was given`);
    expect(report.endpoints.ksqldb).toBe(ksqldb.url);
    expect(report.changes.at(-1)).toEqual({ kind: "job", name: "window_transactions", result: "created" });
    expect(await retention()).toBe("259200000000000");
    const { topics } = await fetchMetadata({ brokers: stack.brokers, timeoutMs: 10_000 });
    expect(topics.filter(({ name }) => name.startsWith("streamctl-")).map(({ partitions }) => partitions)).toEqual([3]);
    const { topicId } = (await describeTopic({ brokers: stack.brokers, topic: "window_transactions", timeoutMs: 10_000 })) ?? {};
    expect(ksqldb.queries().at(-1)?.statement).toContain(`:${topicId}'`);
  });

  test("a second up posts nothing, and its dry run says so of each stream and table", async () => {
    ksqldb.posted.length = 0;
    const { plan } = await stack.json(["up", "--dry-run"]);
    expect(plan.map(({ operation, target }: Record<string, string>) => `${operation} ${target}`)).toEqual([
      "keep service kafka",
      "keep topic transactions",
      "keep topic window_transactions",
      `keep stream ${await named("transactions")}`,
      `keep stream ${await named("paid_transactions")}`,
      `keep table ${await named("window_transactions")}`,
      "keep job window_transactions",
    ]);
    const report = await stack.json(["up"]);
    expect(new Set(report.changes.map(({ result }: Record<string, string>) => result))).toEqual(new Set(["unchanged"]));
    expect(changing()).toEqual([]);
  });

  test("a dry run of changed statements says that the windows are recomputed, and in which topic", async () => {
    const folder = await stack.edited("ksql/03-window_transactions.sql", "{{windowSizeSeconds}} SECONDS", "6 SECONDS");
    const { plan } = await stack.json(["up", "--dir", folder, "--dry-run"]);
    const changed = "its statements or settings changed";
    const dropped = ": terminated, dropped and recreated";
    expect(plan.slice(1)).toEqual([
      { operation: "keep", target: "topic transactions", cause: "it exists, with 3 partitions" },
      { operation: "replace", target: "topic window_transactions", cause: changed },
      { operation: "keep", target: `stream ${await named("transactions")}`, cause: "its definition is unchanged" },
      { operation: "replace", target: `stream ${await named("paid_transactions")}`, cause: `${changed}${dropped}` },
      {
        operation: "replace",
        target: `table ${await named("window_transactions")}`,
        cause: `${changed} (windowed aggregates cannot be replaced)${dropped}`,
      },
      { operation: "replace", target: "job window_transactions", cause: changed },
    ]);
    expect(changing()).toEqual([]);
  });

  test("status shows the server and its queries", async () => {
    const report = await stack.json(["status"]);
    expect(report.services.at(-1)).toEqual({
      name: "ksqldb",
      state: "healthy",
      pid: null,
      uptimeMs: null,
      rssBytes: null,
      endpoint: ksqldb.url,
      detail: null,
    });
    expect(report.job).toEqual({ name: "window_transactions", healthy: true, detail: "2 of 2 queries running" });
  });

  test("query returns a result of ksqlDB, or follows changes until its limit or an interruption", async () => {
    const pull = await stack.json(["query", "SELECT * FROM window_transactions;", "--engine", "ksqldb", "--limit", "2"]);
    expect(pull.columns[6]).toEqual({ name: "TOTAL_PAID", type: "INTEGER" });
    expect(pull.rows).toHaveLength(2);
    const push = ["query", "SELECT * FROM paid_transactions EMIT CHANGES", "--engine", "ksqldb"];
    const csv = await stack.run([...push, "--limit", "2", "-o", "csv"]);
    expect(csv.stdout.split("\n").slice(0, 2)).toEqual([
      "EVENT_TIMESTAMP,TRANSACTION_ID,USER_ID,TOTAL_PAID,STATUS",
      "2026-11-23 01:00:00.500,1,u1,11,Paid",
    ]);
    expect(csv.exitCode).toBe(0);
    const { child, outcome } = stack.start([...push, "-o", "ndjson"]);
    let rows = "";
    child.stdout?.on("data", (chunk: Buffer) => {
      rows += chunk.toString();
      if (rows.split("\n").length > 3) child.kill("SIGINT");
    });
    expect((await outcome).exitCode).toBe(130);
    expect(rows).toContain('"USER_ID":"u4"');
  });

  test("another processor is refused until down, which does not change the server", async () => {
    const { exitCode, stderr } = await stack.run(["up", "--port-offset", String(stack.offset), "--processor", "flink"]);
    expect(stderr).toContain("Cannot change the processor: the stack is up with ksqldb");
    expect(exitCode).toBe(2);
    expect((await stack.run(["down"])).stderr).toContain(`ksqlDB at ${ksqldb.url} keeps running: streamctl did not start it`);
    expect(ksqldb.queries()).toHaveLength(2);
  });

  test("up with Flink removes its objects from the server, and recreates the topic of windows", async () => {
    const { plan } = await stack.json(["up", "--processor", "flink", ...only("kafka", "flink"), "--dry-run"]);
    expect(plan).toContainEqual({
      operation: "replace",
      target: "topic window_transactions",
      cause: "its retention.ms is 259200000000000, but this processor needs -1",
    });
    // The first attempt does not reach the server: the objects there are not forgotten.
    const gone = ksqldb.refuseAll();
    const failed = await stack.run(["up", "--processor", "flink", ...only("kafka", "flink")]);
    expect(failed.stderr).toContain(`Cannot remove the objects of this stack from ksqlDB at "${ksqldb.url}"`);
    expect(failed.exitCode).toBe(1);
    gone.end();
    const report = await stack.json(["up"]);
    expect(ksqldb.sources()).toEqual([]);
    expect(ksqldb.queries()).toEqual([]);
    expect(report.changes.map(({ kind, result }: Record<string, string>) => [kind, result])).toEqual([
      ["job", "removed"],
      ["topic", "unchanged"],
      ["topic", "replaced"],
      ["job", "created"],
    ]);
    expect(await retention()).toBe("-1");
    expect((await stack.run(["down"])).exitCode).toBe(0);
  });

  test("down --volumes drops the stack's objects on the server while Kafka is still running", async () => {
    await stack.up("--ksqldb-url", ksqldb.url, ...only("kafka", "ksqldb"));
    const names = await Promise.all(["transactions", "paid_transactions", "window_transactions"].map(named));
    expect(ksqldb.sources()).toEqual(names);
    expect(await retention()).toBe("259200000000000");
    const { stderr } = await stack.run(["down", "--volumes"]);
    expect(stderr).toContain(`Dropped from ksqlDB at ${ksqldb.url}: ${names.join(", ")}`);
    expect(ksqldb.sources()).toEqual([]);
  });
});
