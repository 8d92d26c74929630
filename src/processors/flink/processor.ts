/**
 * Runs the computation as one Flink SQL job. Tables and settings exist only in a session of the SQL gateway, which is closed after the
 * submission. The job is found by its name and has its identity in its global parameters. After a restart of the cluster it resumes from
 * its newest checkpoint. If the state cannot be restored, the job starts from the earliest record, which is harmless: every record that
 * it writes contains the full totals of its window.
 */

import type { Declarations } from "../../core/assets.ts";
import { hasCode, messageOf, StreamctlError } from "../../core/errors.ts";
import { innermostCause } from "../../core/java-error.ts";
import type { Log } from "../../core/log.ts";
import type { Health } from "../../core/resource.ts";
import type { StepDeadline } from "../../core/step-deadline.ts";
import {
  checkpointDirectory,
  type CheckpointLayout,
  type CheckpointStorage,
  deleteOtherCheckpoints,
  previousIdentities,
  newestCheckpoint,
} from "../checkpoint-files.ts";
import { openGatewaySession } from "./gateway.ts";
import {
  cancelJob,
  type FlinkJob,
  hasEnded,
  jobHistory,
  jobParameters,
  lastFailure,
  listJobs,
  liveJobs,
  requestCheckpoint,
  runsFully,
  waitUntilRunning,
} from "./jobs.ts";
import { keepsFailing, stalledReason } from "./progress.ts";
import { planProcessor, type Processor, type ProcessorIdentity, startsComputation } from "../processor.ts";
import { hashStatements, readStatements, type Statement } from "../statements.ts";
import { predicateOf } from "../../record/predicate.ts";
import { onlyStream, onlyWindow, type TopicIdentity } from "../../spec/names.ts";
import { flinkPredicate } from "./predicate.ts";

export interface FlinkOptions {
  /** URL of the cluster's REST API, without a trailing slash. */
  readonly restUrl: string;
  /** URL of the SQL gateway, without a trailing slash. */
  readonly gatewayUrl: string;
  /** Kafka's bootstrap servers as seen by the cluster. */
  readonly brokers: string;
  readonly transactions: TopicIdentity;
  readonly windows: TopicIdentity;
  readonly checkpoints: CheckpointStorage;
  readonly declarations: Declarations;
}

const checkpointLayout: CheckpointLayout = { folderName: /^chk-/u, fileName: "_metadata" };

interface Job {
  readonly options: FlinkOptions;
  readonly name: string;
  readonly statements: readonly Statement[];
  readonly identity: ProcessorIdentity;
}

/** @throws StreamctlError `usage` for a file that uses an unknown template value */
export function createFlinkProcessor(options: FlinkOptions): Processor {
  const { restUrl, transactions, windows, checkpoints } = options;
  const name = jobNameOf(windows);
  const render = (brokers: string): readonly Statement[] =>
    readStatements(options.declarations, "flink", {
      brokers,
      transactionsTopic: transactions.name,
      windowsTopic: windows.name,
      consumerGroup: name,
      windowSizeSeconds: onlyWindow.span.sizeMs / 1000,
      windowSizeMs: onlyWindow.span.sizeMs,
      countedTransactions: flinkPredicate(predicateOf(onlyStream, onlyWindow)),
    });
  const statements = requireOneInsert(render(options.brokers));
  // The identity does not include the brokers' address: the same topics at another address have the same records, so the job can resume.
  const identity = { statements: hashStatements(render("")), transactionsTopicId: transactions.id, windowsTopicId: windows.id };
  const job: Job = { options, name, statements, identity };
  return {
    name: "flink",
    computation: name,
    wanted: identity,
    async observe(deadline) {
      const [computations, previous] = await Promise.all([observeJobs(restUrl, name, deadline), previousIdentities(checkpoints)]);
      return { computations, previous };
    },
    // Jobs end with the cluster; their checkpoints remain.
    afterRestart: (last) => ({ computations: [], previous: last === undefined ? [] : [last] }),
    plan: (observed) => planProcessor(observed, identity),
    parts: () => [],
    async validate(deadline) {
      await runStatements(job, {}, statements.map(asExplain), deadline);
    },
    async apply(plan, deadline, log) {
      if (!startsComputation(plan)) return;
      await cancelAll(restUrl, plan.stop, deadline);
      // Find the newest checkpoint only after the job has ended: it may have completed one until then.
      const resumeFrom = plan.resume ? await newestCheckpoint(checkpoints, identity, checkpointLayout) : undefined;
      let jobId = await startJob(job, resumeFrom, deadline, log);
      // The last row of a window may be one that the other job wrote from part of the records, so write all rows again after its end.
      // Ensures a single writer: the gateway may complete the submission of a killed `up` after this `up` has made its plan.
      while ((await cancelLive(job, deadline, jobId)).length > 0) {
        log.warn(`Another Flink job "${name}" was started meanwhile, and was canceled. All windows are recomputed`);
        await cancelAll(restUrl, [jobId], deadline);
        jobId = await startJob(job, undefined, deadline, log);
      }
      await deleteOtherCheckpoints(checkpoints, identity);
    },
    stop: (deadline) => cancelLive(job, deadline),
    health: (deadline) => healthOf(job, deadline),
  };
}

