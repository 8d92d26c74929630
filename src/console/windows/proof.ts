/**
 * `verify`, kept up to date: reads the topic as records arrive, computes the windows with the fold of `verify`, and compares those that
 * changed with the rows of the table. It never reports more than it has compared.
 */

import { setImmediate as nextTurn } from "node:timers/promises";
import type { Proof } from "../api.ts";
import { repeat } from "../channel.ts";
import { type Range, rangesOf } from "./ranges.ts";
import { WindowTable } from "./window-table.ts";
import { messageOf } from "../../core/errors.ts";
import { SpareTime } from "../../core/spare-time.ts";
import { pauseUnlessAborted } from "../../core/wait.ts";
import type { RecordReader, TopicLog, TopicSnapshot } from "../../pipeline/topic-reading.ts";
import { TopicTally } from "../../pipeline/topic-tally.ts";
import type { VerifySubject } from "../../pipeline/verify-subject.ts";
import type { WindowRow } from "../../stores/pinot/broker.ts";

export interface ProofSources {
  readonly log: TopicLog;
  /** Reads the rows of the table whose windows start in a range, or all of them. */
  readonly readRows: (range: Range | undefined, signal: AbortSignal) => AsyncIterable<readonly WindowRow[]>;
  readonly subject: VerifySubject;
  /** Records that the processor has not read yet; null if unknown. */
  readonly processorBehind: () => number | null;
  /** Why topic or table do not answer now, so that nothing can be compared; null if they do, as far as known. */
  readonly problem: () => string | null;
}

/** Interval of comparisons, of requests for the ends of the topic, and of attempts to read it, in milliseconds. */
const defaultIntervalMs = 1000;
const batchTimeoutMs = 250;
/** Small batches: their garbage is most of the memory of the process. */
const batchMessages = 2000;
/** Number of range queries per comparison. */
const mostRanges = 8;
/** The whole table is read again after this time, in milliseconds, and at most for a twentieth of the time. */
const wholePassIntervalMs = 60_000;
/** Interval of comparisons before the end of the topic is reached, in milliseconds. */
const readingPassIntervalMs = 10_000;
/** A reader that has been at the end within this time counts as being there. */
const atEndMs = 3000;

export class ProofFollower {
  readonly #sources: ProofSources;
  readonly #intervalMs: number;
  #tally: TopicTally;
  #table: WindowTable;
  #topicId: string | undefined;
  #ends: TopicSnapshot["partitions"] = [];
  #behind = 0;
  #atEndMs = Number.NEGATIVE_INFINITY;
  #readingProblem: string | null = null;
  #comparisonProblem: string | null = null;
  #comparedAtMs: number | null = null;
  readonly #spareTime = new SpareTime();
  #nextWholePassMs = 0;
  #nextPassMs = 0;
  #wasLive = false;
  #revision = 0;

  constructor(sources: ProofSources, intervalMs = defaultIntervalMs) {
    this.#sources = sources;
    this.#intervalMs = intervalMs;
    this.#tally = new TopicTally(sources.subject, sources.log.topic);
    this.#table = new WindowTable(this.#tally.windows);
  }

  get table(): WindowTable {
    return this.#table;
  }

  /** Changes whenever a window may have changed. */
  get revision(): number {
    return this.#revision;
  }

  get newestEventTimeMs(): number | null {
    return this.#tally.newestEventTimeMs ?? null;
  }

  /** The result of the last comparison, unless nothing can be compared now. */
  document(): Proof {
    const table = this.#table;
    const [equal, settling, differing] = [table.count("equal"), table.count("settling"), table.count("differs")];
    const reason = this.#sources.problem() ?? this.#readingProblem ?? this.#comparisonProblem;
    const state = (): Proof["state"] => {
      if (reason !== null) return "unavailable";
      if (!this.#isAtEnd) return "reading";
      if (table.size === 0) return this.#comparedAtMs === null ? "reading" : "empty";
      if (differing > 0) return "differs";
      return settling > 0 || equal < table.size ? "settling" : "equal";
    };
    const { records, invalid } = this.#tally.counts;
    return {
      state: state(),
      windows: table.size,
      equal,
      settling: table.size - equal - differing,
      differing,
      recordsRead: records,
      recordsBehind: this.#behind,
      invalid,
      reason,
      comparedAtMs: this.#comparedAtMs,
    };
  }

  /** Follows the topic and compares, until the signal fires. Never throws; problems are in the document. */
  async follow(signal: AbortSignal): Promise<void> {
    await Promise.all([this.#read(signal), repeat(this.#intervalMs, async () => await this.#compare(signal), signal)]);
  }

  get #isAtEnd(): boolean {
    return performance.now() - this.#atEndMs < atEndMs;
  }

  async #read(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      let reader: RecordReader | undefined;
      try {
        await this.#takeSnapshot(signal);
        reader = this.#sources.log.openReader(
          this.#ends.map(({ partition }) => ({ partition, offset: this.#tally.positionOf(partition) })),
        );
        await this.#readFrom(reader, signal);
        this.#readingProblem = null;
      } catch (error) {
        if (signal.aborted) return;
        this.#readingProblem = messageOf(error);
        await pauseUnlessAborted(this.#intervalMs, signal);
      } finally {
        await reader?.close();
      }
    }
  }

