/**
 * `@confluentinc/kafka-javascript`: its `Producer` with one call and one delivery report per message, polled in the background. The first message
 * is sent alone; the clock starts when it is acknowledged. Arguments: brokers, topic, count, `generated` or `constant`.
 */

import kafka from "@confluentinc/kafka-javascript";
import { messageMaker } from "./messages.mjs";

const [brokers, topic, count, mode] = process.argv.slice(2);
const total = Number(count);
const makeMessage = messageMaker(mode);
/** Messages per turn of the event loop; reports arrive between turns. */
const burst = 1000;
const { ERR__QUEUE_FULL } = kafka.CODES.ERRORS;

const producer = new kafka.Producer({
  "bootstrap.servers": brokers,
  "enable.idempotence": true,
  acks: "all",
  "linger.ms": 5,
  "batch.num.messages": 10000,
  "batch.size": 1000000,
  partitioner: "murmur2_random",
  dr_cb: true,
});

let [sent, delivered, failed, startedAt] = [0, 0, 0, 0];

/** Returns false if the queue is full. */
function produce() {
  const { key, value } = makeMessage();
  try {
    producer.produce(topic, -1, value, key, 0);
  } catch (error) {
    if (error.code !== ERR__QUEUE_FULL) throw error;
    return false;
  }
  sent += 1;
  return true;
}

function produceAll() {
  const end = Math.min(total, sent + burst);
  while (sent < end) {
    if (!produce()) {
      setTimeout(produceAll, 1);
      return;
    }
  }
  if (sent < total) setImmediate(produceAll);
}

producer.on("delivery-report", (error) => {
  if (error) failed += 1;
  else delivered += 1;
  if (delivered + failed === 1) {
    startedAt = performance.now();
    produceAll();
  }
  if (delivered + failed < total) return;
  process.stdout.write(`${JSON.stringify({ delivered, elapsedMs: performance.now() - startedAt })}\n`);
  producer.disconnect(() => process.exit(failed === 0 ? 0 : 1));
});
producer.on("event.error", (error) => process.stderr.write(`${error.message}\n`));
producer.on("ready", () => {
  producer.setPollInBackground(true);
  produce();
});
producer.connect();
