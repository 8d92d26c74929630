import { expect, test } from "bun:test";
import { assetPaths, type Declarations, readAsset } from "../../../src/core/assets.ts";
import { silentLog } from "../../../src/core/log.ts";
import { stepDeadline } from "../../../src/core/step-deadline.ts";
import { applyTable, observeTable, planTable, readTable, schemaResult } from "../../../src/stores/pinot/table.ts";
import { failureOf } from "../../processors/failure.ts";
import { type FakePinot, startFakePinot } from "./fake-pinot.ts";

interface ProvisionOptions {
  readonly topicId?: string;
  readonly edit?: (text: string) => string;
  readonly timeoutMs?: number;
}

async function provision(pinot: FakePinot, { topicId = "w1", edit = (text) => text, timeoutMs = 5000 }: ProvisionOptions = {}) {
  const declarations: Declarations = { paths: assetPaths, read: (path) => edit(readAsset(path)) };
  const options = {
    controllerUrl: pinot.url,
    brokerUrl: pinot.url,
    brokers: "127.0.0.1:9092",
    windows: { name: "window_transactions", id: topicId },
    requireTopic: async () => {
      pinot.requests.push("Kafka: topic");
    },
    declarations,
    deadline: stepDeadline(timeoutMs),
    log: silentLog,
  };
  const declared = readTable(options);
  const observation = await observeTable(options, declared);
  const done = await applyTable(planTable(observation.table, declared.identity), observation, declared, options);
  return [`schema ${declared.schemaName} ${schemaResult(done, observation.hasSchema)}`, `table ${declared.name} ${done.result}`];
}

const wanted = { topicId: "w1", shape: "a", declarations: "b" };

test("planTable() decides by the metadata of the table and the servers of its segments", () => {
  const plan = (observed: Parameters<typeof planTable>[0]) => planTable(observed, wanted);
  const kept = { ...wanted, lostServers: [] };
  expect(plan("absent")).toEqual({ result: "created", cause: "it does not exist" });
  expect(plan("unfinished")).toEqual({ result: "replaced", cause: "its creation did not complete" });
  expect(plan("foreign")).toEqual({ result: "replaced", cause: "it was not created by streamctl" });
  expect(plan({ ...kept, topicId: "w0" })).toEqual({ result: "replaced", cause: "the topic of windows was recreated" });
  expect(plan({ ...kept, shape: "c" })).toEqual({ result: "replaced", cause: "its schema or ingestion settings changed" });
  expect(plan({ ...kept, lostServers: ["Server_127.0.0.1_8098"] })).toEqual({
    result: "replaced",
    cause: "its segments are assigned to a server that no longer exists: Server_127.0.0.1_8098",
  });
  expect(plan({ ...kept, declarations: "c" })).toEqual({ result: "updated", cause: "its settings changed" });
  expect(plan(kept)).toEqual({ result: "unchanged", cause: "its declarations and topic are unchanged" });
});

/** Instances of the recorded cluster that are not running; their names contain ports that are no longer used. */
const lost = ["Broker_127.0.0.1_24099", "Broker_127.0.0.1_23099", "Server_127.0.0.1_24098", "Server_127.0.0.1_23098"];

test("applyTable() creates schema and table, and waits until the table answers", async () => {
  await using pinot = startFakePinot();
  expect(await provision(pinot)).toEqual(["schema transaction_window created", "table transaction_window created"]);
  expect(pinot.requests).toEqual([
    "GET /tables/transaction_window",
    "GET /schemas/transaction_window",
    "GET /cluster/configs",
    "POST /tableConfigs/validate",
    "GET /cluster/info",
    "GET /zk/ls",
    "GET /instances",
    ...lost.map((instance) => `DELETE /instances/${instance}`),
    "POST /schemas",
    "Kafka: topic",
    "POST /cluster/configs",
    "POST /tables",
    "DELETE /cluster/configs/streamctl.table-creation-began-at-ms",
    "POST /query/sql",
    "POST /query/sql",
    "POST /query/sql",
    "GET /tables/transaction_window/idealstate",
    "GET /tables/transaction_window/externalview",
  ]);
  expect(pinot.table()).toMatchObject({
    tableName: "transaction_window",
    upsertConfig: { mode: "FULL" },
    tableIndexConfig: { streamConfigs: { "stream.kafka.topic.name": "window_transactions", "stream.kafka.broker.list": "127.0.0.1:9092" } },
    metadata: { customConfigs: { "streamctl.windows-topic-id": "w1" } },
  });
});

