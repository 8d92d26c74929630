/**
 * Chooses librdkafka's properties. The user's properties override the defaults, except those on which counts and memory limits depend
 * (queue sizes, end-of-partition events, no commits). Source: CONFIGURATION.md of librdkafka.
 */

import { StreamctlError } from "../core/errors.ts";
import type { FlatProperties } from "./native.ts";

/** librdkafka properties by name, as `--kafka-config` gives them: TLS, SASL and tuning. */
export type KafkaProperties = Readonly<Record<string, string>>;

/** Address and client properties of a cluster. */
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
  // librdkafka 2.15.1 keeps one request per partition of an idempotent producer in flight, and its thread spins while more data is ready,
  // unless a request waits for the connection's limit. A limit below the topic's three partitions avoids that and halves the CPU time per
  // message.
  "max.in.flight": "2",
  partitioner: "murmur2_random",
  "linger.ms": "5",
  "batch.num.messages": "10000",
  "batch.size": "1000000",
};

const admin: KafkaProperties = {
  ...shared,
  // A listener of another protocol closes the connection; the log shows that this is why a request got no response.
  "log.connection.close": "true",
};

const consumer: KafkaProperties = {
  ...shared,
  "isolation.level": "read_committed",
  // By default a full queue stops fetching for a second, although it is emptied in a fraction of that.
  "fetch.queue.backoff.ms": "2",
  "queued.min.messages": "20000",
  "queued.max.messages.kbytes": "8192",
  "fetch.wait.max.ms": "100",
  "fetch.message.max.bytes": "2097152",
  // Also limits the uncompressed size of a batch. Java clients have no such limit, and everything that they can read must be readable here.
  "receive.message.max.bytes": "2147483647",
};

const consumerOverrides: KafkaProperties = {
  "enable.partition.eof": "true",
  "enable.auto.commit": "false",
  "enable.auto.offset.store": "false",
  "auto.offset.reset": "error",
};

const producerOverrides: KafkaProperties = {
  // A message without a delivery report would count as in flight forever.
  "delivery.report.only.error": "false",
};

/** Limits of a producer's in-flight messages; the user's queue sizes set these limits. */
export interface InFlightLimits {
  readonly messages: number;
  readonly bytes: number;
}

const defaultLimits: InFlightLimits = { messages: 100_000, bytes: 64 * 1024 * 1024 };
/** Practically unlimited; librdkafka's own ranges are slightly larger. */
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
    ...producerOverrides,
    // Larger than the in-flight limits, so that librdkafka's queue never fills up first.
    "queue.buffering.max.messages": String(Math.min(limits.messages * 2 + 100_000, 2_147_483_647)),
    "queue.buffering.max.kbytes": String(Math.min(Math.ceil(limits.bytes / 512) + 65_536, 2_147_483_647)),
  });
}

/** What a consumer fetches ahead of its reader, approximately. */
export interface PrefetchLimit {
  /** Of all partitions together. */
  readonly bytes: number;
  readonly partitions: number;
}

export function consumerProperties(connection: KafkaConnection, prefetch?: PrefetchLimit): FlatProperties {
  const given = connection.properties ?? {};
  const limits = prefetch === undefined ? {} : prefetchLimits(prefetch, positive(given["message.max.bytes"]) ?? 1_000_000);
  return flat(connection.brokers, consumer, given, { ...limits, ...consumerOverrides });
}

/** librdkafka limits the queue of each partition; one more response for each may be on its way. */
function prefetchLimits({ bytes, partitions }: PrefetchLimit, messageMaxBytes: number): KafkaProperties {
  const each = Math.min(Math.max(bytes / Math.max(partitions, 1) / 2, 16 * 1024), 2 ** 29);
  return {
    "queued.max.messages.kbytes": String(Math.ceil(each / 1024)),
    "fetch.message.max.bytes": String(Math.ceil(each)),
    // Without this limit, librdkafka requests up to 50 MB per broker. It rejects one below message.max.bytes.
    "fetch.max.bytes": String(Math.ceil(Math.max(Math.min(bytes, 2 ** 30), messageMaxBytes))),
  };
}

export function adminProperties(connection: KafkaConnection): FlatProperties {
  return flat(connection.brokers, admin, connection.properties ?? {}, {});
}

/** Whether to choose partitions as the Java client does. The addon does this itself, faster than librdkafka. */
export function partitionsLikeJava(properties: KafkaProperties | undefined): boolean {
  const partitioner = properties?.["partitioner"];
  return partitioner === undefined || partitioner === "murmur2_random" || partitioner === "murmur2";
}

/** Idempotence requires `acks=all`: disable it when the user sets fewer acks. */
function weakened(given: KafkaProperties): KafkaProperties {
  const acks = given["acks"] ?? given["request.required.acks"];
  if (acks === undefined || acks === "all" || acks === "-1" || given["enable.idempotence"] !== undefined) return given;
  return { "enable.idempotence": "false", ...given };
}

function flat(brokers: string, ...layers: readonly KafkaProperties[]): FlatProperties {
  if (brokers.trim() === "") {
    throw new StreamctlError("usage", `Cannot connect to Kafka: the list of brokers is empty`, {
      hint: "Specify a broker: --brokers host:port",
    });
  }
  // An alias of bootstrap.servers, which could override it.
  const { "metadata.broker.list": _, ...properties } = Object.assign({}, ...layers) as Record<string, string>;
  // The addon receives log lines in a callback, so librdkafka must not queue them.
  return Object.entries({ ...properties, "log.queue": "false", "bootstrap.servers": brokers }).flat();
}

function positive(text: string | undefined): number | undefined {
  const value = Number(text);
  return text !== undefined && Number.isSafeInteger(value) && value > 0 ? value : undefined;
}
