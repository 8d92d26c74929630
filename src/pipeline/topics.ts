/** Checks the number of partitions of a topic. */

import { StreamctlError } from "../core/errors.ts";
import type { Topic } from "../spec/names.ts";

/** How the partitions of a topic differ from its declaration. */
export interface TopicFinding {
  /** A sentence without a full stop. */
  readonly text: string;
  /** How to fix it; absent if nothing needs to be done. */
  readonly hint?: string;
  /** Whether the pipeline can use the topic. */
  readonly usable: boolean;
}

/** Compares the number of partitions with the declared one; undefined if they are equal. */
export function topicFinding({ name, partitions, mayGrow }: Topic, actual: number): TopicFinding | undefined {
  if (actual === partitions) return undefined;
  const has = `Topic "${name}" has ${actual === 1 ? "one partition" : `${actual} partitions`}`;
  if (mayGrow && actual > partitions) {
    return { text: `${has}, the pipeline declares ${partitions}: all of them are read`, usable: true };
  }
  return {
    text: `${has}, the pipeline needs ${mayGrow ? "at least" : "exactly"} ${partitions}`,
    hint: "Recreate the topics, which deletes all records: streamctl down --volumes, then streamctl up",
    usable: false,
  };
}

/** @throws StreamctlError `kafka` for an unusable number of partitions */
export function requirePartitions(topic: Topic, actual: number): TopicFinding | undefined {
  const finding = topicFinding(topic, actual);
  if (finding === undefined || finding.usable) return finding;
  throw new StreamctlError("kafka", finding.text, finding.hint === undefined ? {} : { hint: finding.hint });
}