test("applyTable() changes nothing the second time", async () => {
  await using pinot = startFakePinot();
  await provision(pinot);
  pinot.requests.length = 0;
  expect(await provision(pinot)).toEqual(["schema transaction_window unchanged", "table transaction_window unchanged"]);
  expect(pinot.requests).toEqual([
    "GET /tables/transaction_window",
    "GET /tables/transaction_window/idealstate",
    "GET /cluster/info",
    "GET /zk/ls",
    "GET /tables/transaction_window/idealstate",
    "GET /schemas/transaction_window",
    "POST /query/sql",
    "GET /tables/transaction_window/idealstate",
    "GET /tables/transaction_window/externalview",
  ]);
});

/** Everything old is deleted before anything new is created, and the schema only when no server has the table any more. */
function expectReplacement(requests: readonly string[]): void {
  const order = requests.filter((request) => /^(?:POST|DELETE) \/(?:table|schema)|^GET \/tables$/u.test(request));
  expect(order.slice(0, 8)).toEqual([
    "POST /tableConfigs/validate",
    "DELETE /tables/transaction_window",
    "GET /tables",
    "GET /tables",
    "GET /tables",
    "DELETE /schemas/transaction_window",
    "POST /schemas",
    "POST /tables",
  ]);
}

test("applyTable() replaces the table of another topic, once no server has the old one", async () => {
  await using pinot = startFakePinot();
  await provision(pinot);
  pinot.requests.length = 0;
  expect(await provision(pinot, { topicId: "w2" })).toEqual(["schema transaction_window replaced", "table transaction_window replaced"]);
  expectReplacement(pinot.requests);
});

test("applyTable() completes a replacement that was interrupted after deleting the table and before deleting the schema", async () => {
  await using pinot = startFakePinot();
  await provision(pinot);
  await fetch(`${pinot.url}/tables/transaction_window`, { method: "DELETE" });
  pinot.requests.length = 0;
  expect(await provision(pinot)).toEqual(["schema transaction_window replaced", "table transaction_window created"]);
  expectReplacement(pinot.requests);
});

test("applyTable() updates settings in place, and replaces the table when its rows would change", async () => {
  await using pinot = startFakePinot();
  await provision(pinot);
  const settings = (text: string) => text.replace('"loadMode": "MMAP"', '"loadMode": "HEAP"');
  expect(await provision(pinot, { edit: settings })).toEqual(["schema transaction_window unchanged", "table transaction_window updated"]);
  const rows = (text: string) => settings(text).replace("HH:mm:ss", "HH:mm");
  expect(await provision(pinot, { edit: rows })).toEqual(["schema transaction_window replaced", "table transaction_window replaced"]);
});

test("applyTable() replaces a table that streamctl did not create", async () => {
  await using pinot = startFakePinot();
  pinot.placeTable({ tableName: "transaction_window_REALTIME" });
  expect(await provision(pinot)).toEqual(["schema transaction_window replaced", "table transaction_window replaced"]);
});

test("applyTable() replaces a table whose segments are assigned to a server that no longer exists, and drops that server", async () => {
  await using pinot = startFakePinot();
  await provision(pinot);
  pinot.trouble("lostServer");
  pinot.requests.length = 0;
  expect(await provision(pinot)).toEqual(["schema transaction_window replaced", "table transaction_window replaced"]);
  expectReplacement(pinot.requests);
  expect(pinot.requests.filter((request) => request.startsWith("DELETE /instances"))).toEqual(
    lost.map((instance) => `DELETE /instances/${instance}`),
  );
});

test("applyTable() replaces a table when a server cannot load a segment because its files are missing", async () => {
  await using pinot = startFakePinot();
  await provision(pinot);
  pinot.trouble("failedSegments");
  pinot.requests.length = 0;
  expect(await provision(pinot)).toEqual(["schema transaction_window replaced", "table transaction_window replaced"]);
  expectReplacement(pinot.requests);
});

test("applyTable() waits until a creation of an interrupted command has ended before it creates the table", async () => {
  await using pinot = startFakePinot();
  pinot.beginCreation(29_500);
  const startMs = performance.now();
  expect(await provision(pinot)).toEqual(["schema transaction_window created", "table transaction_window created"]);
  expect(performance.now() - startMs).toBeGreaterThan(450);
  // A table that is complete is no longer being created, whatever the note says.
  pinot.beginCreation(1000);
  expect(await provision(pinot, { topicId: "w2" })).toEqual(["schema transaction_window replaced", "table transaction_window replaced"]);
  await using pending = startFakePinot();
  pending.beginCreation(1000);
  expect(await failureOf(provision(pending))).toMatchObject({
    message: 'Cannot use Pinot table "transaction_window": an earlier `up` started to create it, and that may take another 29 s',
    hint: "Run: streamctl up --timeout 90s",
  });
  await using newer = startFakePinot("1.5");
  newer.beginCreation(200_000);
  expect(await failureOf(provision(newer))).toMatchObject({ hint: "Run: streamctl up --timeout 360s" });
});

