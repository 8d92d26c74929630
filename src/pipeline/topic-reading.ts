/**
 * Reads the raw topic for `verify`. Each check continues where the last one ended and reads to the current end offsets. Handles partitions that
 * are added meanwhile, and reports why an end cannot be reached.
 */

import { StreamctlError } from "../core/errors.ts";
import { type Deadline, pause, WatchedTime } from "../core/wait.ts";
import type { Watermarks } from "../kafka/admin.ts";
import type { PartitionOffset } from "../kafka/consumer.ts";
import { type RecordBatch, TopicTally } from "./topic-tally.ts";
import type { VerifySubject } from "./verify-subject.ts";

export interface TopicSnapshot {
  /** Kafka's topic id, which changes if the topic is deleted and recreated. */
  readonly topicId: string;
  readonly partitions: readonly Watermarks[];
}

export interface RecordReader {
  /** The next batch, or an empty one after `timeoutMs`. Calls must not overlap. */
  nextBatch(request: {
    readonly timeoutMs: number;
    readonly maxMessages?: number;
    readonly signal?: AbortSignal | undefined;
  }): Promise<RecordBatch>;
  close(): Promise<void>;
}

/** The access to the raw topic that `verify` needs. */
export interface TopicLog {
  readonly topic: string;
  snapshot(signal?: AbortSignal): Promise<TopicSnapshot>;
  /** Opens a reader that starts from these positions. The caller closes it. */
  openReader(positions: readonly PartitionOffset[]): RecordReader;
}

/** Offsets of a partition that read_committed consumers cannot read yet, because a producer's transaction is open. */
export interface HeldBack {
  readonly partition: number;
  /** The first such offset. */
  readonly from: number;
  /** The end offset of the partition. */
  readonly end: number;
}

export interface ReadingProgress {
  /** Number of offsets read; nearly every offset is a record. */
  readonly read: number;
  /** Number of offsets in the whole topic. */
  readonly toRead: number;
  /** Average since the current check began. */
  readonly recordsPerSecond: number;
}

export interface ReadingOptions {
  readonly subject: VerifySubject;
  /** Timeout without progress before the end offsets, in milliseconds; default 30,000. */
  readonly stallMs?: number | undefined;
  /** Maximum wait for open transactions of other producers, in milliseconds; default 2000. */
  readonly openTransactionMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called several times per second during reading. */
  readonly onProgress?: ((progress: ReadingProgress) => void) | undefined;
}

export interface ReadEnd {
  readonly topicId: string;
  readonly partitions: number;
  readonly heldBack: readonly HeldBack[];
}

const tellEveryMs = 200;
/** Timeout per batch. */
const batchMs = 500;
/** Time without progress after which the offsets are requested from the broker. */
const idleMs = 1000;

export class TopicReading {
  readonly tally: TopicTally;
  readonly #log: TopicLog;
  readonly #options: ReadingOptions;
  readonly #time = new WatchedTime();
  #toldMs = 0;
  #topicId: string | undefined;
  #partitions = 0;
  #reader: RecordReader | undefined;

  constructor(log: TopicLog, options: ReadingOptions) {
    this.#log = log;
    this.#options = options;
    this.tally = new TopicTally(options.subject, log.topic);
  }

  async close(): Promise<void> {
    this.#time.release();
    await this.#reader?.close();
  }

