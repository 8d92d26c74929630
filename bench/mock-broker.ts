/** librdkafka's mock cluster in a separate process: a broker that is never the bottleneck. Prints its address; exits when stdin is closed. */

import { loadAddon } from "../src/kafka/addon.ts";

const cluster = new (loadAddon().MockCluster)(1);
cluster.createTopic("transactions", 3);
process.stdout.write(`${cluster.brokers}\n`);
process.stdin.resume().on("end", () => cluster.close());
