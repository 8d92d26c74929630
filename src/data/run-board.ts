/**
 * What the main thread and the workers of a run tell each other while it goes: a few numbers in shared memory, so that neither
 * side waits for the other, a worker that blocks in a native call can be stopped, and what a dead worker did is known.
 */

import type { DeliveryStatistics } from "../kafka/producer.ts";

/** What a worker last said of itself. */
export interface WorkerCounts {
  /** Messages handed to `produce` for the first time, accepted or not: no more than these can be in the topic. */
  readonly offered: number;
  readonly accepted: number;
  readonly delivered: number;
  readonly failed: number;
  readonly unresolved: number;
  /** Keys and values of the delivered messages. */
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

/** States of a run, in the order in which they follow each other. */
const waiting = 0;
const going = 1;
const stopping = 2;

const headBytes = 8;

/** Both sides' view of the shared memory. */
export class RunBoard {
  readonly memory: SharedArrayBuffer;
  readonly #state: Int32Array;
  readonly #numbers: Float64Array;

  /** @param memory of the other side's board */
  constructor(memory: SharedArrayBuffer) {
    this.memory = memory;
    this.#state = new Int32Array(memory, 0, 1);
    this.#numbers = new Float64Array(memory, headBytes);
  }

  static forWorkers(workers: number): RunBoard {
    const board = new RunBoard(new SharedArrayBuffer(headBytes + workers * places.length * Float64Array.BYTES_PER_ELEMENT));
    board.#numbers.fill(Number.NaN);
    return board;
  }

  /** Lets the workers produce. */
  start(): void {
    Atomics.compareExchange(this.#state, 0, waiting, going);
    Atomics.notify(this.#state, 0);
  }

  /** Makes the workers stop producing and bring home what is in flight. */
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

  /** Blocks the calling worker of a started run for a time, less when the run is stopped. */
  sleep(ms: number): void {
    Atomics.wait(this.#state, 0, going, ms);
  }

  write(worker: number, counts: WorkerCounts): void {
    const base = worker * places.length;
    for (const [place, name] of places.entries()) this.#numbers[base + place] = counts[name] ?? Number.NaN;
  }

  /** Says beforehand how many messages the worker will have offered, so that none can be in the topic unsaid. */
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

/** What goes on the board from a producer's own counts. */
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
