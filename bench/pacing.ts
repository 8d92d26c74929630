/** Measures how evenly `data --rate` sends, from the timestamps of the records in the topic. */

import { listOffsets } from "../src/kafka/admin.ts";
import { openConsumer } from "../src/kafka/consumer.ts";

export interface Topic {
  readonly brokers: string;
  readonly topic: string;
}

export interface Evenness {
  /** Average from the first to the last record. */
  readonly messagesPerSecond: number;
  /** Maximum number of messages in any 20 ms. */
  readonly densest: number;
}

const intervalMs = 20;

/** Calls `send` and measures the records that arrive in the topic meanwhile. */
export async function measureEvenness(target: Topic, send: () => Promise<unknown>): Promise<Evenness> {
  const before = await listOffsets({ ...target, timeoutMs: 10_000 });
  await send();
  const times = await readTimes(target, before);
  const [first = Number.NaN, last = Number.NaN] = [times[0], times.at(-1)];
  return { messagesPerSecond: ((times.length - 1) / (last - first)) * 1000, densest: densest(times) };
}

/** Milliseconds since the epoch, ascending. */
async function readTimes(target: Topic, before: readonly { readonly partition: number; readonly high: number }[]): Promise<Float64Array> {
  const consumer = openConsumer({ ...target, positions: before.map(({ partition, high }) => ({ partition, offset: high })) });
  const after = await listOffsets({ ...target, timeoutMs: 10_000 });
  const total = after.reduce((sum, { high }) => sum + high, 0) - before.reduce((sum, { high }) => sum + high, 0);
  const times = new Float64Array(total);
  for (let read = 0; read < total;) {
    const { count, timestampsMs } = await consumer.nextBatch({ maxMessages: total - read, timeoutMs: 10_000 });
    if (count === 0) throw new Error(`only ${read} of ${total} records came back`);
    times.set(timestampsMs.subarray(0, total - read), read);
    read += count;
  }
  await consumer.close();
  return times.toSorted();
}

function densest(times: Float64Array): number {
  let most = 0;
  let first = 0;
  for (let last = 0; last < times.length; last += 1) {
    // Times are whole milliseconds: 20 consecutive values span at most 20 ms.
    while ((times[last] ?? 0) - (times[first] ?? 0) >= intervalMs) first += 1;
    most = Math.max(most, last - first + 1);
  }
  return most;
}
