/** What provisioning would do, as far as it can be known before the engines run. Looks only, changes nothing. */

import { openDeclarations } from "../core/assets.ts";
import { describeTopic } from "../kafka/admin.ts";
import { transactionsTopic, windowsTable, windowsTopic, windowsTopicOf, type Topic, type TopicIdentity } from "../spec/names.ts";
import { stepDeadline } from "../core/step-deadline.ts";
import { observeTable } from "../stores/pinot/table.ts";
import { givesUp, planProcessor, startsAnew } from "../processors/processor.ts";
import type { Operation } from "../stack/plan.ts";
import type { StackChoices } from "../state/choices.ts";
import type { Runtime } from "../stack/runtime.ts";
import type { PipelineContext } from "./context.ts";
import { endpointsOf, type Endpoints } from "./endpoints.ts";
import { requireSameKafka, wantsExternal } from "./ksqldb.ts";
import { pinotOptions, processorFor } from "./provisioning.ts";
import { requirePartitions, topicMisfit } from "./topics.ts";
import type { ServiceName } from "../state/service-identity.ts";

/** One line of `up --dry-run`. */
export interface PlannedStep {
  readonly operation: string;
  readonly target: string;
  readonly cause: string;
}

const lookTimeoutMs = 5000;

/** Processors take their time to read statements, and to describe what lost its topic. */
const processorTimeoutMs = 30_000;

/** @param former choices of the `up` before, undefined where there was none */
export async function planProvisioning(
  plan: readonly Operation[],
  choices: StackChoices,
  former: StackChoices | undefined,
  runtime: Runtime,
  context: PipelineContext,
): Promise<readonly PlannedStep[]> {
  const endpoints = endpointsOf(choices);
  const { processor } = choices;
  const has = (service: ServiceName): boolean => plan.some(({ target, operation }) => target === service && operation !== "stop");
  const runs = (service: ServiceName): boolean => plan.some(({ target, operation }) => target === service && operation === "keep");
  if (!has("kafka")) return [];
  const computes = has(processor) || wantsExternal(choices);
  if (!runs("kafka")) return unseen(computes, has("pinot"), changeOfProcessor(choices, former));
  const [transactions, windows] = await Promise.all([
    planTopic(transactionsTopic, endpoints, context),
    planTopic(windowsTopicOf(processor), endpoints, context),
  ]);
  const job = computes ? await planJob(transactions.identity, windows, choices, runs(processor), runtime, context) : nothing;
  const table = !has("pinot") ? [] : [runs("pinot") ? await planPinotTable(windows.identity, endpoints, context) : tableUnseen];
  if (job.staleWindows === undefined) return [transactions.step, windows.step, ...job.steps, ...table];
  return [
    transactions.step,
    { ...windows.step, operation: "replace", cause: job.staleWindows },
    ...job.steps,
    ...table.map((step) =>
      step.operation === "create" ? step : { ...step, operation: "replace", cause: "the topic of windows is made anew" },
    ),
  ];
}

interface PlannedJob {
  readonly steps: readonly PlannedStep[];
  /** Why the windows that were computed so far are given up, with their topic. */
  readonly staleWindows?: string | undefined;
}

const nothing: PlannedJob = { steps: [] };
const jobUnseen: PlannedStep = { operation: "provision", target: "job of the windows", cause: "compared once the processor is ready" };
const tableUnseen: PlannedStep = { operation: "provision", target: `table ${windowsTable}`, cause: "compared once Pinot is ready" };

async function planJob(
  transactions: TopicIdentity | undefined,
  { identity: windows }: PlannedTopic,
  choices: StackChoices,
  runs: boolean,
  runtime: Runtime,
  { declarationsDir, signal }: PipelineContext,
): Promise<PlannedJob> {
  if (!windows) return { steps: [{ ...jobUnseen, cause: "a topic that it works on is made first" }] };
  const endpoints = endpointsOf(choices);
  const unfit = await topicMisfit(windowsTopicOf(choices.processor), { brokers: endpoints.kafka, timeoutMs: lookTimeoutMs, signal });
  if (!transactions) return { steps: [{ ...jobUnseen, cause: "a topic that it works on is made first" }], staleWindows: unfit };
  if (!runs && !wantsExternal(choices)) return { steps: [jobUnseen], staleWindows: unfit };
  const processor = processorFor({ choices, endpoints, runtime, declarations: openDeclarations(declarationsDir) }, transactions, windows);
  const deadline = stepDeadline(processorTimeoutMs, signal);
  if (wantsExternal(choices)) await requireSameKafka(endpoints.ksqldb, endpoints.kafka, runtime.dataOf("kafka"), deadline);
  const plan = planProcessor(await processor.observe(deadline), processor.wanted, unfit);
  if (givesUp(plan)) await processor.validate(deadline);
  const steps = await processor.steps(plan, deadline);
  return { steps, staleWindows: startsAnew(plan) && plan.staleWindows ? plan.cause : undefined };
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

function unseen(computes: boolean, pinot: boolean, change: string | undefined): readonly PlannedStep[] {
  const missing = "made where it is missing, once its engine is ready";
  const provision = (target: string, cause = missing): PlannedStep => ({ operation: "provision", target, cause });
  const anew = change === undefined ? missing : `made anew where it is there: ${change}`;
  return [
    provision(`topic ${transactionsTopic.name}`),
    provision(`topic ${windowsTopic.name}`, anew),
    ...(computes ? [provision("job of the windows")] : []),
    ...(pinot ? [provision(`table ${windowsTable}`, anew)] : []),
  ];
}

/** Why what one processor computed is given up for another: they keep the topic of windows for different times. */
function changeOfProcessor({ processor }: StackChoices, former: StackChoices | undefined): string | undefined {
  return former === undefined || former.processor === processor ? undefined : `${processor} takes the place of ${former.processor}`;
}

interface PlannedTopic {
  readonly step: PlannedStep;
  /** Undefined where it is not there yet. */
  readonly identity: TopicIdentity | undefined;
}

async function planTopic(topic: Topic, { kafka }: Endpoints, { signal }: PipelineContext): Promise<PlannedTopic> {
  const seen = await describeTopic({ brokers: kafka, topic: topic.name, timeoutMs: lookTimeoutMs, signal });
  const target = `topic ${topic.name}`;
  if (!seen) return { step: { operation: "create", target, cause: "it does not exist" }, identity: undefined };
  const partitions = seen.partitions === 1 ? "one partition" : `${seen.partitions} partitions`;
  const more = requirePartitions(topic, seen.partitions) === undefined ? "" : `, ${topic.partitions} were created: all of them are read`;
  const step = { operation: "unchanged", target, cause: `it exists, with ${partitions}${more}` };
  return { step, identity: { name: topic.name, id: seen.topicId } };
}
