/** The identity of a stack: copied, moved and deleted state folders, and unrecorded processes. Only Kafka, with real processes. */

import { afterEach, expect, test } from "bun:test";
import { cp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { identifyProcess } from "../../src/core/process.ts";
import { Stack } from "./streamctl.ts";

const offset = 23_000;
const stacks: Stack[] = [];

afterEach(async () => {
  for (const stack of stacks.splice(0)) expect(await stack.end()).toEqual([]);
});

async function kafkaStack(): Promise<{ readonly stack: Stack; readonly pid: number }> {
  const stack = await Stack.create(offset);
  stacks.push(stack);
  await stack.up("--only", "kafka");
  return { stack, pid: await stack.pidOf("kafka") };
}

test("every command refuses a copied state folder, and the original keeps working", async () => {
  const { stack, pid } = await kafkaStack();
  const copy = join(stack.folder, "copy");
  await cp(stack.stateDir, copy, { recursive: true });
  for (const args of [["up"], ["status"], ["data", "-n", "1"], ["verify"], ["query", "select 1"], ["down"], ["down", "--volumes"]]) {
    const { exitCode, stderr } = await stack.run([...args, "--state-dir", copy]);
    expect(stderr).toContain(`State folder "${copy}" contains the same stack as "${stack.stateDir}": one is a copy of the other`);
    expect(exitCode).toBe(1);
  }
  expect(await stack.pidOf("kafka")).toBe(pid);
  expect(await stack.json(["data", "-n", "10", "--rate", "max"])).toMatchObject({ delivered: 10 });
});

test("records are sent only to the stack's own Kafka", async () => {
  const { stack, pid } = await kafkaStack();
  await stack.kill("kafka");
  const ended = await stack.run(["data", "-n", "1"]);
  expect(ended.stderr).toContain(`kafka of this stack is not running: process ${pid} has ended`);
  const { stack: other, pid: stranger } = await kafkaStack();
  const { exitCode, stderr } = await stack.run(["data", "-n", "1"]);
  const owner = `process ${stranger} (java, working directory "${other.stateDir}/data/kafka")`;
  expect(stderr).toContain(`Port ${9092 + offset} (Kafka) is used by ${owner}, not by kafka of this stack`);
  expect(exitCode).toBe(1);
});

test("a stack whose state folder was moved while it is up can only be stopped", async () => {
  const { stack } = await kafkaStack();
  const before = stack.stateDir;
  await stack.renameState("moved");
  const { exitCode, stderr } = await stack.run(["data", "-n", "1"]);
  expect(stderr).toContain(`The state folder was moved from "${before}" to "${stack.stateDir}" while the stack is up`);
  expect(exitCode).toBe(1);
  expect(await stack.json(["down"])).toMatchObject({ stopped: ["kafka"] });
});

test("status and up name services whose state folder was deleted, and down stops them", async () => {
  const { stack, pid } = await kafkaStack();
  await rm(stack.stateDir, { recursive: true });
  for (const args of [["status"], ["up", "--only", "kafka", "--port-offset", String(offset)]]) {
    const { exitCode, stderr } = await stack.run(args);
    expect(stderr).toContain(`services that were started from it are still running: kafka (process ${pid})\nhint: Run: streamctl down`);
    expect(exitCode).toBe(1);
  }
  expect(await stack.json(["down"])).toMatchObject({ stopped: ["kafka"] });
  expect(await identifyProcess(pid)).toBeUndefined();
});

test("status names a service that is not in run.json, as after a kill of up, and up restarts it", async () => {
  const { stack, pid } = await kafkaStack();
  const path = join(stack.stateDir, "run.json");
  await writeFile(path, JSON.stringify({ ...JSON.parse(await readFile(path, "utf8")), services: [] }));
  expect((await stack.run(["status"])).stderr).toContain(`Running, but not in run.json: kafka (process ${pid})`);
  const { plan } = await stack.json(["up", "--dry-run"]);
  expect(plan[0]).toEqual({ operation: "restart", target: "service kafka", cause: `process ${pid} is not recorded in run.json` });
  await stack.json(["up"]);
  expect(await identifyProcess(pid)).toBeUndefined();
  expect(await stack.json(["data", "-n", "10", "--rate", "max"])).toMatchObject({ delivered: 10 });
});
