/**
 * What all processors must agree on, exactly, on the real engines: event times, odd records, a kill under load, and a change from one to the
 * next on the same stack. ksqldb-server.test.ts has the same for ksqlDB.
 */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { pollUntil } from "../../src/core/wait.ts";
import { listOffsets } from "../../src/kafka/admin.ts";
import { Producer } from "../../src/kafka/producer.ts";
import { defaultProcessor, processorNames, processorOf } from "../../src/processors/catalog.ts";
import { exampleRecord } from "../example-record.ts";
import { packMessages } from "../kafka/batches.ts";
import { increasePartitions } from "./kafka-tool.ts";
import { expectToRefuseWebPages } from "./program-requests.ts";
import { Stack } from "./streamctl.ts";

/** The processors that streamctl can provide on any machine. */
const names = processorNames.filter((name) => processorOf(name).howToProvide === undefined);

const good = exampleRecord({ event_timestamp: "2026-02-03 04:05:06.789", total_paid: 5 });
const text = JSON.stringify(good);

/** Values that meet the contract or break it, in ways that every JSON reader of a processor treats alike. */
const oddValues: readonly string[] = [
  text,
  ` \t\n${JSON.stringify(good, undefined, 2)} `,
  text.replace('"Paid"', '"\\u0050aid"'),
  text.replace('"total_paid":5', '"total_paid":5.0'),
  text.replace('"total_paid":5', '"total_paid":5e0'),
  text.replace("{", '{"a":{"b":[1,{"c":"}"}]},'),
  text.replace("{", '{"\\ud83d\\ude00":"\u{1F600}",'),
  "",
  " ",
  "null",
  "17",
  '"text"',
  "[1,2,3]",
  "{",
  text.slice(0, -1),
  text.replace('"total_paid":5', '"total_paid":5.5'),
  text.replace('"total_paid":5', '"total_paid":05'),
  text.replace('"total_paid":5', '"total_paid":+5'),
  text.replace('"total_paid":5', '"total_paid":NaN'),
  text.replace('"total_paid":5', '"total_paid":9007199254740993'),
  text.replace('"total_paid":5', '"total_paid":1e300'),
  JSON.stringify({ ...good, total_paid: null }),
  JSON.stringify({ ...good, total_paid: {} }),
  JSON.stringify({ ...good, transaction_id: 0 }),
  JSON.stringify({ ...good, transaction_id: 1_000_001 }),
  JSON.stringify({ ...good, status: "paid" }),
  JSON.stringify({ ...good, status: "Paid " }),
  JSON.stringify({ ...good, status: null }),
  JSON.stringify({ ...good, status: undefined }),
  JSON.stringify({ ...good, user_id: `${String(good["user_id"])}\n` }),
  JSON.stringify({ ...good, user_id: "me" }),
  JSON.stringify({ ...good, event_timestamp: "2026-02-03T04:05:06.789Z" }),
  JSON.stringify({ ...good, event_timestamp: "2026-13-03 04:05:06.789" }),
  JSON.stringify({ ...good, event_timestamp: "2026-02-03 25:05:06.789" }),
  JSON.stringify({ ...good, event_timestamp: "1969-12-31 23:59:59.999" }),
  JSON.stringify({ ...good, event_timestamp: "" }),
  JSON.stringify({ ...good, event_timestamp: "2026-02-03 04:05:06" }),
  JSON.stringify({ ...good, event_timestamp: "2026-02-03 04:05:06.78" }),
  JSON.stringify({ ...good, event_timestamp: "2026-02-03 04:05:06.7891" }),
  JSON.stringify({ ...good, event_timestamp: "2026-02-03 04:05:06.789 " }),
  JSON.stringify({ ...good, event_timestamp: "2026-02-03 04:05:60.789" }),
  JSON.stringify({ ...good, event_timestamp: "2026-02-03 24:00:00.000" }),
  JSON.stringify({ ...good, event_timestamp: "2026-02-30 04:05:06.789" }),
  JSON.stringify({ ...good, event_timestamp: "2025-02-29 04:05:06.789" }),
  JSON.stringify({ ...good, event_timestamp: "2026-00-03 04:05:06.789" }),
  JSON.stringify({ ...good, event_timestamp: "2026-02-00 04:05:06.789" }),
  JSON.stringify({ ...good, event_timestamp: "\u0662026-02-03 04:05:06.789" }),
  JSON.stringify({ ...good, event_timestamp: 1_770_091_506_789 }),
];

