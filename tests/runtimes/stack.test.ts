/** The complete path on Deno and Node, on one stack of real engines: all runtimes share the stack. */

import { readdir } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { pollUntil } from "../../src/core/wait.ts";
import { createTopic, listOffsets } from "../../src/kafka/admin.ts";
import { argumentsOf, goldenRuns, topicHash } from "../data/golden-runs.ts";
import { Stack, type Outcome, type Running } from "../e2e/streamctl.ts";
import { topicRecords } from "../e2e/topic-records.ts";
import { environment, runtimes, type Runtime } from "./runtimes.ts";

/** Dry runs cover all of them in every runtime; through Kafka one run per kind of users is enough. */
const oneOfEach = [goldenRuns[2], goldenRuns[3]].filter((run) => run !== undefined);

const timeoutMs = 30_000;

describe("one stack used by several runtimes", () => {
  let stack: Stack;

  beforeAll(async () => {
    stack = await Stack.create(18_000);
  });

  afterAll(async () => {
    expect(await stack.end()).toEqual([]);
  });

  const start = ({ program }: Runtime, ...args: string[]): Running => stack.start(args, { program, env: environment });

  /** Requires exit code 0 and an empty standard error. */
  async function document(runtime: Runtime, ...args: string[]): Promise<any> {
    const { exitCode, stdout, stderr } = await start(runtime, ...args, "--json", "-q").outcome;
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    return JSON.parse(stdout);
  }

  const [first, ...others] = runtimes;
  if (first === undefined) throw new Error("there is no runtime");

  test(`${first.name} brings the stack up`, async () => {
    const { services, changes } = await document(first, "up", "--port-offset", String(stack.offset));
    expect(services).toHaveLength(5);
    expect(new Set(services.map(({ operation }: Record<string, string>) => operation))).toEqual(new Set(["start"]));
    expect(new Set(changes.map(({ result }: Record<string, string>) => result))).toEqual(new Set(["created"]));
  });

  test.each(others)("up by $name changes nothing", async (runtime) => {
    const { services, changes } = await document(runtime, "up");
    expect(new Set(services.map(({ operation }: Record<string, string>) => operation))).toEqual(new Set(["keep"]));
    expect(new Set(changes.map(({ result }: Record<string, string>) => result))).toEqual(new Set(["unchanged"]));
  });

  let delivered = 0;

  describe.each(runtimes)("$name", (runtime) => {
    test("delivers with two workers, verifies, queries and finds all healthy", async () => {
      const summary = await document(runtime, "data", "-n", "20000", "--workers", "2", "--rate", "max");
      expect(summary).toMatchObject({ accepted: 20_000, delivered: 20_000, failed: 0, unresolved: 0, errors: [], workers: 2 });
      delivered += 20_000;
      const report = await document(runtime, "verify", "--wait", "120s", "--strict");
      expect(report).toMatchObject({ records: delivered, invalid: 0, foreign: 0, mismatched: [], extra: [] });
      const { rows } = await document(runtime, "query", "select sum(TOTAL_TRANSACTIONS) as n from transaction_window");
      expect(rows).toEqual([[report.paidRecords]]);
      const { services, job } = await document(runtime, "status");
      expect(new Set(services.map(({ state }: Record<string, string>) => state))).toEqual(new Set(["healthy"]));
      expect(job.healthy).toBe(true);
    });

    test("drains an interrupted run, and counts its records exactly", async () => {
      const running = start(runtime, "data", "--rate", "20000", "--workers", "2", "--json");
      const arrived = async (): Promise<true | undefined> => ((await offsetsSum("transactions")) > delivered ? true : undefined);
      await pollUntil(arrived, { timeoutMs, what: "the first records" });
      // Like `timeout` or `npm`, which forward a signal that the program has already received.
      running.child.kill("SIGINT");
      running.child.kill("SIGTERM");
      const outcome: Outcome = await running.outcome;
      const { accepted, failed, unresolved, ...summary } = JSON.parse(outcome.stdout);
      expect(outcome.exitCode).toBe(130);
      expect({ delivered: summary.delivered, failed, unresolved }).toEqual({ delivered: accepted, failed: 0, unresolved: 0 });
      delivered += accepted;
      expect(await offsetsSum("transactions")).toBe(delivered);
      await document(runtime, "verify", "--wait", "120s", "--strict");
    });

    test.each(oneOfEach.flatMap((run) => [1, 2, 5].map((workers) => ({ run, workers, what: run.what }))))(
      "delivers the known keys and values of $what, number of workers: $workers",
      async ({ run, workers }) => {
        const topic = await newTopic(`golden-${runtimes.indexOf(runtime)}-${goldenRuns.indexOf(run)}-${workers}`);
        await document(runtime, "data", ...argumentsOf(run), "--topic", topic, "--workers", String(workers));
        expect(await hashOf(topic)).toBe(run.topic);
      },
    );
  });

  test.each(goldenRuns)("five shards by several runtimes are one run of $what", async (run) => {
    const topic = await newTopic(`shards-${goldenRuns.indexOf(run)}`);
    for (const number of [1, 2, 3, 4, 5]) {
      const runtime = runtimes[number % runtimes.length] ?? first;
      await document(runtime, "data", ...argumentsOf(run), "--topic", topic, "--shard", `${number}/5`, "--workers", "2");
    }
    expect(await hashOf(topic)).toBe(run.topic);
  });

  test("down --volumes by the last runtime but one leaves nothing", async () => {
    await document(runtimes.at(-2) ?? first, "down", "--volumes");
    expect(await readdir(stack.folder)).toEqual([]);
  });

  async function newTopic(topic: string): Promise<string> {
    await createTopic({ brokers: stack.brokers, topic, partitions: 3, timeoutMs });
    return topic;
  }

  async function offsetsSum(topic: string): Promise<number> {
    const offsets = await listOffsets({ brokers: stack.brokers, topic, timeoutMs });
    return offsets.reduce((sum, { high }) => sum + high, 0);
  }

  async function hashOf(topic: string): Promise<string> {
    return topicHash((await topicRecords(stack.brokers, topic)).map(({ key, value }) => `${key}=${value}`));
  }
});
