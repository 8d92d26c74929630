/** Topics as the model says, on whatever Kafka there is. */

import { StreamctlError } from "../core/errors.ts";
import { createTopic, deleteTopic, describeTopic, readTopicConfig, type TopicDescription } from "../kafka/admin.ts";
import type { Change } from "../core/change.ts";
import type { Topic } from "../spec/names.ts";

export interface TopicContext {
  readonly brokers: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

export interface ProvisionedTopic {
  readonly change: Change;
  /** Kafka's id of the topic: a topic made anew has another one. */
  readonly topicId: string;
  /** What is out of the ordinary with it; the pipeline works all the same. */
  readonly note?: string;
}

/** What is to be said of a topic's partitions. */
export interface TopicFinding {
  /** A sentence without its full stop. */
  readonly text: string;
  /** What to type; undefined where nothing needs to be done. */
  readonly hint?: string;
  /** Whether the pipeline works with the topic as it is. */
  readonly usable: boolean;
}

/** Compares the partitions that a topic has with those that it was declared with; undefined where they are the same. */
export function topicFinding({ name, partitions, mayGrow }: Topic, actual: number): TopicFinding | undefined {
  if (actual === partitions) return undefined;
  const has = `Topic "${name}" has ${actual === 1 ? "one partition" : `${actual} partitions`}`;
  if (mayGrow && actual > partitions) {
    return { text: `${has}, streamctl creates it with ${partitions}: all of them are read, nothing needs to be done`, usable: true };
  }
  return {
    text: `${has}, ${mayGrow ? `at least ${partitions}` : `exactly ${partitions}`} ${partitions === 1 ? "is" : "are"} needed`,
    hint: "Recreate the topics, with the loss of what was sent: streamctl down --volumes, then streamctl up",
    usable: false,
  };
}

/** @throws StreamctlError `kafka` where the pipeline does not work with a topic of so many partitions */
export function requirePartitions(topic: Topic, actual: number): TopicFinding | undefined {
  const finding = topicFinding(topic, actual);
  if (finding === undefined || finding.usable) return finding;
  throw new StreamctlError("kafka", finding.text, finding.hint === undefined ? {} : { hint: finding.hint });
}

/**
 * Makes the topic unless it is there.
 *
 * @throws StreamctlError `kafka` when a topic of that name has a number of partitions with which the pipeline does not work
 */
export async function provisionTopic(topic: Topic, context: TopicContext): Promise<ProvisionedTopic> {
  const made = await createTopic({ ...context, topic: topic.name, partitions: topic.partitions, config: topic.config });
  const { topicId, partitions } = await requireTopic(topic, context);
  const finding = requirePartitions(topic, partitions);
  const change: Change = { kind: "topic", name: topic.name, result: made === "created" ? "created" : "unchanged" };
  return { topicId, change, ...(finding === undefined ? {} : { note: finding.text }) };
}

/** Why the topic that is there cannot serve as the one that is wanted; undefined where it can. */
export async function topicMisfit(topic: Topic, context: TopicContext): Promise<string | undefined> {
  const name = "retention.ms";
  const wanted = topic.config[name];
  const has = (await readTopicConfig({ ...context, topic: topic.name }))[name];
  return wanted === undefined || has === wanted ? undefined : `its ${name} is ${has ?? "not set"}, and this processor needs ${wanted}`;
}

/** Deletes the topic with its records and makes it anew. */
export async function replaceTopic(topic: Topic, context: TopicContext): Promise<ProvisionedTopic> {
  await deleteTopic({ ...context, topic: topic.name });
  return await provisionTopic(topic, context);
}

async function requireTopic(topic: Topic, context: TopicContext): Promise<TopicDescription> {
  const description = await describeTopic({ ...context, topic: topic.name });
  if (description) return description;
  throw new StreamctlError("kafka", `Cannot find topic "${topic.name}": it was made and is not there`, {
    hint: "Type: streamctl logs kafka",
  });
}
