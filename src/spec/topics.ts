/** The topics that a pipeline needs. */

import type { Pipeline, Stream, Topic, Window } from "./pipeline.ts";

/** A topic that must exist before anything is written to it or read from it. */
export interface DeclaredTopic extends Topic {
  /** Whether the topic may have more partitions than declared. It may never have fewer. */
  readonly mayGrow: boolean;
}

/** A topic and the id that Kafka gave it. A topic that was deleted and recreated under the same name has a different id. */
export interface TopicIdentity {
  readonly name: string;
  readonly id: string;
  /** Absent if it was not observed. */
  readonly partitions?: number;
}

/** Configuration of a topic whose records never expire: `verify` and a restarted processor read it from the beginning. */
export const endlessTopic = { "retention.ms": "-1", "retention.bytes": "-1", "cleanup.policy": "delete" } as const;

export function streamTopic({ topic }: Stream): DeclaredTopic {
  return { ...topic, mayGrow: true };
}

/** The number of partitions is fixed: Pinot upserts within one partition, and processors partition differently. */
export function windowTopic({ topic }: Window): DeclaredTopic {
  return { ...topic, mayGrow: false };
}

/** Streams first, then windows, each in the order of the pipeline. */
export function topicsOf({ streams, windows }: Pipeline): readonly DeclaredTopic[] {
  return [...streams.map(streamTopic), ...windows.map(windowTopic)];
}
