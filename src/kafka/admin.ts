/**
 * Admin requests to a cluster. Each call uses its own client on another thread, so there is nothing to close. Each call ends by its
 * deadline, even if no broker responds.
 */

import { hasCode, StreamctlError } from "../core/errors.ts";
import { Deadline, pause, pollUntil, throwIfInterrupted } from "../core/wait.ts";
import { loadAddon } from "./addon.ts";
import { kafkaErrorCode, kafkaFailure, leaderless } from "./failure.ts";
import type { PartitionOffset } from "./consumer.ts";
import type { AdminRequestKind } from "./native.ts";
import { adminProperties, type KafkaConnection } from "./properties.ts";

export interface AdminOptions extends KafkaConnection {
  /** Deadline for the whole call, in milliseconds. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

export interface TopicOptions extends AdminOptions {
  readonly topic: string;
}

export interface ClusterMetadata {
  readonly brokers: readonly { readonly id: number; readonly host: string; readonly port: number }[];
  /** -1 when the cluster reports none. */
  readonly controllerId: number;
  /** All topics, including internal ones. */
  readonly topics: readonly { readonly name: string; readonly partitions: number }[];
}

/** @throws StreamctlError `unreachable` after the deadline, `kafka` when the cluster rejects the request, `interrupted` */
export async function fetchMetadata(options: AdminOptions): Promise<ClusterMetadata> {
  const [controllerId, brokerCount, ...rest] = await ask("metadata", `ask for metadata`, options, []);
  const count = Number(brokerCount);
  const topics = rest.slice(count * 3);
  return {
    controllerId: Number(controllerId),
    brokers: rows(rest.slice(0, count * 3), 3).map(([id, host = "", port]) => ({ id: Number(id), host, port: Number(port) })),
    topics: rows(topics, 2).map(([name = "", partitions]) => ({ name, partitions: Number(partitions) })),
  };
}

export interface NewTopicOptions extends TopicOptions {
  readonly partitions: number;
  /** Replicas per partition; default -1, the cluster's default. */
  readonly replication?: number;
  /** Topic configuration in Kafka's names. */
  readonly config?: Readonly<Record<string, string>>;
}

/** Creates the topic unless one of that name exists, and returns when the cluster lists it. An existing topic is not changed. */
export async function createTopic(options: NewTopicOptions): Promise<"created" | "exists"> {
  const { topic, partitions, replication = -1, config = {}, signal } = options;
  const values = [topic, String(partitions), String(replication), ...Object.entries(config).flat()];
  const within = new Deadline(options.timeoutMs);
  let timeoutMs: number;
  try {
    await ask("createTopic", `create topic "${topic}"`, options, values);
    timeoutMs = Math.max(1, within.remainingMs);
  } catch (error) {
    if (kafkaErrorCode(error) === "TOPIC_ALREADY_EXISTS") return "exists";
    throw error;
  } finally {
    within.release();
  }
  const seen = async () => ((await describeTopic({ ...options, timeoutMs }))?.partitions === partitions ? true : undefined);
  await pollUntil(seen, { timeoutMs, signal, what: `topic "${topic}"` });
  return "created";
}

export interface TopicDescription {
  /** Kafka's topic id in base64; a recreated topic of the same name has another one. */
  readonly topicId: string;
  readonly partitions: number;
}

/** Id and partitions of a topic; null when it does not exist. */
export async function describeTopic(options: TopicOptions): Promise<TopicDescription | null> {
  try {
    const [topicId = "", partitions] = await ask("describeTopic", `describe topic "${options.topic}"`, options, [options.topic]);
    return { topicId, partitions: Number(partitions) };
  } catch (error) {
    if (isUnknownTopic(error)) return null;
    throw error;
  }
}

/** Deletes a topic and its data. */
export async function deleteTopic(options: TopicOptions): Promise<"deleted" | "missing"> {
  try {
    await ask("deleteTopic", `delete topic "${options.topic}"`, options, [options.topic]);
    return "deleted";
  } catch (error) {
    if (isUnknownTopic(error)) return "missing";
    throw error;
  }
}

/** The topic's configuration in Kafka's names, including defaults. @throws StreamctlError `kafka` when the topic does not exist */
export async function readTopicConfig(options: TopicOptions): Promise<Readonly<Record<string, string>>> {
  const answer = await ask("describeConfig", `read the configuration of topic "${options.topic}"`, options, [options.topic]);
  return Object.fromEntries(rows(answer, 2).map(([name = "", value = ""]) => [name, value]));
}

export interface Watermarks {
  readonly partition: number;
  /** Offset of the earliest retained message. */
  readonly low: number;
  /** Last stable offset: where a read_committed consumer stops while a transaction is open; otherwise equal to `high`. */
  readonly stable: number;
  /** Offset of the next message that will be written. */
  readonly high: number;
}

const leaderPauseMs = 100;

/**
 * Earliest, last stable and next offset of every partition, sorted by partition. @throws StreamctlError `kafka` when the topic does not
 * exist
 */
export async function listOffsets(options: TopicOptions): Promise<readonly Watermarks[]> {
  const answer = await askForOffsets("listOffsets", options);
  return rows(answer, 4)
    .map(([partition, low, stable, high]) => ({
      partition: Number(partition),
      low: Number(low),
      stable: Number(stable),
      high: Number(high),
    }))
    .toSorted((one, other) => one.partition - other.partition);
}

