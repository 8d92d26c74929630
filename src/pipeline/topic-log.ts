/** The raw topic of a Kafka cluster as `verify` reads it. */

import { StreamctlError } from "../core/errors.ts";
import { describeTopic, listOffsets } from "../kafka/admin.ts";
import { openConsumer } from "../kafka/consumer.ts";
import type { KafkaConnection } from "../kafka/properties.ts";
import type { TopicLog } from "./topic-reading.ts";

/** Deadline of one question to the cluster, in milliseconds. */
const askTimeoutMs = 15_000;

/** Opens nothing by itself; `snapshot` throws StreamctlError `kafka` where there is no such topic, `unreachable` without a broker. */
export function kafkaTopicLog(connection: KafkaConnection, topic: string): TopicLog {
  return {
    topic,
    async snapshot(signal) {
      const request = { ...connection, topic, timeoutMs: askTimeoutMs, signal };
      const description = await describeTopic(request);
      if (description === null) {
        throw new StreamctlError("kafka", `Cannot verify "${topic}": there is no such topic`, { hint: "Make it with: streamctl up" });
      }
      return { topicId: description.topicId, partitions: await listOffsets(request) };
    },
    openReader: (positions) => openConsumer({ ...connection, topic, positions }),
  };
}