  /**
   * Reads to the current end offsets.
   *
   * @param within deadline for stalls and open transactions; the waits in the options are the minimum
   * @returns the offsets that could not be read because of open transactions
   * @throws StreamctlError `kafka` when records expired or the topic was recreated, `timeout` when no records arrive, `unreachable`
   */
  async readToEnd(within: Deadline): Promise<ReadEnd> {
    const { stallMs = 30_000, openTransactionMs = 2000, signal } = this.#options;
    const askAfterMs = Math.min(idleMs, stallMs, openTransactionMs);
    const { topicId, partitions } = await this.#snapshot();
    const reader = await this.#readerOf(partitions);
    const ends = partitions.map(({ partition, high }) => ({ partition, offset: high }));
    const all = this.tally.remaining(ends);
    let left = all;
    const startMs = this.#time.read();
    let progressMs = startMs;
    let askedMs = progressMs;
    while (left > 0) {
      const batch = await reader.nextBatch({ timeoutMs: batchMs, signal });
      this.tally.add(batch);
      const nowLeft = this.tally.remaining(ends);
      const nowMs = this.#time.read();
      this.#tell(partitions, nowLeft, ((all - nowLeft) / (nowMs - startMs)) * 1000);
      if (nowLeft < left) {
        left = nowLeft;
        progressMs = nowMs;
        continue;
      }
      if (batch.count === 0) await pause(10, signal);
      if (nowMs - Math.max(progressMs, askedMs) < askAfterMs) continue;
      const heldBack = this.#heldBack(ends, (await this.#snapshot()).partitions);
      askedMs = this.#time.read();
      const behind = heldBack.reduce((sum, { from, end }) => sum + end - from, 0);
      const isOver = (minWaitMs: number): boolean => within.remainingMs === 0 && askedMs >= progressMs + minWaitMs;
      if (behind === left && isOver(openTransactionMs)) return { topicId, partitions: partitions.length, heldBack };
      if (isOver(stallMs)) throw stalled(this.#log.topic, stallMs);
    }
    return { topicId, partitions: partitions.length, heldBack: [] };
  }

  /** @throws StreamctlError `kafka` if the topic was recreated since reading began */
  async #snapshot(): Promise<TopicSnapshot> {
    const { topic } = this.#log;
    const snapshot = await this.#log.snapshot(this.#options.signal);
    refuseExpired(topic, snapshot);
    this.#topicId ??= snapshot.topicId;
    if (snapshot.topicId === this.#topicId) return snapshot;
    throw new StreamctlError("kafka", `Cannot verify "${topic}": it was deleted and recreated meanwhile`, {
      hint: "Run: streamctl verify",
    });
  }

  /** The reader of all partitions. If partitions were added, opens a new one that continues at the same positions. */
  async #readerOf(partitions: readonly Watermarks[]): Promise<RecordReader> {
    if (this.#reader !== undefined && partitions.length === this.#partitions) return this.#reader;
    await this.#reader?.close();
    this.#partitions = partitions.length;
    this.#reader = this.#log.openReader(partitions.map(({ partition }) => ({ partition, offset: this.tally.positionOf(partition) })));
    return this.#reader;
  }

  #heldBack(ends: readonly PartitionOffset[], now: readonly Watermarks[]): readonly HeldBack[] {
    const stable = new Map(now.map((partition) => [partition.partition, partition.stable]));
    return ends
      .map(({ partition, offset }) => ({ partition, from: this.tally.positionOf(partition), end: offset }))
      .filter(({ partition, from, end }) => from < end && (stable.get(partition) ?? end) <= from);
  }

  #tell(partitions: readonly Watermarks[], left: number, recordsPerSecond: number): void {
    const nowMs = this.#time.read();
    if (nowMs - this.#toldMs < tellEveryMs) return;
    this.#toldMs = nowMs;
    const toRead = partitions.reduce((sum, { high, low }) => sum + high - low, 0);
    this.#options.onProgress?.({ read: toRead - left, toRead, recordsPerSecond });
  }
}

function refuseExpired(topic: string, { partitions }: TopicSnapshot): void {
  const expired = partitions.filter(({ low }) => low > 0);
  if (expired.length === 0) return;
  const where = expired.map(({ partition, low }) => `partition ${partition} starts at offset ${low}`).join(", ");
  throw new StreamctlError("kafka", `Cannot verify "${topic}": its earliest records expired or were deleted (${where})`, {
    hint: "Lost records cannot be counted. Start with an empty topic: streamctl down --volumes, then streamctl up",
  });
}

function stalled(topic: string, stallMs: number): StreamctlError {
  return new StreamctlError("timeout", `Cannot read "${topic}" to its end: no records received for ${Math.round(stallMs / 1000)} s`, {
    hint: "Run: streamctl logs kafka",
  });
}