/** Name and consumer group of the job that writes a topic of windows. */
export function jobNameOf(windows: Pick<TopicIdentity, "name">): string {
  return `streamctl-${windows.name}`;
}

const parameterNames = {
  statements: "streamctl.statements",
  transactionsTopicId: "streamctl.transactions-topic-id",
  windowsTopicId: "streamctl.windows-topic-id",
} as const satisfies Record<keyof ProcessorIdentity, string>;

function identityOf(parameters: ReadonlyMap<string, string>): ProcessorIdentity | undefined {
  const statements = parameters.get(parameterNames.statements);
  const transactionsTopicId = parameters.get(parameterNames.transactionsTopicId);
  const windowsTopicId = parameters.get(parameterNames.windowsTopicId);
  if (statements === undefined || transactionsTopicId === undefined || windowsTopicId === undefined) return undefined;
  return { statements, transactionsTopicId, windowsTopicId };
}

async function observeJobs(restUrl: string, name: string, deadline: StepDeadline) {
  const jobs = await liveJobs(restUrl, name, deadline);
  return Promise.all(
    jobs.map(async ({ id, state }) => {
      const identity = identityOf(await jobParameters(restUrl, id, deadline));
      const stopping = state === "CANCELLING" || state === "FAILING";
      return { id, state: stopping ? ("stopping" as const) : ("running" as const), ...(identity === undefined ? {} : { identity }) };
    }),
  );
}

async function cancelAll(restUrl: string, jobIds: readonly string[], deadline: StepDeadline): Promise<void> {
  await Promise.all(jobIds.map((id) => cancelJob(restUrl, id, deadline)));
}

/** Cancels the live jobs of the computation, except one, and waits for their end. Returns their ids. */
async function cancelLive({ options: { restUrl }, name }: Job, deadline: StepDeadline, except?: string): Promise<readonly string[]> {
  const ids = (await liveJobs(restUrl, name, deadline)).map(({ id }) => id).filter((id) => id !== except);
  await cancelAll(restUrl, ids, deadline);
  return ids;
}

/** Returns the id of the running job. */
async function startJob(job: Job, resumeFrom: string | undefined, deadline: StepDeadline, log: Log): Promise<string> {
  if (resumeFrom === undefined) return submitAndWait(job, {}, deadline);
  try {
    log.debug(`${job.name} resumes from ${resumeFrom}`);
    // In claim mode Flink deletes the old checkpoint once it has a newer one.
    return await submitAndWait(
      job,
      { "execution.state-recovery.path": resumeFrom, "execution.state-recovery.claim-mode": "CLAIM" },
      deadline,
    );
  } catch (error) {
    if (!hasCode(error, "processor")) throw error;
    log.warn(`Flink could not resume from checkpoint "${resumeFrom}": ${messageOf(error)}. All windows are recomputed`);
    await cancelLive(job, deadline);
    return await submitAndWait(job, {}, deadline);
  }
}

