/** The topics that a pipeline needs. */

import type { Pipeline, Stream, Topic, Window } from "./pipeline.ts";

/** A topic that must exist before anything is written to it or read from it. */
export interface DeclaredTopic extends Topic {
  /** Whether more partitions serve as well; fewer never do. */
  readonly mayGrow: boolean;
}

/** A topic and Kafka's id of it: a topic that was deleted and recreated under the same name has another id. */
export interface TopicIdentity {
  readonly name: string;
  readonly id: string;
}

/** Configuration of a topic whose records never expire: streams are read from their beginning again and again. */
export const endlessTopic = { "retention.ms": "-1", "retention.bytes": "-1", "cleanup.policy": "delete" } as const;

export function streamTopic({ topic }: Stream): DeclaredTopic {
  return { ...topic, mayGrow: true };
}

/** Its partitions are fixed: Pinot upserts within a partition, and processors assign records to partitions differently. */
export function windowTopic({ topic }: Window): DeclaredTopic {
  return { ...topic, mayGrow: false };
}

/** Streams first, then windows, each in the order of the pipeline. */
export function topicsOf({ streams, windows }: Pipeline): readonly DeclaredTopic[] {
  return [...streams.map(streamTopic), ...windows.map(windowTopic)];
}
