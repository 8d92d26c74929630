/** The result of a run of `data`: the sums of the workers' counts, as the JSON document of the command. */

import { latencyPercentiles, mergeLatency, type LatencyMs } from "../kafka/latency.ts";
import type { DeliveryError } from "../kafka/producer.ts";
import type { DataRequest } from "./request.ts";
import type { WorkerCounts } from "./shared-counters.ts";

/** The JSON document of `data`. `accepted = delivered + failed + unresolved` always holds. */
export interface DataSummary {
  /** Number of messages that this process was asked to send; null without `-n`. */
  readonly requested: number | null;
  readonly accepted: number;
  readonly delivered: number;
  readonly failed: number;
  readonly unresolved: number;
  /** Number of delivered transactions with status Paid, and their total amount. */
  readonly paid: { readonly count: number; readonly total: number };
  /** Bytes of keys and values of the delivered messages. */
  readonly bytes: number;
  /** From the first enqueued message to the last delivery report. */
  readonly elapsedMs: number;
  /** Delivered messages per second over that time. */
  readonly messagesPerSecond: number;
  /** From enqueueing to the delivery report; 0 if nothing was delivered. */
  readonly latencyMs: LatencyMs;
  /** Why messages failed or remained unresolved. */
  readonly errors: readonly DeliveryError[];
  /** The given or the random seed, 0 to 2^53 − 1; the same seed gives the same records. */
  readonly seed: number;
  readonly workers: number;
  /** Earliest and latest event time of the accepted records, ISO 8601 in UTC; null if there are none. */
  readonly firstEventTime: string | null;
  readonly lastEventTime: string | null;
  /** Whether the topic was deleted or recreated during the run, which loses delivered messages; null if not. */
  readonly topicChange: "deleted" | "recreated" | null;
}

/** The final report of one worker. */
export interface WorkerReport {
  readonly counts: WorkerCounts;
  readonly latencyHistogram: Float64Array | null;
  readonly errors: readonly DeliveryError[];
}

export function summarize(
  request: Pick<DataRequest, "share" | "seed" | "workers">,
  reports: readonly WorkerReport[],
): Omit<DataSummary, "topicChange"> {
  const counts = reports.map((report) => report.counts);
  const total = sumCounts(counts);
  const firstEnqueueMs = least(counts.map((count) => count.firstEnqueueMs));
  const lastReportMs = greatest(counts.map((count) => count.lastReportMs));
  const elapsedMs = firstEnqueueMs === null || lastReportMs === null ? 0 : Math.max(0, lastReportMs - firstEnqueueMs);
  const latency = latencyPercentiles(mergeLatency(reports.flatMap(({ latencyHistogram }) => latencyHistogram ?? [])));
  return {
    requested: request.share.count,
    accepted: total.accepted,
    delivered: total.delivered,
    failed: total.failed,
    unresolved: total.unresolved,
    paid: { count: total.paidCount, total: total.paidTotal },
    bytes: total.bytes,
    elapsedMs: Math.round(elapsedMs),
    messagesPerSecond: elapsedMs > 0 ? Math.round((total.delivered / elapsedMs) * 10_000) / 10 : 0,
    latencyMs: { p50: hundredths(latency.p50), p95: hundredths(latency.p95), p99: hundredths(latency.p99), max: hundredths(latency.max) },
    errors: mergeErrors(reports.flatMap((report) => report.errors)),
    seed: request.seed,
    workers: request.workers,
    firstEventTime: isoTime(least(counts.map((count) => count.firstEventTimeMs))),
    lastEventTime: isoTime(greatest(counts.map((count) => count.lastEventTimeMs))),
  };
}

/** 0 if everything requested was delivered; 130 if the run was interrupted and everything accepted was delivered; otherwise 1. */
export function dataExitCode(summary: Pick<DataSummary, "requested" | "accepted" | "delivered">, interrupted: boolean): 0 | 1 | 130 {
  if (summary.requested !== null && summary.delivered === summary.requested) return 0;
  return interrupted && summary.delivered === summary.accepted ? 130 : 1;
}

const summed = ["accepted", "delivered", "failed", "unresolved", "bytes", "paidCount", "paidTotal"] as const;

/** The sums of the counts of all workers. */
export function sumCounts(counts: readonly WorkerCounts[]): Record<(typeof summed)[number], number> {
  const sum = { accepted: 0, delivered: 0, failed: 0, unresolved: 0, bytes: 0, paidCount: 0, paidTotal: 0 };
  for (const count of counts) for (const name of summed) sum[name] += count[name];
  return sum;
}

function mergeErrors(errors: readonly DeliveryError[]): DeliveryError[] {
  const merged = new Map<string, DeliveryError>();
  for (const error of errors) {
    const kind = `${error.code} ${error.message}`;
    merged.set(kind, { ...error, count: error.count + (merged.get(kind)?.count ?? 0) });
  }
  return [...merged.values()].toSorted((one, other) => other.count - one.count);
}

function present(values: readonly (number | null)[]): number[] {
  return values.filter((value) => value !== null);
}

function least(values: readonly (number | null)[]): number | null {
  return present(values).reduce<number | null>((found, value) => Math.min(found ?? value, value), null);
}

function greatest(values: readonly (number | null)[]): number | null {
  return present(values).reduce<number | null>((found, value) => Math.max(found ?? value, value), null);
}

function hundredths(ms: number): number {
  return Math.round(ms * 100) / 100;
}

function isoTime(timeMs: number | null): string | null {
  return timeMs === null ? null : new Date(timeMs).toISOString();
}
