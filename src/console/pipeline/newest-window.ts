/** The newest window in the topic of windows, read from its last records on. */

import { pauseUnlessAborted } from "../../core/wait.ts";
import { numberAt, parseJson } from "../../core/json.ts";
import { listOffsets } from "../../kafka/admin.ts";
import { openConsumer } from "../../kafka/consumer.ts";
import { windowBounds } from "../../spec/columns.ts";

/** Number of last records of each partition with which it begins. */
const firstRecords = 200;
const batchTimeoutMs = 1000;
const retryMs = 2000;
const utf8 = new TextDecoder();

export class NewestWindow {
  #startMs: number | null = null;

  /** Start of the newest window that was read; null before the first. */
  get startMs(): number | null {
    return this.#startMs;
  }

  /** Reads until the signal fires. Never throws. */
  async follow(brokers: string, topic: string, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        const offsets = await listOffsets({ brokers, topic, timeoutMs: 5000, signal });
        const positions = offsets.map(({ partition, low, high }) => ({ partition, offset: Math.max(low, high - firstRecords) }));
        const consumer = openConsumer({ brokers, topic, positions });
        try {
          for (;;) {
            const { bytes, offsets: bounds, count } = await consumer.nextBatch({ timeoutMs: batchTimeoutMs, signal });
            for (let index = 0; index < count; index += 1) this.#add(bytes.subarray(bounds[2 * index + 1], bounds[2 * index + 2]));
          }
        } finally {
          await consumer.close();
        }
      } catch {
        // The topic was recreated, or Kafka is down: its stage reports the reason.
        if (!signal.aborted) this.#startMs = null;
        await pauseUnlessAborted(retryMs, signal);
      }
    }
  }

  #add(value: Uint8Array): void {
    const start = numberAt(parseJson(utf8.decode(value)), windowBounds.start);
    if (start !== undefined && (this.#startMs === null || start > this.#startMs)) this.#startMs = start;
  }
}
