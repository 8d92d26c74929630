/**
 * `verify` proves that no record was lost or counted twice. It computes every window from the raw topic and compares the result with Pinot,
 * and the topic with what the runs in the ledger delivered. It reads the topic once; with `--wait`, later checks read only new records. Each
 * check reads the ledger first, then the topic's end offsets, then the table, so that each side is at least as recent as the one before.
 */

import { isRetryable } from "../core/errors.ts";
import { Deadline, doublingPauses, pause, throwIfInterrupted } from "../core/wait.ts";
import type { RunRecord } from "../state/run-record.ts";
import type { WindowRow } from "../stores/pinot/broker.ts";
import { type ReadingProgress, TopicReading, type TopicLog } from "./topic-reading.ts";
import { judge, sumRuns, type Verdict, type VerifyReport } from "./verdict.ts";
import type { VerifySubject } from "./verify-subject.ts";
import { compareWindows } from "./window-comparison.ts";

export interface VerifySources {
  readonly log: TopicLog;
  /** Reads the ledger of the state folder. */
  readonly readRuns: (signal?: AbortSignal) => Promise<readonly RunRecord[]>;
  /** Reads all rows of Pinot's table, page by page. */
  readonly readWindows: (signal?: AbortSignal) => AsyncIterable<readonly WindowRow[]>;
}

export interface VerifyRequest {
  /** How long to repeat the check until the verdict is ok, in milliseconds; 0 means one check. A started check is always completed. */
  readonly waitMs: number;
  /** As in `JudgeOptions`. */
  readonly strict: boolean;
  readonly subject: VerifySubject;
  /** As in `ReadingOptions`. */
  readonly stallMs?: number | undefined;
  readonly openTransactionMs?: number | undefined;
  readonly onProgress?: ((progress: ReadingProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called after each check except the last one. */
  readonly onCheck?: ((verification: Verification) => void) | undefined;
}

export interface Verification {
  readonly report: VerifyReport;
  readonly verdict: Verdict;
}

const firstPauseMs = 100;
const longestPauseMs = 1000;
const longestRestMs = 5000;

/**
 * Checks once, or until the verdict is ok or the wait is over; returns the last result.
 *
 * @throws StreamctlError `kafka` when records expired or the topic was recreated meanwhile, `timeout` when reading stalls,
 *   `not-available` beyond one million windows, `interrupted`, `pinot` if Pinot rejects the query; `unreachable` or `pinot` if Kafka or Pinot
 *   is still not available when the wait is over
 */
export async function verify(sources: VerifySources, request: VerifyRequest): Promise<Verification> {
  const startMs = performance.now();
  const { waitMs, strict, signal, onCheck } = request;
  const reading = new TopicReading(sources.log, request);
  const within = new Deadline(waitMs);
  try {
    const pauses = doublingPauses(firstPauseMs, longestPauseMs);
    for (let checks = 1; ; checks++) {
      const checkStartMs = performance.now();
      const findings = await check(sources, reading, request, within).catch((error: unknown) => {
        throwIfInterrupted(signal);
        // Retry while an engine is unavailable. A rejected query would be rejected again.
        if (!isRetryable(error) || within.remainingMs === 0) throw error;
        return undefined;
      });
      const nowMs = performance.now();
      if (findings !== undefined) {
        const report = { ...findings, checks, elapsedMs: Math.round(nowMs - startMs) };
        const verdict = judge(report, { strict });
        if (verdict.ok || within.remainingMs === 0) return { report, verdict };
        onCheck?.({ report, verdict });
      }
      // Checking a large table loads the engines, so pause for half of its duration.
      const restMs = Math.max(pauses.next().value, Math.min((nowMs - checkStartMs) / 2, longestRestMs));
      await pause(Math.min(restMs, within.remainingMs), signal);
    }
  } finally {
    within.release();
    await reading.close();
  }
}

/** Compares the ledger, the topic and the table once. */
async function check(
  { log, readRuns, readWindows }: VerifySources,
  reading: TopicReading,
  { subject, signal }: VerifyRequest,
  within: Deadline,
): Promise<Omit<VerifyReport, "checks" | "elapsedMs">> {
  const runs = await readRuns(signal);
  const { topicId, partitions, heldBack } = await reading.readToEnd(within);
  const comparison = await compareWindows(reading.tally.windows, readWindows(signal));
  const { counts, ambiguousWindows } = reading.tally;
  const differing = [...comparison.mismatched, ...comparison.extra];
  const sent = sumRuns(runs, log.topic, topicId);
  const foreign = Math.max(0, counts.records - sent.delivered - sent.unresolved - sent.divided);
  return {
    topic: log.topic,
    subject,
    partitions,
    ...counts,
    foreign,
    sent,
    heldBack,
    ...comparison,
    ambiguousWindows: differing.filter(({ windowStart }) => ambiguousWindows.has(windowStart)).length,
  };
}
