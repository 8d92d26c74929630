/**
 * Freshness: the time from the produce call to the first query result that includes the record. Each sample has its own window, far from
 * those of the background traffic, so its row appears only when this record has arrived.
 */

import { Producer } from "../src/kafka/producer.ts";
import { queryPinot } from "../src/stores/pinot/broker.ts";

export interface FreshnessOptions {
  readonly brokers: string;
  readonly brokerUrl: string;
  readonly samples: number;
}

const pollMs = 10;
const firstWindowMs = Date.UTC(2040, 0, 1);

/** Returns the milliseconds of each sample. */
export async function measureFreshness({ brokers, brokerUrl, samples }: FreshnessOptions): Promise<readonly number[]> {
  const producer = new Producer({ brokers, topic: "transactions" });
  const times: number[] = [];
  for (let index = 0; index < samples; index += 1) {
    const windowStart = firstWindowMs + index * 3000;
    const startedAt = performance.now();
    producer.produce(batchOf(windowStart, index + 1), 0, 1000);
    const sql = `select TOTAL_TRANSACTIONS from transaction_window where WINDOW_START = ${windowStart} limit 1`;
    for (;;) {
      const { rows } = await queryPinot({ brokerUrl, sql });
      if (rows.length > 0) break;
      if (performance.now() - startedAt > 30_000) throw new Error(`the record of sample ${index} did not arrive within 30 s`);
      await Bun.sleep(pollMs);
    }
    times.push(performance.now() - startedAt);
    // Vary the interval, so that samples hit every phase of the processor's mini-batches.
    await Bun.sleep((index * 37) % 200);
  }
  producer.flush(5000);
  producer.close();
  return times;
}

function batchOf(eventTimeMs: number, id: number) {
  const key = new TextEncoder().encode("00000000-0000-4000-8000-000000000000");
  const event_timestamp = new Date(eventTimeMs).toISOString().replace("T", " ").replace("Z", "");
  const record = { event_timestamp, transaction_id: id, user_id: "00000000-0000-4000-8000-000000000000", total_paid: 1, status: "Paid" };
  const value = new TextEncoder().encode(JSON.stringify(record));
  const bytes = new Uint8Array([...key, ...value]);
  return { count: 1, bytes, offsets: new Uint32Array([0, key.length, bytes.length]), weights: new Uint32Array([1]) };
}
