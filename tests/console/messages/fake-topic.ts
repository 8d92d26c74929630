/** A FAKE topic of several partitions, read as Kafka's consumer reads one. */

import type { BatchReader, MessageSource } from "../../../src/console/messages/types.ts";
import { type ConsumedBatch, messageFlags, type PartitionRange } from "../../../src/kafka/consumer.ts";

export interface FakeMessage {
  readonly offset: number;
  readonly timestampMs: number;
  readonly key?: string | Uint8Array | null;
  readonly value: string | Uint8Array | null;
}

export interface FakePartition {
  /** By ascending offset; offsets may have gaps, as those of transaction markers. */
  readonly messages: FakeMessage[];
  readonly low?: number;
  /** Default: the offset after the last message. */
  end?: number;
}

export interface FakeTopic extends MessageSource {
  readonly partitions: FakePartition[];
  /** Ranges of all readers, in the order in which they were opened. */
  readonly opened: (readonly PartitionRange[])[];
  readersOpen: number;
}

const encoder = new TextEncoder();

/** Packs messages of partitions as the consumer does. */
export function packMessages(
  messages: readonly (FakeMessage & { readonly partition: number })[],
  positions: ConsumedBatch["positions"] = [],
): ConsumedBatch {
  const parts = messages.flatMap(({ key, value }) => [bytesOf(key), bytesOf(value)]);
  const offsets = new Uint32Array(parts.length + 1);
  for (const [index, part] of parts.entries()) offsets[index + 1] = (offsets[index] ?? 0) + part.length;
  return {
    count: messages.length,
    bytes: new Uint8Array(Buffer.concat(parts)),
    offsets,
    partitions: Int32Array.from(messages, ({ partition }) => partition),
    recordOffsets: Float64Array.from(messages, ({ offset }) => offset),
    timestampsMs: Float64Array.from(messages, ({ timestampMs }) => timestampMs),
    flags: Uint8Array.from(
      messages,
      ({ key, value }) => (value === null ? messageFlags.nullValue : 0) | ((key ?? null) === null ? messageFlags.nullKey : 0),
    ),
    positions,
  };
}

function bytesOf(part: string | Uint8Array | null | undefined): Uint8Array {
  return part === null || part === undefined ? new Uint8Array() : typeof part === "string" ? encoder.encode(part) : part;
}

/** @param batchSize number of messages that a reader returns per batch */
export function fakeTopic(partitions: FakePartition[], batchSize = 100): FakeTopic {
  const topic: FakeTopic = {
    partitions,
    opened: [],
    readersOpen: 0,
    offsets: async () => partitions.map((one, partition) => ({ partition, low: one.low ?? 0, stable: endOf(one), high: endOf(one) })),
    offsetsForTime: async (_, timestampMs) =>
      partitions.map((one, partition) => ({
        partition,
        offset: one.messages.find((message) => message.timestampMs >= timestampMs)?.offset ?? endOf(one),
      })),
    open(_, ranges): BatchReader {
      const next = new Map(ranges.map(({ partition, offset }) => [partition, offset]));
      topic.opened.push(ranges);
      topic.readersOpen += 1;
      return {
        async nextBatch({ maxMessages = batchSize }) {
          const read: (FakeMessage & { readonly partition: number })[] = [];
          for (const { partition, endOffset = Number.POSITIVE_INFINITY } of ranges) {
            const from = next.get(partition) ?? 0;
            const all = partitions[partition]?.messages ?? [];
            const left = all.filter(({ offset }) => offset >= from && offset < endOffset);
            const taken = left.slice(0, Math.max(0, Math.min(batchSize, maxMessages) - read.length));
            read.push(...taken.map((message) => ({ ...message, partition })));
            const end = Math.min(endOffset, endOf(partitions[partition] ?? { messages: [] }));
            const last = taken.at(-1);
            next.set(partition, taken.length === left.length ? Math.max(from, end) : last === undefined ? from : last.offset + 1);
          }
          return packMessages(
            read,
            [...next].map(([partition, offset]) => ({ partition, offset })),
          );
        },
        async close() {
          topic.readersOpen -= 1;
        },
      };
    },
  };
  return topic;
}

function endOf({ messages, end, low = 0 }: FakePartition): number {
  return end ?? (messages.at(-1)?.offset ?? low - 1) + 1;
}
