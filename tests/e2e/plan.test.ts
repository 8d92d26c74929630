/** `up` executes what its dry run printed: on real Kafka, Flink and Pinot, one situation after another on one stack. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createTopic, deleteTopic } from "../../src/kafka/admin.ts";
import { Stack } from "./streamctl.ts";

interface Step {
  readonly operation: string;
  readonly target: string;
  readonly cause: string;
}

const results: Readonly<Record<string, string>> = {
  create: "created",
  keep: "unchanged",
  update: "updated",
  replace: "replaced",
  remove: "removed",
};

let stack: Stack;

beforeAll(async () => {
  stack = await Stack.create(17_000);
});

afterAll(async () => {
  expect(await stack.end()).toEqual([]);
});

/** Prints the plan, executes it, and requires both to be the same; returns the operations other than keep, as `operation target`. */
async function planAndUp(...args: readonly string[]): Promise<readonly string[]> {
  const { plan } = (await stack.json(["up", ...args, "--dry-run"])) as { readonly plan: readonly Step[] };
  const report = await stack.json(["up", ...args]);
  const services = report.services.map(({ name, operation }: Record<string, string>) => ({ operation, target: `service ${name}` }));
  const changes = report.changes.map(({ kind, name, result }: Record<string, string>) => ({
    operation: result,
    target: `${kind} ${name}`,
  }));
  expect(
    plan.map(({ operation, target }) => ({ operation: target.startsWith("service ") ? operation : results[operation], target })),
  ).toEqual([...services, ...changes]);
  return plan.filter(({ operation }) => operation !== "keep").map(({ operation, target }) => `${operation} ${target}`);
}

async function recreate(topic: string, partitions: number): Promise<void> {
  const within = { brokers: stack.brokers, timeoutMs: 30_000 };
  await deleteTopic({ ...within, topic });
  await createTopic({ ...within, topic, partitions, config: { "retention.ms": "-1" } });
}

const job = "job streamctl-window_transactions";
const windows = [
  "replace topic window_transactions",
  `replace ${job}`,
  "replace schema transaction_window",
  "replace table transaction_window",
];

describe("up executes what its dry run printed", () => {
  test("for an empty folder", async () => {
    expect(await planAndUp("--port-offset", String(stack.offset))).toEqual([
      ...["kafka", "zookeeper", "pinot", "flink", "console"].map((name) => `start service ${name}`),
      "create topic transactions",
      "create topic window_transactions",
      `create ${job}`,
      "create schema transaction_window",
      "create table transaction_window",
    ]);
    await stack.json(["data", "-n", "1000", "--rate", "max"]);
    await stack.json(["verify", "--wait", "60s"]);
  });

  test("for a complete stack", async () => {
    expect(await planAndUp()).toEqual([]);
  });

  test("after one service was killed", async () => {
    await stack.kill("flink");
    expect(await planAndUp()).toEqual(["start service flink", `create ${job}`]);
    await stack.json(["verify", "--wait", "60s"]);
  });

  test("for a changed statement, and back", async () => {
    const folder = await stack.edited("flink/03-window-income.sql", "SUM(total_paid)", "SUM(total_paid + 0)");
    expect(await planAndUp("--dir", folder)).toEqual(windows);
    expect(await planAndUp()).toEqual(windows);
    await stack.json(["verify", "--wait", "60s"]);
  });

  test("after the topic of windows was recreated by hand", async () => {
    await recreate("window_transactions", 1);
    expect(await planAndUp()).toEqual(windows.slice(1));
    await stack.json(["verify", "--wait", "60s"]);
  });

  test("after the topic of transactions was recreated by hand, with more partitions", async () => {
    await recreate("transactions", 5);
    expect(await planAndUp()).toEqual(windows);
    await stack.json(["data", "-n", "1000", "--rate", "max"]);
    await stack.json(["verify", "--wait", "60s"]);
  });

  test.each([
    ["transactions", 2, 'Topic "transactions" has 2 partitions, the pipeline needs at least 3'],
    ["window_transactions", 2, 'Topic "window_transactions" has 2 partitions, the pipeline needs exactly 1'],
  ] as const)("refuses topic %s with %i partitions in both", async (topic, partitions, message) => {
    await recreate(topic, partitions);
    for (const dry of [["--dry-run"], []]) {
      const { exitCode, stderr } = await stack.run(["up", ...dry]);
      expect([exitCode, stderr]).toEqual([1, expect.stringContaining(message)]);
    }
    await recreate(topic, topic === "transactions" ? 3 : 1);
    await stack.json(["up"]);
  });

  test("for an edited configuration of a service", async () => {
    const folder = await stack.edited("config/pinot/server.conf", "pinot.server.instance.id", "# edited\npinot.server.instance.id");
    expect(await planAndUp("--dir", folder)).toEqual(["restart service pinot"]);
    expect(await planAndUp()).toEqual(["restart service pinot"]);
  });

  test("after a down, on other ports", async () => {
    await stack.json(["data", "-n", "1000", "--rate", "max"]);
    await stack.json(["down"]);
    const started = ["kafka", "zookeeper", "pinot", "flink", "console"].map((name) => `start service ${name}`);
    expect(await planAndUp("--port-offset", String(stack.offset + 500))).toEqual([...started, `create ${job}`]);
    await stack.json(["verify", "--wait", "60s"]);
  });

  test("with some of the services only", async () => {
    await stack.json(["down"]);
    expect(await planAndUp("--only", "kafka,pinot")).toEqual(["kafka", "zookeeper", "pinot"].map((name) => `start service ${name}`));
  });
});
