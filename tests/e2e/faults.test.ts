/** Faults on real engines: each is followed by `up` and an exact `verify`. One stack for the file. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { deleteTopic, listOffsets } from "../../src/kafka/admin.ts";
import { Producer } from "../../src/kafka/producer.ts";
import { pollUntil } from "../../src/core/wait.ts";
import { defaultServices } from "../../src/pipeline/stack-services.ts";
import { exampleRecord, exampleText } from "../example-record.ts";
import { increasePartitions, openTransaction } from "./kafka-tool.ts";
import { run, Stack } from "./streamctl.ts";

async function until(look: () => boolean | Promise<boolean>, what: string): Promise<void> {
  await pollUntil(async () => ((await look()) ? true : undefined), { timeoutMs: 60_000, what });
}

/** A batch of values with their keys; a null key is empty. */
function batchOf(values: readonly string[]) {
  const pieces = values.map((value) => new TextEncoder().encode(value));
  const bytes = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  const offsets = new Uint32Array(2 * pieces.length + 1);
  let position = 0;
  for (const [index, piece] of pieces.entries()) {
    offsets[2 * index] = position;
    offsets[2 * index + 1] = position;
    bytes.set(piece, position);
    position += piece.length;
    offsets[2 * index + 2] = position;
  }
  return { count: pieces.length, bytes, offsets, weights: new Uint32Array(pieces.length) };
}

