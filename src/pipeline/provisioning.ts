/** Topics, then the processor's statements, then Pinot's schema and table: each begins as soon as what it needs is ready. */

import type { Declarations } from "../core/assets.ts";
import { StreamctlError } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import { describeTopic } from "../kafka/admin.ts";
import type { Change } from "../core/change.ts";
import { transactionsTopic, windowsTopicOf, type TopicIdentity } from "../spec/names.ts";
import { createFlinkProcessor } from "../processors/flink/processor.ts";
import { createKsqldbProcessor } from "../processors/ksqldb/processor.ts";
import { stepDeadline, remainingMs } from "../core/step-deadline.ts";
import { provisionPinot, type PinotOptions } from "../stores/pinot/table.ts";
import { provisionProcessor, type Processor } from "../processors/processor.ts";
import type { StackChoices } from "../state/choices.ts";
import type { Runtime } from "../stack/runtime.ts";
import { pinotBrokersVariable } from "../stores/pinot/service.ts";
import type { Endpoints } from "./endpoints.ts";
import {
  abandonedServers,
  externalServer,
  ksqldbOptions,
  type KsqldbPlace,
  releaseServer,
  requireSameKafka,
  wantsExternal,
} from "./ksqldb.ts";
import { provisionTopic, replaceTopic, topicMisfit, type ProvisionedTopic, type TopicContext } from "./topics.ts";
import type { ServiceName } from "../state/service-identity.ts";

export interface ProvisioningOptions {
  readonly choices: StackChoices;
  readonly endpoints: Endpoints;
  readonly runtime: Runtime;
  readonly declarations: Declarations;
  /** One promise a service of the stack, settled when it is ready. */
  readonly ready: ReadonlyMap<ServiceName, Promise<unknown>>;
  /** Called once a server that is no longer chosen gave back what streamctl made there. */
  readonly onReleased: () => Promise<void>;
  readonly timeoutMs: number;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** Provisions what the stack's services need. Answers every change, the unchanged ones too. */
export async function provision(options: ProvisioningOptions): Promise<readonly Change[]> {
  const { choices, ready, endpoints, timeoutMs, signal, log } = options;
  const kafkaReady = ready.get("kafka");
  if (!kafkaReady) return [];
  await kafkaReady;
  const context: TopicContext = { brokers: endpoints.kafka, timeoutMs, signal };
  const topic = windowsTopicOf(choices.processor);
  const [transactions, windows] = await Promise.all([provisionTopic(transactionsTopic, context), provisionTopic(topic, context)]);
  if (transactions.note !== undefined) log.info(transactions.note);
  const changes: Change[] = [transactions.change];
  let windowsId: TopicIdentity = { name: topic.name, id: windows.topicId };
  if (await processorReady(options)) {
    for (const url of abandonedServers(choices)) await releaseServer(ksqldbPlace(url, false, options), log, signal);
    if (choices.abandoned !== undefined) await options.onReleased();
    const outcome = await provisionProcessor({
      processorFor: (made) => processorFor(options, identityOf(transactions), made),
      windows: windowsId,
      unfitWindows: windows.change.result === "created" ? undefined : await topicMisfit(topic, context),
      remakeWindowsTopic: async () => {
        const { topicId } = await replaceTopic(topic, context);
        return { name: topic.name, id: topicId };
      },
      deadline: stepDeadline(timeoutMs, signal),
      log,
    });
    windowsId = outcome.windows;
    const remade = outcome.changes.some(({ kind }) => kind === "topic");
    changes.push(...(remade ? [] : [windows.change]), ...outcome.changes);
  } else {
    changes.push(windows.change);
  }
  const pinotReady = ready.get("pinot");
  if (!pinotReady) return changes;
  await pinotReady;
  return [...changes, ...(await provisionPinot(pinotOptions(options, windowsId)))];
}

/** Waits for the processor; false where the stack has none. */
async function processorReady({ choices, ready, endpoints, runtime, timeoutMs, signal }: ProvisioningOptions): Promise<boolean> {
  if (wantsExternal(choices)) {
    await requireSameKafka(endpoints.ksqldb, endpoints.kafka, runtime.dataOf("kafka"), stepDeadline(timeoutMs, signal));
    return true;
  }
  const service = ready.get(choices.processor);
  await service;
  return service !== undefined;
}

/** How Pinot is provisioned for a windows topic of a given id. */
export function pinotOptions(
  {
    endpoints,
    declarations,
    timeoutMs,
    signal,
    log,
  }: Pick<ProvisioningOptions, "endpoints" | "declarations" | "timeoutMs" | "signal" | "log">,
  windows: TopicIdentity,
): PinotOptions {
  return {
    controllerUrl: endpoints.pinotController,
    brokerUrl: endpoints.pinotBroker,
    brokers: `\${${pinotBrokersVariable}}`,
    windows,
    requireTopic: async (deadline) => {
      const topic = await describeTopic({ brokers: endpoints.kafka, topic: windows.name, timeoutMs: remainingMs(deadline), signal });
      if (topic?.topicId === windows.id) return;
      throw new StreamctlError("kafka", `Topic "${windows.name}" was deleted while the stack was being provisioned`, {
        hint: "Type: streamctl up",
      });
    },
    declarations,
    deadline: stepDeadline(timeoutMs, signal),
    log,
  };
}

/** The processor of the stack, for a windows topic of a given id. */
export function processorFor(
  options: Pick<ProvisioningOptions, "choices" | "endpoints" | "runtime" | "declarations">,
  transactions: TopicIdentity,
  windows: TopicIdentity,
): Processor {
  const { choices, endpoints, runtime, declarations } = options;
  if (choices.processor === "ksqldb") {
    const place = ksqldbPlace(endpoints.ksqldb, externalServer(choices) === undefined, options);
    return createKsqldbProcessor(ksqldbOptions(place, transactions, windows));
  }
  const data = runtime.dataOf("flink");
  return createFlinkProcessor({
    restUrl: endpoints.flinkRest,
    gatewayUrl: endpoints.flinkGateway,
    brokers: endpoints.kafkaForServices,
    transactions,
    windows,
    checkpoints: { uri: `file://${data.root}/checkpoints`, files: data, folder: "checkpoints" },
    declarations,
  });
}

/** A ksqlDB server on the Kafka of the stack. */
export function ksqldbPlace(
  url: string,
  ownServer: boolean,
  { endpoints, declarations }: Pick<ProvisioningOptions, "endpoints" | "declarations">,
): KsqldbPlace {
  return { url, ownServer, brokers: endpoints.kafka, declarations };
}

function identityOf({ change, topicId }: ProvisionedTopic): TopicIdentity {
  return { name: change.name, id: topicId };
}
