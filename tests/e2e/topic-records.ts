/** Reads a topic to its end. */

import { listOffsets } from "../../src/kafka/admin.ts";
import { openConsumer, type PartitionOffset } from "../../src/kafka/consumer.ts";

export interface TopicRecord {
  readonly key: string;
  readonly value: string;
}

/** The values of all partitions, in no particular order. */
export async function topicValues(brokers: string, topic: string): Promise<readonly string[]> {
  return (await topicRecords(brokers, topic)).map(({ value }) => value);
}

/** The records of all partitions, in no particular order. */
export async function topicRecords(brokers: string, topic: string): Promise<readonly TopicRecord[]> {
  const marks = await listOffsets({ brokers, topic, timeoutMs: 30_000 });
  const ends = new Map(marks.map(({ partition, high }) => [partition, high]));
  const reader = openConsumer({ brokers, topic, positions: marks.map(({ partition, low }) => ({ partition, offset: low })) });
  const records: TopicRecord[] = [];
  const decoder = new TextDecoder();
  try {
    let positions: readonly PartitionOffset[] = marks.map(({ partition, low }) => ({ partition, offset: low }));
    while (positions.some(({ partition, offset }) => offset < (ends.get(partition) ?? 0))) {
      const batch = await reader.nextBatch({ timeoutMs: 30_000 });
      const text = (place: number): string => decoder.decode(batch.bytes.subarray(batch.offsets[place], batch.offsets[place + 1]));
      for (let n = 0; n < batch.count; n += 1) records.push({ key: text(2 * n), value: text(2 * n + 1) });
      positions = batch.positions;
    }
  } finally {
    await reader.close();
  }
  return records;
}
