/** Pinot's table and its schema as a resource. */

import type { Declarations } from "../../core/assets.ts";
import { StreamctlError } from "../../core/errors.ts";
import { type JsonObject, stringAt } from "../../core/json.ts";
import type { Log } from "../../core/log.ts";
import type { Decision, OperationKind, Resource } from "../../core/resource.ts";
import { remainingMs, type StepDeadline } from "../../core/step-deadline.ts";
import { describeTopic } from "../../kafka/admin.ts";
import { notCreated, topicIdentity, type TopicResource } from "./topic.ts";
import type { TopicIdentity } from "../../spec/names.ts";
import { tableHealth } from "../../stores/pinot/table-health.ts";
import {
  applyTable,
  observeTable,
  type PinotOptions,
  planTable,
  readTable,
  schemaResult,
  type TableIdentity,
  type TableObservation,
  type TablePlan,
  validateTable,
} from "../../stores/pinot/table.ts";

export interface TableOptions {
  readonly pinot: { readonly controllerUrl: string; readonly brokerUrl: string };
  /** Kafka's bootstrap servers as observed from this machine. */
  readonly brokers: string;
  /** Kafka's bootstrap servers in the configuration of the table. */
  readonly brokersInTable: string;
  readonly windows: TopicResource;
  readonly holder: Resource;
  readonly declarations: Declarations;
  /** The facts that the state has about a table. */
  readonly lastOf: (name: string) => JsonObject | undefined;
  readonly log: Log;
}

export type TableResource = Resource<TableObservation, TableIdentity>;

export function tableResource(options: TableOptions): TableResource {
  const { pinot, brokers, brokersInTable, windows, holder, declarations, lastOf, log } = options;
  const wantedFor = (topic: TopicIdentity) => readTable({ windows: topic, brokers: brokersInTable, declarations });
  const unknown = notCreated(windows);
  const nowhere = wantedFor(unknown);
  const within = (deadline: StepDeadline, topic: TopicIdentity): PinotOptions => ({
    ...pinot,
    brokers: brokersInTable,
    windows: topic,
    requireTopic: async (until) => await requireTopic(topic, brokers, until),
    declarations,
    deadline,
    log,
  });
  return {
    kind: "table",
    name: nowhere.name,
    holder,
    needs: [holder, windows],
    observe: async (deadline) => await observeTable(within(deadline, unknown), nowhere),
    recall: () => recalled(lastOf(nowhere.name)),
    decide(observed, neighbours) {
      const { identity, schemaName } = wantedFor(topicIdentity(windows, neighbours));
      return decisionOf(planTable(observed.table, identity), observed, schemaName, identity);
    },
    async validate({ neighbours, deadline }) {
      const { name, schema, table } = wantedFor(topicIdentity(windows, neighbours));
      await validateTable(pinot.controllerUrl, name, { schema, table }, deadline);
    },
    async apply(_, { observed, neighbours, deadline }) {
      const topic = topicIdentity(windows, neighbours);
      const wanted = wantedFor(topic);
      const done = await applyTable(planTable(observed.table, wanted.identity), observed, wanted, within(deadline, topic));
      return { ...decisionOf(done, observed, wanted.schemaName, wanted.identity), facts: wanted.identity };
    },
    health: async (deadline) => await tableHealth(pinot, nowhere.name, deadline),
  };
}

const operations = { created: "create", unchanged: "keep", updated: "update", replaced: "replace" } as const satisfies Record<
  TablePlan["result"],
  OperationKind
>;

function decisionOf(plan: TablePlan, observed: TableObservation, schemaName: string, facts: TableIdentity): Decision<TableIdentity> {
  const { cause } = plan;
  const schema = { operation: operations[schemaResult(plan, observed.hasSchema)], kind: "schema", name: schemaName, cause };
  return { operation: operations[plan.result], cause, facts, parts: [schema], ...(plan.result === "created" ? { obvious: true } : {}) };
}

function recalled(last: JsonObject | undefined): TableObservation {
  const [topicId, shape, declarations] = ["topicId", "shape", "declarations"].map((name) => stringAt(last, name));
  if (topicId === undefined || shape === undefined || declarations === undefined) return { table: "absent", hasSchema: false };
  return { table: { topicId, shape, declarations, lostServers: [] }, hasSchema: true };
}

/** Checks the topic first: Pinot takes minutes to reject a table without its topic. */
async function requireTopic({ name, id }: TopicIdentity, brokers: string, deadline: StepDeadline): Promise<void> {
  const topic = await describeTopic({ brokers, topic: name, timeoutMs: remainingMs(deadline), signal: deadline.signal });
  if (topic?.topicId === id) return;
  throw new StreamctlError("kafka", `Topic "${name}" was deleted while the stack was being provisioned`, { hint: "Run: streamctl up" });
}
