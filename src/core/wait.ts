/** Waits: each one ends when the awaited state is reached, at its deadline, or when its signal fires. */

import { setTimeout as sleep } from "node:timers/promises";
import { StreamctlError } from "./errors.ts";

export interface WaitOptions {
  /** Ends the wait with an `interrupted` error. */
  readonly signal?: AbortSignal | undefined;
  /** Maximum wait, in milliseconds; then a `timeout` error is thrown. */
  readonly timeoutMs: number;
  /** Initial pause between two polls, in milliseconds; default 25. It doubles up to `maxIntervalMs`. */
  readonly intervalMs?: number;
  /** Maximum pause between two polls, in milliseconds; default 250. */
  readonly maxIntervalMs?: number;
  /** What is awaited, as in `Timed out after 30 s waiting for <what>`. */
  readonly what: string;
}

/** Maximum time counted between two readings of the clock, in milliseconds: after a longer step the process was not running. */
const longestStepMs = 1000;

/**
 * Time during which this process was running, in milliseconds. While the process is stopped (Ctrl-Z) or the machine suspended, the clock
 * continues; that time must not count as waiting. The caller must read it at least once per second.
 */
export class AwakeTime {
  readonly #clockMs: () => number;
  #readAtMs: number;
  #awakeMs = 0;
  #skippedMs = 0;

  /** @param clockMs a monotonic clock in milliseconds */
  constructor(clockMs: () => number = () => performance.now()) {
    this.#clockMs = clockMs;
    this.#readAtMs = clockMs();
  }

  /** Reads the clock. @returns running time since the start, in milliseconds */
  read(): number {
    const nowMs = this.#clockMs();
    const stepMs = nowMs - this.#readAtMs;
    this.#readAtMs = nowMs;
    this.#awakeMs += Math.min(stepMs, longestStepMs);
    this.#skippedMs += Math.max(0, stepMs - longestStepMs);
    return this.#awakeMs;
  }

  /** Milliseconds that did not count, up to the last reading. */
  get skippedMs(): number {
    return this.#skippedMs;
  }
}

/** Interval at which a deadline or a watched time reads the clock, in milliseconds. */
const readIntervalMs = 250;

/** An `AwakeTime` that reads the clock by a timer until it is released, for callers that read it less often. The timer is unref'd. */
export class WatchedTime {
  readonly #time = new AwakeTime();
  readonly #timer: NodeJS.Timeout;

  constructor() {
    this.#timer = setInterval(() => this.#time.read(), readIntervalMs);
    this.#timer.unref();
  }

  /** Running time since the start, in milliseconds. */
  read(): number {
    return this.#time.read();
  }

  release(): void {
    clearInterval(this.#timer);
  }
}

/** A deadline in running time: time while the process is stopped does not count. Its timer is unref'd. */
export class Deadline {
  readonly #timeoutMs: number;
  readonly #time = new AwakeTime();
  readonly #expired = new AbortController();
  #timer: NodeJS.Timeout | undefined;

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
    this.#schedule();
  }

  /** Fires at the deadline. */
  get signal(): AbortSignal {
    return this.#expired.signal;
  }

  /** Milliseconds until the deadline; 0 after it. */
  get remainingMs(): number {
    return Math.max(0, this.#timeoutMs - this.#time.read());
  }

  /** Stops the timer: the signal does not fire any more. */
  release(): void {
    clearTimeout(this.#timer);
  }

  #schedule(): void {
    const remaining = this.remainingMs;
    // Node accepts only whole milliseconds.
    this.#timer = setTimeout(() => this.#check(), Math.ceil(Math.min(remaining, readIntervalMs)));
    this.#timer.unref();
  }

  #check(): void {
    if (this.remainingMs > 0) this.#schedule();
    else this.#expired.abort(new DOMException("The deadline has passed", "TimeoutError"));
  }
}

/**
 * Calls `poll` until it returns a value other than undefined, and returns that value.
 *
 * @throws StreamctlError `timeout` at the deadline, `interrupted` when the signal fires; errors of `poll` pass through.
 */
export async function pollUntil<T>(poll: (signal: AbortSignal) => Promise<T | undefined>, options: WaitOptions): Promise<T> {
  const { timeoutMs, what, intervalMs = 25, maxIntervalMs = 250 } = options;
  const within = new Deadline(timeoutMs);
  const signal = options.signal ? AbortSignal.any([options.signal, within.signal]) : within.signal;
  const pauses = doublingPauses(intervalMs, maxIntervalMs);
  try {
    for (;;) {
      throwIfInterrupted(options.signal);
      let answer: T | undefined;
      try {
        answer = await poll(signal);
      } catch (error) {
        throwIfInterrupted(options.signal);
        if (!within.signal.aborted) throw error;
      }
      if (answer !== undefined) return answer;
      const remaining = within.remainingMs;
      if (within.signal.aborted || remaining === 0) {
        throw new StreamctlError("timeout", `Timed out after ${formatSeconds(timeoutMs)} waiting for ${what}`);
      }
      await pause(Math.min(pauses.next().value, Math.max(1, remaining)), options.signal);
    }
  } finally {
    within.release();
  }
}

/** Pauses between polls without end, in milliseconds: the first one, doubled up to the longest one. */
export function* doublingPauses(firstMs: number, longestMs: number): Generator<number, never> {
  for (let ms = firstMs; ; ms = Math.min(2 * ms, longestMs)) yield ms;
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

/** As `pause()`, but returns false instead of throwing when the signal fires. For loops that run until they are aborted. */
export async function pauseUnlessAborted(ms: number, signal: AbortSignal): Promise<boolean> {
  await pause(ms, signal).catch(() => {});
  return !signal.aborted;
}

/** Calls `isOver` at an interval in milliseconds until it returns true; false when the signal fires. Its errors pass through. */
export async function watchUntil(isOver: () => Promise<boolean>, intervalMs: number, signal: AbortSignal): Promise<boolean> {
  while (await pauseUnlessAborted(intervalMs, signal)) if (await isOver()) return true;
  return false;
}

/** @throws StreamctlError `interrupted` when the signal has fired. */
export function throwIfInterrupted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new StreamctlError("interrupted", "Interrupted");
}

function formatSeconds(ms: number): string {
  return `${Math.round(ms / 100) / 10} s`;
}
