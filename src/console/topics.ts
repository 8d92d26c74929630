/** Topics of the stack's Kafka. */

import type { TopicDocument, TopicSummary } from "./api.ts";
import type { Stack } from "./pipeline/stack-reader.ts";
import { offsetsOf } from "./missing.ts";
import { mapInTurns } from "./map-in-turns.ts";
import { fetchMetadata, listOffsets, readTopicConfig, type Watermarks } from "../kafka/admin.ts";
import { onlyStream, onlyWindow } from "../spec/names.ts";

const askTimeoutMs = 5000;

/** Topics by name; those of the pipeline first. */
export async function listTopics(stack: Stack, signal: AbortSignal): Promise<readonly TopicSummary[]> {
  const brokers = stack.endpoints.kafka;
  const [{ topics }, sizes] = await Promise.all([fetchMetadata({ brokers, timeoutMs: askTimeoutMs, signal }), sizesOf(stack)]);
  const summaries = await mapInTurns(topics, async ({ name }): Promise<TopicSummary[]> => {
    // A topic that was deleted meanwhile has no offsets.
    const offsets = await listOffsets({ brokers, topic: name, timeoutMs: askTimeoutMs, signal }).catch(() => undefined);
    return offsets === undefined ? [] : [summaryOf(name, offsets, sizes)];
  });
  const rank = ({ name }: TopicSummary): number => (ownTopics.includes(name) ? ownTopics.indexOf(name) : ownTopics.length);
  return summaries.flat().toSorted((one, other) => rank(one) - rank(other) || (one.name < other.name ? -1 : 1));
}

/** Topics of the pipeline, in the order in which records pass them. */
const ownTopics = [onlyStream.topic.name, onlyWindow.topic.name];

/** @throws StreamctlError `usage` for an unknown topic, `kafka`, `unreachable` */
export async function describe(stack: Stack, topic: string, signal: AbortSignal): Promise<TopicDocument> {
  const request = { brokers: stack.endpoints.kafka, topic, timeoutMs: askTimeoutMs, signal };
  const offsets = await offsetsOf(request);
  const [config, sizes] = await Promise.all([readTopicConfig(request), sizesOf(stack)]);
  return {
    ...summaryOf(topic, offsets, sizes),
    partitionList: offsets.map(({ partition, low, stable, high }) => ({
      partition,
      first: low,
      stable,
      end: high,
      bytes: sizes?.get(`${topic}-${partition}`) ?? null,
    })),
    config,
  };
}

function summaryOf(name: string, offsets: readonly Watermarks[], sizes: ReadonlyMap<string, number> | undefined): TopicSummary {
  const bytes = offsets.map(({ partition }) => sizes?.get(`${name}-${partition}`));
  return {
    name,
    internal: !ownTopics.includes(name) && /^_|-(?:changelog|repartition)$/u.test(name),
    partitions: offsets.length,
    records: offsets.reduce((sum, { low, high }) => sum + high - low, 0),
    bytes: bytes.every((size) => size !== undefined) ? bytes.reduce((sum, size) => sum + size, 0) : null,
  };
}

/** Sizes of partitions by name; undefined if Kafka's data cannot be read. */
async function sizesOf({ runtime }: Stack): Promise<ReadonlyMap<string, number> | undefined> {
  return await runtime
    .dataOf("kafka")
    .sizes("log")
    .catch(() => undefined);
}
