/**
 * One run of `data` on the main thread: hires the workers, waits for the topic, lets them go, listens, and adds up what they
 * say. Workers start before the broker has answered, so that loading and connecting cost no time of their own.
 */

import { randomUUID } from "node:crypto";
import { messageOf, StreamctlError } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import { describeTopic, type TopicDescription, type TopicOptions } from "../kafka/admin.ts";
import { transactionsTopic } from "../spec/names.ts";
import type { RunRecord } from "../state/run-record.ts";
import { hireWorker, type HiredWorker, type WorkerEnd } from "./crew.ts";
import { appendRunEnd, appendRunStart } from "../state/ledger.ts";
import { clientLogListener, watchProgress, type DataProgress } from "./progress.ts";
import type { DataRequest } from "./request.ts";
import { RunBoard } from "./run-board.ts";
import { workerShare } from "./shares.ts";
import { summarize, type DataSummary } from "./summary.ts";
import type { WorkerFailure } from "./worker-messages.ts";

export interface DataContext {
  readonly log: Log;
  /** Stops producing; what is in flight is still brought home. The run answers as usual. */
  readonly signal: AbortSignal;
  /** Told several times a second. */
  readonly onProgress?: ((progress: DataProgress) => void) | undefined;
  /** What a worker runs: src/data/worker.ts, or what enters it off the main thread, as src/main.ts does. */
  readonly workerEntry: URL;
  /** Path of the ledger; null leaves none. */
  readonly ledgerFile: string | null;
  /** Default: `describeTopic` of the Kafka room. */
  readonly describeTopic?: ((options: TopicOptions) => Promise<TopicDescription | null>) | undefined;
  /** Longest wait for the topic's description at the beginning, in milliseconds; default 10,000. */
  readonly connectTimeoutMs?: number | undefined;
  /** Longest time without any delivery report while messages are in flight, in milliseconds; default 60,000. */
  readonly stallMs?: number | undefined;
  /** Longest time that an interrupted run waits for what is in flight, in milliseconds; default 10,000. */
  readonly stopMs?: number | undefined;
}

const defaults = { connectTimeoutMs: 10_000, stallMs: 60_000, stopMs: 10_000 } as const;

/**
 * Makes and delivers what is requested, or until the signal fires. Answers whenever a message may have been sent, also when
 * messages failed; the ledger has the run by then.
 *
 * @throws StreamctlError before the first message: `unreachable` when no broker answers in time, `kafka` when there is no such
 *   topic or librdkafka refuses, `interrupted`, `native`, `state`
 */
export async function runData(request: DataRequest, context: DataContext): Promise<DataSummary> {
  const { signal, ledgerFile, log } = context;
  const board = RunBoard.forWorkers(request.workers);
  const stop = (): void => board.stop();
  signal.addEventListener("abort", stop, { once: true });
  const crew = hireCrew(request, context, board);
  const everyEnd = Promise.all(crew.map((worker) => worker.ended));
  try {
    const { topicId } = await Promise.race([findTopic(request, context), earlyFailure(crew)]);
    const runId = randomUUID();
    const { topic, seed } = request;
    const start = { runId, topicId, topic, startedAtMs: Date.now(), requested: request.share.count, pid: process.pid };
    if (ledgerFile !== null) await appendRunStart(ledgerFile, start);
    const ends = await letGo(request, context, board, everyEnd);
    const sent = summarize(request, ends);
    const { accepted, delivered, failed, unresolved, paid } = sent;
    const record = { topicId, topic, endedAtMs: Date.now(), accepted, delivered, failed, unresolved, paid, seed: String(seed) };
    // Before the last look at the topic, which takes a while where Kafka does not answer: nobody who ends the process then undoes the run.
    if (ledgerFile !== null) await recordEnd(ledgerFile, runId, record, log);
    const endTopic = sent.delivered === 0 ? topicId : await topicAtEnd(request, context);
    const topicChange = endTopic === null ? "deleted" : endTopic === undefined || endTopic === topicId ? null : "recreated";
    const summary: DataSummary = { ...sent, topicChange };
    if (ledgerFile !== null && topicChange !== null) await recordEnd(ledgerFile, runId, { ...record, endTopicId: endTopic ?? "" }, log);
    tellEnds(ends, summary, context);
    return summary;
  } finally {
    board.stop();
    await everyEnd;
    signal.removeEventListener("abort", stop);
  }
}

