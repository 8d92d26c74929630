/**
 * The producer. It takes packed batches and counts delivery reports, without handling single messages in JavaScript. It belongs to the
 * thread that created it, and blocks that thread where documented: use it in a worker.
 */

import { messageOf, StreamctlError } from "../core/errors.ts";
import { loadAddon } from "./addon.ts";
import type { MessageBatch } from "./batch.ts";
import { type LogEntry, logEntry } from "./client-log.ts";
import { kafkaFailure } from "./failure.ts";
import { latencyBuckets } from "./latency.ts";
import type { NativeProducer } from "./native.ts";
import { inFlightLimits, type KafkaConnection, partitionsLikeJava, producerProperties } from "./properties.ts";

export interface ProducerOptions extends KafkaConnection {
  readonly topic: string;
  /**
   * Maximum number of accepted messages without a delivery report; default `queue.buffering.max.messages`, or 100,000 if that is not set.
   */
  readonly maxInFlightMessages?: number | undefined;
  /** Maximum size of their keys and values in bytes; default `queue.buffering.max.kbytes`, or 64 MiB if that is not set. */
  readonly maxInFlightBytes?: number | undefined;
}

/** A consistent snapshot: `accepted = delivered + failed + unresolved + inFlight`. */
export interface DeliveryStatistics {
  /** Messages that `produce` accepted. */
  readonly accepted: number;
  /** Messages that the brokers acknowledged. */
  readonly delivered: number;
  /** Messages that are certainly not in the topic. */
  readonly failed: number;
  /** Messages that may or may not be in the topic: sent, but not acknowledged in time. */
  readonly unresolved: number;
  /** Messages without a delivery report yet. 0 after `purge`. */
  readonly inFlight: number;
  /** Size of the keys and values of the delivered messages. */
  readonly bytes: number;
  /** Delivered messages whose weight is above 0, and the sum of their weights. */
  readonly weightedCount: number;
  readonly weightSum: number;
  /** Milliseconds on the system's monotonic clock, comparable between threads; null before the event. */
  readonly firstEnqueueMs: number | null;
  readonly lastReportMs: number | null;
  /** Histogram of the times from `produce` to the delivery report of delivered messages; merge those of several producers with `mergeLatency`. */
  readonly latencyHistogram: Float64Array;
  /** Why messages failed or stayed unresolved, by librdkafka's name of the error. */
  readonly errors: readonly DeliveryError[];
}

export interface DeliveryError {
  readonly code: string;
  readonly message: string;
  readonly count: number;
}

/** Timeout of `purge`, in milliseconds. */
const purgeTimeoutMs = 5_000;

export class Producer {
  readonly #native: NativeProducer;
  readonly #topic: string;
  readonly #numbers: Float64Array;

  /**
   * Connects in the background: an unreachable broker is reported by `drainLog` and the counts, not here.
   *
   * @throws StreamctlError `kafka` when librdkafka rejects a property, `native` without a usable addon
   */
  constructor(options: ProducerOptions) {
    const limits = inFlightLimits(options.properties, options.maxInFlightMessages, options.maxInFlightBytes);
    const addon = loadAddon();
    const properties = producerProperties(options, limits);
    try {
      const here = partitionsLikeJava(options.properties);
      this.#native = new addon.Producer(properties, options.topic, limits.messages, limits.bytes, here);
    } catch (error) {
      throw kafkaFailure(`write to topic "${options.topic}"`, options.brokers, error);
    }
    this.#topic = options.topic;
    this.#numbers = new Float64Array(addon.statisticsLength);
  }

  /**
   * Passes messages `first` … `count - 1` of the batch to librdkafka, as many as the limits allow. Copies them, so the batch may be reused
   * immediately. Partitions are chosen as by the Java client.
   *
   * @param waitMs maximum time to block this thread while the limits are reached, in milliseconds
   * @returns number of accepted messages; 0 when the limits were still reached after `waitMs`
   * @throws StreamctlError `internal` when the batch's offsets are not ascending positions in its bytes; nothing is accepted then
   */
  produce(batch: MessageBatch, first: number, waitMs: number): number {
    try {
      return this.#native.produce(batch.count, batch.bytes, batch.offsets, batch.weights, first, waitMs);
    } catch (error) {
      throw new StreamctlError("internal", `Cannot produce to "${this.#topic}": ${messageOf(error)}`, { cause: error });
    }
  }

  /** The current counts. May be called at any time, also after `close`. */
  statistics(): DeliveryStatistics {
    const numbers = this.#numbers;
    const errors = this.#native.statistics(numbers);
    const [accepted = 0, delivered = 0, failed = 0, unresolved = 0, inFlight = 0, bytes = 0] = numbers;
    const [weightedCount = 0, weightSum = 0, firstEnqueueMs = 0, lastReportMs = 0] = numbers.subarray(6, 10);
    return {
      accepted,
      delivered,
      failed,
      unresolved,
      inFlight,
      bytes,
      weightedCount,
      weightSum,
      firstEnqueueMs: firstEnqueueMs === 0 ? null : firstEnqueueMs,
      lastReportMs: lastReportMs === 0 ? null : lastReportMs,
      latencyHistogram: numbers.slice(10, 10 + latencyBuckets + 1),
      errors: errors.map(([code, message, count]) => ({ code, message, count })),
    };
  }

  /** Sends buffered messages and blocks this thread until nothing is in flight. @returns false after `timeoutMs` milliseconds */
  flush(timeoutMs: number): boolean {
    return this.#native.flush(timeoutMs);
  }

  /**
   * Drops all in-flight messages, within 5 s: those that were not sent count as failed, those that were sent but not acknowledged as
   * unresolved. Nothing is in flight afterwards.
   */
  purge(): void {
    this.#native.purge(purgeTimeoutMs);
  }

  /** librdkafka's log lines since the last call; the oldest are dropped when the buffer is full. */
  drainLog(): readonly LogEntry[] {
    return this.#native.drainLog().map(logEntry);
  }

  /** Frees the client; in-flight messages count as unresolved. `statistics` and `drainLog` still work, `produce` throws. */
  close(): void {
    this.#native.close();
  }
}
