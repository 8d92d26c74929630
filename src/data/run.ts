/**
 * One run of `data` in the main thread: starts the workers, waits for the topic, lets the workers produce, and adds up their counts. The
 * workers load and connect while the topic is described.
 */

import { randomUUID } from "node:crypto";
import { messageOf, StreamctlError } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import { describeTopic, type TopicDescription, type TopicOptions } from "../kafka/admin.ts";
import { transactionsTopic } from "../spec/names.ts";
import type { RunRecord } from "../state/run-record.ts";
import { startWorker, type StartedWorker, type WorkerEnd } from "./workers.ts";
import { appendRunEnd, appendRunStart } from "../state/ledger.ts";
import { clientLogListener, watchProgress, type DataProgress } from "./progress.ts";
import type { DataRequest } from "./request.ts";
import { SharedCounters } from "./shared-counters.ts";
import { workerShare } from "./shares.ts";
import { summarize, type DataSummary } from "./summary.ts";
import type { WorkerFailure } from "./worker-messages.ts";

export interface DataContext {
  readonly log: Log;
  /** Stops producing. The run waits for the messages in flight and returns its summary as usual. */
  readonly signal: AbortSignal;
  /** Called several times per second. */
  readonly onProgress?: ((progress: DataProgress) => void) | undefined;
  /** The module that a worker thread runs: src/data/worker.ts, or src/main.ts, which imports it there. */
  readonly workerEntry: URL;
  /** Path of the ledger; null for no ledger. */
  readonly ledgerFile: string | null;
  /** Default: `describeTopic` of kafka/admin.ts. */
  readonly describeTopic?: ((options: TopicOptions) => Promise<TopicDescription | null>) | undefined;
  /** Maximum wait for the description of the topic before the run, in milliseconds; default 10,000. */
  readonly connectTimeoutMs?: number | undefined;
  /** Maximum time without any delivery report while messages are in flight, in milliseconds; default 60,000. */
  readonly stallMs?: number | undefined;
  /** Maximum wait of an interrupted run for the messages in flight, in milliseconds; default 10,000. */
  readonly stopMs?: number | undefined;
}

const defaults = { connectTimeoutMs: 10_000, stallMs: 60_000, stopMs: 10_000 } as const;

/**
 * Generates and delivers messages until all are delivered or the signal fires. Once a message may have been sent, the run is written to the
 * ledger and the summary is returned, even if messages failed.
 *
 * @throws StreamctlError before the first message: `unreachable` when no broker responds in time, `kafka` when the topic does not exist
 *   or librdkafka fails, `interrupted`, `native`, `state`
 */
export async function runData(request: DataRequest, context: DataContext): Promise<DataSummary> {
  const { signal, ledgerFile, log } = context;
  const counters = SharedCounters.forWorkers(request.workers);
  const stop = (): void => counters.stop();
  signal.addEventListener("abort", stop, { once: true });
  const workers = startWorkers(request, context, counters);
  const everyEnd = Promise.all(workers.map((worker) => worker.ended));
  try {
    const { topicId } = await Promise.race([findTopic(request, context), earlyFailure(workers)]);
    const runId = randomUUID();
    const { topic } = request;
    const start = { runId, topicId, topic, startedAtMs: Date.now(), requested: request.share.count, pid: process.pid };
    if (ledgerFile !== null) await appendRunStart(ledgerFile, start);
    const ends = await awaitWorkers(request, context, counters, everyEnd);
    const sent = summarize(request, ends);
    const record = runRecordOf(sent, { topic, topicId });
    // Record the run before describing the topic again: that takes a while if Kafka does not respond, and the process may be killed meanwhile.
    if (ledgerFile !== null) await recordEnd(ledgerFile, runId, record, log);
    const endTopic = sent.delivered === 0 ? topicId : await topicAtEnd(request, context);
    const topicChange = endTopic === null ? "deleted" : endTopic === undefined || endTopic === topicId ? null : "recreated";
    const summary: DataSummary = { ...sent, topicChange };
    if (ledgerFile !== null && topicChange !== null) await recordEnd(ledgerFile, runId, { ...record, endTopicId: endTopic ?? "" }, log);
    reportEnds(ends, summary, context);
    return summary;
  } finally {
    counters.stop();
    await everyEnd;
    signal.removeEventListener("abort", stop);
  }
}

/** What the ledger stores about a run that ends now. */
export function runRecordOf(sent: Omit<DataSummary, "topicChange">, topic: Pick<RunRecord, "topic" | "topicId">): RunRecord {
  const { accepted, delivered, failed, unresolved, paid, seed } = sent;
  return { ...topic, endedAtMs: Date.now(), accepted, delivered, failed, unresolved, paid, seed: String(seed) };
}

