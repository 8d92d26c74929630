/** Topics, then the processor's statements, then Pinot's schema and table: each begins as soon as what it needs is ready. */

import { join } from "node:path";
import { assetPaths, readAsset } from "../core/assets.ts";
import type { Log } from "../core/log.ts";
import type { Change } from "../model/change.ts";
import { transactionsTopic, windowsTopic } from "../model/names.ts";
import { createFlinkProcessor } from "../provision/flink.ts";
import { patienceFor } from "../provision/patience.ts";
import { provisionPinot, type PinotOptions } from "../provision/pinot.ts";
import { provisionProcessor, type Processor, type TopicIdentity } from "../provision/processor.ts";
import type { Declarations } from "../provision/statements.ts";
import type { StateFolder } from "../stack/run-state.ts";
import type { ServiceName } from "../stack/service.ts";
import type { Endpoints } from "./endpoints.ts";
import { provisionTopic, replaceTopic, type ProvisionedTopic, type TopicContext } from "./topics.ts";

export interface ProvisioningOptions {
  readonly endpoints: Endpoints;
  readonly folder: StateFolder;
  /** One promise a service of the stack, settled when it is ready. */
  readonly ready: ReadonlyMap<ServiceName, Promise<unknown>>;
  readonly timeoutMs: number;
  readonly log: Log;
  readonly signal: AbortSignal;
}

const embeddedDeclarations: Declarations = { paths: assetPaths, read: readAsset };

/** Provisions what the stack's services need. Answers every change, the unchanged ones too. */
export async function provision(options: ProvisioningOptions): Promise<readonly Change[]> {
  const { ready, endpoints, timeoutMs, signal, log } = options;
  const kafkaReady = ready.get("kafka");
  if (!kafkaReady) return [];
  await kafkaReady;
  const context: TopicContext = { brokers: endpoints.kafka, timeoutMs, signal };
  const [transactions, windows] = await Promise.all([provisionTopic(transactionsTopic, context), provisionTopic(windowsTopic, context)]);
  const changes: Change[] = [transactions.change];
  let windowsId: TopicIdentity = { name: windowsTopic.name, id: windows.topicId };
  const flinkReady = ready.get("flink");
  if (flinkReady) {
    await flinkReady;
    const outcome = await provisionProcessor({
      processorFor: (topic) => processorFor(options, identityOf(transactions), topic),
      windows: windowsId,
      remakeWindowsTopic: async () => {
        const { topicId } = await replaceTopic(windowsTopic, context);
        return { name: windowsTopic.name, id: topicId };
      },
      patience: patienceFor(timeoutMs, signal),
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

/** How Pinot is provisioned for a windows topic of a given id. */
export function pinotOptions(
  { endpoints, timeoutMs, signal, log }: Pick<ProvisioningOptions, "endpoints" | "timeoutMs" | "signal" | "log">,
  windows: TopicIdentity,
): PinotOptions {
  return {
    controllerUrl: endpoints.pinotController,
    brokerUrl: endpoints.pinotBroker,
    brokers: endpoints.kafka,
    windows,
    declarations: embeddedDeclarations,
    patience: patienceFor(timeoutMs, signal),
    log,
  };
}

/** The processor of the stack, for a windows topic of a given id. */
export function processorFor(
  { endpoints, folder }: Pick<ProvisioningOptions, "endpoints" | "folder">,
  transactions: TopicIdentity,
  windows: TopicIdentity,
): Processor {
  const checkpoints = join(folder.dataDir("flink"), "checkpoints");
  return createFlinkProcessor({
    restUrl: endpoints.flinkRest,
    gatewayUrl: endpoints.flinkGateway,
    brokers: endpoints.kafka,
    transactions,
    windows,
    checkpoints: { uri: `file://${checkpoints}`, folder: checkpoints },
    declarations: embeddedDeclarations,
  });
}

function identityOf({ change, topicId }: ProvisionedTopic): TopicIdentity {
  return { name: change.name, id: topicId };
}
