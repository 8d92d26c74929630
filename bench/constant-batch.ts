/**
 * The baseline for `data`: the same addon sends one constant batch repeatedly, which leaves only the native call, librdkafka and the
 * delivery reports. Arguments: brokers, topic, number of messages.
 */

import { Producer } from "../src/kafka/producer.ts";

const [brokers = "", topic = "", count = "0"] = process.argv.slice(2);
const total = Number(count);
const perBatch = 4000;
/** Same size as a transaction. */
const key = new TextEncoder().encode("00000000-0000-4000-8000-000000000000");
const valueBytes = 150;

const bytes = new Uint8Array(perBatch * (key.length + valueBytes)).fill(120);
const offsets = new Uint32Array(2 * perBatch + 1);
let position = 0;
for (let index = 0; index < perBatch; index += 1) {
  offsets[2 * index] = position;
  bytes.set(key, position);
  // Ten keys, like `data` by default.
  bytes[position] = 48 + (index % 10);
  offsets[2 * index + 1] = position + key.length;
  position += key.length + valueBytes;
}
offsets[2 * perBatch] = position;
const batch = { count: perBatch, bytes, offsets, weights: new Uint32Array(perBatch) };

const producer = new Producer({ brokers, topic });
let sent = 0;
while (sent < total) {
  const size = Math.min(perBatch, total - sent);
  let first = 0;
  while (first < size) first += producer.produce({ ...batch, count: size }, first, 1000);
  sent += size;
}
while (!producer.flush(1000));
const { delivered, firstEnqueueMs, lastReportMs } = producer.statistics();
producer.close();
const elapsedMs = (lastReportMs ?? Number.NaN) - (firstEnqueueMs ?? Number.NaN);
process.stdout.write(`${JSON.stringify({ delivered, elapsedMs })}\n`);
process.exit(delivered === sent ? 0 : 1);
