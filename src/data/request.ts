/** Resolves the options of `data` into a request. Pure: facts about the machine are passed in. */

import { StreamctlError } from "../core/errors.ts";
import { wholeNumber } from "../core/option-text.ts";
import type { KafkaProperties } from "../kafka/properties.ts";
import { eventTimeRange } from "../record/event-timestamp.ts";
import { transactionsTopic } from "../spec/names.ts";
import { simulatedTimeMs, type EventTime } from "./event-time.ts";
import * as option from "./option-values.ts";
import { shardShare, type Shard, type Share } from "./shares.ts";

/** The options as text; undefined if not given. */
export interface RawDataOptions {
  readonly count?: string | undefined;
  readonly rate?: string | undefined;
  readonly workers?: string | undefined;
  readonly seed?: string | undefined;
  readonly startTime?: string | undefined;
  readonly spacing?: string | undefined;
  readonly shard?: string | undefined;
  readonly users?: string | undefined;
  readonly topic?: string | undefined;
  readonly brokers?: string | undefined;
  readonly dryRun?: boolean | undefined;
}

export interface DataEnvironment {
  /** Number of processor cores that this process may use, at least 1. */
  readonly cores: number;
  /** Milliseconds since the epoch, for `--start-time now`. */
  readonly nowMs: number;
  /** The seed if none is given: a whole number from 0 to 2^53 − 1. */
  readonly randomSeed: number;
  /** Bootstrap servers if neither `--brokers` nor the Kafka configuration names any; default `127.0.0.1:9092`. */
  readonly defaultBrokers?: string | undefined;
  /** Properties of `--kafka-config`, as `readKafkaConfig` returns them. */
  readonly kafkaProperties?: KafkaProperties | undefined;
}

export interface DataRequest {
  /** Number of records of all shards together; null to send until interrupted. */
  readonly count: number | null;
  readonly shard: Shard;
  /** The indices of the records that this process generates. */
  readonly share: Share;
  /** Rate of this process; null for as fast as possible. */
  readonly messagesPerSecond: number | null;
  readonly workers: number;
  /** 0 to 2^53 − 1. */
  readonly seed: number;
  readonly users: "fixed" | "random";
  readonly eventTime: EventTime;
  readonly topic: string;
  readonly brokers: string;
  readonly kafkaProperties: KafkaProperties;
  readonly dryRun: boolean;
}

const defaultRate = 100;
const defaultSpacingUs = 10_000;
const maxWorkers = 256;

/** @throws StreamctlError `usage` for the first invalid option */
export function resolveDataRequest(raw: RawDataOptions, environment: DataEnvironment): DataRequest {
  const count = raw.count === undefined ? null : wholeNumber("-n", raw.count, 1);
  const shard = raw.shard === undefined ? { number: 1, of: 1 } : option.shard(raw.shard);
  const share = shardShare(count, shard);
  const users = raw.users === undefined ? "fixed" : option.users(raw.users);
  const eventTime = resolveEventTime(raw, environment.nowMs, count);
  const unpaced = eventTime.kind === "simulated" || raw.dryRun === true;
  const messagesPerSecond = raw.rate === undefined ? (unpaced ? null : defaultRate) : option.messageRate(raw.rate);
  const wanted =
    raw.workers === undefined
      ? defaultWorkers(messagesPerSecond, users, environment.cores)
      : wholeNumber("--workers", raw.workers, 1, maxWorkers);
  const { kafkaProperties = {}, defaultBrokers = "127.0.0.1:9092" } = environment;
  const brokers = namedBrokers(raw, kafkaProperties) ?? defaultBrokers;
  return Object.freeze({
    count,
    shard: Object.freeze(shard),
    share: Object.freeze(share),
    messagesPerSecond,
    workers: share.count === null ? wanted : Math.max(1, Math.min(wanted, share.count)),
    seed: raw.seed === undefined ? environment.randomSeed : wholeNumber("--seed", raw.seed, 0),
    users,
    eventTime: Object.freeze(eventTime),
    topic: raw.topic === undefined ? transactionsTopic.name : option.topicName(raw.topic),
    brokers: option.brokerList(brokers),
    kafkaProperties: Object.freeze({ ...kafkaProperties }),
    dryRun: raw.dryRun === true,
  });
}

/** Bootstrap servers that the user named, in an option or in the Kafka configuration; undefined if none. */
export function namedBrokers({ brokers }: Pick<RawDataOptions, "brokers">, properties: KafkaProperties): string | undefined {
  return brokers ?? properties["bootstrap.servers"] ?? properties["metadata.broker.list"];
}

function resolveEventTime(raw: RawDataOptions, nowMs: number, count: number | null): EventTime {
  if (raw.startTime === undefined) {
    if (raw.spacing === undefined) return { kind: "live" };
    throw new StreamctlError("usage", `Cannot use --spacing ${raw.spacing} without --start-time`, {
      hint: `Add the start of the simulated time: --start-time 2026-01-01T00:00:00Z --spacing ${raw.spacing}`,
    });
  }
  const startMs = option.startTime(raw.startTime, nowMs);
  const spacingUs = raw.spacing === undefined ? defaultSpacingUs : option.spacing(raw.spacing);
  const eventTime = { kind: "simulated", startMs, spacingUs } as const;
  if (count !== null && simulatedTimeMs(eventTime, count - 1) > eventTimeRange.lastMs) {
    const hint = "Choose a smaller --spacing, an earlier --start-time or fewer messages";
    throw new StreamctlError(
      "usage",
      `Cannot simulate ${count} events from ${raw.startTime} on: the last ones would be after the year 9999`,
      {
        hint,
      },
    );
  }
  return eventTime;
}

/** Messages per second of one worker on slow processors, with Kafka on the same machine. */
const workerCapacity = { fixed: 400_000, random: 100_000 } as const;

/**
 * The number of workers for a rate. Without a rate, two are enough: while one waits for the broker, the other generates records. On two cores,
 * two workers are a third faster than one, and three are slower than two. More workers help if records are slow to generate (faker), or if
 * there are many cores.
 *
 * @param messagesPerSecond null for as fast as possible
 */
export function defaultWorkers(messagesPerSecond: number | null, users: DataRequest["users"], cores: number): number {
  const useful = users === "random" ? cores : Math.max(Math.min(cores, 2), Math.floor(cores / 4));
  const most = Math.max(1, Math.min(useful, 8));
  return messagesPerSecond === null ? most : Math.min(most, Math.ceil(messagesPerSecond / workerCapacity[users]));
}
