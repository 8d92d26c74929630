import { expect, test } from "bun:test";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assetPaths, readAsset } from "../../../src/core/assets.ts";
import { type Log, silentLog } from "../../../src/core/log.ts";
import { localData } from "../../../src/stack/local/data.ts";
import { createFlinkProcessor } from "../../../src/processors/flink/processor.ts";
import { waitUntilRunning } from "../../../src/processors/flink/jobs.ts";
import { stepDeadline } from "../../../src/core/step-deadline.ts";
import { planProcessor, type Processor } from "../../../src/processors/processor.ts";
import { provision as provisionGraph } from "../provision.ts";
import { failureOf } from "../failure.ts";
import { type FakeFlink, startFakeFlink } from "./fake-flink.ts";
import { processorContract, type ProcessorWorld, type Wish } from "../processor-contract.ts";
import type { TopicIdentity } from "../../../src/spec/names.ts";

const jobName = "streamctl-window_transactions";
const windows: TopicIdentity = { name: "window_transactions", id: "w1" };
const wish: Wish = { transactionsTopicId: "t1", statements: "first" };

interface FlinkWorld extends ProcessorWorld {
  readonly flink: FakeFlink;
  readonly folder: string;
  processor(topic: TopicIdentity, wanted: Wish, edit?: (statement: string) => string): Processor;
}

