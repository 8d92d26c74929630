/** What provisioning would do, as far as it can be known before the engines run. Looks only, changes nothing. */

import { describeTopic } from "../kafka/admin.ts";
import { transactionsTopic, windowsTable, windowsTopic, type Topic } from "../model/names.ts";
import { patienceFor } from "../provision/patience.ts";
import { planProcessor } from "../provision/processor.ts";
import type { Operation } from "../stack/plan.ts";
import type { ServiceName } from "../stack/service.ts";
import type { PipelineContext } from "./context.ts";
import type { Endpoints } from "./endpoints.ts";
import { processorFor } from "./provisioning.ts";

/** One line of `up --dry-run`. */
export interface PlannedStep {
  readonly operation: string;
  readonly target: string;
  readonly cause: string;
}

const lookTimeoutMs = 5000;

export async function planProvisioning(
  plan: readonly Operation[],
  endpoints: Endpoints,
  context: PipelineContext,
): Promise<readonly PlannedStep[]> {
  const has = (service: ServiceName): boolean => plan.some(({ target, operation }) => target === service && operation !== "stop");
  const runs = (service: ServiceName): boolean => plan.some(({ target, operation }) => target === service && operation === "keep");
  if (!has("kafka")) return [];
  if (!runs("kafka")) return unseen(has);
  const topics = await Promise.all([transactionsTopic, windowsTopic].map(async (topic) => await planTopic(topic, endpoints, context)));
  const steps: PlannedStep[] = topics.map(({ step }) => step);
  const [transactions, windows] = topics.map(({ topicId }) => topicId);
  if (has("flink")) {
    if (runs("flink") && transactions !== undefined && windows !== undefined) {
      const identities = {
        transactions: { name: transactionsTopic.name, id: transactions },
        windows: { name: windowsTopic.name, id: windows },
      };
      const processor = processorFor({ endpoints, folder: context.folder }, identities.transactions, identities.windows);
      const { operation, cause } = planProcessor(await processor.observe(patienceFor(lookTimeoutMs, context.signal)), processor.wanted);
      steps.push({ operation, target: `job ${processor.computation}`, cause });
    } else {
      steps.push({ operation: "provision", target: "job of the windows", cause: "compared once Flink is ready" });
    }
  }
  if (has("pinot")) steps.push({ operation: "provision", target: `table ${windowsTable}`, cause: "compared with the declarations by up" });
  return steps;
}

function unseen(has: (service: ServiceName) => boolean): readonly PlannedStep[] {
  const cause = "made where it is missing, once its engine is ready";
  const provision = (target: string): PlannedStep => ({ operation: "provision", target, cause });
  return [
    provision(`topic ${transactionsTopic.name}`),
    provision(`topic ${windowsTopic.name}`),
    ...(has("flink") ? [provision("job of the windows")] : []),
    ...(has("pinot") ? [provision(`table ${windowsTable}`)] : []),
  ];
}

async function planTopic(
  topic: Topic,
  { kafka }: Endpoints,
  { signal }: PipelineContext,
): Promise<{ readonly step: PlannedStep; readonly topicId: string | undefined }> {
  const seen = await describeTopic({ brokers: kafka, topic: topic.name, timeoutMs: lookTimeoutMs, signal });
  const target = `topic ${topic.name}`;
  if (!seen) return { step: { operation: "create", target, cause: "it does not exist" }, topicId: undefined };
  return { step: { operation: "unchanged", target, cause: `it exists, with ${seen.partitions} partitions` }, topicId: seen.topicId };
}
