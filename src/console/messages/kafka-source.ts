import { offsetsOf } from "../missing.ts";
import { offsetsForTime } from "../../kafka/admin.ts";
import { openConsumer } from "../../kafka/consumer.ts";
import type { KafkaConnection } from "../../kafka/properties.ts";
import type { MessageSource } from "./types.ts";

/** Timeout per request, in milliseconds. */
const askTimeoutMs = 10_000;

/** The topics of a Kafka cluster. Opens no connection until it is used. */
export function kafkaSource(connection: KafkaConnection): MessageSource {
  return {
    offsets: async (topic, signal) => await offsetsOf({ ...connection, topic, timeoutMs: askTimeoutMs, signal }),
    offsetsForTime: async (topic, timestampMs, signal) =>
      await offsetsForTime({ ...connection, topic, timestampMs, timeoutMs: askTimeoutMs, signal }),
    open: (topic, positions, prefetchBytes) => openConsumer({ ...connection, topic, positions, prefetchBytes, headers: true }),
  };
}
