/**
 * `verify` proves that nothing was lost and nothing counted twice: it computes every window from the raw topic by itself and
 * holds the result against Pinot, and the topic against what the runs say they delivered. It reads the topic once; with a
 * wait, later looks read only what is new. Each look takes the ledger first, then the topic's ends, then the table, so
 * that what is later in the pipeline is never older than what it is compared with.
 */

import { hasCode, StreamctlError } from "../core/errors.ts";
import { pause, throwIfInterrupted } from "../core/wait.ts";
import type { Watermarks } from "../kafka/admin.ts";
import type { PartitionOffset } from "../kafka/consumer.ts";
import type { RunRecord } from "../model/run-record.ts";
import type { WindowRow } from "../provision/pinot/broker.ts";
import { type RecordBatch, TopicTally } from "./topic-tally.ts";
import { judge, sumRuns, type Verdict, type VerifyReport } from "./verdict.ts";
import { compareWindows } from "./window-comparison.ts";

export interface TopicSnapshot {
  /** Kafka's id; a topic made anew has another one. */
  readonly topicId: string;
  readonly partitions: readonly Watermarks[];
}

export interface RecordReader {
  /** What comes next, or an empty batch after `timeoutMs` milliseconds. One call at a time. */
  nextBatch(request: { readonly timeoutMs: number; readonly signal?: AbortSignal | undefined }): Promise<RecordBatch>;
  close(): Promise<void>;
}

/** The raw topic, as far as `verify` needs it. */
export interface TransactionLog {
  readonly topic: string;
  snapshot(signal?: AbortSignal): Promise<TopicSnapshot>;
  /** Reads on from these positions for as long as it is open. The caller closes it. */
  openReader(positions: readonly PartitionOffset[]): RecordReader;
}

export interface VerifySources {
  readonly log: TransactionLog;
  /** The ledger of the state folder as it is now. */
  readonly readRuns: (signal?: AbortSignal) => Promise<readonly RunRecord[]>;
  /** Every row of Pinot's table, page by page. */
  readonly readWindows: (signal?: AbortSignal) => AsyncIterable<readonly WindowRow[]>;
}

export interface VerifyRequest {
  /** How long to look again while the verdict is not ok, in milliseconds; 0 looks once. A look that began is finished. */
  readonly waitMs: number;
  /** As in `JudgeOptions`. */
  readonly strict: boolean;
  /** Longest time without a single record while the topic's end is not reached, in milliseconds; default 30,000. */
  readonly stallMs?: number;
  readonly signal?: AbortSignal | undefined;
  /** Told about each look that is not the last one. */
  readonly onLook?: (verdict: Verdict) => void;
}

export interface Verification {
  readonly report: VerifyReport;
  readonly verdict: Verdict;
}

const firstPauseMs = 100;
const longestPauseMs = 1000;
const longestRestMs = 5000;

/**
 * Looks once, or until the verdict is ok or the wait is over; answers the last look.
 *
 * @throws StreamctlError `kafka` when records expired or the topic was made anew meanwhile, `timeout` when reading stalls,
 *   `not-available` beyond a million windows, `interrupted`; what Pinot refuses passes through unless there is time to look again
 */
export async function verify(sources: VerifySources, request: VerifyRequest): Promise<Verification> {
  const startMs = performance.now();
  const { waitMs, strict, signal, onLook } = request;
  const deadlineMs = startMs + waitMs;
  const auditor = await Auditor.open(sources, request);
  try {
    for (let looks = 1, pauseMs = firstPauseMs; ; looks++) {
      const lookStartMs = performance.now();
      const findings = await auditor.look(deadlineMs);
      const nowMs = performance.now();
      if (findings !== undefined) {
        const report = { ...findings, looks, elapsedMs: Math.round(nowMs - startMs) };
        const verdict = judge(report, { strict });
        if (verdict.ok || nowMs >= deadlineMs) return { report, verdict };
        onLook?.(verdict);
      }
      // A look at a large table costs the engines something, so they get some time to themselves.
      const restMs = Math.max(pauseMs, Math.min((nowMs - lookStartMs) / 2, longestRestMs));
      await pause(Math.max(0, Math.min(restMs, deadlineMs - nowMs)), signal);
      pauseMs = Math.min(pauseMs * 2, longestPauseMs);
    }
  } finally {
    await auditor.close();
  }
}