async function submitAndWait(job: Job, recovery: Readonly<Record<string, string>>, deadline: StepDeadline): Promise<string> {
  const { options, name, statements, identity } = job;
  const parameters = {
    [parameterNames.statements]: identity.statements,
    [parameterNames.transactionsTopicId]: identity.transactionsTopicId,
    [parameterNames.windowsTopicId]: identity.windowsTopicId,
  };
  const properties = {
    "pipeline.name": name,
    "pipeline.global-job-parameters": Object.entries(parameters)
      .map(([key, value]) => `${key}:${value}`)
      .join(","),
    "execution.checkpointing.dir": checkpointDirectory(options.checkpoints, identity),
    ...recovery,
  };
  const jobId = await runStatements(job, properties, statements, deadline);
  if (jobId === undefined) throw new StreamctlError("processor", `Cannot start Flink job "${name}": Flink returned no job id`);
  await waitUntilRunning(options.restUrl, jobId, deadline);
  // The health check waits for a checkpoint, and the first periodic one starts only after an interval.
  await requestCheckpoint(options.restUrl, jobId, deadline);
  return jobId;
}

/** Runs statements in a new session. Returns the id of the job that they started, if any. */
async function runStatements(
  { options }: Job,
  properties: Readonly<Record<string, string>>,
  statements: readonly Statement[],
  deadline: StepDeadline,
): Promise<string | undefined> {
  const session = await openGatewaySession(options.gatewayUrl, properties, deadline);
  let jobId: string | undefined;
  try {
    for (const statement of statements) jobId = (await session.execute(statement, deadline)).jobId ?? jobId;
  } finally {
    await session.close();
  }
  return jobId;
}

const insert = /^insert\b/iu;

function asExplain(statement: Statement): Statement {
  return insert.test(statement.sql) ? { ...statement, text: `EXPLAIN ${statement.text}` } : statement;
}

/** Ensures a single writer: each INSERT statement would start a job. */
function requireOneInsert(statements: readonly Statement[]): readonly Statement[] {
  const inserts = statements.filter(({ sql }) => insert.test(sql));
  if (inserts.length === 1) return statements;
  const where = inserts.length === 0 ? "there is none" : `there are several, in ${inserts.map(({ file }) => file).join(", ")}`;
  throw new StreamctlError("usage", `Cannot run the statements of "flink": exactly one must be an INSERT, but ${where}`);
}

async function healthOf({ options: { restUrl }, name }: Job, deadline: StepDeadline): Promise<Health> {
  const jobs = (await listJobs(restUrl, deadline)).filter((job) => job.name === name);
  const live = jobs.filter((job) => !hasEnded(job));
  const [only] = live;
  if (only === undefined) return { healthy: false, detail: `no job "${name}"${await endOf(restUrl, jobs, deadline)}` };
  if (live.length > 1) return { healthy: false, detail: `${live.length} jobs "${name}"` };
  const history = await jobHistory(restUrl, only, deadline);
  const runs = runsFully(only);
  const detail = `${only.state}, ${only.runningTasks} of ${only.totalTasks} tasks`;
  const trouble = runs ? stalledReason(history) : "";
  if (trouble === undefined) return { healthy: true, detail };
  const [failure] = history.failures;
  const parts = [trouble === "" ? detail : `${detail}; ${trouble}`, ...(failure === undefined ? [] : [innermostCause(failure.trace)])];
  return { healthy: false, detail: parts.join(": "), ...(keepsFailing(history) ? { keepsFailing: true } : {}) };
}

/** How the latest job ended; empty if the cluster lists none. */
async function endOf(restUrl: string, ended: readonly FlinkJob[], deadline: StepDeadline): Promise<string> {
  const last = ended.toSorted((one, other) => other.startedAtMs - one.startedAtMs)[0];
  if (last === undefined) return "";
  const failure = await lastFailure(restUrl, last.id, deadline);
  return `: the last one is ${last.state}${failure === undefined ? "" : ` (${failure})`}`;
}
