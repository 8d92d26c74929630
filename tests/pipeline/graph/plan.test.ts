/** The plan that `up --dry-run` prints, for various observed states of a stack. Golden texts; no engine is used. */

import { describe, expect, test } from "bun:test";
import { assetPaths, type Declarations, readAsset } from "../../../src/core/assets.ts";
import { silentLog } from "../../../src/core/log.ts";
import { idOf, type Operation, type Resource } from "../../../src/core/resource.ts";
import { type Observation, operationsOf, planGraph, type Snapshot } from "../../../src/core/resource-plan.ts";
import { serviceNames } from "../../../src/pipeline/catalog.ts";
import { endpointsOf } from "../../../src/pipeline/endpoints.ts";
import { buildGraph } from "../../../src/pipeline/graph/graph.ts";
import type { DashboardObservation } from "../../../src/dashboards/superset/dashboards.ts";
import type { Dashboards } from "../../../src/pipeline/graph/dashboard.ts";
import type { TopicFacts } from "../../../src/pipeline/graph/topic.ts";
import { openDashboards } from "../../../src/pipeline/stack-dashboards.ts";
import { openProcessors, type StackProcessors } from "../../../src/pipeline/stack-processor.ts";
import { chosenServices } from "../../../src/pipeline/stack-services.ts";
import type { ProcessorObservation } from "../../../src/processors/processor.ts";
import { localData } from "../../../src/stack/local/data.ts";
import type { ServiceObservation } from "../../../src/stack/plan.ts";
import type { Runtime } from "../../../src/stack/runtime.ts";
import type { StackChoices } from "../../../src/state/choices.ts";
import type { ResourceRecord } from "../../../src/state/run-state.ts";
import { readTable, type TableObservation } from "../../../src/stores/pinot/table.ts";
import { stateFolder } from "../../../src/state/state-folder.ts";
import { someChoices } from "../../state/some-choices.ts";

const embedded: Declarations = { paths: assetPaths, read: readAsset };
const edited = (path: string, from: string, to: string): Declarations => ({
  paths: assetPaths,
  read: (asset) => (asset === path ? readAsset(asset).replace(from, to) : readAsset(asset)),
});

/** A fake runtime: its folders do not exist, and its hashes are constant. */
const runtime = { hash: () => "v1", dataOf: () => localData("/nowhere") } as unknown as Runtime;

const running: ServiceObservation = {
  recorded: { name: "any", state: "running", pid: 7, definitionHash: "v1", healthy: true },
  unrecordedPids: [],
};
const transactions: TopicFacts = { name: "transactions", id: "t1", partitions: 3, retentionMs: "-1" };
const windows: TopicFacts = { name: "window_transactions", id: "w1", partitions: 1, retentionMs: "-1" };

interface Situation {
  readonly choices?: Partial<StackChoices>;
  /** Current declarations; default: the embedded ones. */
  readonly declarations?: Declarations;
  /** Observations by resource id that replace those of a healthy stack; undefined: its service is not running. */
  readonly observed?: Readonly<Record<string, unknown>>;
  /** Services that are not running. */
  readonly down?: readonly string[];
  readonly remembered?: readonly ResourceRecord[];
}

const flink = await processorsOf(someChoices, embedded);

async function processorsOf(choices: StackChoices, declarations: Declarations): Promise<StackProcessors> {
  return await openProcessors(choices, { endpoints: endpointsOf(choices), runtime, declarations, stackId: "0a1b2c3d" });
}

const folder = stateFolder("/nowhere");

async function dashboardsOf(choices: StackChoices, declarations: Declarations): Promise<Dashboards | undefined> {
  return await openDashboards(chosenServices(choices), { endpoints: endpointsOf(choices), declarations, folder, runtime });
}

const imported = (await dashboardsOf({ ...someChoices, with: ["superset"] }, embedded))?.bundle.identity;

function identities({ chosen }: StackProcessors, declarations: Declarations) {
  const job = chosen.plugin.computation(chosen.contextFor({ transactions, windows })).wanted;
  const table = readTable({ windows, brokers: "${STREAMCTL_KAFKA_BROKERS}", declarations }).identity;
  return { job, table };
}

/** The observations of a healthy stack that this version started. */
function healthy(resource: Resource): unknown {
  const { job, table } = identities(flink, embedded);
  switch (idOf(resource)) {
    case "topic transactions":
      return transactions;
    case "topic window_transactions":
      return windows;
    case "job streamctl-window_transactions":
      return { computations: [{ id: "j1", state: "running", identity: job }], previous: [] } satisfies ProcessorObservation;
    case "table transaction_window":
      return { table: { ...table, lostServers: [] }, hasSchema: true } satisfies TableObservation;
    case "dashboard income":
      return { missing: [], absent: false, imported, conflicts: [] } satisfies DashboardObservation;
    default:
      return running;
  }
}