type Findings = Omit<VerifyReport, "looks" | "elapsedMs">;

/** One reading of the topic, carried from look to look. */
class Auditor {
  readonly #sources: VerifySources;
  readonly #request: VerifyRequest;
  readonly #first: TopicSnapshot;
  readonly #tally: TopicTally;
  readonly #reader: RecordReader;

  private constructor(sources: VerifySources, request: VerifyRequest, first: TopicSnapshot) {
    this.#sources = sources;
    this.#request = request;
    this.#first = first;
    this.#tally = new TopicTally(sources.log.topic);
    this.#reader = sources.log.openReader(first.partitions.map(({ partition, low }) => ({ partition, offset: low })));
  }

  static async open(sources: VerifySources, request: VerifyRequest): Promise<Auditor> {
    const first = await sources.log.snapshot(request.signal);
    refuseExpired(sources.log.topic, first);
    return new Auditor(sources, request, first);
  }

  async close(): Promise<void> {
    await this.#reader.close();
  }

  /** One consistent look; undefined where Pinot did not answer and there is time to ask again. */
  async look(deadlineMs: number): Promise<Findings | undefined> {
    const { log, readRuns, readWindows } = this.#sources;
    const { signal } = this.#request;
    const runs = await readRuns(signal);
    const snapshot = await log.snapshot(signal);
    this.#refuseAnother(snapshot);
    await this.#readTo(snapshot.partitions.map(({ partition, high }) => ({ partition, offset: high })));
    const comparison = await compareWindows(this.#tally.windows, readWindows(signal)).catch((error: unknown) => {
      throwIfInterrupted(signal);
      const transient = hasCode(error, "pinot") || hasCode(error, "unreachable");
      if (!transient || performance.now() >= deadlineMs) throw error;
      return undefined;
    });
    if (comparison === undefined) return undefined;
    const counts = this.#tally.counts;
    const sent = sumRuns(runs, snapshot.topicId);
    const foreign = Math.max(0, counts.records - sent.delivered - sent.unresolved);
    return { topic: log.topic, ...counts, foreign, sent, ...comparison };
  }

  async #readTo(ends: readonly PartitionOffset[]): Promise<void> {
    const { stallMs = 30_000, signal } = this.#request;
    let progressMs = performance.now();
    while (!this.#tally.reaches(ends)) {
      const batch = await this.#reader.nextBatch({ timeoutMs: 1000, signal });
      if (this.#tally.add(batch)) progressMs = performance.now();
      else if (performance.now() - progressMs > stallMs) throw stalled(this.#sources.log.topic, stallMs);
      else if (batch.count === 0) await pause(10, signal);
    }
  }

  #refuseAnother(snapshot: TopicSnapshot): void {
    const { topic } = this.#sources.log;
    refuseExpired(topic, snapshot);
    const same = snapshot.topicId === this.#first.topicId && snapshot.partitions.length === this.#first.partitions.length;
    if (same) return;
    throw new StreamctlError("kafka", `Cannot verify "${topic}": the topic was made anew or got more partitions meanwhile`, {
      hint: "Run it again: streamctl verify",
    });
  }
}

function refuseExpired(topic: string, { partitions }: TopicSnapshot): void {
  const expired = partitions.filter(({ low }) => low > 0);
  if (expired.length === 0) return;
  const where = expired.map(({ partition, low }) => `partition ${partition} begins at offset ${low}`).join(", ");
  throw new StreamctlError("kafka", `Cannot verify "${topic}": its earliest records expired or were deleted (${where})`, {
    hint: "What is gone cannot be counted again; start afresh with: streamctl down --volumes",
  });
}

function stalled(topic: string, stallMs: number): StreamctlError {
  return new StreamctlError("timeout", `Cannot read "${topic}" to its end: no record came for ${Math.round(stallMs / 1000)} s`, {
    hint: "See what Kafka says: streamctl logs kafka",
  });
}
