/** Waits: every one ends by a real state, a deadline or a signal, whichever comes first. */

import { setTimeout as sleep } from "node:timers/promises";
import { StreamctlError } from "./errors.ts";

export interface WaitOptions {
  /** Ends the wait with an `interrupted` error. */
  readonly signal?: AbortSignal | undefined;
  /** Longest time to wait, in milliseconds; after it a `timeout` error is thrown. */
  readonly timeoutMs: number;
  /** First pause between two looks, in milliseconds; default 25. It doubles up to `maxIntervalMs`. */
  readonly intervalMs?: number;
  /** Longest pause between two looks, in milliseconds; default 250. */
  readonly maxIntervalMs?: number;
  /** What is awaited, as in `Cannot wait for "<what>"`. */
  readonly what: string;
}

/** Of the time between two looks at most this much counts, in milliseconds: more means that nobody could look. */
const longestStepMs = 1000;

/**
 * Milliseconds that passed while this process ran. A stopped process (Ctrl-Z) and a suspended machine look at nothing, so a clock that
 * jumped ahead between two looks is no time that anybody waited. Whoever asks has to look at least once per second.
 */
export class AwakeTime {
  readonly #clockMs: () => number;
  #lookedMs: number;
  #awakeMs = 0;
  #skippedMs = 0;

  /** @param clockMs milliseconds on a clock that never goes back */
  constructor(clockMs: () => number = () => performance.now()) {
    this.#clockMs = clockMs;
    this.#lookedMs = clockMs();
  }

  /** Milliseconds since the start, those left out that nobody looked at. */
  look(): number {
    const nowMs = this.#clockMs();
    const stepMs = nowMs - this.#lookedMs;
    this.#lookedMs = nowMs;
    this.#awakeMs += Math.min(stepMs, longestStepMs);
    this.#skippedMs += Math.max(0, stepMs - longestStepMs);
    return this.#awakeMs;
  }

  /** Milliseconds that were left out up to the last look. */
  get skippedMs(): number {
    return this.#skippedMs;
  }
}

/** Pause between two looks of a deadline or a watched time, in milliseconds. */
const lookIntervalMs = 250;

/** As `AwakeTime`, for whoever may not look for seconds: looks by itself until it is released. Keeps no process alive. */
export class WatchedTime {
  readonly #time = new AwakeTime();
  readonly #timer: NodeJS.Timeout;

  constructor() {
    this.#timer = setInterval(() => this.#time.look(), lookIntervalMs);
    this.#timer.unref();
  }

  /** Milliseconds since the start, counted while this process runs. */
  look(): number {
    return this.#time.look();
  }

  release(): void {
    clearInterval(this.#timer);
  }
}

/** The end of a wait: so many milliseconds away, counted while this process runs. Keeps no process alive. */
export class Deadline {
  readonly #timeoutMs: number;
  readonly #time = new AwakeTime();
  readonly #over = new AbortController();
  #timer: NodeJS.Timeout | undefined;

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
    this.#watch();
  }

  /** Fires when the time is over. */
  get signal(): AbortSignal {
    return this.#over.signal;
  }

  /** Milliseconds until then; 0 from then on. */
  get remainingMs(): number {
    return Math.max(0, this.#timeoutMs - this.#time.look());
  }

  /** Ends the watch over the time of a wait that is over: its signal does not fire any more. */
  release(): void {
    clearTimeout(this.#timer);
  }

  #watch(): void {
    const remaining = this.remainingMs;
    // Whole milliseconds, rounded up: Node takes no others.
    this.#timer = setTimeout(() => this.#look(), Math.ceil(Math.min(remaining, lookIntervalMs)));
    this.#timer.unref();
  }

  #look(): void {
    if (this.remainingMs > 0) this.#watch();
    else this.#over.abort(new DOMException("The time is over", "TimeoutError"));
  }
}

/**
 * Looks again and again until `look` answers something other than undefined, and returns that.
 *
 * @throws StreamctlError `timeout` when the deadline passes, `interrupted` when the signal fires; what `look` throws passes through.
 */
export async function pollUntil<T>(look: (signal: AbortSignal) => Promise<T | undefined>, options: WaitOptions): Promise<T> {
  const { timeoutMs, what, intervalMs = 25, maxIntervalMs = 250 } = options;
  const within = new Deadline(timeoutMs);
  const signal = options.signal ? AbortSignal.any([options.signal, within.signal]) : within.signal;
  let pauseMs = intervalMs;
  try {
    for (;;) {
      throwIfInterrupted(options.signal);
      let answer: T | undefined;
      try {
        answer = await look(signal);
      } catch (error) {
        throwIfInterrupted(options.signal);
        if (!within.signal.aborted) throw error;
      }
      if (answer !== undefined) return answer;
      const remaining = within.remainingMs;
      if (within.signal.aborted || remaining === 0) {
        throw new StreamctlError("timeout", `Cannot wait for ${what} any longer: not there after ${formatSeconds(timeoutMs)}`);
      }
      await pause(Math.min(pauseMs, Math.max(1, remaining)), options.signal);
      pauseMs = Math.min(pauseMs * 2, maxIntervalMs);
    }
  } finally {
    within.release();
  }
}

/** Waits for `ms` milliseconds. @throws StreamctlError `interrupted` when the signal fires. */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, signal ? { signal } : {});
  } catch (error) {
    throwIfInterrupted(signal);
    throw error;
  }
}

/** As `pause()`, for what goes on until it is interrupted: false, and no error, when the signal fires. */
export async function pausedWhole(ms: number, signal: AbortSignal): Promise<boolean> {
  await pause(ms, signal).catch(() => {});
  return !signal.aborted;
}

/** @throws StreamctlError `interrupted` when the signal has fired. */
export function throwIfInterrupted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new StreamctlError("interrupted", "Interrupted");
}

function formatSeconds(ms: number): string {
  return `${Math.round(ms / 100) / 10} s`;
}
