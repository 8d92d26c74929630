/**
 * The way into Kafka. A producer takes packed batches and answers with counts from delivery reports; it never sees a message
 * one by one. It belongs to the thread that made it, and blocks that thread where it says so: use it in a worker.
 */

import { StreamctlError } from "../core/errors.ts";
import { loadAddon } from "./addon.ts";
import type { MessageBatch } from "./batch.ts";
import { type LogEntry, logEntry } from "./client-log.ts";
import { kafkaFailure } from "./failure.ts";
import { latencyBuckets, type LatencyMs, latencyPercentiles } from "./latency.ts";
import type { NativeProducer } from "./native.ts";
import { inFlightLimits, type KafkaConnection, partitionsLikeJava, producerProperties } from "./properties.ts";

export interface ProducerOptions extends KafkaConnection {
  readonly topic: string;
  /** Messages accepted and not yet reported, at most; default 100,000, or `queue.buffering.max.messages` where given. */
  readonly maxInFlightMessages?: number | undefined;
  /** Their keys and values in bytes, at most; default 64 MiB, or `queue.buffering.max.kbytes` where given. */
  readonly maxInFlightBytes?: number | undefined;
}

/** Always `accepted = delivered + failed + unresolved + inFlight`, read at one instant. */
export interface DeliveryStatistics {
  /** Messages that `produce` took over. */
  readonly accepted: number;
  /** Messages that the brokers acknowledged. */
  readonly delivered: number;
  /** Messages that are certainly not in the topic. */
  readonly failed: number;
  /** Messages that may or may not be in the topic: sent, and no acknowledgement came in time. */
  readonly unresolved: number;
  /** Messages of which nothing is known yet. 0 after `purge`. */
  readonly inFlight: number;
  /** Keys and values of the delivered messages. */
  readonly bytes: number;
  /** Delivered messages whose weight is above 0, and the sum of their weights. */
  readonly weightedCount: number;
  readonly weightSum: number;
  /** Milliseconds on the machine's monotonic clock, comparable between the threads of a process; null before the event. */
  readonly firstEnqueueMs: number | null;
  readonly lastReportMs: number | null;
  /** From `produce` to the delivery report, of delivered messages. */
  readonly latencyMs: LatencyMs;
  /** The same as a histogram; add up those of several producers with `mergeLatency`. */
  readonly latencyHistogram: Float64Array;
  /** Why messages failed or stayed unresolved, by librdkafka's name of the error. */
  readonly errors: readonly DeliveryError[];
}

export interface DeliveryError {
  readonly code: string;
  readonly message: string;
  readonly count: number;
}

/** Longest time that `purge` waits for librdkafka to give its messages back. */
const purgeTimeoutMs = 5_000;

export class Producer {
  readonly #native: NativeProducer;
  readonly #topic: string;
  readonly #numbers: Float64Array;

  /**
   * Connects in the background: a broker that is down shows in `drainLog` and in counts, not here.
   *
   * @throws StreamctlError `kafka` when librdkafka refuses a property, `native` without a usable addon
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
   * Hands messages `first` … `count - 1` of the batch to librdkafka, as many from the front as the limits allow. Copies what
   * it takes: the batch may be reused at once. Keys are spread over the partitions as the Java client does.
   *
   * @param waitMs longest time to block this thread while the limits are reached, in milliseconds
   * @returns how many were accepted; 0 when there was no room in time
   * @throws StreamctlError `internal` when the batch's offsets are not ascending positions in its bytes; nothing is accepted then
   */
  produce(batch: MessageBatch, first: number, waitMs: number): number {
    try {
      return this.#native.produce(batch.count, batch.bytes, batch.offsets, batch.weights, first, waitMs);
    } catch (error) {
      throw new StreamctlError("internal", `Cannot produce to "${this.#topic}": ${messageWithoutCode(error)}`, { cause: error });
    }
  }

  /** What is known now, from any number of calls at any time, also after `close`. */
  statistics(): DeliveryStatistics {
    const numbers = this.#numbers;
    const errors = this.#native.statistics(numbers);
    const [accepted = 0, delivered = 0, failed = 0, unresolved = 0, inFlight = 0, bytes = 0] = numbers;
    const [weightedCount = 0, weightSum = 0, firstEnqueueMs = 0, lastReportMs = 0] = numbers.subarray(6, 10);
    const latencyHistogram = numbers.slice(10, 10 + latencyBuckets + 1);
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
      latencyMs: latencyPercentiles(latencyHistogram),
      latencyHistogram,
      errors: errors.map(([code, message, count]) => ({ code, message, count })),
    };
  }

  /** Sends what lingers and blocks this thread until nothing is in flight. @returns false when `timeoutMs` passed before that */
  flush(timeoutMs: number): boolean {
    return this.#native.flush(timeoutMs);
  }

  /**
   * Gives up on everything in flight, within 5 s: what was never sent counts as failed, what was sent without an answer as
   * unresolved. Nothing is in flight afterwards.
   */
  purge(): void {
    this.#native.purge(purgeTimeoutMs);
  }

  /** librdkafka's log lines since the last call; the oldest are dropped where nobody asks for long. */
  drainLog(): readonly LogEntry[] {
    return this.#native.drainLog().map(logEntry);
  }

  /** Frees the client; what is in flight counts as unresolved. `statistics` and `drainLog` go on working, `produce` throws. */
  close(): void {
    this.#native.close();
  }
}

function messageWithoutCode(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
