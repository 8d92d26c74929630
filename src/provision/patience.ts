/** How long a provisioning step may wait, and what interrupts it: handed down whole, so that steps share one deadline. */

import { Deadline, type WaitOptions } from "../core/wait.ts";

export interface Patience {
  readonly signal?: AbortSignal | undefined;
  readonly deadline: Deadline;
}

/** A deadline that lies `timeoutMs` milliseconds ahead. */
export function patienceFor(timeoutMs: number, signal?: AbortSignal): Patience {
  return { deadline: new Deadline(timeoutMs), signal };
}

/** Milliseconds until the deadline, at least 1. */
export function remainingMs(patience: Patience): number {
  return Math.max(1, patience.deadline.remainingMs);
}

/** The options of one wait within the deadline. */
export function waitOptions(patience: Patience, what: string): WaitOptions {
  return { what, timeoutMs: remainingMs(patience), signal: patience.signal };
}
