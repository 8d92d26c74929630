/** A topic in memory, read as the kafka room reads a real one: in batches of several partitions, with gaps between offsets. */

import type { Watermarks } from "../../../src/kafka/admin.ts";
import type { PartitionRange } from "../../../src/kafka/consumer.ts";
import type { BatchReader, MessageSource } from "../../../src/console/messages/types.ts";
import { packMessages } from "./fake-topic.ts";

export interface FakeMessage {
  readonly partition: number;
  readonly offset: number;
  readonly timestampMs: number;
  readonly key: string | null;
  readonly value: string | null;
}

export interface FakeTopic {
  readonly partitions: readonly { readonly low: number; readonly high: number }[];
  /** Ascending offsets in each partition. */
  readonly messages: readonly FakeMessage[];
  /** Maximum number of messages in a batch; default 1000. */
  readonly batchMessages?: number;
  /** Messages that were read, counted over all readers. */
  readonly counter?: { read: number };
}

export function fakeSource(topic: FakeTopic): MessageSource {
  const marks = topic.partitions.map(({ low, high }, partition): Watermarks => ({ partition, low, stable: high, high }));
  return {
    offsets: () => Promise.resolve(marks),
    offsetsForTime: (_, timestampMs) =>
      Promise.resolve(
        marks.map(({ partition, stable }) => ({
          partition,
          offset: topic.messages.find((one) => one.partition === partition && one.timestampMs >= timestampMs)?.offset ?? stable,
        })),
      ),
    open: (_, ranges) => fakeReader(topic, ranges),
  };
}

/** Takes messages from the partitions in turn. */
function fakeReader({ messages, batchMessages = 1000, counter }: FakeTopic, ranges: readonly PartitionRange[]): BatchReader {
  const queues = ranges.map(({ partition, offset, endOffset = Number.POSITIVE_INFINITY }) => ({
    waiting: messages.filter((one) => one.partition === partition && one.offset >= offset && one.offset < endOffset),
    position: { partition, offset },
    endOffset,
  }));
  return {
    nextBatch: ({ maxMessages = batchMessages }) => {
      const taken: FakeMessage[] = [];
      const most = Math.min(maxMessages, batchMessages);
      for (const queue of queues) {
        const next = queue.waiting.splice(0, Math.max(1, Math.ceil((most - taken.length) / queues.length)));
        taken.push(...next);
        const last = next.at(-1);
        const offset = queue.waiting.length === 0 ? queue.endOffset : last === undefined ? queue.position.offset : last.offset + 1;
        queue.position = { partition: queue.position.partition, offset };
      }
      if (counter !== undefined) counter.read += taken.length;
      return Promise.resolve(
        packMessages(
          taken,
          queues.map(({ position }) => position),
        ),
      );
    },
    close: () => Promise.resolve(),
  };
}