let stack: Stack;

beforeAll(async () => {
  stack = await Stack.create(18_000);
});

afterAll(async () => {
  expect(await stack.end()).toEqual([]);
});

async function verified(): Promise<unknown> {
  const { mismatched, extra, windows } = await stack.json(["verify", "--wait", "120s"]);
  return { mismatched, extra, hasWindows: windows > 0 };
}

async function partitionCount(): Promise<number> {
  return (await listOffsets({ brokers: stack.brokers, topic: "transactions", timeoutMs: 10_000 })).length;
}

const exact = { mismatched: [], extra: [], hasWindows: true };

describe.each(names)("%s", (name) => {
  test("takes over the stack, with every window that was computed before", async () => {
    expect(await stack.up("--processor", name)).toMatchObject({ processor: name });
    await stack.json(["data", "-n", "500", "--rate", "500"]);
    expect(await verified()).toEqual(exact);
    const { services, resources } = await stack.json(["status"]);
    expect(services.find((service: { readonly name: string }) => service.name === name)).toMatchObject({ state: "healthy" });
    expect(resources.filter(({ kind }: { readonly kind: string }) => kind === "job")).toMatchObject([{ state: "healthy" }]);
  });

  test("is exact for past and future event times, in any order", async () => {
    for (const time of ["2031-06-01T00:00:00Z", "1970-01-01T00:00:00Z", "9999-12-30T00:00:00Z", "2019-03-01T00:00:00Z"]) {
      await stack.json(["data", "-n", "300", "--start-time", time]);
    }
    expect(await verified()).toEqual(exact);
  });

  test("counts a record exactly when verify counts it, and continues", async () => {
    const { invalid } = await stack.json(["verify"]);
    const producer = new Producer({ brokers: stack.brokers, topic: "transactions" });
    producer.produce(packMessages(oddValues.map((value) => ({ key: "odd", value }))), 0, 5000);
    expect(producer.flush(20_000)).toBe(true);
    producer.close();
    expect(await verified()).toEqual(exact);
    expect((await stack.json(["verify"])).invalid).toBe(invalid + oddValues.length - 7);
  });

  // faults.test.ts has the same for the default processor.
  test.skipIf(name === defaultProcessor())("is exact after kill -9 under load, of Kafka too", async () => {
    for (const service of [name, "kafka"]) {
      const running = stack.start(["data", "-n", "60000", "--rate", "20000", "--json"]);
      await pollUntil(async () => running.narration().includes("Sending") || undefined, { timeoutMs: 20_000, what: "data to begin" });
      await Bun.sleep(1000);
      await stack.kill(service);
      await stack.json(["up"]);
      expect((await running.outcome).exitCode).toBe(0);
    }
    expect(await verified()).toEqual(exact);
  });

  test.skipIf(name === defaultProcessor())("reads partitions that were added while it runs, after the next up at the latest", async () => {
    await increasePartitions(stack.brokers, "transactions", (await partitionCount()) + 1);
    await stack.json(["data", "-n", "3000", "--rate", "max"]);
    await stack.json(["up"]);
    expect(await verified()).toEqual(exact);
  });

  test("a second up changes nothing", async () => {
    const { changes } = await stack.json(["up"]);
    expect(new Set(changes.map(({ result }: { readonly result: string }) => result))).toEqual(new Set(["unchanged"]));
    expect((await stack.run(["down"])).exitCode).toBe(0);
  });
});

test("a web page cannot reach the interface of a program", async () => {
  const { endpoints } = await stack.up("--processor", "spark", "--only", "kafka,spark");
  await expectToRefuseWebPages(endpoints.sparkControl);
});
