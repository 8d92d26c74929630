/** Limits background work to the processor time that others leave. */

import { cpus } from "node:os";

/** Interval at which the share is adjusted, in milliseconds. */
const sampleMs = 250;
/** Others are taken to wait for a processor if less than this share of the time was idle. */
const busyIdle = 0.05;
/** Share of its time that background work may always use, so that it never stops. */
const leastShare = 0.02;
const longestPauseMs = 1000;

/** Total and idle time of all processors, in milliseconds. */
export interface ProcessorTimes {
  readonly totalMs: number;
  readonly idleMs: number;
}

/**
 * The pauses of one background loop. While the processors are busy, its share of the time is halved again and again; while some are idle, it
 * grows. A fixed rule about the load would not do: the loop's own work is part of the load.
 */
export class SpareTime {
  readonly #read: () => ProcessorTimes;
  readonly #clockMs: () => number;
  #last: ProcessorTimes;
  #sampledAtMs: number;
  #share = 0.5;
  #isScarce = false;

  constructor(read: () => ProcessorTimes = readProcessorTimes, clockMs: () => number = () => performance.now()) {
    this.#read = read;
    this.#clockMs = clockMs;
    this.#last = read();
    this.#sampledAtMs = clockMs();
  }

  /** Whether others waited for a processor when that was last sampled. */
  get isScarce(): boolean {
    this.#sample();
    return this.#isScarce;
  }

  /** How long to pause, in milliseconds, after work that took `workedMs`. */
  pauseAfter(workedMs: number): number {
    this.#sample();
    return Math.min(longestPauseMs, workedMs * (1 / this.#share - 1));
  }

  #sample(): void {
    if (this.#clockMs() - this.#sampledAtMs < sampleMs) return;
    const now = this.#read();
    const totalMs = now.totalMs - this.#last.totalMs;
    const idle = totalMs > 0 ? (now.idleMs - this.#last.idleMs) / totalMs : 1;
    this.#last = now;
    this.#sampledAtMs = this.#clockMs();
    this.#isScarce = idle < busyIdle;
    this.#share = this.#isScarce ? Math.max(leastShare, this.#share / 2) : Math.min(1, this.#share + 0.1);
  }
}

function readProcessorTimes(): ProcessorTimes {
  let [totalMs, idleMs] = [0, 0];
  for (const { times } of cpus()) {
    totalMs += times.user + times.nice + times.sys + times.irq + times.idle;
    idleMs += times.idle;
  }
  return { totalMs, idleMs };
}
