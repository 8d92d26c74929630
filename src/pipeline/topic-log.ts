/** Access to the raw topic in Kafka, for `verify`. */

import { StreamctlError } from "../core/errors.ts";
import { describeTopic, listOffsets } from "../kafka/admin.ts";
import { openConsumer } from "../kafka/consumer.ts";
import type { KafkaConnection } from "../kafka/properties.ts";
import type { TopicLog } from "./topic-reading.ts";

/** Timeout per request. */
const askTimeoutMs = 15_000;

/** Opens no connection until it is used. `snapshot` throws StreamctlError `kafka` for an unknown topic, `unreachable` without a broker. */
export function kafkaTopicLog(connection: KafkaConnection, topic: string): TopicLog {
  return {
    topic,
    async snapshot(signal) {
      const request = { ...connection, topic, timeoutMs: askTimeoutMs, signal };
      const description = await describeTopic(request);
      if (description === null) {
        throw new StreamctlError("kafka", `Cannot verify "${topic}": the topic does not exist`, { hint: "Run: streamctl up" });
      }
      return { topicId: description.topicId, partitions: await listOffsets(request) };
    },
    openReader: (positions) => openConsumer({ ...connection, topic, positions }),
  };
}
