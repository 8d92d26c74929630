/** Topics and consumer groups of the stack's Kafka. */

import type { GroupDocument, TopicDocument, TopicSummary } from "./api.ts";
import type { Stack } from "./pipeline/stack-reader.ts";
import { StreamctlError } from "../core/errors.ts";
import { type StepDeadline, withinStep } from "../core/step-deadline.ts";
import { fetchMetadata, groupOffsets, listGroups, listOffsets, readTopicConfig, type Watermarks } from "../kafka/admin.ts";
import { onlyStream, onlyWindow } from "../spec/names.ts";

const askTimeoutMs = 5000;
/** Number of requests to Kafka at the same time: each has a client of its own. */
const mostRequests = 4;

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

/** @throws StreamctlError `kafka` if the topic does not exist, `unreachable` */
export async function describe(stack: Stack, topic: string, signal: AbortSignal): Promise<TopicDocument> {
  const request = { brokers: stack.endpoints.kafka, topic, timeoutMs: askTimeoutMs, signal };
  const [offsets, config, sizes] = await Promise.all([listOffsets(request), readTopicConfig(request), sizesOf(stack)]);
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

/** Consumer groups, and the processor's own progress. */
export async function listGroupDocuments(stack: Stack, signal: AbortSignal): Promise<readonly GroupDocument[]> {
  const brokers = stack.endpoints.kafka;
  const request = { brokers, timeoutMs: askTimeoutMs, signal };
  const groups = await listGroups(request);
  const ends = new Map<string, Promise<readonly Watermarks[]>>();
  const endOf = async (topic: string, partition: number): Promise<number | null> => {
    const known = ends.get(topic) ?? listOffsets({ ...request, topic }).catch(() => []);
    ends.set(topic, known);
    return (await known).find((one) => one.partition === partition)?.high ?? null;
  };
  const offsetOf = async ({ topic, partition, next }: Position): Promise<GroupDocument["offsets"][number]> => {
    const end = await endOf(topic, partition);
    return { topic, partition, next, end, lag: end === null ? null : Math.max(0, end - next) };
  };
  const own = await ownProgress(stack, signal);
  const documents = await mapInTurns(groups, async ({ groupId, state }): Promise<GroupDocument> => {
    const committed = await groupOffsets({ ...request, groupId });
    const positions = committed.map(({ topic, partition, offset }) => ({ topic, partition, next: offset }));
    return { name: groupId, kind: "group", state, offsets: await mapInTurns(positions, offsetOf) };
  });
  return own === undefined ? documents : [{ ...own, offsets: await mapInTurns(own.offsets, offsetOf) }, ...documents];
}

interface Position {
  readonly topic: string;
  readonly partition: number;
  readonly next: number;
}

async function ownProgress(
  { processor }: Stack,
  signal: AbortSignal,
): Promise<(Omit<GroupDocument, "offsets"> & { readonly offsets: readonly Position[] }) | undefined> {
  const { declaration, plugin } = processor;
  try {
    const ask = async (deadline: StepDeadline) => await plugin.progress(processor.contextFor(), deadline);
    const progress = await withinStep(askTimeoutMs, signal, ask);
    const offsets = progress.map(({ topic, partition, nextOffset }) => ({ topic, partition, next: nextOffset }));
    return { name: declaration.label, kind: "processor", state: offsets.length === 0 ? "no progress reported" : "reading", offsets };
  } catch (error) {
    // The groups are useful without it.
    if (error instanceof StreamctlError) return undefined;
    throw error;
  }
}

/** Calls `work` for each item, a few at a time; results are in the order of the items. */
async function mapInTurns<T, U>(items: readonly T[], work: (item: T) => Promise<U>): Promise<U[]> {
  const results: U[] = [];
  for (let from = 0; from < items.length; from += mostRequests) {
    results.push(...(await Promise.all(items.slice(from, from + mostRequests).map(work))));
  }
  return results;
}