async function print({
  choices: some = {},
  declarations = embedded,
  observed = {},
  down = [],
  remembered = [],
}: Situation): Promise<string> {
  const choices: StackChoices = { ...someChoices, ...some };
  const graph = buildGraph({
    choices,
    endpoints: endpointsOf(choices),
    processors: await processorsOf(choices, declarations),
    dashboards: await dashboardsOf(choices, declarations),
    desired: chosenServices(choices).map((definition) => ({ definition, definitionHash: "v1" })),
    records: [],
    unrecorded: [],
    remembered,
    runtime,
    kafkaProbe: async () => false,
    declarations,
    log: silentLog,
  });
  const snapshot: Snapshot = new Map(
    graph.map((resource): [Resource, Observation] => {
      const isDown = down.includes(resource.holder?.name ?? resource.name);
      if (isDown && resource.holder === undefined)
        return [resource, { observed: { unrecordedPids: [] } satisfies ServiceObservation, live: true }];
      if (isDown) return [resource, { observed: resource.recall?.(), live: false }];
      const id = idOf(resource);
      return [resource, { observed: id in observed ? observed[id] : healthy(resource), live: true }];
    }),
  );
  return operationsOf(planGraph(graph, snapshot)).map(line).join("\n");
}

function line({ operation, kind, name, cause }: Operation): string {
  return `${operation} ${kind} ${name}: ${cause}`;
}

async function messageOf(printed: Promise<string>): Promise<unknown> {
  return await printed.catch((error: unknown) => (error instanceof Error ? error.message : error));
}

const every = serviceNames;

/** The contents of run.json after an `up` with the embedded declarations. */
const remembered: readonly ResourceRecord[] = rememberedOf();

function rememberedOf(): readonly ResourceRecord[] {
  const { job, table } = identities(flink, embedded);
  return [
    { kind: "topic", name: "transactions", facts: { ...transactions } },
    { kind: "topic", name: "window_transactions", facts: { ...windows } },
    { kind: "job", name: "streamctl-window_transactions", facts: { processor: "flink", place: "own", ...job } },
    { kind: "table", name: "transaction_window", facts: { ...table } },
  ];
}

