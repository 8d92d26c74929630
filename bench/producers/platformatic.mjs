/**
 * `@platformatic/kafka`: `send` with batches, several at a time. The first message is sent alone; the clock starts when it is acknowledged.
 * Arguments: brokers, topic, count, `generated` or `constant`.
 */

import { ProduceAcks, Producer } from "@platformatic/kafka";
import { messageMaker } from "./messages.mjs";

const [brokers, topic, count, mode] = process.argv.slice(2);
const total = Number(count);
const makeMessage = messageMaker(mode);
/** The fastest of the tested sizes, on both runtimes. */
const batchSize = 2000;
const sendsAtOnce = 5;

const producer = new Producer({
  clientId: "bench",
  bootstrapBrokers: brokers.split(","),
  idempotent: true,
  acks: ProduceAcks.ALL,
});

let [taken, delivered] = [0, 0];

async function sendBatch(size) {
  taken += size;
  const messages = Array.from({ length: size }, () => ({ topic, ...makeMessage() }));
  await producer.send({ messages });
  delivered += size;
}

async function sendBatches() {
  while (taken < total) await sendBatch(Math.min(batchSize, total - taken));
}

await sendBatch(1);
const startedAt = performance.now();
await Promise.all(Array.from({ length: sendsAtOnce }, sendBatches));
process.stdout.write(`${JSON.stringify({ delivered, elapsedMs: performance.now() - startedAt })}\n`);
await producer.close();
