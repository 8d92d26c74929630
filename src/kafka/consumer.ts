/**
 * The consumer for `verify` and the console: reads the given partitions from the given offsets, commits nothing and joins no group.
 * Messages are packed as in the producer's batches.
 */

import { StreamctlError } from "../core/errors.ts";
import { throwIfInterrupted } from "../core/wait.ts";
import { loadAddon } from "./addon.ts";
import { type LogEntry, logEntry } from "./client-log.ts";
import { kafkaFailure } from "./failure.ts";
import type { NativeConsumer } from "./native.ts";
import { consumerProperties, type KafkaConnection, type PrefetchLimit } from "./properties.ts";

export interface PartitionOffset {
  readonly partition: number;
  readonly offset: number;
}

export interface PartitionRange extends PartitionOffset {
  /** No message from this offset on is read, and the partition is fetched no more; default: none, new messages are read as they arrive. */
  readonly endOffset?: number;
}

export interface ConsumerOptions extends KafkaConnection {
  readonly topic: string;
  /** Start offsets, one entry per partition; other partitions are not read. */
  readonly positions: readonly PartitionRange[];
  /** Also read the headers of messages; default false. */
  readonly headers?: boolean;
  /**
   * Approximate limit, in bytes, of what all partitions together fetch ahead of the reader. Default: 8 MiB per partition, for the highest
   * throughput. At least one batch per partition, as its producer wrote it, is fetched in any case.
   */
  readonly prefetchBytes?: number;
}

export interface BatchRequest {
  /** Approximate maximum number of messages; default 10,000. */
  readonly maxMessages?: number;
  /** The batch ends when keys, values and headers reach this size in bytes; default 8 MiB. */
  readonly maxBytes?: number;
  /** Maximum wait for the first message, in milliseconds. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

export interface ConsumedBatch {
  /** Number of messages, n; 0 when none came in time. */
  readonly count: number;
  /** Keys and values one after another: key 0, value 0, key 1, value 1, … The caller owns all arrays. */
  readonly bytes: Uint8Array;
  /** 2n + 1 positions in `bytes`, as in `MessageBatch`. */
  readonly offsets: Uint32Array;
  readonly partitions: Int32Array;
  /** Offsets in their partitions. */
  readonly recordOffsets: Float64Array;
  /** Record timestamps in milliseconds since the epoch; -1 for a record without one. */
  readonly timestampsMs: Float64Array;
  /** One byte per message, with bits of `messageFlags`. */
  readonly flags: Uint8Array;
  /** Headers of all messages, packed as native/consumer.h documents; only with `headers`. `headersOf()` reads them. */
  readonly headerBytes?: Uint8Array;
  /** n + 1 positions in `headerBytes`. */
  readonly headerOffsets?: Uint32Array;
  /**
   * For each partition the offset after the last one that was read or skipped. A partition has been read up to a watermark when its
   * position has reached it; the last message may have a lower offset, because transaction markers take offsets too.
   */
  readonly positions: readonly PartitionOffset[];
}

/** Bits of `ConsumedBatch.flags`. */
export const messageFlags = {
  /** The value is null: a tombstone. */
  nullValue: 1,
  /** The key is null: the message has none. */
  nullKey: 2,
  /** The headers of the message are malformed; it is returned without them. */
  unreadableHeaders: 4,
} as const;

/** Name and value of a header, as views of the batch; names may repeat. */
export type MessageHeader = readonly [name: Uint8Array, value: Uint8Array | null];

/** Headers of message `index`, in their order; none unless the consumer was opened with `headers`. */
export function headersOf({ headerBytes, headerOffsets }: ConsumedBatch, index: number): readonly MessageHeader[] {
  const from = headerOffsets?.[index];
  const end = headerOffsets?.[index + 1];
  const headers: MessageHeader[] = [];
  if (headerBytes === undefined || from === undefined || end === undefined || from === end) return headers;
  const view = new DataView(headerBytes.buffer, headerBytes.byteOffset, headerBytes.byteLength);
  for (let place = from; place < end;) {
    const nameEnd = place + 4 + view.getUint32(place, true);
    const valueBytes = view.getUint32(nameEnd, true);
    const valueEnd = nameEnd + 4 + (valueBytes === nullLength ? 0 : valueBytes);
    headers.push([
      headerBytes.subarray(place + 4, nameEnd),
      valueBytes === nullLength ? null : headerBytes.subarray(nameEnd + 4, valueEnd),
    ]);
    place = valueEnd;
  }
  return headers;
}

const nullLength = 0xffff_ffff;

/** @throws StreamctlError `kafka` when librdkafka rejects a property or partition, `native` without a usable addon */
export function openConsumer(options: ConsumerOptions): Consumer {
  return new Consumer(options);
}

export class Consumer {
  readonly #native: NativeConsumer;
  readonly #options: ConsumerOptions;

  constructor(options: ConsumerOptions) {
    const { topic, positions, brokers, headers = false } = options;
    const addon = loadAddon();
    const flat = Float64Array.from(positions.flatMap(({ partition, offset, endOffset = Infinity }) => [partition, offset, endOffset]));
    try {
      this.#native = new addon.Consumer(consumerProperties(options, prefetchOf(options)), topic, flat, headers);
    } catch (error) {
      throw kafkaFailure(`read topic "${topic}"`, brokers, error);
    }
    this.#options = options;
  }

  /**
   * The next messages of all partitions, in order within each partition. Returns when some were received and no more are available
   * immediately; returns none when all partitions are at their end or after the timeout. One call at a time.
   *
   * @throws StreamctlError `unreachable` without a broker, `kafka` when a partition cannot be read (then in every further call),
   *   `interrupted` when the signal has fired; messages that were already read are returned first
   */
  async nextBatch(request: BatchRequest): Promise<ConsumedBatch> {
    const { maxMessages = 10_000, maxBytes = 8 * 1024 * 1024, timeoutMs, signal } = request;
    throwIfInterrupted(signal);
    const interrupt = () => this.#native.interrupt();
    signal?.addEventListener("abort", interrupt, { once: true });
    try {
      const { positions, ...batch } = await this.#native.nextBatch(maxMessages, maxBytes, timeoutMs);
      return { ...batch, positions: pairs(positions) };
    } catch (error) {
      throw kafkaFailure(`read topic "${this.#options.topic}"`, this.#options.brokers, error);
    } finally {
      signal?.removeEventListener("abort", interrupt);
    }
  }

  /** librdkafka's log lines since the last call. */
  drainLog(): readonly LogEntry[] {
    return this.#native.drainLog().map(logEntry);
  }

  /** Frees the client; a running `nextBatch` ends first. */
  async close(): Promise<void> {
    await this.#native.close();
  }
}

function prefetchOf({ positions, prefetchBytes }: ConsumerOptions): PrefetchLimit | undefined {
  return prefetchBytes === undefined ? undefined : { bytes: prefetchBytes, partitions: positions.length };
}

function pairs(flat: Float64Array): PartitionOffset[] {
  return Array.from({ length: flat.length / 2 }, (_, index) => {
    const [partition, offset] = flat.subarray(index * 2, index * 2 + 2);
    if (partition === undefined || offset === undefined) throw new StreamctlError("internal", "Cannot read positions: odd length");
    return { partition, offset };
  });
}