export interface TimeOptions extends TopicOptions {
  /** Milliseconds since 1970, not negative. */
  readonly timestampMs: number;
}

/**
 * For every partition, sorted: the offset of the first message with this timestamp or a later one; the last stable offset if there is none.
 *
 * @throws StreamctlError `kafka` when the topic does not exist
 */
export async function offsetsForTime(options: TimeOptions): Promise<readonly PartitionOffset[]> {
  const answer = await askForOffsets("offsetsForTime", options, String(Math.ceil(options.timestampMs)));
  return rows(answer, 2)
    .map(([partition, offset]) => ({ partition: Number(partition), offset: Number(offset) }))
    .toSorted((one, other) => one.partition - other.partition);
}

/** Asks for offsets; retries until the deadline while a partition has no leader. */
async function askForOffsets(kind: AdminRequestKind, options: TopicOptions, ...values: readonly string[]): Promise<string[]> {
  const within = new Deadline(options.timeoutMs);
  try {
    return await askForOffsetsWithin(within, kind, options, values);
  } finally {
    within.release();
  }
}

async function askForOffsetsWithin(
  within: Deadline,
  kind: AdminRequestKind,
  options: TopicOptions,
  values: readonly string[],
): Promise<string[]> {
  const { topic, signal } = options;
  let noLeader: unknown;
  for (;;) {
    const timeoutMs = within.remainingMs;
    try {
      return await ask(kind, `read the offsets of topic "${topic}"`, { ...options, timeoutMs }, [topic, ...values]);
    } catch (error) {
      const code = kafkaErrorCode(error) ?? "";
      if (code === "_TIMED_OUT" && noLeader !== undefined) throw noLeader; // the deadline interrupted another attempt
      if (!leaderless.has(code) || within.remainingMs <= leaderPauseMs) throw error;
      noLeader = error;
      await pause(leaderPauseMs, signal);
    }
  }
}

export interface ConsumerGroup {
  readonly groupId: string;
  /** In Kafka's names: `Stable`, `Empty`, `PreparingRebalance`, …; `Unknown` from brokers before 2.6. */
  readonly state: string;
}

/** All consumer groups of the cluster, sorted by id. @throws StreamctlError `kafka` when a broker cannot list the groups it coordinates */
export async function listGroups(options: AdminOptions): Promise<readonly ConsumerGroup[]> {
  const answer = await ask("listGroups", "list the consumer groups", options, []);
  return rows(answer, 2)
    .map(([groupId = "", state = ""]) => ({ groupId, state }))
    .toSorted((one, other) => (one.groupId < other.groupId ? -1 : 1));
}

export interface GroupOptions extends AdminOptions {
  readonly groupId: string;
}

export interface CommittedOffset {
  readonly topic: string;
  readonly partition: number;
  /** Offset of the next message that the group will read. */
  readonly offset: number;
}

/** Committed offsets of a consumer group, sorted by topic and partition; empty for an unknown group. */
export async function groupOffsets(options: GroupOptions): Promise<readonly CommittedOffset[]> {
  const answer = await ask("groupOffsets", `read the offsets of group "${options.groupId}"`, options, [options.groupId]);
  return rows(answer, 3)
    .map(([topic = "", partition, offset]) => ({ topic, partition: Number(partition), offset: Number(offset) }))
    .toSorted((one, other) => (one.topic === other.topic ? one.partition - other.partition : one.topic < other.topic ? -1 : 1));
}

async function ask(kind: AdminRequestKind, action: string, options: AdminOptions, values: readonly string[]): Promise<string[]> {
  const within = new Deadline(options.timeoutMs);
  try {
    for (;;) {
      try {
        return await askOnce(kind, action, { ...options, timeoutMs: within.remainingMs }, values);
      } catch (error) {
        // The native timeout also counts time in which this process is stopped or the machine suspended.
        if (kafkaErrorCode(error) !== "_TIMED_OUT" || within.remainingMs < leastRetryMs) throw error;
      }
    }
  } finally {
    within.release();
  }
}

/** A request that timed out with less than this left, in milliseconds, is not repeated: the two clocks differ slightly. */
const leastRetryMs = 500;

async function askOnce(kind: AdminRequestKind, action: string, options: AdminOptions, values: readonly string[]): Promise<string[]> {
  const { timeoutMs, signal, brokers } = options;
  throwIfInterrupted(signal);
  const addon = loadAddon();
  try {
    const request = addon.request(kind, adminProperties(options), values, Math.max(1, Math.ceil(timeoutMs)));
    const cancel = () => addon.cancel(request);
    signal?.addEventListener("abort", cancel, { once: true });
    try {
      return await request.answer;
    } finally {
      signal?.removeEventListener("abort", cancel);
    }
  } catch (error) {
    throwIfInterrupted(signal);
    throw kafkaFailure(action, brokers, error);
  }
}

/** Whether Kafka rejected a request because there is no such topic. */
export function isUnknownTopic(error: unknown): boolean {
  const code = kafkaErrorCode(error);
  return hasCode(error, "kafka") && (code === "UNKNOWN_TOPIC_OR_PART" || code === "_UNKNOWN_TOPIC");
}

function rows(flat: readonly string[], width: number): string[][] {
  if (flat.length % width !== 0)
    throw new StreamctlError("internal", `Cannot read Kafka's answer: ${flat.length} values for rows of ${width}`);
  return Array.from({ length: flat.length / width }, (_, row) => flat.slice(row * width, (row + 1) * width));
}