  /** Returns when the partitions have changed, or the topic was recreated. */
  async #readFrom(reader: RecordReader, signal: AbortSignal): Promise<void> {
    const partitions = this.#ends.length;
    const topicId = this.#topicId;
    let askedAtMs = performance.now();
    while (!signal.aborted) {
      const batch = await reader.nextBatch({ timeoutMs: batchTimeoutMs, maxMessages: batchMessages, signal });
      const startMs = performance.now();
      this.#tally.add(batch);
      this.#updateBehind();
      this.#readingProblem = null;
      if (performance.now() - askedAtMs > this.#intervalMs) {
        await this.#takeSnapshot(signal);
        askedAtMs = performance.now();
        if (this.#ends.length !== partitions || this.#topicId !== topicId) return;
      }
      // Requests are answered between two batches.
      await nextTurn();
      const pauseMs = batch.count === 0 ? 0 : this.#spareTime.pauseAfter(performance.now() - startMs);
      if (pauseMs >= 1) await pauseUnlessAborted(pauseMs, signal);
    }
  }

  async #takeSnapshot(signal: AbortSignal): Promise<void> {
    const { topicId, partitions } = await this.#sources.log.snapshot(signal);
    if (this.#topicId !== undefined && this.#topicId !== topicId) this.#startOver();
    this.#topicId = topicId;
    this.#ends = partitions;
    const expired = partitions.find(({ partition, low }) => low > this.#tally.positionOf(partition));
    if (expired !== undefined) throw new Error(`The earliest records of "${this.#sources.log.topic}" expired or were deleted`);
    this.#updateBehind();
  }

  #startOver(): void {
    this.#tally = new TopicTally(this.#sources.subject, this.#sources.log.topic);
    this.#table = new WindowTable(this.#tally.windows);
    this.#atEndMs = Number.NEGATIVE_INFINITY;
    this.#wasLive = false;
    this.#nextWholePassMs = 0;
    this.#comparedAtMs = null;
    this.#revision += 1;
  }

  #updateBehind(): void {
    this.#behind = this.#tally.remaining(this.#ends.map(({ partition, stable }) => ({ partition, offset: stable })));
    if (this.#behind === 0) this.#atEndMs = performance.now();
  }

  async #compare(signal: AbortSignal): Promise<void> {
    const table = this.#table;
    const changes = this.#tally.windows.takeChanges();
    table.noteChanges(changes, Date.now(), this.#wasLive);
    if (this.#isAtEnd) this.#wasLive = true;
    if (changes.size > 0) this.#revision += 1;
    // While many records are still to be read, most windows are incomplete.
    if (!this.#isAtEnd && performance.now() < this.#nextPassMs) return;
    this.#nextPassMs = performance.now() + readingPassIntervalMs;
    try {
      const problem = this.#sources.problem();
      if (problem !== null) throw new Error(problem);
      const isCompared = await this.#compareRows(table, signal);
      this.#comparisonProblem = null;
      // The topic may have been recreated meanwhile.
      if (isCompared && table === this.#table) this.#comparedAtMs = Date.now();
    } catch (error) {
      if (signal.aborted) return;
      this.#comparisonProblem = messageOf(error);
      // The table may have lost rows.
      this.#nextWholePassMs = 0;
    }
  }

  /** Returns whether there was anything to compare. */
  async #compareRows(table: WindowTable, signal: AbortSignal): Promise<boolean> {
    const startMs = performance.now();
    const isWhole = startMs >= this.#nextWholePassMs;
    const ranges = isWhole ? [undefined] : rangesOf(table.pending(), mostRanges);
    for (const range of ranges) {
      table.beginPass();
      for await (const page of this.#sources.readRows(range, signal)) {
        for (const { windowStart, windowEnd, values } of page) table.setRow(windowStart, windowEnd, values);
        await nextTurn();
      }
      const behind = this.#sources.processorBehind() ?? 0;
      table.endPass(range, { nowMs: Date.now(), isComplete: this.#isAtEnd && behind === 0 });
    }
    if (ranges.length > 0) this.#revision += 1;
    if (isWhole) {
      const tookMs = performance.now() - startMs;
      this.#nextWholePassMs = performance.now() + Math.max(wholePassIntervalMs, 20 * tookMs);
    }
    return ranges.length > 0;
  }
}