describe("the plan of up", () => {
  test("creates everything if nothing exists", async () => {
    expect(await print({ down: every })).toMatchInlineSnapshot(`
      "start service kafka: not running
      start service zookeeper: not running
      start service pinot: not running
      start service flink: not running
      start service console: not running
      create topic transactions: it does not exist
      create topic window_transactions: it does not exist
      create job streamctl-window_transactions: it is not running
      create schema transaction_window: it does not exist
      create table transaction_window: it does not exist"
    `);
  });

  test("keeps everything if nothing changed", async () => {
    expect(await print({})).toMatchInlineSnapshot(`
      "keep service kafka: healthy, process 7
      keep service zookeeper: healthy, process 7
      keep service pinot: healthy, process 7
      keep service flink: healthy, process 7
      keep service console: healthy, process 7
      keep topic transactions: it exists, with 3 partitions
      keep topic window_transactions: it exists, with one partition
      keep job streamctl-window_transactions: its statements and topics are unchanged
      keep schema transaction_window: its declarations and topic are unchanged
      keep table transaction_window: its declarations and topic are unchanged"
    `);
  });

  test("after a down: starts the services and keeps their resources; Flink's job resumes from its checkpoint", async () => {
    expect(await print({ down: every, remembered })).toMatchInlineSnapshot(`
      "start service kafka: not running
      start service zookeeper: not running
      start service pinot: not running
      start service flink: not running
      start service console: not running
      keep topic transactions: it exists, with 3 partitions
      keep topic window_transactions: it exists, with one partition
      create job streamctl-window_transactions: it is no longer running
      keep schema transaction_window: its declarations and topic are unchanged
      keep table transaction_window: its declarations and topic are unchanged"
    `);
  });

  test("restarts one service that exited, and keeps the rest", async () => {
    const dead: ServiceObservation = {
      recorded: { name: "flink", state: "exited", pid: 9, definitionHash: "v1", healthy: false },
      unrecordedPids: [],
    };
    const job: ProcessorObservation = { computations: [], previous: [identities(flink, embedded).job] };
    expect(await print({ observed: { "service flink": dead, "job streamctl-window_transactions": job } })).toMatchInlineSnapshot(`
      "keep service kafka: healthy, process 7
      keep service zookeeper: healthy, process 7
      keep service pinot: healthy, process 7
      start service flink: process 9 exited unexpectedly
      keep service console: healthy, process 7
      keep topic transactions: it exists, with 3 partitions
      keep topic window_transactions: it exists, with one partition
      create job streamctl-window_transactions: it is no longer running
      keep schema transaction_window: its declarations and topic are unchanged
      keep table transaction_window: its declarations and topic are unchanged"
    `);
  });

  test("replaces the topic of windows, the job and the table for a changed statement", async () => {
    const declarations = edited("flink/03-window-income.sql", "SUM(total_paid)", "SUM(total_paid) + 0");
    expect(await print({ declarations })).toMatchInlineSnapshot(`
      "keep service kafka: healthy, process 7
      keep service zookeeper: healthy, process 7
      keep service pinot: healthy, process 7
      keep service flink: healthy, process 7
      keep service console: healthy, process 7
      keep topic transactions: it exists, with 3 partitions
      replace topic window_transactions: its statements or settings changed
      replace job streamctl-window_transactions: its statements or settings changed
      replace schema transaction_window: the topic of windows was recreated
      replace table transaction_window: the topic of windows was recreated"
    `);
  });

  test("recreates dependent resources if a topic was recreated manually", async () => {
    expect(await print({ observed: { "topic transactions": { ...transactions, id: "t2" } } })).toMatchInlineSnapshot(`
      "keep service kafka: healthy, process 7
      keep service zookeeper: healthy, process 7
      keep service pinot: healthy, process 7
      keep service flink: healthy, process 7
      keep service console: healthy, process 7
      keep topic transactions: it exists, with 3 partitions
      replace topic window_transactions: the topic of transactions was recreated
      replace job streamctl-window_transactions: the topic of transactions was recreated
      replace schema transaction_window: the topic of windows was recreated
      replace table transaction_window: the topic of windows was recreated"
    `);
    expect(await print({ observed: { "topic window_transactions": { ...windows, id: "w2" } } })).toMatchInlineSnapshot(`
      "keep service kafka: healthy, process 7
      keep service zookeeper: healthy, process 7
      keep service pinot: healthy, process 7
      keep service flink: healthy, process 7
      keep service console: healthy, process 7
      keep topic transactions: it exists, with 3 partitions
      keep topic window_transactions: it exists, with one partition
      replace job streamctl-window_transactions: the topic of windows was recreated
      replace schema transaction_window: the topic of windows was recreated
      replace table transaction_window: the topic of windows was recreated"
    `);
  });

  test("accepts more partitions than declared; rejects fewer, and more than one for the windows", async () => {
    const partitions = (id: string, topic: TopicFacts, count: number) => async () =>
      await print({ observed: { [id]: { ...topic, partitions: count } } });
    expect(await partitions("topic transactions", transactions, 5)()).toContain(
      "keep topic transactions: it exists, with 5 partitions, 3 are declared: all of them are read",
    );
    expect(await messageOf(partitions("topic transactions", transactions, 2)())).toBe(
      'Topic "transactions" has 2 partitions, the pipeline needs at least 3',
    );
    expect(await messageOf(partitions("topic window_transactions", windows, 2)())).toBe(
      'Topic "window_transactions" has 2 partitions, the pipeline needs exactly 1',
    );
  });

  test("with another processor: the windows need another retention, so their topic is replaced", async () => {
    const choices: Partial<StackChoices> = { processor: "ksqldb", source: { home: "/opt/ksqldb" } };
    expect(await print({ choices, down: every, remembered })).toMatchInlineSnapshot(`
      "start service kafka: not running
      start service zookeeper: not running
      start service pinot: not running
      start service ksqldb: not running
      start service console: not running
      keep topic transactions: it exists, with 3 partitions
      replace topic window_transactions: its retention.ms is -1, but this processor needs 259200000000000
      create stream TRANSACTIONS: its retention.ms is -1, but this processor needs 259200000000000
      create stream PAID_TRANSACTIONS: its retention.ms is -1, but this processor needs 259200000000000
      create table WINDOW_TRANSACTIONS: its retention.ms is -1, but this processor needs 259200000000000
      create job window_transactions: its retention.ms is -1, but this processor needs 259200000000000
      replace schema transaction_window: the topic of windows was recreated
      replace table transaction_window: the topic of windows was recreated"
    `);
  });

  test("with another port offset only the services change: identities do not contain addresses", async () => {
    expect(await print({ choices: { portOffset: 1000 }, down: every, remembered })).toBe(await print({ down: every, remembered }));
  });

  test("restarts a service whose configuration was edited, and keeps its resources", async () => {
    const edited_: ServiceObservation = {
      recorded: { name: "pinot", state: "running", pid: 7, definitionHash: "v0", healthy: true },
      unrecordedPids: [],
    };
    expect(await print({ observed: { "service pinot": edited_ } })).toMatchInlineSnapshot(`
      "keep service kafka: healthy, process 7
      keep service zookeeper: healthy, process 7
      restart service pinot: its definition changed
      keep service flink: healthy, process 7
      keep service console: healthy, process 7
      keep topic transactions: it exists, with 3 partitions
      keep topic window_transactions: it exists, with one partition
      keep job streamctl-window_transactions: its statements and topics are unchanged
      keep schema transaction_window: its declarations and topic are unchanged
      keep table transaction_window: its declarations and topic are unchanged"
    `);
  });

  test("updates a table whose settings were edited, and replaces it if its rows would change", async () => {
    const settings = await print({ declarations: edited("pinot/table.json", '"loadMode": "MMAP"', '"loadMode": "HEAP"') });
    expect(settings.split("\n").slice(-2)).toEqual([
      "keep schema transaction_window: its settings changed",
      "update table transaction_window: its settings changed",
    ]);
    const rows = await print({ declarations: edited("pinot/table.json", "HH:mm:ss", "HH:mm") });
    expect(rows.split("\n").slice(-1)).toEqual(["replace table transaction_window: its schema or ingestion settings changed"]);
  });

  test("contains only what --only requests", async () => {
    expect(await print({ choices: { only: ["kafka", "pinot"] }, down: every })).toMatchInlineSnapshot(`
      "start service kafka: not running
      start service zookeeper: not running
      start service pinot: not running
      create topic transactions: it does not exist
      create topic window_transactions: it does not exist
      create schema transaction_window: it does not exist
      create table transaction_window: it does not exist"
    `);
  });
});

