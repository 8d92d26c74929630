/** Jobs of a Flink cluster, from its REST API. https://nightlies.apache.org/flink/flink-docs-stable/docs/ops/rest_api/ */

import { hasCode, isRetryable, StreamctlError } from "../../core/errors.ts";
import { exchange, type HttpResponse } from "../../core/http.ts";
import { arrayAt, at, isObject, numberAt, stringAt } from "../../core/json.ts";
import { pollUntil } from "../../core/wait.ts";
import { type StepDeadline, stepDeadline, remainingMs, waitOptions } from "../../core/step-deadline.ts";
import { type FlinkFailure, readFailure } from "./failure.ts";
import { type JobHistory, repeatedFailures } from "./progress.ts";

export interface FlinkJob {
  readonly id: string;
  readonly name: string;
  /** Flink's job status: `RUNNING`, `RESTARTING`, `FAILED`, … */
  readonly state: string;
  readonly runningTasks: number;
  readonly totalTasks: number;
  /** By Flink's clock, in milliseconds since the epoch. */
  readonly startedAtMs: number;
  /** From the start until now, or until the end. */
  readonly durationMs: number;
}

/** States of jobs that will not run again. Only high availability, which streamctl does not use, could resume a suspended job. */
const endedStates: ReadonlySet<string> = new Set(["FAILED", "CANCELED", "FINISHED", "SUSPENDED"]);

/** Whether a job is RUNNING with all of its tasks. */
export function runsFully({ state, totalTasks, runningTasks }: FlinkJob): boolean {
  return state === "RUNNING" && totalTasks > 0 && runningTasks === totalTasks;
}

export function hasEnded(job: FlinkJob): boolean {
  return endedStates.has(job.state);
}

/** All jobs that the cluster lists, including ended ones. */
export async function listJobs(restUrl: string, deadline: StepDeadline): Promise<readonly FlinkJob[]> {
  const answer = await ask(`${restUrl}/jobs/overview`, deadline);
  return arrayAt(answer.json, "jobs").map((job) => ({
    id: stringAt(job, "jid") ?? "",
    name: stringAt(job, "name") ?? "",
    state: stringAt(job, "state") ?? "",
    runningTasks: numberAt(job, "tasks", "running") ?? 0,
    totalTasks: numberAt(job, "tasks", "total") ?? 0,
    startedAtMs: numberAt(job, "start-time") ?? 0,
    durationMs: numberAt(job, "duration") ?? 0,
  }));
}

/** The jobs of a name that have not ended. */
export async function liveJobs(restUrl: string, name: string, deadline: StepDeadline): Promise<readonly FlinkJob[]> {
  return (await listJobs(restUrl, deadline)).filter((job) => job.name === name && !hasEnded(job));
}

/** The `pipeline.global-job-parameters` of a job; empty for an unknown job. */
export async function jobParameters(restUrl: string, jobId: string, deadline: StepDeadline): Promise<ReadonlyMap<string, string>> {
  const answer = await ask(`${restUrl}/jobs/${jobId}/config`, deadline, { allowNotFound: true });
  const parameters = at(answer.json, "execution-config", "user-config");
  const entries = isObject(parameters) ? Object.entries(parameters) : [];
  return new Map(entries.flatMap(([name, value]) => (typeof value === "string" ? [[name, value]] : [])));
}

/** Cancels a job and waits until the cluster reports that it ended. Its last checkpoint remains if the job retains checkpoints. */
export async function cancelJob(restUrl: string, jobId: string, deadline: StepDeadline): Promise<void> {
  await exchange(`${restUrl}/jobs/${jobId}?mode=cancel`, { method: "PATCH", signal: deadline.signal, timeoutMs: remainingMs(deadline) });
  await pollUntil(
    async () => {
      const jobs = await listedJobs(restUrl, deadline);
      const job = jobs?.find(({ id }) => id === jobId);
      return jobs !== undefined && (job === undefined || hasEnded(job)) ? true : undefined;
    },
    waitOptions(deadline, `Flink job ${jobId} to end`),
  );
}

/**
 * Waits until the job is RUNNING with all of its tasks, or has failed and Flink is restarting it; then its health check reports whether it
 * works. A job that cannot restore its state fails immediately.
 *
 * @throws StreamctlError `processor`, with the last failure, if the job ended, cannot restore its state, or is not running at the deadline
 */
export async function waitUntilRunning(restUrl: string, jobId: string, deadline: StepDeadline): Promise<void> {
  let last: FlinkJob | undefined;
  const poll = async (): Promise<true | undefined> => {
    const jobs = await listedJobs(restUrl, deadline);
    if (jobs === undefined) return undefined;
    last = jobs.find(({ id }) => id === jobId);
    if (last === undefined || hasEnded(last)) throw await failureOf(restUrl, jobId, last, deadline);
    if (last.state === "RESTARTING") {
      if ((await latestFailure(restUrl, jobId, deadline))?.unrestorable !== true) return true;
      throw await failureOf(restUrl, jobId, last, deadline);
    }
    return runsFully(last) ? true : undefined;
  };
  try {
    await pollUntil(poll, { ...waitOptions(deadline, `Flink job ${jobId} to run`), maxIntervalMs: 100 });
  } catch (error) {
    if (!hasCode(error, "timeout")) throw error;
    throw await failureOf(restUrl, jobId, last, stepDeadline(2000, deadline.signal));
  }
}

