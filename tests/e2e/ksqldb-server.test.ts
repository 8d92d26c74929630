/** A real ksqlDB from the folder in STREAMCTL_KSQLDB_HOME: the whole path, then the contract of processors on the server of a stack. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { assetPaths, readAsset } from "../../src/core/assets.ts";
import { pollUntil } from "../../src/core/wait.ts";
import { listOffsets } from "../../src/kafka/admin.ts";
import { Producer } from "../../src/kafka/producer.ts";
import { topicAdmin } from "../../src/pipeline/stack-processor.ts";
import { createKsqldbProcessor } from "../../src/processors/ksqldb/processor.ts";
import { packMessages } from "../kafka/batches.ts";
import { processorContract, type ProcessorWorld } from "../processors/processor-contract.ts";
import { exampleRecord } from "../example-record.ts";
import { RealKsqldb } from "./real-ksqldb.ts";
import { Stack } from "./streamctl.ts";

const home = process.env["STREAMCTL_KSQLDB_HOME"] ?? "";

function wholePath(): void {
  let stack: Stack;

  beforeAll(async () => {
    stack = await Stack.create(22_000);
  });

  afterAll(async () => {
    expect(await stack.end()).toEqual([]);
  });

  const results = (report: { readonly changes: readonly Record<string, string>[] }) =>
    report.changes.map(({ kind, result }) => `${kind} ${result}`);
  const commands = async (): Promise<number> => {
    const topic = "_confluent-ksql-streamctl__command_topic";
    const marks = await listOffsets({ brokers: stack.brokers, topic, timeoutMs: 10_000 });
    return marks.reduce((sum, { high }) => sum + high, 0);
  };
  const verify = async (): Promise<string> => {
    const { stdout, stderr, exitCode } = await stack.run(["verify", "--wait", "120s"]);
    return exitCode === 0 ? "every window matches what was sent" : `${stdout}\n${stderr}`;
  };
  test("up starts the server and creates topics, streams, table and Pinot's table", async () => {
    const report = await stack.up("--ksqldb-home", home);
    expect(report.processor).toBe("ksqldb");
    expect(results(report)).toEqual([
      "topic created",
      "topic created",
      "stream created",
      "stream created",
      "table created",
      "job created",
      "schema created",
      "table created",
    ]);
  });

  test("windows are exact for present, past and future event times, in any order", async () => {
    await stack.json(["data", "-n", "500", "--rate", "500"]);
    for (const time of ["2031-06-01T00:00:00Z", "1970-01-01T00:00:00Z", "9999-12-30T00:00:00Z", "2019-03-01T00:00:00Z"]) {
      await stack.json(["data", "-n", "300", "--start-time", time]);
    }
    expect(await verify()).toBe("every window matches what was sent");
  });

  test("a record of another producer is counted exactly when verify counts it", async () => {
    const id = "0f8fad5b-d9cb-469f-a165-70867728950e";
    const users = [id, `${id}\n`, `${id}x`];
    const records = users.map((user_id) => exampleRecord({ event_timestamp: "2026-02-03 04:05:06.789", user_id, total_paid: 5 }));
    const producer = new Producer({ brokers: stack.brokers, topic: "transactions" });
    producer.produce(packMessages(records.map((record) => ({ key: id, value: JSON.stringify(record) }))), 0, 5000);
    expect(producer.flush(20_000)).toBe(true);
    producer.close();
    expect(await stack.json(["verify", "--wait", "60s"])).toMatchObject({ invalid: 2, mismatched: [], extra: [] });
  });

  test("a second up posts nothing", async () => {
    const before = await commands();
    expect(new Set(results(await stack.json(["up"])).map((change) => change.split(" ")[1]))).toEqual(new Set(["unchanged"]));
    expect(await commands()).toBe(before);
  });

  test("query returns a result, or follows changes until its limit or an interruption", async () => {
    const pull = await stack.json(["query", "SELECT TOTAL_PAID FROM window_transactions", "--engine", "ksqldb", "--limit", "2"]);
    expect(pull.columns).toEqual([{ name: "TOTAL_PAID", type: "BIGINT" }]);
    expect(pull.rows).toHaveLength(2);
    const push = ["query", "SELECT WINDOW_START FROM window_transactions EMIT CHANGES", "--engine", "ksqldb", "-o", "ndjson"];
    const some = await stack.run([...push, "--limit", "3"]);
    expect(
      some.stdout
        .trim()
        .split("\n")
        .map((line) => Object.keys(JSON.parse(line))),
    ).toEqual([["WINDOW_START"], ["WINDOW_START"], ["WINDOW_START"]]);
    expect(some.exitCode).toBe(0);
    const { child, outcome } = stack.start(push);
    child.stdout?.once("data", () => void child.kill("SIGINT"));
    expect((await outcome).exitCode).toBe(130);
  });

  test.each([
    ["ksql/02-paid_transactions.sql", "FROM {{namePrefix}}transactions", "FORM transactions", `2-paid_transactions.sql:13": `],
    [
      "ksql/02-paid_transactions.sql",
      "FROM {{namePrefix}}transactions",
      "FROM nowhere",
      `2-paid_transactions.sql:3": NOWHERE does not exist`,
    ],
    [
      "ksql/02-paid_transactions.sql",
      "{{countedTransactions}}",
      "state = 'Paid'",
      `2-paid_transactions.sql:15": WHERE column 'STATE' cannot be resolved`,
    ],
    [
      "ksql/03-window_transactions.sql",
      "PARTITIONS = 1",
      "PARTITION = 1",
      `3-window_transactions.sql:4": Invalid config variable(s) in the WITH clause: PARTITION`,
    ],
    [
      "ksql/03-window_transactions.sql",
      "SUM(total_paid)",
      "SUMM(total_paid)",
      `3-window_transactions.sql:4": Can't find any functions with the name 'SUMM'`,
    ],
    ["ksql/02-paid_transactions.sql", "VALUE_FORMAT = 'JSON'", "VALUE_FORMAT = 'AVRO'", `2-paid_transactions.sql:3": Cannot create topic`],
  ])("%s with %p as %p is refused with file and line, and running queries continue", async (file, text, other, reason) => {
    const before = await commands();
    const folder = await stack.edited(file, text, other);
    for (const dry of [["--dry-run"], []]) {
      const { exitCode, stderr } = await stack.run(["up", "--dir", folder, ...dry]);
      expect(stderr).toContain(`Cannot run "ksql/0${reason}`);
      expect(exitCode).toBe(1);
    }
    expect(await commands()).toBe(before);
  });

  test("changed windows are terminated, dropped and recreated, as planned, and so are the original ones after that", async () => {
    await stack.json(["data", "-n", "300", "--rate", "max"]);
    const dir = await stack.edited("ksql/03-window_transactions.sql", "{{windowSizeSeconds}} SECONDS", "6 SECONDS");
    const { plan } = await stack.json(["up", "--dir", dir, "--dry-run"]);
    expect(plan.slice(4).map(({ operation, target }: Record<string, string>) => `${operation}: ${target}`)).toEqual([
      "keep: topic transactions",
      "replace: topic window_transactions",
      "keep: stream TRANSACTIONS",
      "replace: stream PAID_TRANSACTIONS",
      "replace: table WINDOW_TRANSACTIONS",
      "replace: job window_transactions",
      "replace: schema transaction_window",
      "replace: table transaction_window",
    ]);
    expect(results(await stack.json(["up", "--dir", dir]))).toContain("job replaced");
    const widths = "SELECT WINDOW_END - WINDOW_START AS width FROM window_transactions EMIT CHANGES";
    const { rows } = await stack.json(["query", widths, "--engine", "ksqldb", "--limit", "1"]);
    expect(rows).toEqual([[6000]]);
    expect(results(await stack.json(["up"]))).toContain("job replaced");
    expect(await verify()).toBe("every window matches what was sent");
  });

  test("up restores queries that were paused, terminated or dropped on the server", async () => {
    const server = new RealKsqldb(`http://127.0.0.1:${8088 + stack.offset}`);
    const job = async (): Promise<unknown> => (await stack.json(["up"])).changes.find(({ kind }: Record<string, string>) => kind === "job");
    const [paused] = await server.running("window_transactions");
    await server.run(`PAUSE ${paused}`);
    expect((await stack.run(["status"])).stdout).toContain(`1 of 2 queries running: ${paused} is PAUSED`);
    expect(await job()).toMatchObject({ result: "replaced", cause: "the query of WINDOW_TRANSACTIONS is paused" });
    const [ended] = await server.running("window_transactions");
    await server.run(`TERMINATE ${ended}`);
    expect(await job()).toMatchObject({ result: "created" });
    await server.run("DROP TABLE window_transactions");
    expect(await job()).toMatchObject({ result: "created" });
    expect(await verify()).toBe("every window matches what was sent");
  });

  test("up restarts a killed server, and every window is exact", async () => {
    const running = stack.start(["data", "-n", "20000", "--rate", "4000", "--json"]);
    await pollUntil(async () => running.narration().includes("Sending") || undefined, { timeoutMs: 20_000, what: "data to begin" });
    await stack.kill("ksqldb");
    const { services } = await stack.json(["up"]);
    expect(services.find(({ name }: Record<string, string>) => name === "ksqldb")).toMatchObject({ state: "healthy" });
    expect((await running.outcome).exitCode).toBe(0);
    expect(await verify()).toBe("every window matches what was sent");
  });

  test("down stops it before Kafka, and a change to another processor and back keeps every window", async () => {
    const { stderr, exitCode } = await stack.run(["down"]);
    expect(exitCode).toBe(0);
    expect(stderr).not.toContain("did not stop");
    expect(stderr.indexOf("ksqldb stopped")).toBeLessThan(stderr.indexOf("kafka stopped"));
    await stack.json(["up", "--processor", "flink"]);
    await stack.json(["data", "-n", "300", "--rate", "300"]);
    expect(await verify()).toBe("every window matches what was sent");
    expect((await stack.run(["down"])).exitCode).toBe(0);
    await stack.json(["up", "--ksqldb-home", home]);
    expect(await verify()).toBe("every window matches what was sent");
  });
}

function asProcessor(): void {
  let stack: Stack;

  beforeAll(async () => {
    stack = await Stack.create(23_000);
    await stack.up("--ksqldb-home", home, "--only", "kafka,ksqldb");
  });

  afterAll(async () => {
    expect(await stack.end()).toEqual([]);
  });

  const counted = { first: "COUNT(*)", second: "COUNT(total_paid)", refused: "REFUSED(*)" } as const;

  async function createWorld(): Promise<ProcessorWorld> {
    const server = new RealKsqldb(`http://127.0.0.1:${8088 + stack.offset}`);
    await server.clear();
    return {
      processor: (windows, { transactionsTopicId, statements }) => {
        const declarations = { paths: assetPaths, read: (path: string) => readAsset(path).replace("COUNT(*)", counted[statements]) };
        const transactions = { name: "transactions", id: transactionsTopicId };
        const topics = topicAdmin(stack.brokers);
        return createKsqldbProcessor({
          url: server.url,
          owner: undefined,
          transactions,
          transactionsPartitions: 3,
          windows,
          topics,
          declarations,
        });
      },
      started: async () => await server.started("window_transactions"),
      running: async () => await server.running("window_transactions"),
      async startForeign() {
        await server.run("CREATE STREAM others (a INT) WITH (KAFKA_TOPIC = 'transactions', VALUE_FORMAT = 'JSON')");
        const shape = "KAFKA_TOPIC = 'window_transactions', PARTITIONS = 1, RETENTION_MS = 259200000000000";
        await server.run(`CREATE STREAM foreign WITH (${shape}) AS SELECT * FROM others EMIT CHANGES`);
      },
      [Symbol.asyncDispose]: async () => await server.clear(),
    };
  }

  processorContract("a real ksqlDB", createWorld, 60_000);
}

if (home === "") {
  const why =
    "SKIPPED, because ksqlDB is not in a package registry. Run: STREAMCTL_KSQLDB_HOME=DIR make test, with the folder of an installed ksqlDB";
  test.skip(`a stack with its own ksqlDB: ${why}`, () => {});
} else {
  describe("a stack with its own ksqlDB", wholePath);
  describe("a real ksqlDB server", asProcessor);
}
