/** Jobs of a Flink cluster, through its REST API. https://nightlies.apache.org/flink/flink-docs-stable/docs/ops/rest_api/ */

import { hasCode, isRetryable, StreamctlError } from "../../core/errors.ts";
import { exchange, type HttpAnswer } from "../../core/http.ts";
import { arrayAt, at, isObject, numberAt, stringAt } from "../../core/json.ts";
import { pollUntil } from "../../core/wait.ts";
import { type StepDeadline, stepDeadline, remainingMs, waitOptions } from "../../core/step-deadline.ts";
import { type FlinkFailure, readFailure } from "./failure.ts";
import { type JobHistory, repeatedFailures } from "./progress.ts";

export interface FlinkJob {
  readonly id: string;
  readonly name: string;
  /** Flink's own word: `RUNNING`, `RESTARTING`, `FAILED`, … */
  readonly state: string;
  readonly runningTasks: number;
  readonly totalTasks: number;
  /** On Flink's clock, in milliseconds since the epoch. */
  readonly startedAtMs: number;
  /** Until now, or until it ended. */
  readonly durationMs: number;
}

/** A job in such a state neither runs nor comes back. A suspended one could only be brought back by high availability. */
const endedStates: ReadonlySet<string> = new Set(["FAILED", "CANCELED", "FINISHED", "SUSPENDED"]);

export function hasEnded(job: FlinkJob): boolean {
  return endedStates.has(job.state);
}

/** All jobs that the cluster remembers, ended ones included. */
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

/** What was given to a job as `pipeline.global-job-parameters`; empty for a job that is gone. */
export async function jobParameters(restUrl: string, jobId: string, deadline: StepDeadline): Promise<ReadonlyMap<string, string>> {
  const answer = await ask(`${restUrl}/jobs/${jobId}/config`, deadline, { missingIsFine: true });
  const parameters = at(answer.json, "execution-config", "user-config");
  const entries = isObject(parameters) ? Object.entries(parameters) : [];
  return new Map(entries.flatMap(([name, value]) => (typeof value === "string" ? [[name, value]] : [])));
}

/** Cancels a job and returns when the cluster says that it ended. Its last checkpoint stays, if the job retains checkpoints. */
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
 * Returns when the job is RUNNING with all of its tasks, or has failed and is restarted by Flink: whether it works then is for its
 * health to say. What cannot be restored never will be.
 *
 * @throws StreamctlError `processor` when it ended, cannot restore its state, or does not run before the deadline; with its last failure.
 */
export async function waitUntilRunning(restUrl: string, jobId: string, deadline: StepDeadline): Promise<void> {
  let last: FlinkJob | undefined;
  const look = async (): Promise<true | undefined> => {
    const jobs = await listedJobs(restUrl, deadline);
    if (jobs === undefined) return undefined;
    last = jobs.find(({ id }) => id === jobId);
    if (last === undefined || hasEnded(last)) throw await failureOf(restUrl, jobId, last, deadline);
    if (last.state === "RESTARTING") {
      if ((await newestFailure(restUrl, jobId, deadline))?.unrestorable !== true) return true;
      throw await failureOf(restUrl, jobId, last, deadline);
    }
    return last.state === "RUNNING" && last.totalTasks > 0 && last.runningTasks === last.totalTasks ? true : undefined;
  };
  try {
    await pollUntil(look, waitOptions(deadline, `Flink job ${jobId} to run`));
  } catch (error) {
    if (!hasCode(error, "timeout")) throw error;
    throw await failureOf(restUrl, jobId, last, stepDeadline(2000, deadline.signal));
  }
}

/** The innermost cause of a job's newest failure; undefined where it has none. */
export async function lastFailure(restUrl: string, jobId: string, deadline: StepDeadline): Promise<string | undefined> {
  return (await newestFailure(restUrl, jobId, deadline))?.reason;
}

/** What is known of a job's failures and checkpoints; empty for a job that is gone. */
export async function jobHistory(restUrl: string, job: FlinkJob, deadline: StepDeadline): Promise<JobHistory> {
  const ofJob = async (path: string) => (await ask(`${restUrl}/jobs/${job.id}/${path}`, deadline, { missingIsFine: true })).json;
  const [checkpoints, exceptions] = await Promise.all([ofJob("checkpoints"), ofJob(`exceptions?maxExceptions=${repeatedFailures}`)]);
  const failures = arrayAt(exceptions, "exceptionHistory", "entries").map((entry) => ({
    atMs: numberAt(entry, "timestamp") ?? 0,
    trace: stringAt(entry, "stacktrace") ?? "",
  }));
  return { startedAtMs: job.startedAtMs, nowMs: job.startedAtMs + job.durationMs, checkpoints, failures };
}

async function newestFailure(restUrl: string, jobId: string, deadline: StepDeadline): Promise<FlinkFailure | undefined> {
  const answer = await ask(`${restUrl}/jobs/${jobId}/exceptions?maxExceptions=1`, deadline, { missingIsFine: true });
  const trace = stringAt(answer.json, "exceptionHistory", "entries", 0, "stacktrace") ?? stringAt(answer.json, "root-exception");
  return trace === undefined ? undefined : readFailure(trace);
}

/** As `listJobs()`; undefined while the cluster cannot tell, as during the election of its leader. */
async function listedJobs(restUrl: string, deadline: StepDeadline): Promise<readonly FlinkJob[] | undefined> {
  try {
    return await listJobs(restUrl, deadline);
  } catch (error) {
    // Nobody listens any more where the cluster ended: that is for its death to say, at once.
    if (isRetryable(error) && error.code === "processor") return undefined;
    throw error;
  }
}

async function failureOf(restUrl: string, jobId: string, job: FlinkJob | undefined, deadline: StepDeadline): Promise<StreamctlError> {
  const failure = await newestFailure(restUrl, jobId, deadline);
  const state = job === undefined ? "the cluster does not know it" : `${job.state}, ${job.runningTasks} of ${job.totalTasks} tasks run`;
  return new StreamctlError("processor", `Cannot run Flink job "${job?.name ?? jobId}": ${failure?.reason ?? state}`, {
    hint: "Type `streamctl logs flink` to see what Flink says",
    facts: { engine: "flink", engineCode: failure?.exception, jobState: job?.state, unrestorable: failure?.unrestorable },
  });
}

/** Status of a cluster that is there and has no leader yet. */
const unavailable = 503;

/** Answers of the cluster's REST API. @throws StreamctlError `processor` where it refuses, `unreachable` */
export async function ask(url: string, deadline: StepDeadline, options: { readonly missingIsFine?: boolean } = {}): Promise<HttpAnswer> {
  const answer = await exchange(url, { signal: deadline.signal, timeoutMs: Math.min(remainingMs(deadline), 10_000) });
  if (answer.status === 200 || (answer.status === 404 && options.missingIsFine === true)) return answer;
  const text = arrayAt(answer.json, "errors").find((error) => typeof error === "string");
  const failure = typeof text === "string" ? readFailure(text) : undefined;
  throw new StreamctlError("processor", `Cannot ask Flink for "${url}": ${failure?.reason ?? answer.status}`, {
    retryable: answer.status === unavailable,
    facts: { engine: "flink", status: answer.status, engineCode: failure?.exception },
  });
}
