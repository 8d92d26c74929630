/**
 * The delivery statistics under random schedules of broker errors, leader changes, outages and timeouts: each accepted message is
 * counted as delivered, failed or unresolved exactly once. librdkafka's mock cluster does not deduplicate messages that are sent
 * twice, so the contents of the log are compared on real brokers (tests/e2e/).
 *
 * A failure prints a seed and a path. STREAMCTL_SEED=<seed> STREAMCTL_PATH=<path> repeats it, except for thread scheduling.
 * STREAMCTL_LONG=1 runs for ten minutes.
 */

import { expect, test } from "bun:test";
import { type Arbitrary, array, assert, boolean, constant, constantFrom, integer, nat, oneof, option, property, record } from "fast-check";
import { type DeliveryStatistics, Producer } from "../../src/kafka/producer.ts";
import { packMessages } from "./batches.ts";
import { type MockCluster, openMockCluster, produceRequest } from "./mock-cluster.ts";

const { STREAMCTL_LONG, STREAMCTL_SEED, STREAMCTL_PATH } = process.env;
const long = STREAMCTL_LONG === "1";
/** No schedule starts after this time. A schedule takes up to 30 s if brokers stay down. */
const enoughMs = long ? 600_000 : 15_000;

const brokers = 3;
const topic = "payments";
/** Messages with larger values are refused by librdkafka without being sent. */
const largestMessage = 4_000;

/** Kafka's error codes of responses that mean that nothing was appended. */
const refusals = {
  corruptMessage: 2,
  unknownTopicOrPartition: 3,
  leaderNotAvailable: 5,
  messageTooLarge: 10,
  notEnoughReplicas: 19,
  topicAuthorizationFailed: 29,
  storageError: 56,
};

type Step =
  | { readonly do: "produce"; readonly count: number; readonly valueBytes: number; readonly largeAt: number | null }
  | { readonly do: "refuse"; readonly error: number; readonly requests: number }
  | { readonly do: "lead"; readonly partition: number; readonly broker: number }
  | { readonly do: "brokers"; readonly broker: number; readonly up: boolean }
  | { readonly do: "roundTrip"; readonly ms: number }
  | { readonly do: "partitions"; readonly count: number }
  | { readonly do: "flush"; readonly ms: number };

interface Schedule {
  readonly maxInFlightMessages: number;
  readonly maxInFlightBytes: number;
  readonly properties: Readonly<Record<string, string>>;
  readonly partitions: number;
  readonly steps: readonly Step[];
  /** How it ends: waiting for all deliveries, purging, or closing with messages in flight. */
  readonly end: "drain" | "purge" | "close";
}

const anyStep: Arbitrary<Step> = oneof(
  {
    weight: 6,
    arbitrary: record({
      do: constant("produce" as const),
      count: integer({ min: 1, max: 600 }),
      valueBytes: integer({ min: 1, max: 300 }),
      largeAt: option(nat(599), { freq: 5 }),
    }),
  },
  {
    weight: 3,
    arbitrary: record({
      do: constant("refuse" as const),
      error: constantFrom(...Object.values(refusals)),
      requests: integer({ min: 1, max: 6 }),
    }),
  },
  {
    weight: 2,
    arbitrary: record({ do: constant("lead" as const), partition: nat(2), broker: integer({ min: 1, max: brokers }) }),
  },
  { weight: 2, arbitrary: record({ do: constant("brokers" as const), broker: constantFrom(-1, 1, 2, 3), up: boolean() }) },
  { weight: 1, arbitrary: record({ do: constant("roundTrip" as const), ms: nat(60) }) },
  { weight: 1, arbitrary: record({ do: constant("partitions" as const), count: integer({ min: 1, max: 6 }) }) },
  { weight: 2, arbitrary: record({ do: constant("flush" as const), ms: nat(80) }) },
);

const anySchedule: Arbitrary<Schedule> = record({
  maxInFlightMessages: oneof(integer({ min: 1, max: 50 }), integer({ min: 50, max: 5_000 })),
  maxInFlightBytes: oneof(integer({ min: 1, max: 2_000 }), integer({ min: 2_000, max: 1_000_000 })),
  properties: record({
    "enable.idempotence": constantFrom("true", "false"),
    "linger.ms": constantFrom("0", "5", "20"),
    "batch.num.messages": constantFrom("1", "7", "10000"),
    "message.timeout.ms": constantFrom("150", "1000", "3000"),
    "compression.type": constantFrom("none", "lz4"),
  }),
  partitions: integer({ min: 1, max: 4 }),
  steps: array(anyStep, { minLength: 1, maxLength: 14 }),
  end: constantFrom("drain", "purge", "close"),
});

/** The test's own counts of what the producer took, and the topic's partitions. */
interface Handed {
  partitions: number;
  messages: number;
  bytes: number;
  large: number;
}

