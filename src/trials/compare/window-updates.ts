/** Counts how often the processor wrote each window. */

import { numberAt, parseJson } from "../../core/json.ts";
import { listOffsets } from "../../kafka/admin.ts";
import { openConsumer } from "../../kafka/consumer.ts";
import { windowBounds } from "../../spec/columns.ts";

export interface UpdatesOptions {
  readonly brokers: string;
  /** The topic of windows. */
  readonly topic: string;
  /** Windows that start from here (inclusive) to `beforeMs` (exclusive) are counted. */
  readonly fromMs: number;
  readonly beforeMs: number;
  readonly signal: AbortSignal;
}

const timeoutMs = 10_000;
const batchTimeoutMs = 1000;
const utf8 = new TextDecoder();

/** Records per window in the topic; null without any. @throws StreamctlError `unreachable`, `kafka`, `interrupted` */
export async function averageUpdates({ brokers, topic, fromMs, beforeMs, signal }: UpdatesOptions): Promise<number | null> {
  const ends = await listOffsets({ brokers, topic, timeoutMs, signal });
  const read = new Map(ends.map(({ partition, low }) => [partition, low]));
  const windows = new Set<number>();
  let records = 0;
  const consumer = openConsumer({ brokers, topic, positions: ends.map(({ partition, low }) => ({ partition, offset: low })) });
  try {
    while (ends.some(({ partition, stable }) => (read.get(partition) ?? 0) < stable)) {
      const { count, bytes, offsets, positions } = await consumer.nextBatch({ timeoutMs: batchTimeoutMs, signal });
      for (let index = 0; index < count; index += 1) {
        const value = bytes.subarray(offsets[2 * index + 1], offsets[2 * index + 2]);
        const start = numberAt(parseJson(utf8.decode(value)), windowBounds.start);
        if (start === undefined || start < fromMs || start >= beforeMs) continue;
        windows.add(start);
        records += 1;
      }
      for (const { partition, offset } of positions) read.set(partition, offset);
    }
  } finally {
    await consumer.close();
  }
  return windows.size === 0 ? null : records / windows.size;
}
