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

/**
 * Looks again and again until `look` answers something other than undefined, and returns that.
 *
 * @throws StreamctlError `timeout` when the deadline passes, `interrupted` when the signal fires; what `look` throws passes through.
 */
export async function pollUntil<T>(look: (signal: AbortSignal) => Promise<T | undefined>, options: WaitOptions): Promise<T> {
  const { timeoutMs, what, intervalMs = 25, maxIntervalMs = 250 } = options;
  const endMs = performance.now() + timeoutMs;
  const patience = deadline(timeoutMs);
  const signal = options.signal ? AbortSignal.any([options.signal, patience]) : patience;
  let pauseMs = intervalMs;
  for (;;) {
    throwIfInterrupted(options.signal);
    let answer: T | undefined;
    try {
      answer = await look(signal);
    } catch (error) {
      throwIfInterrupted(options.signal);
      if (!patience.aborted) throw error;
    }
    if (answer !== undefined) return answer;
    if (patience.aborted || performance.now() >= endMs) {
      throw new StreamctlError("timeout", `Cannot wait for ${what} any longer: not there after ${formatSeconds(timeoutMs)}`);
    }
    await pause(Math.min(pauseMs, Math.max(1, endMs - performance.now())), options.signal);
    pauseMs = Math.min(pauseMs * 2, maxIntervalMs);
  }
}

/** A signal that fires after a time in milliseconds, rounded up: Node takes whole ones only. */
export function deadline(timeoutMs: number): AbortSignal {
  return AbortSignal.timeout(Math.max(1, Math.ceil(timeoutMs)));
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