/** The weight of a message is its size, so the sums of weights and of bytes must be equal. */
function produce(producer: Producer, { count, valueBytes, largeAt }: Step & { do: "produce" }, handed: Handed): void {
  const messages = Array.from({ length: count }, (_, index) => {
    const key = `key-${handed.messages + index}`;
    const value = "v".repeat(index === largeAt ? largestMessage + 1_000 : 1 + ((index * 31) % valueBytes));
    return { key, value, weight: key.length + value.length };
  });
  const batch = packMessages(messages);
  for (let first = 0, idle = 0; first < count && idle < 2;) {
    const taken = producer.produce(batch, first, 20);
    handed.messages += taken;
    for (const { weight } of messages.slice(first, first + taken)) {
      handed.bytes += weight;
      handed.large += Number(weight > largestMessage);
    }
    first += taken;
    idle = taken > 0 ? 0 : idle + 1;
  }
}

function perform(cluster: MockCluster, producer: Producer, step: Step, handed: Handed): void {
  switch (step.do) {
    case "produce":
      return produce(producer, step, handed);
    case "refuse":
      return cluster.failRequests(produceRequest, step.error, step.requests);
    case "lead":
      return cluster.setLeader(topic, step.partition % handed.partitions, step.broker);
    case "brokers":
      return cluster.setBrokerUp(step.broker, step.up);
    case "roundTrip":
      return cluster.setRoundTripMs(step.ms);
    case "partitions":
      handed.partitions = step.count;
      cluster.deleteTopic(topic);
      return cluster.createTopic(topic, step.count);
    case "flush":
      producer.flush(step.ms);
  }
}

function sum(numbers: Iterable<number>): number {
  return [...numbers].reduce((total, number) => total + number, 0);
}

/** Invariants after each step. */
function expectLedger(now: DeliveryStatistics, before: DeliveryStatistics, handed: Handed, { maxInFlightMessages }: Schedule): void {
  expect(now.accepted).toBe(handed.messages);
  expect(now.delivered + now.failed + now.unresolved + now.inFlight).toBe(now.accepted);
  expect(sum(now.errors.map(({ count }) => count))).toBe(now.failed + now.unresolved);
  expect(sum(now.latencyHistogram.subarray(0, -1))).toBe(now.delivered);
  expect(now.weightedCount).toBe(now.delivered);
  expect(now.weightSum).toBe(now.bytes);
  expect(now.bytes).toBeLessThanOrEqual(handed.bytes);
  expect(now.inFlight).toBeLessThanOrEqual(maxInFlightMessages);
  expect(now.failed).toBeGreaterThanOrEqual(handed.large);
  for (const column of ["delivered", "failed", "unresolved", "bytes"] as const) expect(now[column]).toBeGreaterThanOrEqual(before[column]);
}

/** Invariants when no message is in flight. */
function expectSettled(now: DeliveryStatistics, handed: Handed): void {
  expect(now.inFlight).toBe(0);
  if (now.delivered === handed.messages) expect(now.bytes).toBe(handed.bytes);
}

function finish(cluster: MockCluster, producer: Producer, end: Schedule["end"]): void {
  if (end === "purge") producer.purge();
  if (end === "drain") {
    cluster.setBrokerUp(-1, true);
    cluster.setRoundTripMs(0);
    expect(producer.flush(20_000)).toBe(true);
  }
  if (end !== "close") expect(producer.statistics().inFlight).toBe(0); // before close() counts the rest as unresolved
  producer.close();
}

function run(schedule: Schedule): number {
  using cluster = openMockCluster({ [topic]: schedule.partitions }, brokers);
  const properties = { ...schedule.properties, "message.max.bytes": String(largestMessage), "allow.auto.create.topics": "false" };
  const producer = new Producer({ ...schedule, brokers: cluster.brokers, topic, properties });
  const handed: Handed = { partitions: schedule.partitions, messages: 0, bytes: 0, large: 0 };
  try {
    let before = producer.statistics();
    const look = () => {
      const now = producer.statistics();
      expectLedger(now, before, handed, schedule);
      before = now;
    };
    for (const each of schedule.steps) {
      perform(cluster, producer, each, handed);
      look();
    }
    finish(cluster, producer, schedule.end);
    look();
    expectSettled(before, handed);
    expect(() => producer.produce(packMessages([]), 0, 0)).toThrow("closed");
    return handed.messages;
  } finally {
    producer.close();
  }
}

test(
  "accepted = delivered + failed + unresolved + inFlight, in messages, bytes and weights, under random broker errors",
  () => {
    let messages = 0;
    let runs = 0;
    const ledger = property(anySchedule, (each) => {
      messages += run(each);
      runs += 1;
    });
    assert(ledger, {
      includeErrorInReport: true,
      numRuns: long ? Number.MAX_SAFE_INTEGER : 10,
      interruptAfterTimeLimit: enoughMs,
      ...(STREAMCTL_SEED === undefined ? {} : { seed: Number(STREAMCTL_SEED) }),
      ...(STREAMCTL_PATH === undefined ? {} : { path: STREAMCTL_PATH }),
    });
    if (long) process.stderr.write(`${runs} schedules, ${messages} messages\n`);
    expect(messages).toBeGreaterThan(0);
  },
  enoughMs + 60_000,
);
