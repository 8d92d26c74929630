/** Topics as the model says, on whatever Kafka there is. */

import { StreamctlError } from "../core/errors.ts";
import { createTopic, deleteTopic, describeTopic, readTopicConfig, type TopicDescription } from "../kafka/admin.ts";
import type { Change } from "../model/change.ts";
import type { Topic } from "../model/names.ts";

export interface TopicContext {
  readonly brokers: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

export interface ProvisionedTopic {
  readonly change: Change;
  /** Kafka's id of the topic: a topic made anew has another one. */
  readonly topicId: string;
}

/**
 * Makes the topic unless it is there.
 *
 * @throws StreamctlError `kafka` when a topic of that name has another number of partitions: its records cannot be moved.
 */
export async function provisionTopic(topic: Topic, context: TopicContext): Promise<ProvisionedTopic> {
  const made = await createTopic({ ...context, topic: topic.name, partitions: topic.partitions, config: topic.config });
  const { topicId, partitions } = await requireTopic(topic, context);
  if (partitions !== topic.partitions) {
    throw new StreamctlError("kafka", `Cannot use topic "${topic.name}": it has ${partitions} partitions, ${topic.partitions} are needed`, {
      hint: `Delete the topic, or point streamctl at another Kafka`,
    });
  }
  return { topicId, change: { kind: "topic", name: topic.name, result: made === "created" ? "created" : "unchanged" } };
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
