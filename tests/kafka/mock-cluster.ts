/** librdkafka's mock cluster for tests, closed at the end of a `using` block. */

import { loadAddon } from "../../src/kafka/addon.ts";
import type { NativeMockCluster } from "../../src/kafka/native.ts";

/** Kafka's API keys and error codes that tests use to inject failures. */
export const produceRequest = 0;
export const errorNotLeader = 6;
export const errorRequestTimedOut = 7;
export const errorTopicAuthorizationFailed = 29;

export interface MockCluster extends NativeMockCluster, Disposable {}

/** A cluster with the given topics (name to partitions), with one broker by default. */
export function openMockCluster(topics: Readonly<Record<string, number>> = {}, brokers = 1): MockCluster {
  const cluster = new (loadAddon().MockCluster)(brokers);
  for (const [name, partitions] of Object.entries(topics)) cluster.createTopic(name, partitions);
  return Object.assign(cluster, { [Symbol.dispose]: () => cluster.close() });
}