async function createWorld(): Promise<FlinkWorld> {
  const flink = startFakeFlink();
  const folder = await mkdtemp(join(tmpdir(), "streamctl-checkpoints-"));
  flink.refuse(/REFUSED/u);
  return {
    flink,
    folder,
    processor: (topic, { transactionsTopicId, statements }, edit = (text) => text) =>
      createFlinkProcessor({
        restUrl: flink.restUrl,
        gatewayUrl: flink.gatewayUrl,
        brokers: "127.0.0.1:9092",
        transactions: { name: "transactions", id: transactionsTopicId },
        windows: topic,
        checkpoints: { uri: "file:///state", files: localData(folder) },
        declarations: { paths: assetPaths, read: (path) => edit(readAsset(path).replace("'200 ms'", latency[statements])) },
      }),
    started: async () => flink.statements.filter((sql) => sql.startsWith("INSERT")).length,
    running: async () => flink.jobs.filter(({ name, state }) => name === jobName && state === "RUNNING").map(({ id }) => id),
    startForeign: async () => void flink.addJob({ name: jobName }),
    async [Symbol.asyncDispose]() {
      await flink[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  };
}

const latency = { first: "'200 ms'", second: "'300 ms'", refused: "'REFUSED'" } as const;

processorContract("Flink", createWorld);

async function leaveCheckpoint(world: FlinkWorld, identity: string, path: string): Promise<void> {
  const at = join(world.folder, identity, path);
  await mkdir(at, { recursive: true });
  await writeFile(join(at, "_metadata"), "");
}

function identityOf(world: FlinkWorld): string {
  const { statements, transactionsTopicId, windowsTopicId } = world.processor(windows, wish).wanted;
  return `${statements}.${transactionsTopicId}.${windowsTopicId}`;
}

async function provision(world: FlinkWorld): Promise<readonly string[]> {
  const warnings: string[] = [];
  const log: Log = { info() {}, success() {}, debug() {}, warn: (message) => warnings.push(message) };
  const processor = world.processor(windows, wish);
  await processor.apply(planProcessor(await processor.observe(stepDeadline(5000)), processor.wanted), stepDeadline(5000), log);
  return warnings;
}

test("createFlinkProcessor() keeps the identity of a job when Kafka's address changes, and submits it with the new address", async () => {
  const at = (brokers: string) =>
    createFlinkProcessor({
      restUrl: "",
      gatewayUrl: "",
      brokers,
      transactions: { name: "transactions", id: "t1" },
      windows,
      checkpoints: { uri: "" },
      declarations: { paths: assetPaths, read: readAsset },
    }).wanted;
  expect(at("127.0.0.1:10092")).toEqual(at("127.0.0.1:9092"));
  await using world = await createWorld();
  await provision(world);
  expect(world.flink.statements.filter((sql) => sql.includes("'properties.bootstrap.servers' = '127.0.0.1:9092'"))).toHaveLength(2);
});

test("createFlinkProcessor() requests a checkpoint of a new job once its tasks run, for which the health check waits", async () => {
  await using world = await createWorld();
  await provision(world);
  const [id] = await world.running();
  const { requests } = world.flink;
  const asked = requests.indexOf(`POST /jobs/${id}/checkpoints`);
  expect(requests[asked - 1]).toBe("GET /jobs/overview");
});

test("createFlinkProcessor() requests a running job and its identity once, and submits nothing", async () => {
  await using world = await createWorld();
  await provision(world);
  world.flink.requests.length = 0;
  await provision(world);
  const [id] = await world.running();
  expect(world.flink.requests).toEqual(["GET /jobs/overview", `GET /jobs/${id}/config`]);
});

test("createFlinkProcessor() gives the job a name, an identity and its own checkpoint folder", async () => {
  await using world = await createWorld();
  await provision(world);
  const identity = identityOf(world);
  const [statements = ""] = identity.split(".");
  expect(world.flink.jobs[0]?.properties).toEqual({
    "pipeline.name": jobName,
    "pipeline.global-job-parameters": `streamctl.statements:${statements},streamctl.transactions-topic-id:t1,streamctl.windows-topic-id:w1`,
    "execution.checkpointing.dir": `file:///state/${identity}`,
  });
});

test("createFlinkProcessor() leaves one job, started after that of a killed up has ended, if that appears after the plan", async () => {
  await using world = await createWorld();
  await leaveCheckpoint(world, identityOf(world), "job1/chk-7");
  const processor = world.processor(windows, wish);
  const plan = planProcessor(await processor.observe(stepDeadline(5000)), processor.wanted);
  const late = world.flink.addJob({ name: jobName });
  await processor.apply(plan, stepDeadline(5000), silentLog);
  const [last, first, ...others] = world.flink.jobs;
  expect([last?.state, first?.state, ...others]).toEqual(["RUNNING", "CANCELED", { ...late, state: "CANCELED" }]);
  // The first one resumed; the last one reads everything again, since it writes over what the late one wrote.
  expect(first?.properties).toHaveProperty(["execution.state-recovery.path"]);
  expect(last?.properties).not.toHaveProperty(["execution.state-recovery.path"]);
  const order = world.flink.requests.filter((request) => /^PATCH|^POST .*sessions$/u.test(request));
  expect(order).toEqual(["POST /v3/sessions", `PATCH /jobs/${late.id}`, `PATCH /jobs/${first?.id}`, "POST /v3/sessions"]);
});

test("createFlinkProcessor() resumes a lost job from its newest complete checkpoint, and deletes other checkpoints", async () => {
  await using world = await createWorld();
  const identity = identityOf(world);
  await leaveCheckpoint(world, identity, "job1/chk-7");
  await mkdir(join(world.folder, identity, "job1/chk-8"), { recursive: true });
  await leaveCheckpoint(world, "other.t0.w0", "job0/chk-1");
  expect(await provision(world)).toEqual([]);
  expect(world.flink.jobs[0]?.properties).toMatchObject({
    "execution.state-recovery.path": `file:///state/${identity}/job1/chk-7`,
    "execution.state-recovery.claim-mode": "CLAIM",
  });
  expect(await readdir(world.folder)).toEqual([identity]);
});

test("createFlinkProcessor() starts a lost job that had no complete checkpoint from the earliest record", async () => {
  await using world = await createWorld();
  await mkdir(join(world.folder, identityOf(world), "job1/shared"), { recursive: true });
  expect(await provision(world)).toEqual([]);
  expect(world.flink.jobs[0]?.properties).not.toHaveProperty(["execution.state-recovery.path"]);
});

test("createFlinkProcessor() warns and starts from the earliest record if a checkpoint cannot be read", async () => {
  await using world = await createWorld();
  await leaveCheckpoint(world, identityOf(world), "job1/chk-7");
  world.flink.refuseRestores();
  const [warning = ""] = await provision(world);
  expect(warning).toContain("Flink could not resume from checkpoint");
  expect(warning).toContain("Unexpected magic number");
  expect(await world.running()).toHaveLength(1);
  expect(world.flink.jobs[0]?.properties).not.toHaveProperty(["execution.state-recovery.path"]);
});

test("createFlinkProcessor() treats windows of other statements as stale, even without a checkpoint", async () => {
  await using world = await createWorld();
  await mkdir(join(world.folder, "0123456789abcdef.t1.w1", "job0/shared"), { recursive: true });
  const processor = world.processor(windows, wish);
  const plan = planProcessor(await processor.observe(stepDeadline(5000)), processor.wanted);
  expect(plan).toMatchObject({ operation: "create", staleWindows: true, resume: false });
});

test("createFlinkProcessor() lets the next run recreate the topic of windows if this one could not", async () => {
  await using world = await createWorld();
  const topics: string[] = [];
  const attempt = (remake: () => Promise<TopicIdentity>) =>
    provisionGraph({
      processorFor: (topic) => world.processor(topic, { ...wish, statements: "second" }),
      transactionsTopicId: wish.transactionsTopicId,
      windows,
      replaceTopic: async () => {
        topics.push("remade");
        return await remake();
      },
      deadline: stepDeadline(5000),
      log: silent,
    });
  await provision(world);
  await leaveCheckpoint(world, identityOf(world), "job1/chk-7");
  await failureOf(attempt(() => Promise.reject(new Error("Kafka is away"))));
  expect(await world.running()).toEqual([]);
  const remade: TopicIdentity = { name: windows.name, id: "w2" };
  expect((await attempt(() => Promise.resolve(remade))).windows).toEqual(remade);
  expect(topics).toEqual(["remade", "remade"]);
  expect(await readdir(world.folder)).toEqual([]);
});

test("apply() reports file and line of a rejected statement, and the innermost cause", async () => {
  await using world = await createWorld();
  const processor = world.processor(windows, { ...wish, statements: "refused" });
  const refused = processor.apply(
    { operation: "create", stop: [], resume: false, staleWindows: false, cause: "" },
    stepDeadline(5000),
    silent,
  );
  expect(await failureOf(refused)).toMatchObject({
    code: "processor",
    message: 'Cannot run "flink/00-session.sql:8": No match found for function signature SUMM(<NUMERIC>)',
  });
});

test.each([
  ["in the conditions that the placeholder stands for", /XDigit/u, "WHERE {{countedTransactions}}"],
  ["behind them", /GROUP BY/u, "GROUP BY"],
])("validate() reports the line of the file for an error %s", async (_, pattern, text) => {
  await using world = await createWorld();
  world.flink.refuse(pattern);
  const file = "flink/03-window-income.sql";
  const line = readAsset(file).split(text)[0]?.split("\n").length;
  expect(await failureOf(world.processor(windows, wish).validate(stepDeadline(5000)))).toMatchObject({
    message: `Cannot run "${file}:${line}": No match found for function signature SUMM(<NUMERIC>)`,
  });
});

test("createFlinkProcessor() counts the transactions that meet the contract, or those that the user's own statement selects", async () => {
  await using world = await createWorld();
  const where = async (processor: Processor): Promise<string | undefined> => {
    await processor.validate(stepDeadline(5000));
    return /^ *WHERE .*(?=\n\)\nGROUP BY)/msu.exec(world.flink.statements.at(-1) ?? "")?.[0];
  };
  expect(await where(world.processor(windows, wish))).toMatchInlineSnapshot(`
    "  WHERE \`status\` = 'Paid'
        AND \`transaction_id\` = FLOOR(\`transaction_id\`)
        AND \`transaction_id\` BETWEEN 1 AND 1000000
        AND \`total_paid\` = FLOOR(\`total_paid\`)
        AND \`total_paid\` BETWEEN -9007199254740991 AND 9007199254740991
        AND REGEXP(\`user_id\`, '^\\p{XDigit}{8}-\\p{XDigit}{4}-\\p{XDigit}{4}-\\p{XDigit}{4}-\\p{XDigit}{12}\\z')
        AND REGEXP(\`event_timestamp\`, '^(19[7-9]|[2-9]\\d\\d)\\d-\\d\\d-\\d\\d ([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d\\.\\d{3}\\z')"
  `);
  const own = world.processor(windows, wish, (text) => text.replace("{{countedTransactions}}", "status = 'Paid'"));
  expect(await where(own)).toBe("  WHERE status = 'Paid'");
});

test("waitUntilRunning() fails if the job ends before it is running", async () => {
  await using world = await createWorld();
  const { id } = world.flink.addJob({ name: jobName, state: "FAILED" });
  const ended = waitUntilRunning(world.flink.restUrl, id, stepDeadline(5000));
  expect(await failureOf(ended)).toMatchObject({
    code: "processor",
    message: `Cannot run Flink job "${jobName}": FAILED, 0 of 2 tasks running`,
  });
});

test("waitUntilRunning() does not wait for a job that Flink restarts: its health reports the reason", async () => {
  await using world = await createWorld();
  const { id } = world.flink.addJob({ name: jobName, state: "RESTARTING" });
  await waitUntilRunning(world.flink.restUrl, id, stepDeadline(5000));
  expect(await world.processor(windows, wish).health(stepDeadline(5000))).toEqual({
    healthy: false,
    detail: "RESTARTING, 0 of 2 tasks",
  });
});

test("health() reports how the latest job ended if none is running", async () => {
  await using world = await createWorld();
  world.flink.addJob({ name: jobName, state: "CANCELED" });
  expect(await world.processor(windows, wish).health(stepDeadline(5000))).toEqual({
    healthy: false,
    detail: `no job "${jobName}": the last one is CANCELED`,
  });
});

test("createFlinkProcessor() rejects files with two INSERT statements", () => {
  const declarations = { paths: () => ["flink/1.sql", "flink/2.sql"], read: () => "INSERT INTO a SELECT 1;" };
  const options = { restUrl: "", gatewayUrl: "", brokers: "", transactions: windows, windows, checkpoints: { uri: "" }, declarations };
  expect(() => createFlinkProcessor(options)).toThrow(
    /exactly one must be an INSERT, but there are several, in flink\/1.sql, flink\/2.sql/u,
  );
});

const silent: Log = { info() {}, success() {}, debug() {}, warn() {} };