function startWorkers(request: DataRequest, context: DataContext, counters: SharedCounters): readonly StartedWorker[] {
  const { share, workers, messagesPerSecond, seed, users, eventTime, topic, brokers, kafkaProperties } = request;
  const { stallMs = defaults.stallMs, stopMs = defaults.stopMs, workerEntry } = context;
  const onLog = clientLogListener(context.log);
  return Array.from({ length: workers }, (_, worker) => {
    const task = {
      worker,
      workers,
      share: workerShare(share, worker, workers),
      messagesPerSecond: messagesPerSecond === null ? null : messagesPerSecond / workers,
      startDelayMs: messagesPerSecond === null ? 0 : (worker / messagesPerSecond) * 1000,
      stallMs,
      stopMs,
    };
    const assignment = { task, memory: counters.memory, seed, users, eventTime, topic, brokers, kafkaProperties };
    return startWorker(workerEntry, assignment, counters, onLog);
  });
}

async function findTopic({ topic, brokers, kafkaProperties }: DataRequest, context: DataContext): Promise<TopicDescription> {
  const describe = context.describeTopic ?? describeTopic;
  const timeoutMs = context.connectTimeoutMs ?? defaults.connectTimeoutMs;
  const found = await describe({ topic, brokers, properties: kafkaProperties, timeoutMs, signal: context.signal });
  if (found !== null) return found;
  const hint = topic === transactionsTopic.name ? "Run: streamctl up" : `Create it first, or send to "${transactionsTopic.name}"`;
  throw new StreamctlError("kafka", `Topic "${topic}" does not exist at "${brokers}"`, { hint });
}

/** Maximum wait for the description of the topic after the run, in milliseconds. */
const finalDescriptionMs = 3000;

/** The id of the topic after the run: null if the topic was deleted, undefined if Kafka does not respond. Never rejects. */
async function topicAtEnd({ topic, brokers, kafkaProperties }: DataRequest, context: DataContext): Promise<string | null | undefined> {
  const describe = context.describeTopic ?? describeTopic;
  try {
    const found = await describe({ topic, brokers, properties: kafkaProperties, timeoutMs: finalDescriptionMs });
    return found === null ? null : found.topicId;
  } catch (error) {
    context.log.debug(`Cannot check whether the topic was recreated: ${messageOf(error)}`);
    return undefined;
  }
}

/** Rejects if a worker fails; never resolves. Used before the start, when workers can only wait or fail. */
async function earlyFailure(workers: readonly StartedWorker[]): Promise<never> {
  const never = new Promise<never>(() => {});
  const failing = workers.map(async ({ ended }) => {
    const { failure } = await ended;
    if (failure !== null) throw asError(failure);
    return never;
  });
  return Promise.race(failing);
}

/** Lets the workers produce and waits until all of them have ended. When one fails, the others stop. */
async function awaitWorkers(
  request: DataRequest,
  context: DataContext,
  counters: SharedCounters,
  everyEnd: Promise<readonly WorkerEnd[]>,
): Promise<readonly WorkerEnd[]> {
  const watch = watchProgress(request, counters, context);
  try {
    counters.start();
    return await everyEnd;
  } finally {
    watch.end();
  }
}

/** Only warns if the ledger cannot be written, because the messages are already in Kafka. */
async function recordEnd(ledgerFile: string, runId: string, record: RunRecord, log: Log): Promise<void> {
  try {
    await appendRunEnd(ledgerFile, runId, record);
  } catch (error) {
    const changed = record.endTopicId !== undefined;
    log.warn(
      `${messageOf(error)}; verify will ${changed ? "not know that the topic changed" : "count the messages of this run as unknown"}`,
    );
  }
}

/** @throws StreamctlError the first failure, if no message was accepted */
function reportEnds(ends: readonly WorkerEnd[], summary: DataSummary, { log, stallMs = defaults.stallMs }: DataContext): void {
  if (summary.topicChange !== null) {
    log.warn(`The topic was ${summary.topicChange} during this run: the messages delivered before that are lost`);
  }
  for (const { end, failure, errors } of ends) {
    if (failure !== null) {
      if (summary.accepted === 0) throw asError(failure);
      log.warn(failure.message);
      if (failure.stack !== undefined) log.debug(failure.stack);
    } else if (end === "stalled") log.warn(`Stopped: no delivery report for ${Math.round(stallMs / 1000)} s`);
    else if (end === "fatal")
      log.warn(`Stopped: ${errors.find(({ code }) => code === "_FATAL")?.message ?? "librdkafka reported a fatal error"}`);
  }
}

function asError({ code, message, hint, detail, stack }: WorkerFailure): StreamctlError {
  return new StreamctlError(code, message, {
    cause: stack,
    ...(hint === undefined ? {} : { hint }),
    ...(detail === undefined ? {} : { detail }),
  });
}
