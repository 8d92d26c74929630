/** What provisioning would do, as far as it can be known before the engines run. Looks only, changes nothing. */

import { openDeclarations } from "../core/assets.ts";
import { describeTopic } from "../kafka/admin.ts";
import { transactionsTopic, windowsTable, windowsTopic, windowsTopicOf, type Topic } from "../model/names.ts";
import { patienceFor } from "../provision/patience.ts";
import { observeTable } from "../provision/pinot/table.ts";
import { planProcessor, type TopicIdentity } from "../provision/processor.ts";
import type { Operation } from "../stack/plan.ts";
import type { StackChoices } from "../stack/run-state.ts";
import type { Runtime } from "../stack/runtime.ts";
import type { ServiceName } from "../stack/service.ts";
import type { PipelineContext } from "./context.ts";
import { endpointsOf, type Endpoints } from "./endpoints.ts";
import { wantsExternal } from "./ksqldb.ts";
import { pinotOptions, processorFor } from "./provisioning.ts";
import { topicMisfit } from "./topics.ts";

/** One line of `up --dry-run`. */
export interface PlannedStep {
  readonly operation: string;
  readonly target: string;
  readonly cause: string;
}

const lookTimeoutMs = 5000;

export async function planProvisioning(
  plan: readonly Operation[],
  choices: StackChoices,
  runtime: Runtime,
  context: PipelineContext,
): Promise<readonly PlannedStep[]> {
  const endpoints = endpointsOf(choices);
  const { processor } = choices;
  const has = (service: ServiceName): boolean => plan.some(({ target, operation }) => target === service && operation !== "stop");
  const runs = (service: ServiceName): boolean => plan.some(({ target, operation }) => target === service && operation === "keep");
  if (!has("kafka")) return [];
  const computes = has(processor) || wantsExternal(choices);
  if (!runs("kafka")) return unseen(computes, has("pinot"));
  const wanted = [transactionsTopic, windowsTopicOf(processor)];
  const topics = await Promise.all(wanted.map(async (topic) => await planTopic(topic, endpoints, context)));
  const steps: PlannedStep[] = topics.map(({ step }) => step);
  const [transactions, windows] = topics.map(({ identity }) => identity);
  if (computes) {
    const seen = runs(processor) || wantsExternal(choices);
    steps.push(...(seen ? await planJob(transactions, windows, choices, runtime, context) : [jobUnseen]));
  }
  if (has("pinot")) steps.push(runs("pinot") ? await planPinotTable(windows, endpoints, context) : tableUnseen);
  return steps;
}

const jobUnseen: PlannedStep = { operation: "provision", target: "job of the windows", cause: "compared once the processor is ready" };
const tableUnseen: PlannedStep = { operation: "provision", target: `table ${windowsTable}`, cause: "compared once Pinot is ready" };

async function planJob(
  transactions: TopicIdentity | undefined,
  windows: TopicIdentity | undefined,
  choices: StackChoices,
  runtime: Runtime,
  { declarationsDir, signal }: PipelineContext,
): Promise<readonly PlannedStep[]> {
  if (!transactions || !windows) return [{ ...jobUnseen, cause: "a topic that it works on is made first" }];
  const endpoints = endpointsOf(choices);
  const processor = processorFor({ choices, endpoints, runtime, declarations: openDeclarations(declarationsDir) }, transactions, windows);
  const patience = patienceFor(lookTimeoutMs, signal);
  const unfit = await topicMisfit(windowsTopicOf(choices.processor), { brokers: endpoints.kafka, timeoutMs: lookTimeoutMs, signal });
  return await processor.steps(planProcessor(await processor.observe(patience), processor.wanted, unfit), patience);
}

async function planPinotTable(
  windows: TopicIdentity | undefined,
  endpoints: Endpoints,
  { declarationsDir, log, signal }: PipelineContext,
): Promise<PlannedStep> {
  if (!windows) return { ...tableUnseen, cause: "its topic is made first" };
  const { table, plan } = await observeTable(
    pinotOptions({ endpoints, declarations: openDeclarations(declarationsDir), timeoutMs: lookTimeoutMs, signal, log }, windows),
  );
  const operations = { created: "create", unchanged: "unchanged", updated: "update", replaced: "replace" } as const;
  return { operation: operations[plan.result], target: `table ${table}`, cause: plan.cause };
}

function unseen(computes: boolean, pinot: boolean): readonly PlannedStep[] {
  const cause = "made where it is missing, once its engine is ready";
  const provision = (target: string): PlannedStep => ({ operation: "provision", target, cause });
  return [
    provision(`topic ${transactionsTopic.name}`),
    provision(`topic ${windowsTopic.name}`),
    ...(computes ? [provision("job of the windows")] : []),
    ...(pinot ? [provision(`table ${windowsTable}`)] : []),
  ];
}

async function planTopic(
  topic: Topic,
  { kafka }: Endpoints,
  { signal }: PipelineContext,
): Promise<{ readonly step: PlannedStep; readonly identity: TopicIdentity | undefined }> {
  const seen = await describeTopic({ brokers: kafka, topic: topic.name, timeoutMs: lookTimeoutMs, signal });
  const target = `topic ${topic.name}`;
  if (!seen) return { step: { operation: "create", target, cause: "it does not exist" }, identity: undefined };
  const partitions = seen.partitions === 1 ? "one partition" : `${seen.partitions} partitions`;
  const step = { operation: "unchanged", target, cause: `it exists, with ${partitions}` };
  return { step, identity: { name: topic.name, id: seen.topicId } };
}