function hireCrew(request: DataRequest, context: DataContext, board: RunBoard): readonly HiredWorker[] {
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
    const assignment = { task, memory: board.memory, seed, users, eventTime, topic, brokers, kafkaProperties };
    return hireWorker(workerEntry, assignment, board, onLog);
  });
}

async function findTopic({ topic, brokers, kafkaProperties }: DataRequest, context: DataContext): Promise<TopicDescription> {
  const describe = context.describeTopic ?? describeTopic;
  const timeoutMs = context.connectTimeoutMs ?? defaults.connectTimeoutMs;
  const found = await describe({ topic, brokers, properties: kafkaProperties, timeoutMs, signal: context.signal });
  if (found !== null) return found;
  const hint = topic === transactionsTopic.name ? "Make it with: streamctl up" : `Make it first, or write to "${transactionsTopic.name}"`;
  throw new StreamctlError("kafka", `Cannot write to topic "${topic}": there is no such topic at "${brokers}"`, { hint });
}

/** Longest wait for the topic's description at the end, in milliseconds. */
const lastLookMs = 3000;

/** The id that the topic has when all is sent: null where it is gone, undefined where nobody says. Never rejects, for the run is done. */
async function topicAtEnd({ topic, brokers, kafkaProperties }: DataRequest, context: DataContext): Promise<string | null | undefined> {
  const describe = context.describeTopic ?? describeTopic;
  try {
    const found = await describe({ topic, brokers, properties: kafkaProperties, timeoutMs: lastLookMs });
    return found === null ? null : found.topicId;
  } catch (error) {
    context.log.debug(`Cannot tell whether the topic is still the same: ${messageOf(error)}`);
    return undefined;
  }
}

/** Rejects when a worker fails; never resolves. For the time before the start, when a worker can only wait or fail. */
async function earlyFailure(crew: readonly HiredWorker[]): Promise<never> {
  const never = new Promise<never>(() => {});
  const failing = crew.map(async ({ ended }) => {
    const { failure } = await ended;
    if (failure !== null) throw asError(failure);
    return never;
  });
  return Promise.race(failing);
}

/** Starts the workers and waits for all of them. When one fails, the others stop: the run cannot be whole any more. */
async function letGo(
  request: DataRequest,
  context: DataContext,
  board: RunBoard,
  everyEnd: Promise<readonly WorkerEnd[]>,
): Promise<readonly WorkerEnd[]> {
  const watch = watchProgress(request, board, context);
  try {
    board.start();
    return await everyEnd;
  } finally {
    watch.end();
  }
}

/** The messages are where they are: a ledger that cannot be written is said, and does not undo the run. */
async function recordEnd(ledgerFile: string, runId: string, record: RunRecord, log: Log): Promise<void> {
  try {
    await appendRunEnd(ledgerFile, runId, record);
  } catch (error) {
    const changed = record.endTopicId !== undefined;
    log.warn(`${messageOf(error)}; verify will ${changed ? "not know that the topic changed" : "count what this run sent as unknown"}`);
  }
}

/** @throws StreamctlError the first failure where nothing at all was sent */
function tellEnds(ends: readonly WorkerEnd[], summary: DataSummary, { log, stallMs = defaults.stallMs }: DataContext): void {
  if (summary.topicChange !== null) {
    log.warn(`The topic was ${summary.topicChange} while this run wrote to it: what was delivered before that is gone`);
  }
  for (const { end, failure, errors } of ends) {
    if (failure !== null) {
      if (summary.accepted === 0) throw asError(failure);
      log.warn(failure.message);
      if (failure.stack !== undefined) log.debug(failure.stack);
    } else if (end === "stalled") log.warn(`Gave up: no delivery report came for ${Math.round(stallMs / 1000)} s`);
    else if (end === "fatal") log.warn(`Gave up: ${errors.find(({ code }) => code === "_FATAL")?.message ?? "librdkafka cannot go on"}`);
  }
}

function asError({ code, message, hint, detail, stack }: WorkerFailure): StreamctlError {
  return new StreamctlError(code, message, {
    cause: stack,
    ...(hint === undefined ? {} : { hint }),
    ...(detail === undefined ? {} : { detail }),
  });
}
