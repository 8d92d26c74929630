/**
 * Health of a RUNNING job. A job that cannot read a record or write its windows fails and restarts forever, and is RUNNING most of that time.
 * Only a completed checkpoint proves that it makes progress.
 * https://nightlies.apache.org/flink/flink-docs-stable/docs/ops/rest_api/#jobs-jobid-checkpoints
 */

import { arrayAt, numberAt, stringAt } from "../../core/json.ts";

export interface JobFailure {
  readonly atMs: number;
  /** Java stack trace. */
  readonly trace: string;
}

export interface JobHistory {
  /** Start of the job, and time of the observation; both by Flink's clock, in milliseconds since the epoch. */
  readonly startedAtMs: number;
  readonly nowMs: number;
  /** Response to `/jobs/<id>/checkpoints`. */
  readonly checkpoints: unknown;
  /** Newest first. */
  readonly failures: readonly JobFailure[];
}

/** Checkpoints start every three seconds. A job without any checkpoint counts as healthy after this time without a failure. */
const settledMs = 10_000;

/** A checkpoint that takes longer than this is considered stuck. */
const slowCheckpointMs = 30_000;

/** A job keeps failing if it has this many failures within the time below. Also the number of failures to read. */
export const repeatedFailures = 5;
const repeatedWithinMs = 60_000;

/** Why a job with all tasks running is not known to make progress; undefined if it is. Pure. */
export function stalledReason({ startedAtMs, nowMs, checkpoints, failures }: JobHistory): string | undefined {
  const failedAtMs = failures[0]?.atMs;
  const sinceMs = Math.max(startedAtMs, failedAtMs ?? 0);
  const [newest] = arrayAt(checkpoints, "history");
  const pending = stringAt(newest, "status") !== "COMPLETED" && newest !== undefined;
  const pendingMs = stringAt(newest, "status") === "IN_PROGRESS" ? nowMs - (numberAt(newest, "trigger_timestamp") ?? nowMs) : 0;
  if (pendingMs > slowCheckpointMs) return `its checkpoint has not completed for ${Math.round(pendingMs / 1000)} s`;
  const completedAtMs = numberAt(checkpoints, "latest", "completed", "latest_ack_timestamp") ?? 0;
  if (completedAtMs >= sinceMs || (nowMs - sinceMs > settledMs && !pending)) return undefined;
  return failedAtMs === undefined ? "no checkpoint has completed yet" : "no checkpoint has completed since it failed";
}

/** Whether a job failed repeatedly in the last minute without completing a checkpoint. Pure. */
export function keepsFailing({ nowMs, checkpoints, failures }: JobHistory): boolean {
  const oldest = failures[repeatedFailures - 1];
  const completedAtMs = numberAt(checkpoints, "latest", "completed", "latest_ack_timestamp") ?? 0;
  return oldest !== undefined && nowMs - oldest.atMs < repeatedWithinMs && completedAtMs < oldest.atMs;
}
