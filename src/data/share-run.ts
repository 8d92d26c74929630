/**
 * One worker's share from its first index to its last delivery report. Every record is generated once, offered until the
 * producer takes it or the run is stopped, and reported on. Blocks its thread: everything here runs off the main thread.
 */

import { AwakeTime } from "../core/wait.ts";
import type { LogEntry } from "../kafka/client-log.ts";
import type { DeliveryStatistics, Producer } from "../kafka/producer.ts";
import type { GeneratedBatch, TransactionGenerator } from "./generator.ts";
import { Pace } from "./pace.ts";
import { workerCounts, type RunBoard } from "./run-board.ts";
import type { Share } from "./shares.ts";

export interface ShareTask {
  /** From 0. */
  readonly worker: number;
  /** Of the run. */
  readonly workers: number;
  readonly share: Share;
  /** Of this worker; null for as fast as possible. */
  readonly messagesPerSecond: number | null;
  /** How much later than the run's start the first message is due: workers take turns. Milliseconds. */
  readonly startDelayMs: number;
  /** Longest time without any delivery report while messages are in flight and this process runs, in milliseconds; then the share is given up. */
  readonly stallMs: number;
  /** Longest time that a stopped run waits for what is in flight, in milliseconds. */
  readonly stopMs: number;
}

export interface ShareTools {
  readonly generator: Pick<TransactionGenerator, "fill" | "capacity">;
  readonly producer: Pick<Producer, "produce" | "statistics" | "flush" | "purge" | "drainLog">;
  readonly board: Pick<RunBoard, "stopped" | "sleep" | "write" | "writeOffered">;
  /** Milliseconds on a clock that never goes back. */
  readonly clockMs: () => number;
  readonly onLog: (entries: readonly LogEntry[]) => void;
}

/**
 * How a share ended: every index was taken and reported, it was stopped, no report came for `stallMs`, or librdkafka met
 * an error after which nothing can be produced.
 */
export type ShareEnd = "complete" | "stopped" | "stalled" | "fatal";

export interface ShareOutcome {
  readonly end: ShareEnd;
  /** With nothing in flight. */
  readonly statistics: DeliveryStatistics;
  readonly firstEventTimeMs: number | null;
  readonly lastEventTimeMs: number | null;
}

/** Time between two looks at the counts, in milliseconds; also the longest that one blocking call takes. */
const lookMs = 200;

/**
 * Produces the share and flushes. The caller closes the producer.
 *
 * @throws StreamctlError what the generator or the producer throws; the board has what was taken before
 */
export function runShare(task: ShareTask, tools: ShareTools): ShareOutcome {
  const run = new ShareRun(task, tools);
  try {
    run.produce();
  } finally {
    run.look();
  }
  return run.bringHome();
}

class ShareRun {
  readonly #task: ShareTask;
  readonly #tools: ShareTools;
  #offered = 0;
  #firstEventTimeMs: number | null = null;
  #lastEventTimeMs: number | null = null;
  #lookedMs = Number.NEGATIVE_INFINITY;
  #reports = 0;
  readonly #awake: AwakeTime;
  #reportedMs = 0;
  #broken: "stalled" | "fatal" | null = null;

  constructor(task: ShareTask, tools: ShareTools) {
    this.#task = task;
    this.#tools = tools;
    this.#awake = new AwakeTime(tools.clockMs);
  }

  produce(): void {
    const { share, messagesPerSecond, workers, startDelayMs } = this.#task;
    const { generator, clockMs, board } = this.#tools;
    const startMs = clockMs() + startDelayMs;
    const pace = messagesPerSecond === null ? null : new Pace({ messagesPerSecond, workers, startMs });
    const count = share.count ?? Number.POSITIVE_INFINITY;
    let taken = 0;
    while (taken < count && !this.#over()) {
      const room = Math.min(generator.capacity, count - taken);
      const size = pace === null ? room : Math.min(room, pace.allowance(clockMs()));
      if (size === 0) board.sleep(Math.min(pace?.waitMs(clockMs()) ?? 0, lookMs));
      else {
        const batch = generator.fill(share.first + taken * share.stride, share.stride, size);
        taken += this.#offer(batch);
        pace?.noteSent(size, clockMs());
      }
      this.#lookSometimes();
    }
  }

  /** Offers a batch until all of it is taken or the share is over; answers how many were taken. */
  #offer(batch: GeneratedBatch): number {
    const { producer, board } = this.#tools;
    this.#offered += batch.count;
    board.writeOffered(this.#task.worker, this.#offered);
    this.#firstEventTimeMs ??= batch.eventTimeMs(0);
    let taken = 0;
    while (taken < batch.count && !this.#over()) {
      taken += producer.produce(batch, taken, lookMs);
      if (taken < batch.count) this.#lookSometimes();
    }
    if (taken > 0) this.#lastEventTimeMs = batch.eventTimeMs(taken - 1);
    return taken;
  }

  /** Waits for what is in flight, gives up on it where that takes too long, and answers the final counts. */
  bringHome(): ShareOutcome {
    const { producer, board } = this.#tools;
    let stoppedMs: number | null = null;
    let flushed = producer.flush(0);
    while (!flushed && this.#broken === null) {
      if (board.stopped) stoppedMs ??= this.#awake.read();
      if (stoppedMs !== null && this.#awake.read() - stoppedMs > this.#task.stopMs) break;
      flushed = producer.flush(lookMs);
      this.#lookSometimes();
    }
    if (!flushed) producer.purge();
    const statistics = this.look();
    const complete = statistics.accepted === (this.#task.share.count ?? Number.POSITIVE_INFINITY);
    return {
      end: this.#broken ?? (complete ? "complete" : "stopped"),
      statistics,
      firstEventTimeMs: statistics.accepted === 0 ? null : this.#firstEventTimeMs,
      lastEventTimeMs: this.#lastEventTimeMs,
    };
  }

  #over(): boolean {
    return this.#broken !== null || this.#tools.board.stopped;
  }

  #lookSometimes(): void {
    if (this.#tools.clockMs() - this.#lookedMs >= lookMs) this.look();
  }

  /** Takes the counts over to the board, the log lines to the run, and notices when nothing goes on any more. */
  look(): DeliveryStatistics {
    const { producer, board, clockMs, onLog } = this.#tools;
    const statistics = producer.statistics();
    const nowMs = clockMs();
    this.#lookedMs = nowMs;
    board.write(
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
    if (statistics.errors.some(({ code }) => code === "_FATAL")) this.#broken ??= "fatal";
    else if (awakeMs - this.#reportedMs > this.#task.stallMs) this.#broken ??= "stalled";
    return statistics;
  }
}
