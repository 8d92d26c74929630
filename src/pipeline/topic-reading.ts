/**
 * One reading of the raw topic, carried from look to look of `verify`: it reads on to the topic's ends, takes in partitions
 * that were added meanwhile, and says why where an end cannot be reached.
 */

import { StreamctlError } from "../core/errors.ts";
import { type Deadline, pause, WatchedTime } from "../core/wait.ts";
import type { Watermarks } from "../kafka/admin.ts";
import type { PartitionOffset } from "../kafka/consumer.ts";
import { type RecordBatch, TopicTally } from "./topic-tally.ts";
import type { VerifySubject } from "./verify-subject.ts";

export interface TopicSnapshot {
  /** Kafka's id; a topic that was deleted and recreated has another one. */
  readonly topicId: string;
  readonly partitions: readonly Watermarks[];
}

export interface RecordReader {
  /** What comes next, or an empty batch after `timeoutMs` milliseconds. One call at a time. */
  nextBatch(request: { readonly timeoutMs: number; readonly signal?: AbortSignal | undefined }): Promise<RecordBatch>;
  close(): Promise<void>;
}

/** The raw topic, as far as `verify` needs it. */
export interface TopicLog {
  readonly topic: string;
  snapshot(signal?: AbortSignal): Promise<TopicSnapshot>;
  /** Reads on from these positions for as long as it is open. The caller closes it. */
  openReader(positions: readonly PartitionOffset[]): RecordReader;
}

/** Offsets of a partition that no reader of committed records gets yet: a producer's transaction is open there. */
export interface HeldBack {
  readonly partition: number;
  /** The first of them. */
  readonly from: number;
  /** The partition's end: the offset after the last of them. */
  readonly end: number;
}

export interface ReadingProgress {
  /** Offsets read, and those of the whole topic; nearly all of them are records. */
  readonly read: number;
  readonly toRead: number;
  /** Since the look that reads them began. */
  readonly recordsPerSecond: number;
}

export interface ReadingOptions {
  readonly subject: VerifySubject;
  /** Longest time without progress while the ends are not reached, in milliseconds; default 30,000. */
  readonly stallMs?: number | undefined;
  /** Longest wait for the transactions of other producers to end, in milliseconds; default 2000. */
  readonly openTransactionMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told several times a second while records are read. */
  readonly onProgress?: ((progress: ReadingProgress) => void) | undefined;
}

export interface ReadEnd {
  readonly topicId: string;
  readonly partitions: number;
  readonly heldBack: readonly HeldBack[];
}

const tellEveryMs = 200;
/** Longest wait for one batch, in milliseconds. */
const batchMs = 500;
/** Longest time without progress until the broker is asked why, in milliseconds. */
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
   * Reads to the ends that the topic has now.
   *
   * @param within until when it waits for what holds it up; longer where that is less than the options allow
   * @returns what could not be read because of open transactions
   * @throws StreamctlError `kafka` when records expired or the topic was recreated, `timeout` when nothing comes, `unreachable`
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
      const isOver = (patienceMs: number): boolean => within.remainingMs === 0 && askedMs >= progressMs + patienceMs;
      if (behind === left && isOver(openTransactionMs)) return { topicId, partitions: partitions.length, heldBack };
      if (isOver(stallMs)) throw stalled(this.#log.topic, stallMs);
    }
    return { topicId, partitions: partitions.length, heldBack: [] };
  }

  /** @throws StreamctlError `kafka` where the topic is no longer the one that was read so far */
  async #snapshot(): Promise<TopicSnapshot> {
    const { topic } = this.#log;
    const snapshot = await this.#log.snapshot(this.#options.signal);
    refuseExpired(topic, snapshot);
    this.#topicId ??= snapshot.topicId;
    if (snapshot.topicId === this.#topicId) return snapshot;
    throw new StreamctlError("kafka", `Cannot verify "${topic}": it was deleted and recreated meanwhile`, {
      hint: "Run it again: streamctl verify",
    });
  }

  /** The reader of all these partitions: another one goes on where the first stopped once there are more. */
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
  const where = expired.map(({ partition, low }) => `partition ${partition} begins at offset ${low}`).join(", ");
  throw new StreamctlError("kafka", `Cannot verify "${topic}": its earliest records expired or were deleted (${where})`, {
    hint: "What is gone cannot be counted; start with an empty topic: streamctl down --volumes, then streamctl up",
  });
}

function stalled(topic: string, stallMs: number): StreamctlError {
  return new StreamctlError("timeout", `Cannot read "${topic}" to its end: no record came for ${Math.round(stallMs / 1000)} s`, {
    hint: "See what Kafka says: streamctl logs kafka",
  });
}