describe("faults on real engines", () => {
  let stack: Stack;

  beforeAll(async () => {
    stack = await Stack.create(14_000);
  });

  afterAll(async () => {
    expect(await stack.end()).toEqual([]);
  });

  function send(topic: string, values: readonly string[]): void {
    const producer = new Producer({ brokers: stack.brokers, topic });
    let sent = 0;
    while (sent < values.length) sent += producer.produce(batchOf(values), sent, 5000);
    expect(producer.flush(20_000)).toBe(true);
    expect(producer.statistics().delivered).toBe(values.length);
    producer.close();
  }

  test("Ctrl-C in up stops services that are not ready, and the next up continues", async () => {
    const running = stack.start(["up", "--port-offset", String(stack.offset)]);
    await until(() => running.narration().includes("zookeeper is ready"), "ZooKeeper");
    running.child.kill("SIGINT");
    const { exitCode, stderr } = await running.outcome;
    expect(stderr).toContain("Interrupted");
    expect(stderr).toContain("hint: Ready services keep running. Run: streamctl status, or: streamctl down");
    expect(exitCode).toBe(130);
    const states = new Map((await stack.services()).map(({ name, state }) => [name, state]));
    expect(states.get("zookeeper")).toBe("healthy");
    expect(states.get("pinot")).toBe("stopped");
  });

  test("two concurrent ups: one waits for the other, both succeed", async () => {
    const args = ["up", "--port-offset", String(stack.offset)];
    const [first, second] = await Promise.all([stack.run(args), stack.run(args)]);
    expect([first.exitCode, second.exitCode]).toEqual([0, 0]);
    expect(`${first.stderr}${second.stderr}`).toContain("Waiting for process");
  });

  test("a second stack in another folder is told which port is in use and how to choose others", async () => {
    const other = await Stack.create(stack.offset);
    const { exitCode, stderr } = await other.run(["up", "--port-offset", String(stack.offset)]);
    expect(stderr).toMatch(/Cannot start "\w+": port \d+ \([\w ]+\) is in use: process \d+ \(java\) is listening on it/u);
    expect(stderr).toContain("--port-offset");
    expect(exitCode).toBe(1);
    expect(await other.end()).toEqual([]);
  });

  test("Ctrl-C in data flushes and reports exact counts", async () => {
    const running = stack.start(["data", "--rate", "2000", "--json"]);
    await until(async () => await topicHolds(stack, 500), "some records");
    running.child.kill("SIGINT");
    const { exitCode, stdout } = await running.outcome;
    const summary = JSON.parse(stdout);
    expect(summary.delivered).toBe(summary.accepted);
    expect(summary.requested).toBeNull();
    expect(exitCode).toBe(130);
    const report = await stack.json(["verify", "--wait", "120s", "--strict"]);
    expect(report.records).toBe(summary.delivered);
  });

  for (const { name } of defaultServices({ runtime: "local", portOffset: 0 })) {
    test(`kill -9 of ${name} during data, then up, is exact`, async () => {
      const before = (await stack.json(["verify", "--wait", "120s"])).records as number;
      const running = stack.start(["data", "-n", "20000", "--rate", "4000", "--json"]);
      await until(async () => await topicHolds(stack, before + 4000), "the middle of data");
      await stack.kill(name);
      const up = await stack.run(["up"]);
      expect(up.stderr).toContain(`Restarting ${name}: process`);
      expect(up.exitCode).toBe(0);
      const outcome = await running.outcome;
      const summary = JSON.parse(outcome.stdout);
      expect(summary.accepted).toBe(summary.delivered + summary.failed + summary.unresolved);
      expect(outcome.exitCode).toBe(summary.delivered === 20_000 ? 0 : 1);
      const report = await stack.json(["verify", "--wait", "120s"]);
      expect(report).toMatchObject({ mismatched: [], extra: [] });
      expect(report.records).toBeGreaterThanOrEqual(before + summary.delivered);
    });
  }

  test("an engine that exits after it was ready, during up, is named with the signal that ended it", async () => {
    await stack.kill("flink");
    const running = stack.start(["up"]);
    await until(() => running.narration().includes("flink is ready"), "Flink");
    const { services } = JSON.parse(await readFile(join(stack.stateDir, "run.json"), "utf8"));
    process.kill(services.find(({ name }: Record<string, string>) => name === "flink").identity.pid, "SIGKILL");
    const { exitCode, stderr } = await running.outcome;
    expect(stderr).toContain("error: flink exited unexpectedly after it was ready: killed by SIGKILL\nhint: Run: streamctl up");
    expect(exitCode).toBe(1);
    expect((await stack.run(["up"])).exitCode).toBe(0);
    expect(await stack.json(["verify", "--wait", "120s"])).toMatchObject({ mismatched: [], extra: [] });
  });

  test("records of other producers that break the contract are reported as invalid and stop nothing", async () => {
    const { invalid, paidRecords } = await stack.json(["verify", "--wait", "120s"]);
    const good = exampleRecord({ event_timestamp: "2026-02-03 04:05:06.789", total_paid: 5 });
    const values = [
      "no json at all",
      "",
      JSON.stringify({ ...good, status: "Maybe" }),
      JSON.stringify({ status: "Paid" }),
      JSON.stringify({ ...good, total_paid: null }),
      JSON.stringify({ ...good, event_timestamp: "2026-02-03T04:05:06.789Z" }),
      "[1,2,3]",
      // Flink skips it although it meets the contract: a name beyond the limit of its JSON reader.
      JSON.stringify({ ["n".repeat(60_000)]: 1, ...good }),
      JSON.stringify(good),
    ];
    send("transactions", values);
    const report = await stack.json(["verify", "--wait", "120s"]);
    expect(report).toMatchObject({ invalid: invalid + 8, ambiguous: 1, paidRecords: paidRecords + 1, mismatched: [], extra: [] });
    expect(report.foreign).toBeGreaterThanOrEqual(values.length);
    expect((await stack.run(["verify", "--strict"])).exitCode).toBe(1);
  });

  test("verify names another producer's open transaction, and waits for it with --wait", async () => {
    const { records } = await stack.json(["verify", "--wait", "120s"]);
    const value = exampleText({ event_timestamp: "2026-02-03 04:05:06.789", total_paid: 5 });
    const transaction = await openTransaction(stack.brokers, "transactions", value, 3);
    const held = await stack.run(["verify"]);
    expect(held.stdout).toMatch(
      /- the last 3 offsets cannot be read yet: a transaction of another producer is open \(partition 0 from offset \d+ on\)\nnext: streamctl verify --wait 90s/u,
    );
    expect(held.exitCode).toBe(1);
    const waiting = stack.json(["verify", "--wait", "120s"]);
    await transaction.end("commit");
    expect(await waiting).toMatchObject({ records: records + 3, heldBack: [], mismatched: [], extra: [] });
    const given = await openTransaction(stack.brokers, "transactions", value, 3);
    await given.end("abort");
    expect(await stack.json(["verify"])).toMatchObject({ records: records + 3, heldBack: [], mismatched: [], extra: [] });
  });

  test("partitions that are added while data runs are read within seconds, and reported", async () => {
    const running = stack.start(["data", "--rate", "2000", "--json"]);
    await increasePartitions(stack.brokers, "transactions", 6);
    // A running producer sees them within a minute, a new one at once.
    await stack.json(["data", "-n", "2000", "--rate", "max"]);
    const allHold = async (): Promise<boolean> => {
      const marks = await listOffsets({ brokers: stack.brokers, topic: "transactions", timeoutMs: 10_000 });
      return marks.length === 6 && marks.every(({ high }) => high > 0);
    };
    await until(allHold, "records in every partition");
    running.child.kill("SIGINT");
    const { delivered, accepted } = JSON.parse((await running.outcome).stdout);
    expect(delivered).toBe(accepted);
    const note = 'Topic "transactions" has 6 partitions, the pipeline declares 3: all of them are read';
    const up = await stack.run(["up"]);
    expect([up.exitCode, up.stderr]).toEqual([0, expect.stringContaining(note)]);
    const verified = await stack.run(["verify", "--wait", "60s", "--json"]);
    expect([verified.exitCode, verified.stderr]).toEqual([0, expect.stringContaining(note)]);
    expect(JSON.parse(verified.stdout)).toMatchObject({ partitions: 6, mismatched: [], extra: [] });
  });

  test("verify names records that Flink counts although they break the contract, when a window differs", async () => {
    send("transactions", [exampleText({ event_timestamp: "2026-02-03 04:06:06.789", total_paid: "5" })]);
    let report: any;
    const counted = async (): Promise<boolean> => {
      report = JSON.parse((await stack.run(["verify", "--json"])).stdout);
      return report.extra.length === 1;
    };
    await until(counted, "Flink to count it");
    expect(report).toMatchObject({ ok: false, ambiguous: 2, ambiguousWindows: 1, extra: [{ actual: { totalPaid: 5 } }] });
    expect(report.reasons).toEqual([
      "1 row in Pinot for a window without a Paid transaction",
      'the one differing row may differ because Flink reads some records differently (see "invalid")',
    ]);
  });

  test("a topic deleted by hand: up recreates it and replaces everything downstream", async () => {
    await deleteTopic({ brokers: stack.brokers, topic: "transactions", timeoutMs: 30_000 });
    const looked = await stack.run(["status", "--json"]);
    expect(looked.exitCode).toBe(1);
    expect(JSON.parse(looked.stdout).resources[0]).toMatchObject({ name: "transactions", state: "unhealthy" });
    const { changes } = await stack.json(["up"]);
    expect(changes.map(({ kind, name, result }: Record<string, string>) => `${kind} ${name}: ${result}`)).toEqual([
      "topic transactions: created",
      "topic window_transactions: replaced",
      "job streamctl-window_transactions: replaced",
      "schema transaction_window: replaced",
      "table transaction_window: replaced",
    ]);
    await stack.json(["data", "-n", "3000", "--rate", "max"]);
    const report = await stack.json(["verify", "--wait", "120s", "--strict"]);
    expect(report).toMatchObject({ records: 3000, invalid: 0, mismatched: [], extra: [] });
  });

  test("verify finds differences: a total written by another producer, and a window without payments", async () => {
    const [[start]] = (await stack.json(["query", "select WINDOW_START from transaction_window order by WINDOW_START limit 1"])).rows;
    const row = (WINDOW_START: number, TOTAL_PAID: number): string =>
      JSON.stringify({
        WINDOW_START,
        WINDOW_END: WINDOW_START + 3000,
        TOTAL_PAID,
        TOTAL_TRANSACTIONS: 1,
        AVERAGE_TRANSACTION_VALUE: TOTAL_PAID,
      });
    const elsewhere = Date.UTC(2001, 0, 1);
    send("window_transactions", [row(start, 1), row(elsewhere, 7)]);
    const wrong = async (): Promise<boolean> => {
      const { exitCode, stdout } = await stack.run(["verify", "--json"]);
      const report = JSON.parse(stdout);
      if (report.mismatched.length !== 1 || report.extra.length !== 1) return false;
      expect(report.mismatched[0]).toMatchObject({ windowStart: start, actual: { totalPaid: 1, totalTransactions: 1 } });
      expect(report.extra[0]).toMatchObject({ windowStart: elsewhere });
      expect(exitCode).toBe(1);
      return true;
    };
    await until(wrong, "both to be found");
  });

  test("up fails for a job that fails on every record, and names the cause; after the repair the stack is exact again", async () => {
    // Behind the partial sums: what throws before them, Flink skips as a record that cannot be parsed.
    const average = "AVG(CAST(total_paid AS DOUBLE)) AS";
    const folder = await stack.edited("flink/03-window-income.sql", average, "CAST(CONCAT('x', CAST(COUNT(*) AS STRING)) AS DOUBLE) AS");
    const failing = await stack.run(["up", "--dir", folder]);
    expect(failing.stderr).toMatch(
      /error: The stack is up, but job "streamctl-window_transactions" is not healthy: .*For input string: "x\d+"/u,
    );
    expect(failing.exitCode).toBe(1);
    const verified = await stack.run(["verify"]);
    expect(verified.stdout).toMatch(/- job streamctl-window_transactions is not healthy: .*For input string: "x\d+"/u);
    expect((await stack.run(["up"])).exitCode).toBe(0);
    await rm(folder, { recursive: true });
    expect(await stack.json(["verify", "--wait", "120s"])).toMatchObject({ mismatched: [], extra: [] });
  });

  test("data to an unreachable broker ends by its deadline", async () => {
    const startedAt = performance.now();
    const { exitCode, stderr } = await run(["data", "-n", "10", "--brokers", "127.0.0.1:1"], { cwd: stack.folder });
    expect(stderr).toContain("127.0.0.1:1");
    expect(exitCode).toBe(1);
    expect(performance.now() - startedAt).toBeLessThan(40_000);
  });
});

async function topicHolds(stack: Stack, records: number): Promise<boolean> {
  const watermarks = await listOffsets({ brokers: stack.brokers, topic: "transactions", timeoutMs: 10_000 });
  return watermarks.reduce((sum, { low, high }) => sum + high - low, 0) >= records;
}
