/** A topic as a resource of Kafka. */

import { StreamctlError } from "../../core/errors.ts";
import { type JsonObject, numberAt, stringAt } from "../../core/json.ts";
import type { Decision, Neighbours, Resource } from "../../core/resource.ts";
import { remainingMs, type StepDeadline } from "../../core/step-deadline.ts";
import { formatCount } from "../../core/units.ts";
import { createTopic, deleteTopic, describeTopic, readTopicConfig } from "../../kafka/admin.ts";
import { requirePartitions, topicFinding } from "../topics.ts";
import type { Topic, TopicIdentity } from "../../spec/names.ts";

/** The observed topic; undefined if it does not exist. */
export type TopicObservation = TopicFacts | undefined;

/** Observed facts of a topic, which are also stored in the state. */
export interface TopicFacts extends TopicIdentity {
  readonly partitions: number;
  /** The value of `retention.ms`, as returned by Kafka. */
  readonly retentionMs: string;
}

export interface TopicOptions {
  readonly topic: Topic;
  readonly brokers: string;
  readonly kafka: Resource;
  /** Resources to apply before the topic, in addition to Kafka. */
  readonly after?: readonly Resource[];
  /** The facts that the state has about the topic. */
  readonly last: JsonObject | undefined;
  /** Resources whose observed state also determines whether the topic is kept. */
  readonly considers?: () => readonly Resource[];
  /** Why the records of the topic must be discarded; undefined to keep them. */
  readonly stale?: (topic: TopicIdentity, neighbours: Neighbours) => string | undefined;
}

export type TopicResource = Resource<TopicObservation, TopicFacts>;

/** Placeholder for a topic that does not exist yet. Its id is never equal to one from Kafka. */
export function notCreated({ name }: Pick<TopicResource, "name">): TopicIdentity {
  return { name, id: "(not created yet)" };
}

/** The identity of a topic as far as it is known from its decision or its creation. */
export function topicIdentity(topic: TopicResource, neighbours: Neighbours): TopicIdentity {
  return neighbours.facts(topic) ?? notCreated(topic);
}

export function topicResource({ topic, brokers, kafka, after = [], last, considers, stale }: TopicOptions): TopicResource {
  const { name, config } = topic;
  const within = (deadline: StepDeadline) => ({ brokers, topic: name, timeoutMs: remainingMs(deadline), signal: deadline.signal });
  const observe = async (deadline: StepDeadline): Promise<TopicObservation> => {
    const observed = await describeTopic(within(deadline));
    if (!observed) return undefined;
    const { "retention.ms": retentionMs = "" } = await readTopicConfig(within(deadline));
    return { name, id: observed.topicId, partitions: observed.partitions, retentionMs };
  };
  return {
    kind: "topic",
    name,
    holder: kafka,
    needs: [kafka, ...after],
    get considers() {
      return considers?.() ?? [];
    },
    observe,
    recall: () => factsIn(name, last),
    decide: (observed, neighbours) => decideTopic(topic, observed, (identity) => stale?.(identity, neighbours)),
    async apply({ operation, cause }, { observed, deadline, log }) {
      if (operation === "keep" && observed) {
        const finding = topicFinding(topic, observed.partitions);
        if (finding) log.info(finding.text);
        return { facts: observed };
      }
      if (operation === "replace") {
        log.warn(`Topic "${name}" is replaced: ${cause}`);
        await deleteTopic(within(deadline));
      }
      await createTopic({ ...within(deadline), partitions: topic.partitions, config });
      const made = await observe(deadline);
      if (!made) {
        throw new StreamctlError("kafka", `Cannot find topic "${name}" after it was created`, {
          hint: "Run: streamctl logs kafka",
        });
      }
      requirePartitions(topic, made.partitions);
      return { facts: made };
    },
    async health(deadline) {
      const observed = await describeTopic(within(deadline));
      if (!observed) return { healthy: false, detail: "it does not exist. Run: streamctl up" };
      const finding = topicFinding(topic, observed.partitions);
      if (!finding) return { healthy: true, detail: formatCount(observed.partitions, "partition") };
      return { healthy: finding.usable, detail: finding.hint === undefined ? finding.text : `${finding.text}. ${finding.hint}` };
    },
  };
}

/**
 * Compares a topic with its declaration. Pure.
 *
 * @throws StreamctlError `kafka` for an unusable number of partitions: recreating the topic would lose its records
 */
export function decideTopic(
  topic: Topic,
  observed: TopicObservation,
  stale: (identity: TopicIdentity) => string | undefined,
): Decision<TopicFacts> {
  if (!observed) return { operation: "create", cause: "it does not exist", obvious: true };
  const finding = requirePartitions(topic, observed.partitions);
  const wanted = topic.config["retention.ms"];
  if (!topic.mayGrow && wanted !== undefined && observed.retentionMs !== wanted) {
    return { operation: "replace", cause: `its retention.ms is ${observed.retentionMs || "not set"}, but this processor needs ${wanted}` };
  }
  const cause = stale(observed);
  if (cause !== undefined) return { operation: "replace", cause };
  const more = finding === undefined ? "" : `, ${topic.partitions} are declared: all of them are read`;
  const has = observed.partitions === 1 ? "one partition" : `${observed.partitions} partitions`;
  return { operation: "keep", cause: `it exists, with ${has}${more}`, facts: observed };
}

function factsIn(name: string, last: JsonObject | undefined): TopicObservation {
  const [id, partitions, retentionMs] = [stringAt(last, "id"), numberAt(last, "partitions"), stringAt(last, "retentionMs")];
  return id === undefined || partitions === undefined || retentionMs === undefined ? undefined : { name, id, partitions, retentionMs };
}