test("applyTable() replaces a table that has no segments: its creation did not complete", async () => {
  await using pinot = startFakePinot();
  pinot.placeTable({ tableName: "transaction_window_REALTIME" });
  pinot.trouble("unfinished");
  expect(await provision(pinot)).toEqual(["schema transaction_window replaced", "table transaction_window replaced"]);
});

test("applyTable() retries the creation only while Pinot is still deleting the old table", async () => {
  await using pinot = startFakePinot();
  pinot.trouble("viewExists");
  expect(await provision(pinot)).toEqual(["schema transaction_window created", "table transaction_window created"]);
  const views = pinot.requests.filter((request) => request === "POST /tables" || request.endsWith("/externalview"));
  const view = "GET /tables/transaction_window/externalview";
  expect(views).toEqual(["POST /tables", view, "POST /tables", view]);
});

test.each([
  [
    "unknownField",
    /^Cannot use the declarations of table "transaction_window": unknown fields \/realtime\/tableIndexConfig\/loadModus$/u,
    { retryable: false, facts: { engine: "pinot", status: 200 } },
  ],
  [
    "invalid",
    /^Cannot use the declarations of table "transaction_window": Invalid TableConfigs: .*NOPE/u,
    { retryable: false, facts: { engine: "pinot", status: 400 } },
  ],
  [
    "topicMissing",
    /^Cannot create table "transaction_window": its topic does not exist$/u,
    { retryable: false, facts: { engine: "pinot", status: 500, condition: "topic-missing" } },
  ],
  [
    "kafkaAway",
    /^Cannot create table "transaction_window": Pinot cannot reach Kafka$/u,
    { retryable: true, facts: { engine: "pinot", status: 500, condition: "kafka-unreachable" } },
  ],
] as const)("applyTable() explains %s", async (trouble, message, known) => {
  await using pinot = startFakePinot();
  pinot.trouble(trouble);
  expect(await failureOf(provision(pinot))).toMatchObject({ code: "pinot", message: expect.stringMatching(message), ...known });
});

test.each([
  ["topicMissing", 'Cannot create table "transaction_window": its topic does not exist'],
  ["invalid", expect.stringMatching(/^Cannot use the declarations of table "transaction_window": Invalid TableConfigs: .*NOPE/u)],
] as const)("applyTable() explains %s for Pinot 1.5", async (trouble, message) => {
  await using pinot = startFakePinot("1.5");
  expect(await provision(pinot)).toEqual(["schema transaction_window created", "table transaction_window created"]);
  pinot.trouble(trouble);
  expect(await failureOf(provision(pinot, { topicId: "w2" }))).toMatchObject({ code: "pinot", message });
});

test("applyTable() keeps the old table when Pinot would refuse the new one", async () => {
  await using pinot = startFakePinot();
  await provision(pinot);
  const before = pinot.table();
  pinot.trouble("invalid");
  await failureOf(provision(pinot, { topicId: "w2" }));
  expect(pinot.table()).toBe(before);
});

test("applyTable() makes a server that lost the table reload it", async () => {
  await using pinot = startFakePinot();
  pinot.trouble("lost");
  await provision(pinot, { timeoutMs: 10_000 });
  expect(pinot.requests.filter((request) => request.endsWith("/reset"))).toEqual(["POST /segments/transaction_window_REALTIME/reset"]);
});

test("applyTable() reports why the table does not answer at the deadline", async () => {
  await using pinot = startFakePinot();
  pinot.trouble("lost");
  expect(await failureOf(provision(pinot, { timeoutMs: 500 }))).toMatchObject({
    code: "pinot",
    message: expect.stringMatching(/^Cannot use Pinot table "transaction_window": Cannot query Pinot: Failed to find table/u),
  });
});

test("applyTable() waits for a broker that does not know a new table yet", async () => {
  await using pinot = startFakePinot();
  pinot.trouble("lateBroker");
  await provision(pinot);
  expect(pinot.requests.filter((request) => request === "POST /query/sql")).toHaveLength(4);
});

test("applyTable() fails immediately when Pinot rejects the query itself", async () => {
  await using pinot = startFakePinot();
  pinot.trouble("queryRefused");
  const startMs = performance.now();
  expect(await failureOf(provision(pinot, { timeoutMs: 15_000 }))).toMatchObject({
    code: "pinot",
    message: expect.stringMatching(/^Cannot use Pinot table "transaction_window": Cannot query Pinot: /u),
    retryable: false,
  });
  expect(performance.now() - startMs).toBeLessThan(5000);
});

test("applyTable() names a file that is not JSON", async () => {
  await using pinot = startFakePinot();
  expect(await failureOf(provision(pinot, { edit: (text) => text.slice(1) }))).toMatchObject({
    code: "usage",
    message: expect.stringMatching(/^Cannot read "pinot\/schema.json": /u),
  });
});
