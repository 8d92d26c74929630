/** A topic as a resource of Kafka. */

import { StreamctlError } from "../../core/errors.ts";
import { type JsonObject, numberAt, stringAt } from "../../core/json.ts";
import type { Decision, Neighbours, Resource } from "../../core/resource.ts";
import { remainingMs, type StepDeadline } from "../../core/step-deadline.ts";
import { formatCount } from "../../core/units.ts";
import { createTopic, deleteTopic, describeTopic, readTopicConfig } from "../../kafka/admin.ts";
import { requirePartitions, topicFinding } from "../topics.ts";
import type { Topic, TopicIdentity } from "../../spec/names.ts";

/** A topic as Kafka has it; undefined where it has none of that name. */
export type TopicSeen = TopicFacts | undefined;

/** What is known of a topic, and remembered of it. */
export interface TopicFacts extends TopicIdentity {
  readonly partitions: number;
  /** Of `retention.ms`, as Kafka writes it. */
  readonly retentionMs: string;
}

export interface TopicOptions {
  readonly topic: Topic;
  readonly brokers: string;
  readonly kafka: Resource;
  /** Carried out before the topic, beside Kafka itself. */
  readonly after?: readonly Resource[];
  /** What was remembered of it. */
  readonly last: JsonObject | undefined;
  /** What is seen of these decides about the topic's records too. */
  readonly considers?: () => readonly Resource[];
  /** Why the records that the topic holds are not to be kept; undefined where they are. */
  readonly stale?: (topic: TopicIdentity, neighbours: Neighbours) => string | undefined;
}

export type TopicResource = Resource<TopicSeen, TopicFacts>;

export function topicResource({ topic, brokers, kafka, after = [], last, considers, stale }: TopicOptions): TopicResource {
  const { name, config } = topic;
  const within = (deadline: StepDeadline) => ({ brokers, topic: name, timeoutMs: remainingMs(deadline), signal: deadline.signal });
  const look = async (deadline: StepDeadline): Promise<TopicSeen> => {
    const seen = await describeTopic(within(deadline));
    if (!seen) return undefined;
    const { "retention.ms": retentionMs = "" } = await readTopicConfig(within(deadline));
    return { name, id: seen.topicId, partitions: seen.partitions, retentionMs };
  };
  return {
    kind: "topic",
    name,
    holder: kafka,
    needs: [kafka, ...after],
    get considers() {
      return considers?.() ?? [];
    },
    observe: look,
    recall: () => factsIn(name, last),
    decide: (seen, neighbours) => decideTopic(topic, seen, (identity) => stale?.(identity, neighbours)),
    async apply({ operation, cause }, { seen, deadline, log }) {
      if (operation === "keep" && seen) {
        const finding = topicFinding(topic, seen.partitions);
        if (finding) log.info(finding.text);
        return { facts: seen };
      }
      if (operation === "replace") {
        log.warn(`Topic "${name}" is replaced: ${cause}`);
        await deleteTopic(within(deadline));
      }
      await createTopic({ ...within(deadline), partitions: topic.partitions, config });
      const made = await look(deadline);
      if (!made) {
        throw new StreamctlError("kafka", `Cannot find topic "${name}": it was created and is not there`, {
          hint: "Type: streamctl logs kafka",
        });
      }
      requirePartitions(topic, made.partitions);
      return { facts: made };
    },
    async health(deadline) {
      const seen = await describeTopic(within(deadline));
      if (!seen) return { healthy: false, detail: "it does not exist; create it with: streamctl up" };
      const finding = topicFinding(topic, seen.partitions);
      if (!finding) return { healthy: true, detail: formatCount(seen.partitions, "partition") };
      return { healthy: finding.usable, detail: finding.hint === undefined ? finding.text : `${finding.text}. ${finding.hint}` };
    },
  };
}

/**
 * Compares a topic with the one that is declared. Pure.
 *
 * @throws StreamctlError `kafka` for a number of partitions with which the pipeline does not work: its records cannot be kept otherwise
 */
export function decideTopic(topic: Topic, seen: TopicSeen, stale: (identity: TopicIdentity) => string | undefined): Decision<TopicFacts> {
  if (!seen) return { operation: "create", cause: "it does not exist", obvious: true };
  const finding = requirePartitions(topic, seen.partitions);
  const wanted = topic.config["retention.ms"];
  if (!topic.mayGrow && wanted !== undefined && seen.retentionMs !== wanted) {
    return { operation: "replace", cause: `its retention.ms is ${seen.retentionMs || "not set"}, and this processor needs ${wanted}` };
  }
  const cause = stale(seen);
  if (cause !== undefined) return { operation: "replace", cause };
  const more = finding === undefined ? "" : `, ${topic.partitions} were created: all of them are read`;
  const has = seen.partitions === 1 ? "one partition" : `${seen.partitions} partitions`;
  return { operation: "keep", cause: `it exists, with ${has}${more}`, facts: seen };
}

function factsIn(name: string, last: JsonObject | undefined): TopicSeen {
  const [id, partitions, retentionMs] = [stringAt(last, "id"), numberAt(last, "partitions"), stringAt(last, "retentionMs")];
  return id === undefined || partitions === undefined || retentionMs === undefined ? undefined : { name, id, partitions, retentionMs };
}
