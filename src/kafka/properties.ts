/**
 * The one place where librdkafka's properties are chosen. What a user gives wins over our defaults; what keeps counts and
 * memory true (queue sizes, end-of-partition events, no commits) wins over the user.
 * Source: CONFIGURATION.md of librdkafka.
 */

import { StreamctlError } from "../core/errors.ts";
import type { FlatProperties } from "./native.ts";

/** librdkafka properties by name, as `--kafka-config` gives them: TLS, SASL and tuning. */
export type KafkaProperties = Readonly<Record<string, string>>;

/** Where a cluster is and how to speak with it. */
export interface KafkaConnection {
  /** Bootstrap addresses: `host:port`, several separated by commas. */
  readonly brokers: string;
  readonly properties?: KafkaProperties | undefined;
}

const shared: KafkaProperties = {
  "client.id": "streamctl",
  "enable.metrics.push": "false",
  "log.connection.close": "false",
  "reconnect.backoff.ms": "50",
  "reconnect.backoff.max.ms": "1000",
  "socket.connection.setup.timeout.ms": "10000",
};

const producer: KafkaProperties = {
  ...shared,
  "enable.idempotence": "true",
  acks: "all",
  // librdkafka 2.15.1 keeps one request of an idempotent producer in flight for each partition, and while more is ready its thread spins,
  // unless a request waits behind the connection's own limit: fewer than the three partitions of our topic, at half the CPU a message.
  "max.in.flight": "2",
  partitioner: "murmur2_random",
  "linger.ms": "5",
  "batch.num.messages": "10000",
  "batch.size": "1000000",
};

const admin: KafkaProperties = {
  ...shared,
  // A listener of another protocol just closes the connection: then that is why a request got no answer.
  "log.connection.close": "true",
};

const consumer: KafkaProperties = {
  ...shared,
  "isolation.level": "read_committed",
  // A full queue otherwise stops fetching for a whole second, although it is read empty in a fraction of that.
  "fetch.queue.backoff.ms": "2",
  "queued.min.messages": "20000",
  "queued.max.messages.kbytes": "8192",
  "fetch.wait.max.ms": "100",
  "fetch.message.max.bytes": "2097152",
  // Also the largest size to which a compressed batch may unpack. Java clients have no such limit, so what they read must be readable here.
  "receive.message.max.bytes": "2147483647",
};

const consumerOwn: KafkaProperties = {
  "enable.partition.eof": "true",
  "enable.auto.commit": "false",
  "enable.auto.offset.store": "false",
  "auto.offset.reset": "error",
};

const producerOwn: KafkaProperties = {
  // A message whose delivery is not reported would count as in flight for ever.
  "delivery.report.only.error": "false",
};

/** Limits of what a producer may have in flight; a user's queue sizes are read as these limits. */
export interface InFlightLimits {
  readonly messages: number;
  readonly bytes: number;
}

const defaultLimits: InFlightLimits = { messages: 100_000, bytes: 64 * 1024 * 1024 };
/** Beyond these nothing is bounded any more; librdkafka's own ranges reach a little further. */
const highestLimits: InFlightLimits = { messages: 1_000_000_000, bytes: 2 ** 40 };

export function inFlightLimits(properties: KafkaProperties | undefined, messages?: number, bytes?: number): InFlightLimits {
  const userMessages = positive(properties?.["queue.buffering.max.messages"]);
  const userKilobytes = positive(properties?.["queue.buffering.max.kbytes"]);
  return {
    messages: Math.min(messages ?? userMessages ?? defaultLimits.messages, highestLimits.messages),
    bytes: Math.min(bytes ?? (userKilobytes === undefined ? defaultLimits.bytes : userKilobytes * 1024), highestLimits.bytes),
  };
}

export function producerProperties(connection: KafkaConnection, limits: InFlightLimits): FlatProperties {
  const given = weakened(connection.properties ?? {});
  return flat(connection.brokers, producer, given, {
    ...producerOwn,
    // Above our own limits, so that librdkafka's queue is never the one that is full.
    "queue.buffering.max.messages": String(Math.min(limits.messages * 2 + 100_000, 2_147_483_647)),
    "queue.buffering.max.kbytes": String(Math.min(Math.ceil(limits.bytes / 512) + 65_536, 2_147_483_647)),
  });
}

export function consumerProperties(connection: KafkaConnection): FlatProperties {
  return flat(connection.brokers, consumer, connection.properties ?? {}, consumerOwn);
}

export function adminProperties(connection: KafkaConnection): FlatProperties {
  return flat(connection.brokers, admin, connection.properties ?? {}, {});
}

/** Whether keys are to be spread as the Java client does, which the addon does itself and faster. */
export function partitionsLikeJava(properties: KafkaProperties | undefined): boolean {
  const partitioner = properties?.["partitioner"];
  return partitioner === undefined || partitioner === "murmur2_random" || partitioner === "murmur2";
}

/** An `acks` below all contradicts idempotence: who asks for it means both. */
function weakened(given: KafkaProperties): KafkaProperties {
  const acks = given["acks"] ?? given["request.required.acks"];
  if (acks === undefined || acks === "all" || acks === "-1" || given["enable.idempotence"] !== undefined) return given;
  return { "enable.idempotence": "false", ...given };
}

function flat(brokers: string, ...layers: readonly KafkaProperties[]): FlatProperties {
  if (brokers.trim() === "") {
    throw new StreamctlError("usage", `Cannot connect to "${brokers}": no broker is named`, { hint: "Give --brokers host:port" });
  }
  // The user's other name for the same property could come later and win.
  const { "metadata.broker.list": _, ...properties } = Object.assign({}, ...layers) as Record<string, string>;
  // Nobody serves a queue of log lines: the addon takes them as they come.
  return Object.entries({ ...properties, "log.queue": "false", "bootstrap.servers": brokers }).flat();
}

function positive(text: string | undefined): number | undefined {
  const value = Number(text);
  return text !== undefined && Number.isSafeInteger(value) && value > 0 ? value : undefined;
}
