/**
 * Whether a job that Flink calls RUNNING gets anywhere. One that cannot read a record, or cannot write its windows, fails and restarts
 * for ever and is RUNNING most of that time; only a checkpoint proves that records went through.
 * https://nightlies.apache.org/flink/flink-docs-stable/docs/ops/rest_api/#jobs-jobid-checkpoints
 */

import { arrayAt, numberAt, stringAt } from "../../core/json.ts";

export interface JobFailure {
  readonly atMs: number;
  /** As a Java stack trace. */
  readonly trace: string;
}

export interface JobHistory {
  /** Start of the job, and the moment of the look; both on Flink's clock, in milliseconds since the epoch. */
  readonly startedAtMs: number;
  readonly nowMs: number;
  /** Flink's answer to `/jobs/<id>/checkpoints`. */
  readonly checkpoints: unknown;
  /** The newest first. */
  readonly failures: readonly JobFailure[];
}

/** A checkpoint is taken every three seconds; a job that nobody asks for one is taken to work after this time without a failure. */
const settledMs = 10_000;

/** A checkpoint that takes longer than this waits for something that does not come. */
const slowCheckpointMs = 30_000;

/** So many failures within so long a time are no coincidence; so many are looked at. */
export const repeatedFailures = 5;
const repeatedWithinMs = 60_000;

/** Why a job with all of its tasks running is not known to work; undefined where it is. Pure. */
export function standstill({ startedAtMs, nowMs, checkpoints, failures }: JobHistory): string | undefined {
  const failedAtMs = failures[0]?.atMs;
  const sinceMs = Math.max(startedAtMs, failedAtMs ?? 0);
  const [newest] = arrayAt(checkpoints, "history");
  const pending = stringAt(newest, "status") !== "COMPLETED" && newest !== undefined;
  const pendingMs = stringAt(newest, "status") === "IN_PROGRESS" ? nowMs - (numberAt(newest, "trigger_timestamp") ?? nowMs) : 0;
  if (pendingMs > slowCheckpointMs) return `its checkpoint has not completed for ${Math.round(pendingMs / 1000)} s`;
  const provenAtMs = numberAt(checkpoints, "latest", "completed", "latest_ack_timestamp") ?? 0;
  if (provenAtMs >= sinceMs || (nowMs - sinceMs > settledMs && !pending)) return undefined;
  return failedAtMs === undefined ? "no checkpoint has completed yet" : "no checkpoint has completed since it failed";
}

/** Whether a job failed again and again of late, without a checkpoint between. Pure. */
export function keepsFailing({ nowMs, checkpoints, failures }: JobHistory): boolean {
  const oldest = failures[repeatedFailures - 1];
  const provenAtMs = numberAt(checkpoints, "latest", "completed", "latest_ack_timestamp") ?? 0;
  return oldest !== undefined && nowMs - oldest.atMs < repeatedWithinMs && provenAtMs < oldest.atMs;
}
