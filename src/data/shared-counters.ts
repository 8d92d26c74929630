/**
 * The state of a run and the counts of its workers, in memory shared by the main thread and the workers. So neither side waits for the other,
 * a worker that blocks in a native call can be stopped, and the counts of a thread that ended early are available.
 */

import type { DeliveryStatistics } from "../kafka/producer.ts";

/** The latest counts of one worker. */
export interface WorkerCounts {
  /** Messages passed to `produce`, accepted or not; the topic cannot contain more. */
  readonly offered: number;
  readonly accepted: number;
  readonly delivered: number;
  readonly failed: number;
  readonly unresolved: number;
  /** Bytes of keys and values of the delivered messages. */
  readonly bytes: number;
  readonly paidCount: number;
  readonly paidTotal: number;
  /** On the machine's monotonic clock; null before the event. */
  readonly firstEnqueueMs: number | null;
  readonly lastReportMs: number | null;
  /** Of the accepted records, in milliseconds since the epoch; null before the first. */
  readonly firstEventTimeMs: number | null;
  readonly lastEventTimeMs: number | null;
}

const places = [
  "offered",
  "accepted",
  "delivered",
  "failed",
  "unresolved",
  "bytes",
  "paidCount",
  "paidTotal",
  "firstEnqueueMs",
  "lastReportMs",
  "firstEventTimeMs",
  "lastEventTimeMs",
] as const satisfies readonly (keyof WorkerCounts)[];

/** States of a run, in this order. */
const waiting = 0;
const running = 1;
const stopping = 2;

const headBytes = 8;

export class SharedCounters {
  readonly memory: SharedArrayBuffer;
  readonly #state: Int32Array;
  readonly #numbers: Float64Array;

  /** @param memory of the counters that another thread created */
  constructor(memory: SharedArrayBuffer) {
    this.memory = memory;
    this.#state = new Int32Array(memory, 0, 1);
    this.#numbers = new Float64Array(memory, headBytes);
  }

  static forWorkers(workers: number): SharedCounters {
    const counters = new SharedCounters(new SharedArrayBuffer(headBytes + workers * places.length * Float64Array.BYTES_PER_ELEMENT));
    counters.#numbers.fill(Number.NaN);
    return counters;
  }

  /** Starts the workers. */
  start(): void {
    Atomics.compareExchange(this.#state, 0, waiting, running);
    Atomics.notify(this.#state, 0);
  }

  /** Tells the workers to stop producing and to wait for the messages in flight. */
  stop(): void {
    Atomics.store(this.#state, 0, stopping);
    Atomics.notify(this.#state, 0);
  }

  get stopped(): boolean {
    return Atomics.load(this.#state, 0) === stopping;
  }

  /** Blocks the calling worker until the run starts or stops. */
  awaitStart(): void {
    Atomics.wait(this.#state, 0, waiting);
  }

  /** Blocks the calling worker of a started run for a time, or until the run stops. */
  sleep(ms: number): void {
    Atomics.wait(this.#state, 0, running, ms);
  }

  write(worker: number, counts: WorkerCounts): void {
    const base = worker * places.length;
    for (const [place, name] of places.entries()) this.#numbers[base + place] = counts[name] ?? Number.NaN;
  }

  /** Called before the messages are offered, so that every message in the topic is counted. */
  writeOffered(worker: number, offered: number): void {
    this.#numbers[worker * places.length] = offered;
  }

  read(worker: number): WorkerCounts {
    const base = worker * places.length;
    const number = (name: keyof WorkerCounts): number | null => {
      const value = this.#numbers[base + places.indexOf(name)] ?? Number.NaN;
      return Number.isNaN(value) ? null : value;
    };
    return {
      offered: number("offered") ?? 0,
      accepted: number("accepted") ?? 0,
      delivered: number("delivered") ?? 0,
      failed: number("failed") ?? 0,
      unresolved: number("unresolved") ?? 0,
      bytes: number("bytes") ?? 0,
      paidCount: number("paidCount") ?? 0,
      paidTotal: number("paidTotal") ?? 0,
      firstEnqueueMs: number("firstEnqueueMs"),
      lastReportMs: number("lastReportMs"),
      firstEventTimeMs: number("firstEventTimeMs"),
      lastEventTimeMs: number("lastEventTimeMs"),
    };
  }
}

/** The counts of a worker from the statistics of its producer. */
export function workerCounts(
  statistics: DeliveryStatistics,
  rest: Pick<WorkerCounts, "offered" | "firstEventTimeMs" | "lastEventTimeMs">,
): WorkerCounts {
  const { accepted, delivered, failed, unresolved, bytes, weightedCount, weightSum, firstEnqueueMs, lastReportMs } = statistics;
  return {
    accepted,
    delivered,
    failed,
    unresolved,
    bytes,
    firstEnqueueMs,
    lastReportMs,
    paidCount: weightedCount,
    paidTotal: weightSum,
    ...rest,
  };
}
