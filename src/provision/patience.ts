/** How long a provisioning step may wait, and what interrupts it: handed down whole, so that steps share one deadline. */

import type { WaitOptions } from "../core/wait.ts";

export interface Patience {
  readonly signal?: AbortSignal | undefined;
  /** The latest moment, on the clock of `performance.now()`, in milliseconds. */
  readonly deadlineMs: number;
}

/** A deadline that lies `timeoutMs` milliseconds ahead. */
export function patienceFor(timeoutMs: number, signal?: AbortSignal): Patience {
  return { deadlineMs: performance.now() + timeoutMs, signal };
}

/** Milliseconds until the deadline, at least 1. */
export function remainingMs(patience: Patience): number {
  return Math.max(1, patience.deadlineMs - performance.now());
}

/** The options of one wait within the deadline. */
export function waitOptions(patience: Patience, what: string): WaitOptions {
  return { what, timeoutMs: remainingMs(patience), signal: patience.signal };
}
