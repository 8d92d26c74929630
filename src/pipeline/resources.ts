/** What the services of a stack hold, as `status` shows it: topics, the job that computes the windows, the table. */

import { openDeclarations } from "../core/assets.ts";
import { messageOf, StreamctlError } from "../core/errors.ts";
import { describeTopic } from "../kafka/admin.ts";
import { transactionsTopic, windowsTable, windowsTopic, windowsTopicOf, type Topic } from "../spec/names.ts";
import { stepDeadline } from "../core/step-deadline.ts";
import { tableHealth } from "../stores/pinot/table-health.ts";
import type { StackChoices } from "../state/choices.ts";
import type { Runtime } from "../stack/runtime.ts";
import type { ServiceStatus } from "../stack/stack.ts";
import type { PipelineContext } from "./context.ts";
import { endpointsOf } from "./endpoints.ts";
import { processorFor } from "./provisioning.ts";
import { topicFinding } from "./topics.ts";
import type { ServiceName } from "../state/service-identity.ts";

export interface ResourceStatus {
  readonly kind: "topic" | "job" | "table";
  readonly name: string;
  /** `unknown`: the service that holds it is not healthy, so it was not asked. */
  readonly state: "healthy" | "unhealthy" | "unknown";
  readonly detail: string;
  /** It failed again and again, and there is no sign that waiting helps. */
  readonly keepsFailing?: true;
}

/** Longest time for an engine to answer about what it holds, in milliseconds. */
const lookTimeoutMs = 5000;

/** Looks at everything that the stack's services are meant to hold. Changes nothing. @throws StreamctlError `interrupted`, `native` */
export async function observeResources(
  choices: StackChoices,
  services: readonly Pick<ServiceStatus, "name" | "state">[],
  runtime: Runtime,
  context: PipelineContext,
): Promise<readonly ResourceStatus[]> {
  const { processor } = choices;
  const endpoints = endpointsOf(choices);
  const { signal } = context;
  const within = () => stepDeadline(lookTimeoutMs, signal);
  const topics = [transactionsTopic, windowsTopicOf(processor)].map((topic) =>
    observe({ kind: "topic", name: topic.name }, "kafka", services, async () => await topicHealth(topic, endpoints.kafka, signal)),
  );
  // A job is found by its name; which topics it works on decides `up`.
  const identity = (name: string) => ({ name, id: "any" });
  const computation = processorFor(
    { choices, endpoints, runtime, declarations: openDeclarations(context.declarationsDir) },
    identity(transactionsTopic.name),
    identity(windowsTopic.name),
  );
  const job = observe({ kind: "job", name: computation.computation }, processor, services, async () => await computation.health(within()));
  const pinot = { controllerUrl: endpoints.pinotController, brokerUrl: endpoints.pinotBroker };
  const table = observe(
    { kind: "table", name: windowsTable },
    "pinot",
    services,
    async () => await tableHealth(pinot, windowsTable, within()),
  );
  return (await Promise.all([...topics, job, table])).flat();
}

interface Health {
  readonly healthy: boolean;
  readonly detail: string;
  readonly keepsFailing?: true;
}

/** Asks the service that holds a resource; none where the stack has no such service. */
async function observe(
  resource: Pick<ResourceStatus, "kind" | "name">,
  holder: ServiceName,
  services: readonly Pick<ServiceStatus, "name" | "state">[],
  ask: () => Promise<Health>,
): Promise<readonly ResourceStatus[]> {
  const service = services.find(({ name }) => name === holder);
  if (service === undefined) return [];
  if (service.state !== "healthy") return [{ ...resource, state: "unknown", detail: `${holder} is ${service.state}` }];
  try {
    const { healthy, ...facts } = await ask();
    return [{ ...resource, state: healthy ? "healthy" : "unhealthy", ...facts }];
  } catch (error) {
    if (!(error instanceof StreamctlError) || error.code === "interrupted" || error.code === "native") throw error;
    // A service that does not answer is not known to serve anything.
    return [{ ...resource, state: "unhealthy", detail: messageOf(error) }];
  }
}

async function topicHealth(topic: Topic, brokers: string, signal: AbortSignal): Promise<Health> {
  const seen = await describeTopic({ brokers, topic: topic.name, timeoutMs: lookTimeoutMs, signal });
  if (seen === null) return { healthy: false, detail: "it does not exist; create it with: streamctl up" };
  const finding = topicFinding(topic, seen.partitions);
  if (finding === undefined) return { healthy: true, detail: seen.partitions === 1 ? "1 partition" : `${seen.partitions} partitions` };
  return { healthy: finding.usable, detail: finding.hint === undefined ? finding.text : `${finding.text}. ${finding.hint}` };
}
