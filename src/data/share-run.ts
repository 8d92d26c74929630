/**
 * Produces the share of one worker, from its first index to its last delivery report. Every record is generated once and offered until the
 * producer accepts it or the run stops. Blocks its thread, so it must run in a worker.
 */

import { AwakeTime } from "../core/wait.ts";
import type { LogEntry } from "../kafka/client-log.ts";
import type { DeliveryStatistics, Producer } from "../kafka/producer.ts";
import type { GeneratedBatch, TransactionGenerator } from "./generator.ts";
import { Pace } from "./pace.ts";
import { workerCounts, type SharedCounters } from "./shared-counters.ts";
import type { Share } from "./shares.ts";

export interface ShareTask {
  /** From 0. */
  readonly worker: number;
  /** Number of workers of the run. */
  readonly workers: number;
  readonly share: Share;
  /** Rate of this worker; null for as fast as possible. */
  readonly messagesPerSecond: number | null;
  /** Delay of the first message, in milliseconds, so that the workers of a run take turns. */
  readonly startDelayMs: number;
  /** Maximum time without a delivery report while messages are in flight and this process runs, in milliseconds; then the share ends as stalled. */
  readonly stallMs: number;
  /** Maximum wait of a stopped run for the messages in flight, in milliseconds. */
  readonly stopMs: number;
}

export interface ShareDependencies {
  readonly generator: Pick<TransactionGenerator, "fill" | "capacity">;
  readonly producer: Pick<Producer, "produce" | "statistics" | "flush" | "purge" | "drainLog">;
  readonly counters: Pick<SharedCounters, "stopped" | "sleep" | "write" | "writeOffered">;
  /** Milliseconds of a monotonic clock. */
  readonly clockMs: () => number;
  readonly onLog: (entries: readonly LogEntry[]) => void;
}

/**
 * How a share ended: every message was accepted and reported on, the run was stopped, no report came for `stallMs`, or librdkafka reported
 * a fatal error.
 */
export type ShareEnd = "complete" | "stopped" | "stalled" | "fatal";

export interface ShareOutcome {
  readonly end: ShareEnd;
  /** Counts after the last message in flight. */
  readonly statistics: DeliveryStatistics;
  readonly firstEventTimeMs: number | null;
  readonly lastEventTimeMs: number | null;
}

/** Time between two updates of the counts, in milliseconds; also the maximum time of one blocking call. */
const updateIntervalMs = 200;

/**
 * Produces the share and flushes. The caller closes the producer.
 *
 * @throws StreamctlError of the generator or the producer; the counters then include what was accepted before
 */
export function runShare(task: ShareTask, dependencies: ShareDependencies): ShareOutcome {
  const run = new ShareRun(task, dependencies);
  try {
    run.produce();
  } finally {
    run.update();
  }
  return run.drain();
}

class ShareRun {
  readonly #task: ShareTask;
  readonly #dependencies: ShareDependencies;
  #offered = 0;
  #firstEventTimeMs: number | null = null;
  #lastEventTimeMs: number | null = null;
  #updatedMs = Number.NEGATIVE_INFINITY;
  #reports = 0;
  readonly #awake: AwakeTime;
  #reportedMs = 0;
  #failure: "stalled" | "fatal" | null = null;

  constructor(task: ShareTask, dependencies: ShareDependencies) {
    this.#task = task;
    this.#dependencies = dependencies;
    this.#awake = new AwakeTime(dependencies.clockMs);
  }

  produce(): void {
    const { share, messagesPerSecond, workers, startDelayMs } = this.#task;
    const { generator, clockMs, counters } = this.#dependencies;
    const startMs = clockMs() + startDelayMs;
    const pace = messagesPerSecond === null ? null : new Pace({ messagesPerSecond, workers, startMs });
    const count = share.count ?? Number.POSITIVE_INFINITY;
    let accepted = 0;
    while (accepted < count && !this.#hasEnded()) {
      const room = Math.min(generator.capacity, count - accepted);
      const size = pace === null ? room : Math.min(room, pace.allowance(clockMs()));
      if (size === 0) counters.sleep(Math.min(pace?.waitMs(clockMs()) ?? 0, updateIntervalMs));
      else {
        const batch = generator.fill(share.first + accepted * share.stride, share.stride, size);
        accepted += this.#offer(batch);
        pace?.noteSent(size, clockMs());
      }
      this.#updateIfDue();
    }
  }

  /** Offers a batch until all of it is accepted or the share has ended; returns the number of accepted messages. */
  #offer(batch: GeneratedBatch): number {
    const { producer, counters } = this.#dependencies;
    this.#offered += batch.count;
    counters.writeOffered(this.#task.worker, this.#offered);
    this.#firstEventTimeMs ??= batch.eventTimeMs(0);
    let accepted = 0;
    while (accepted < batch.count && !this.#hasEnded()) {
      accepted += producer.produce(batch, accepted, updateIntervalMs);
      if (accepted < batch.count) this.#updateIfDue();
    }
    if (accepted > 0) this.#lastEventTimeMs = batch.eventTimeMs(accepted - 1);
    return accepted;
  }

  /** Waits for the messages in flight, purges them if that takes too long, and returns the final counts. */
  drain(): ShareOutcome {
    const { producer, counters } = this.#dependencies;
    let stoppedMs: number | null = null;
    let flushed = producer.flush(0);
    while (!flushed && this.#failure === null) {
      if (counters.stopped) stoppedMs ??= this.#awake.read();
      if (stoppedMs !== null && this.#awake.read() - stoppedMs > this.#task.stopMs) break;
      flushed = producer.flush(updateIntervalMs);
      this.#updateIfDue();
    }
    if (!flushed) producer.purge();
    const statistics = this.update();
    const complete = statistics.accepted === (this.#task.share.count ?? Number.POSITIVE_INFINITY);
    return {
      end: this.#failure ?? (complete ? "complete" : "stopped"),
      statistics,
      firstEventTimeMs: statistics.accepted === 0 ? null : this.#firstEventTimeMs,
      lastEventTimeMs: this.#lastEventTimeMs,
    };
  }

  #hasEnded(): boolean {
    return this.#failure !== null || this.#dependencies.counters.stopped;
  }

  #updateIfDue(): void {
    if (this.#dependencies.clockMs() - this.#updatedMs >= updateIntervalMs) this.update();
  }

  /** Publishes the counts and the log of the client, and detects a stalled broker and a fatal error. */
  update(): DeliveryStatistics {
    const { producer, counters, clockMs, onLog } = this.#dependencies;
    const statistics = producer.statistics();
    const nowMs = clockMs();
    this.#updatedMs = nowMs;
    counters.write(
      this.#task.worker,
      workerCounts(statistics, {
        offered: this.#offered,
        firstEventTimeMs: this.#firstEventTimeMs,
        lastEventTimeMs: this.#lastEventTimeMs,
      }),
    );
    const entries = producer.drainLog();
    if (entries.length > 0) onLog(entries);
    const reports = statistics.delivered + statistics.failed + statistics.unresolved;
    const awakeMs = this.#awake.read();
    if (statistics.inFlight === 0 || reports !== this.#reports) this.#reportedMs = awakeMs;
    this.#reports = reports;
    if (statistics.errors.some(({ code }) => code === "_FATAL")) this.#failure ??= "fatal";
    else if (awakeMs - this.#reportedMs > this.#task.stallMs) this.#failure ??= "stalled";
    return statistics;
  }
}
