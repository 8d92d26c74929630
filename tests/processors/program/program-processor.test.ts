import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assetPaths, readAsset } from "../../../src/core/assets.ts";
import { silentLog } from "../../../src/core/log.ts";
import { stepDeadline } from "../../../src/core/step-deadline.ts";
import type { ProcessorContext } from "../../../src/processors/plugin.ts";
import type { ProgramComputation } from "../../../src/processors/program-client.ts";
import { createProgramProcessor, healthOf, programPlugin } from "../../../src/processors/program-processor.ts";
import { localData } from "../../../src/stack/local/data.ts";
import type { TopicIdentity } from "../../../src/spec/names.ts";
import { failureOf } from "../failure.ts";
import { processorContract, type ProcessorWorld, type Wish } from "../processor-contract.ts";
import { type FakeProgram, startFakeProgram } from "./fake-program.ts";

const name = "streamctl-window_transactions";
const windows: TopicIdentity = { name: "window_transactions", id: "w1" };

interface ProgramWorld extends ProcessorWorld {
  readonly program: FakeProgram;
  readonly folder: string;
  readonly context: (windows: TopicIdentity, wish: Wish) => ProcessorContext;
  readonly options: Parameters<typeof createProgramProcessor>[0];
}

async function createWorld(): Promise<ProgramWorld> {
  const program = startFakeProgram();
  const folder = await mkdtemp(join(tmpdir(), "streamctl-program-"));
  const options = {
    name: "engine",
    service: "engine",
    label: "Engine",
    controlUrl: program.controlUrl,
    sources: ["config/flink/pom.xml"],
    readsAddedPartitions: false,
  };
  const context = (topic: TopicIdentity, { transactionsTopicId, statements }: Wish): ProcessorContext =>
    ({
      brokersForServices: "127.0.0.1:9092",
      transactions: { name: "transactions", id: transactionsTopicId },
      transactionsPartitions: 3,
      windows: topic,
      data: localData(folder),
      // Another program computes other windows.
      declarations: { paths: assetPaths, read: (path: string) => `${readAsset(path)} ${statements}` },
    }) as unknown as ProcessorContext;
  const processor = (topic: TopicIdentity, wish: Wish) => createProgramProcessor(options, context(topic, wish));
  program.refuse(processor(windows, { transactionsTopicId: "t1", statements: "refused" }).wanted.statements);
  return {
    program,
    folder,
    options,
    context,
    processor,
    started: async () => program.started.length,
    running: async () => program.computations.filter((one) => one.name === name).map(({ id }) => id),
    startForeign: async () => program.addForeign(name),
    async [Symbol.asyncDispose]() {
      await program[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  };
}

processorContract("a program", createWorld);

const wish: Wish = { transactionsTopicId: "t1", statements: "first" };
const deadline = () => stepDeadline(5000);

describe("a program as a processor", () => {
  test("resumes from the checkpoints of its identity, and deletes those of others", async () => {
    await using world = await createWorld();
    const processor = world.processor(windows, wish);
    const { statements } = processor.wanted;
    const [own, other] = [`checkpoints/${statements}.t1.w1`, "checkpoints/0123.t1.w1"].map((path) => join(world.folder, path)) as [
      string,
      string,
    ];
    await mkdir(own, { recursive: true });
    await mkdir(other, { recursive: true });
    const observed = { computations: [], previous: [processor.wanted] };
    const plan = processor.plan(observed);
    expect(plan).toMatchObject({ operation: "create", resume: true, cause: "it is no longer running" });
    await processor.apply(plan, deadline(), silentLog);
    expect(world.program.started[0]?.checkpoints).toBe(own);
    expect([own, other].map((path) => existsSync(path))).toEqual([true, false]);
  });

  test("starts from the beginning if the windows are of other statements", async () => {
    await using world = await createWorld();
    const processor = world.processor(windows, wish);
    const own = join(world.folder, `checkpoints/${processor.wanted.statements}.t1.w1`);
    await mkdir(own, { recursive: true });
    const plan = processor.plan({ computations: [], previous: [{ ...processor.wanted, statements: "other" }] });
    expect(plan).toMatchObject({ resume: false, staleWindows: true });
    await processor.apply(plan, deadline(), silentLog);
    expect(existsSync(own)).toBe(false);
  });

  test("is another computation after partitions were added, unless the program reads them", async () => {
    await using world = await createWorld();
    const context = world.context(windows, wish);
    const statementsOf = (partitions: number, readsAddedPartitions: boolean) => {
      const observed = { ...context, transactions: { ...context.transactions, partitions } };
      return createProgramProcessor({ ...world.options, readsAddedPartitions }, observed).wanted.statements;
    };
    expect(statementsOf(3, false)).not.toBe(statementsOf(6, false));
    expect(statementsOf(3, true)).toBe(statementsOf(6, true));
  });

  test("a refusal has the program's reason and the command for its log", async () => {
    await using world = await createWorld();
    const refused = world.processor(windows, { ...wish, statements: "refused" });
    expect(await failureOf(refused.validate(deadline()))).toMatchObject({
      code: "processor",
      message: 'Cannot start the computation in Engine: column TOTAL: "distinct" is not supported',
      hint: "Run: streamctl logs engine",
    });
  });

  test("the plug-in returns positions, and the facts of the view", async () => {
    await using world = await createWorld();
    const plugin = programPlugin(() => world.options);
    const context = world.context(windows, wish);
    expect(await plugin.progress(context, deadline())).toEqual([]);
    const processor = world.processor(windows, wish);
    await processor.apply(processor.plan({ computations: [], previous: [] }), deadline(), silentLog);
    expect(await plugin.progress(context, deadline())).toEqual([
      { topic: "transactions", partition: 0, nextOffset: 7946 },
      { topic: "transactions", partition: 1, nextOffset: 6022 },
    ]);
    expect(await plugin.view(context, deadline())).toMatchObject([
      { name, state: "RUNNING", facts: { batch: 1, batchDurationMs: 2, windows: 1, failures: 0 } },
    ]);
  });
});

describe("healthOf()", () => {
  const running: ProgramComputation = {
    id: "1",
    name,
    identity: undefined,
    state: "RUNNING",
    startedAtMs: 1000,
    lastProgressAtMs: 1500,
    failures: 0,
    lastFailure: undefined,
    positions: [],
    facts: {},
  };

  test("needs a checkpoint since the start or the last failure", () => {
    expect(healthOf(running, 2000)).toEqual({ healthy: true, detail: "RUNNING" });
    expect(healthOf({ ...running, lastProgressAtMs: undefined }, 2000)).toEqual({
      healthy: false,
      detail: "RUNNING; no checkpoint has completed yet",
    });
    const failed = { ...running, failures: 1, lastFailure: { atMs: 1600, message: "no broker" } };
    expect(healthOf(failed, 2000)).toEqual({ healthy: false, detail: "RUNNING; no checkpoint has completed since it failed: no broker" });
    expect(healthOf({ ...failed, lastProgressAtMs: 1700 }, 2000).healthy).toBe(true);
    expect(healthOf(failed, 12_000).healthy).toBe(true);
  });

  test("reports a computation that fails again and again", () => {
    const failing = { ...running, state: "RESTARTING", failures: 5, lastFailure: { atMs: 1600, message: "no broker" } };
    expect(healthOf(failing, 2000)).toEqual({ healthy: false, detail: "RESTARTING: no broker", keepsFailing: true });
  });
});