/**
 * Requests a checkpoint of a running job, in addition to the periodic ones, without waiting for it. Flink accepts every request, and fails
 * that of a job that is restarting or has no checkpoints; that is not reported.
 * https://nightlies.apache.org/flink/flink-docs-stable/docs/ops/rest_api/#jobs-jobid-checkpoints-1
 */
export async function requestCheckpoint(restUrl: string, jobId: string, deadline: StepDeadline): Promise<void> {
  const request = { method: "POST", body: {}, signal: deadline.signal, timeoutMs: remainingMs(deadline) } as const;
  await exchange(`${restUrl}/jobs/${jobId}/checkpoints`, request);
}

/** The innermost cause of a job's latest failure; undefined if there is none. */
export async function lastFailure(restUrl: string, jobId: string, deadline: StepDeadline): Promise<string | undefined> {
  return (await latestFailure(restUrl, jobId, deadline))?.reason;
}

/** A job's failures and checkpoints; empty for an unknown job. */
export async function jobHistory(restUrl: string, job: FlinkJob, deadline: StepDeadline): Promise<JobHistory> {
  const ofJob = async (path: string) => (await ask(`${restUrl}/jobs/${job.id}/${path}`, deadline, { allowNotFound: true })).json;
  const [checkpoints, exceptions] = await Promise.all([ofJob("checkpoints"), ofJob(`exceptions?maxExceptions=${repeatedFailures}`)]);
  const failures = arrayAt(exceptions, "exceptionHistory", "entries").map((entry) => ({
    atMs: numberAt(entry, "timestamp") ?? 0,
    trace: stringAt(entry, "stacktrace") ?? "",
  }));
  return { startedAtMs: job.startedAtMs, nowMs: job.startedAtMs + job.durationMs, checkpoints, failures };
}

async function latestFailure(restUrl: string, jobId: string, deadline: StepDeadline): Promise<FlinkFailure | undefined> {
  const answer = await ask(`${restUrl}/jobs/${jobId}/exceptions?maxExceptions=1`, deadline, { allowNotFound: true });
  const trace = stringAt(answer.json, "exceptionHistory", "entries", 0, "stacktrace") ?? stringAt(answer.json, "root-exception");
  return trace === undefined ? undefined : readFailure(trace);
}

/** Like `listJobs()`; undefined while the cluster is temporarily unavailable, as during a leader election. */
async function listedJobs(restUrl: string, deadline: StepDeadline): Promise<readonly FlinkJob[] | undefined> {
  try {
    return await listJobs(restUrl, deadline);
  } catch (error) {
    // If the connection is refused, the cluster has ended: report that immediately instead of retrying.
    if (isRetryable(error) && error.code === "processor") return undefined;
    throw error;
  }
}

async function failureOf(restUrl: string, jobId: string, job: FlinkJob | undefined, deadline: StepDeadline): Promise<StreamctlError> {
  const failure = await latestFailure(restUrl, jobId, deadline);
  const state = job === undefined ? "the cluster does not list it" : `${job.state}, ${job.runningTasks} of ${job.totalTasks} tasks running`;
  return new StreamctlError("processor", `Cannot run Flink job "${job?.name ?? jobId}": ${failure?.reason ?? state}`, {
    hint: "Run: streamctl logs flink",
    facts: { engine: "flink", engineCode: failure?.exception, jobState: job?.state, unrestorable: failure?.unrestorable },
  });
}

/** Returned by a cluster that has no leader yet. */
const unavailable = 503;

/** Sends a request to the cluster's REST API. @throws StreamctlError `processor` for an error status, `unreachable` */
export async function ask(url: string, deadline: StepDeadline, options: { readonly allowNotFound?: boolean } = {}): Promise<HttpResponse> {
  const answer = await exchange(url, { signal: deadline.signal, timeoutMs: Math.min(remainingMs(deadline), 10_000) });
  if (answer.status === 200 || (answer.status === 404 && options.allowNotFound === true)) return answer;
  const text = arrayAt(answer.json, "errors").find((error) => typeof error === "string");
  const failure = typeof text === "string" ? readFailure(text) : undefined;
  throw new StreamctlError("processor", `Cannot read "${url}" from Flink: ${failure?.reason ?? `status ${answer.status}`}`, {
    retryable: answer.status === unavailable,
    facts: { engine: "flink", status: answer.status, engineCode: failure?.exception },
  });
}
