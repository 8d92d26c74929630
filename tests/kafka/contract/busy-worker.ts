/** A worker that opens a mock cluster, delivers ten messages, leaves a hundred in flight and its clients open, and says so. */

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
// The listener keeps the worker and, through its closure, the clients alive until somebody terminates it.
parentPort?.on("message", () => parentPort?.postMessage([cluster.brokers, producer.drainLog(), consumer.drainLog()]));
