/** A worker that delivers ten messages to its mock cluster, leaves a hundred in flight, posts its counts and leaves its clients open. */

import { parentPort } from "node:worker_threads";
import { openConsumer } from "../../../src/kafka/consumer.ts";
import { Producer } from "../../../src/kafka/producer.ts";
import { numberedMessages, packMessages } from "../batches.ts";
import { openMockCluster } from "../mock-cluster.ts";
import { deliveryCounts } from "./delivery-counts.ts";

const cluster = openMockCluster({ payments: 3 });
const producer = new Producer({ brokers: cluster.brokers, topic: "payments" });
producer.produce(packMessages(numberedMessages(10)), 0, 5_000);
producer.flush(10_000);
const consumer = openConsumer({ brokers: cluster.brokers, topic: "payments", positions: [{ partition: 0, offset: 0 }] });
cluster.setRoundTripMs(60_000);
producer.produce(packMessages(numberedMessages(100)), 0, 5_000);
parentPort?.postMessage(deliveryCounts(producer.statistics()));
// The listener keeps the worker and, through its closure, the clients alive until the worker is terminated.
parentPort?.on("message", () => parentPort?.postMessage([cluster.brokers, producer.drainLog(), consumer.drainLog()]));
