/** Whether a topic has the partitions that it was declared with. */

import { StreamctlError } from "../core/errors.ts";
import type { Topic } from "../spec/names.ts";

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
