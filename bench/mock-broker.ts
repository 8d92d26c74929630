/** librdkafka's mock cluster in a process of its own: a broker that is never the limit. Prints its address; ends when its input does. */

import { loadAddon } from "../src/kafka/addon.ts";

const cluster = new (loadAddon().MockCluster)(1);
cluster.createTopic("transactions", 3);
process.stdout.write(`${cluster.brokers}\n`);
process.stdin.resume().on("end", () => cluster.close());
