/** Opens the processor of a stack and provides its environment. */

import type { Declarations } from "../core/assets.ts";
import type { Log } from "../core/log.ts";
import { remainingMs, type StepDeadline } from "../core/step-deadline.ts";
import { createTopic, deleteTopic, fetchMetadata } from "../kafka/admin.ts";
import { processorOf } from "../processors/catalog.ts";
import type { ExternalServer, ProcessorContext, ProcessorDeclaration, ProcessorPlugin, TopicAdmin } from "../processors/plugin.ts";
import { transactionsTopic, windowsTopic, type Topic, type TopicIdentity } from "../spec/names.ts";
import { transactions as pipeline } from "../spec/transactions.ts";
import type { Runtime, ServiceData } from "../stack/runtime.ts";
import type { AbandonedProcessor, StackChoices } from "../state/choices.ts";
import type { Endpoints } from "./endpoints.ts";

/** A processor and its source: the current one of the stack, or an abandoned one. */
export type ChosenProcessor = Pick<StackChoices, "processor" | "source">;

/** The external server that runs the computation; undefined if a service of the stack does. */
export function externalServer({ processor, source }: ChosenProcessor): ExternalServer | undefined {
  return processorOf(processor).external(source);
}

/** Whether the stack uses an external server, considering `--only`. */
export function wantsExternal(choices: Pick<StackChoices, "processor" | "source" | "only">): boolean {
  const { only, processor } = choices;
  return externalServer(choices) !== undefined && (only === undefined || only.includes(processor));
}

/** Logs the warnings about external servers, such as unencrypted credentials. Call it once per command. */
export function warnOfServers(choices: Pick<StackChoices, "processor" | "source" | "only" | "abandoned">, log: Log): void {
  const chosen = wantsExternal(choices) ? [choices] : [];
  const warnings = [...chosen, ...(choices.abandoned ?? [])].map((one) => externalServer(one)?.warning);
  for (const warning of new Set(warnings.filter((text) => text !== undefined))) log.warn(warning);
}

/** The topic of windows with the configuration that a processor needs. */
export function windowsTopicOf(processor: string): Topic {
  return { ...windowsTopic, config: { ...windowsTopic.config, ...processorOf(processor).windowTopicConfig } };
}

export interface ProcessorPlace {
  readonly endpoints: Endpoints;
  readonly runtime: Runtime;
  readonly declarations: Declarations;
  readonly stackId: string;
}

/** A processor of the stack with its plug-in loaded. */
export interface StackProcessor {
  readonly declaration: ProcessorDeclaration;
  /** The external server that runs the computation; undefined if a service of the stack does. */
  readonly external: ExternalServer | undefined;
  readonly plugin: ProcessorPlugin;
  /** @param topics may be omitted to observe the engine or to remove objects, for which topic ids do not matter */
  contextFor(topics?: ProcessorTopics): ProcessorContext;
}

export interface StackProcessors {
  readonly chosen: StackProcessor;
  /** Processors on external servers that are no longer used but may still write. */
  readonly abandoned: readonly { readonly processor: StackProcessor; readonly record: AbandonedProcessor }[];
}

interface ProcessorTopics {
  readonly transactions: TopicIdentity;
  readonly windows: TopicIdentity;
}

const anyTopics: ProcessorTopics = {
  transactions: { name: transactionsTopic.name, id: "any" },
  windows: { name: windowsTopic.name, id: "any" },
};

/** Loads the plug-ins of the stack's processor and of abandoned ones. */
export async function openProcessors(
  choices: Pick<StackChoices, "processor" | "source" | "abandoned">,
  place: ProcessorPlace,
): Promise<StackProcessors> {
  const abandoned = (choices.abandoned ?? []).map(async (record) => ({ processor: await openProcessor(record, place), record }));
  return { chosen: await openProcessor(choices, place), abandoned: await Promise.all(abandoned) };
}

export async function openProcessor({ processor, source }: ChosenProcessor, place: ProcessorPlace): Promise<StackProcessor> {
  const { endpoints, runtime, declarations, stackId } = place;
  const declaration = processorOf(processor);
  const external = declaration.external(source);
  return {
    declaration,
    external,
    plugin: await declaration.load(),
    contextFor: (topics = anyTopics) => ({
      ...topics,
      endpoints: { ...endpoints },
      source,
      brokers: endpoints.kafka,
      brokersForServices: endpoints.kafkaForServices,
      transactionsPartitions: transactionsTopic.partitions,
      data: external === undefined ? runtime.dataOf(processor) : undefined,
      topics: topicAdmin(endpoints.kafka),
      declarations,
      pipeline: pipeline.name,
      stackId,
    }),
  };
}

/** @param brokers bootstrap servers of the stack's Kafka */
export function topicAdmin(brokers: string): TopicAdmin {
  const within = ({ signal, ...deadline }: StepDeadline) => ({ brokers, signal, timeoutMs: Math.min(remainingMs(deadline), 30_000) });
  return {
    list: async (deadline) => (await fetchMetadata(within(deadline))).topics.map(({ name }) => name),
    create: async (topic, partitions, config, deadline) => void (await createTopic({ ...within(deadline), topic, partitions, config })),
    remove: async (topic, deadline) => void (await deleteTopic({ ...within(deadline), topic })),
  };
}

/** Checks that an external server uses the stack's Kafka cluster. @throws StreamctlError `unreachable`, `processor` */
export async function requireSameKafka(processor: StackProcessor, runtime: Runtime, deadline: StepDeadline): Promise<void> {
  await processor.plugin.requireSameKafka?.(processor.contextFor(), await kafkaClusterId(runtime.dataOf("kafka")), deadline);
}

/** Cluster id with which the stack's Kafka was formatted; undefined if it is not formatted. */
async function kafkaClusterId(kafkaData: ServiceData): Promise<string | undefined> {
  const text = await kafkaData.read("log/meta.properties");
  return /^cluster\.id=(?<id>.+)$/mu.exec(text ?? "")?.groups?.["id"]?.trim();
}
