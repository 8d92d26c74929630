/**
 * `chaos` on a real stack. The faults derive from a seed, which is part of the test's name.
 *
 *   STREAMCTL_FAULT_SEED=7   repeats the faults of this seed
 */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { identifyProcess, isStopped } from "../../src/core/process.ts";
import { pollUntil } from "../../src/core/wait.ts";
import { Producer } from "../../src/kafka/producer.ts";
import { exampleText } from "../example-record.ts";
import { packMessages } from "../kafka/batches.ts";
import { run, type Running, Stack } from "./streamctl.ts";

const givenSeed = process.env["STREAMCTL_FAULT_SEED"];
const seed = givenSeed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(givenSeed);

describe("chaos", () => {
  let stack: Stack;

  beforeAll(async () => {
    stack = await Stack.create(19_000);
    await stack.up("--processor", "flink", "--without", "console");
  });

  afterAll(async () => {
    expect(await stack.end()).toEqual([]);
  });

  async function narrated({ narration }: Running, text: string): Promise<void> {
    await pollUntil(async () => narration().includes(text) || undefined, { timeoutMs: 60_000, what: text });
  }

  test(`five rounds on an empty stack are exact (seed ${seed})`, async () => {
    const { exitCode, stdout, stderr } = await stack.run(["chaos", "--rounds", "5", "--seed", String(seed), "--json"], {
      timeoutMs: 600_000,
    });
    const report = JSON.parse(stdout);
    expect([exitCode, report], stderr).toMatchObject([0, { exact: 5, of: 5, ok: true, seed }]);
    expect(report.rounds.map(({ round }: Record<string, number>) => round)).toEqual([1, 2, 3, 4, 5]);
    for (const { sent, recoverMs, exact, reason, faults } of report.rounds) {
      expect({ exact, reason }).toEqual({ exact: true, reason: null });
      expect(sent).toBeGreaterThan(1000);
      expect(recoverMs).toBeGreaterThan(0);
      for (const { service, kind } of faults) expect(stderr).toContain(`: ${kind} ${service} at `);
    }
    expect(stderr).toContain(`seed ${seed}`);
    const delivered = report.rounds.reduce((sum: number, { sent }: Record<string, number>) => sum + (sent ?? 0), 0);
    expect(await stack.json(["verify", "--strict"])).toMatchObject({ sent: { delivered }, mismatched: [], extra: [] });
  });

  test("refuses services that it may not break, and wrong values", async () => {
    for (const [args, says] of [
      [["--services", "spark"], 'Cannot use "spark" for --services: it is not part of this stack\nhint: Services of this stack: kafka,'],
      [["--services", "kafca"], 'Cannot use service "kafca": there is no such service'],
      [["--kinds", "burn"], 'Cannot use "burn" for --kinds: there is no such fault\nhint: Faults: kill, freeze, restart'],
      [["--rounds", "0"], 'Cannot use "0" for --rounds: it is below 1'],
      [["--rate", "max"], 'Cannot use "max" for --rate'],
      [["--port-offset", "1"], "Cannot use --port-offset 1"],
    ] as const) {
      const { exitCode, stderr } = await stack.run(["chaos", ...args]);
      expect([exitCode, stderr]).toEqual([2, expect.stringContaining(says)]);
    }
    const nowhere = await run(["--state-dir", `${stack.folder}/nowhere`, "chaos", "--json"]);
    expect([nowhere.exitCode, JSON.parse(nowhere.stdout)]).toEqual([1, { error: expect.objectContaining({ code: "not-running" }) }]);
  });

  test("Ctrl-C continues what is frozen, stops sending, and tells the state; the stack is exact after up", async () => {
    const pid = await stack.pidOf("kafka");
    const identity = await identifyProcess(pid);
    if (identity === undefined) throw new Error("Kafka is not running");
    const running = stack.start(["chaos", "--services", "kafka", "--kinds", "freeze", "--seed", "5"]);
    const frozen = async (): Promise<true | undefined> => (await isStopped(identity)) || undefined;
    await pollUntil(frozen, { timeoutMs: 60_000, what: "Kafka to be frozen" });
    running.child.kill("SIGINT");
    const { exitCode, stdout, stderr } = await running.outcome;
    expect(stderr).toContain(
      "error: Interrupted in round 1 of 5, after 0 exact rounds; no service was left stopped or frozen\nhint: Run: streamctl up",
    );
    expect([exitCode, stdout, await isStopped(identity)]).toEqual([130, "", false]);
    await stack.json(["up"]);
    expect(await stack.pidOf("kafka")).toBe(pid);
    await stack.json(["verify", "--strict", "--wait", "60s"]);
  });

  test("Ctrl-C after a kill brings nothing back, and names what is not running", async () => {
    const running = stack.start(["chaos", "--services", "flink", "--kinds", "kill"]);
    await narrated(running, "Round 1: kill flink");
    running.child.kill("SIGINT");
    const { exitCode, stderr } = await running.outcome;
    expect([exitCode, stderr]).toEqual([130, expect.stringContaining("after 0 exact rounds; not running: flink\nhint: Run: streamctl up")]);
    const refused = await stack.run(["chaos"]);
    expect([refused.exitCode, refused.stderr]).toEqual([1, expect.stringContaining("flink of this stack is not running")]);
    await stack.json(["up"]);
  });

  test("a killed chaos leaves a service frozen: up continues it, and status says so before", async () => {
    const pid = await stack.pidOf("pinot");
    const identity = await identifyProcess(pid);
    if (identity === undefined) throw new Error("Pinot is not running");
    const running = stack.start(["chaos", "--services", "pinot", "--kinds", "freeze", "--seed", "5"]);
    running.outcome.catch(() => {});
    const frozen = async (): Promise<true | undefined> => (await isStopped(identity)) || undefined;
    await pollUntil(frozen, { timeoutMs: 60_000, what: "Pinot to be frozen" });
    running.child.kill("SIGKILL");
    const { exitCode, stdout } = await stack.run(["status"]);
    expect([exitCode, stdout]).toEqual([1, expect.stringContaining("pinot: frozen: it was suspended by SIGSTOP")]);
    const up = await stack.run(["up"]);
    expect([up.exitCode, up.stderr]).toEqual([0, expect.stringContaining("pinot is frozen: continuing it")]);
    expect(await stack.pidOf("pinot")).toBe(pid);
    await stack.json(["verify", "--wait", "60s"]);
  });

  test("refuses a stack that is not as up would leave it, or not exact", async () => {
    const folder = await stack.edited("flink/03-window-income.sql", "SUM(total_paid)", "MAX(total_paid)");
    const edited = await stack.run(["chaos", "--dir", folder]);
    expect([edited.exitCode, edited.stderr]).toEqual([1, expect.stringContaining("the stack is not as up would leave it: replace topic")]);
    const producer = new Producer({ brokers: stack.brokers, topic: "transactions" });
    producer.produce(packMessages([{ key: "other", value: exampleText({ total_paid: 5 }) }]), 0, 5000);
    expect(producer.flush(20_000)).toBe(true);
    producer.close();
    const inexact = await stack.run(["chaos"]);
    expect([inexact.exitCode, inexact.stderr]).toEqual([
      1,
      expect.stringMatching(
        /the windows are not exact before the first fault: .* from other producers or were sent twice \(--strict\)\nhint: Run: /u,
      ),
    ]);
  });
});