describe("the plan of up, from the facts in run.json", () => {
  test("replaces windows that other statements wrote, if the engine lost its data about them", async () => {
    const others = remembered.map((record) =>
      record.kind === "job" ? { ...record, facts: { ...record.facts, statements: "other" } } : record,
    );
    const forgotten = { computations: [], previous: [] } satisfies ProcessorObservation;
    const printed = await print({ observed: { "job streamctl-window_transactions": forgotten }, remembered: others });
    expect(printed.split("\n").slice(6, 8)).toEqual([
      expect.stringMatching(/^replace topic window_transactions: /u),
      expect.stringMatching(/^create job streamctl-window_transactions: /u),
    ]);
  });

  test("ignores the facts of another server", async () => {
    const choices: Partial<StackChoices> = { processor: "ksqldb", source: { url: "http://b:8088" } };
    const { job } = identities(await processorsOf({ ...someChoices, ...choices }, embedded), embedded);
    const elsewhere = { kind: "job", name: "window_transactions", facts: { processor: "ksqldb", place: "http://a:8088", ...job } };
    const printed = await print({ choices, down: every, remembered: [elsewhere] });
    expect(printed).toContain("create job window_transactions: ");
  });

  describe("with dashboards", () => {
    const choices = { with: ["superset"] };
    const dashboardIn = (plan: string): readonly string[] => plan.split("\n").filter((one) => /superset|dashboard/u.test(one));

    test("creates them in a new stack, keeps them in a running one, and remembers them while it is down", async () => {
      expect(dashboardIn(await print({ choices, down: every }))).toEqual([
        "start service superset: not running",
        "create dashboard income: it does not exist",
      ]);
      expect(dashboardIn(await print({ choices }))).toEqual([
        "keep service superset: healthy, process 7",
        "keep dashboard income: its declarations are unchanged",
      ]);
      const facts = { kind: "dashboard", name: "income", facts: { ...imported } };
      expect(dashboardIn(await print({ choices, down: ["superset"], remembered: [...remembered, facts] }))).toEqual([
        "start service superset: not running",
        "keep dashboard income: its declarations are unchanged",
      ]);
    });

    test("updates them if a declaration was edited or the address of Pinot changed, and recreates what was deleted", async () => {
      const path = "superset/dashboards/income.yaml";
      const declarations = edited(path, "refresh_frequency: 10", "refresh_frequency: 30");
      expect(dashboardIn(await print({ choices, declarations }))).toContain("update dashboard income: its declarations changed");
      expect(dashboardIn(await print({ choices: { ...choices, portOffset: 1000 } }))).toContain(
        "update dashboard income: the address of its data changed",
      );
      const deleted = { missing: ['dashboard "Income in real time"'], absent: true, imported, conflicts: [] };
      expect(dashboardIn(await print({ choices, observed: { "dashboard income": deleted } }))).toContain(
        "create dashboard income: it does not exist",
      );
    });
  });
});
