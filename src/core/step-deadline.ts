/** Deadline and interruption of a provisioning step. Nested steps get the same value, so that they share the deadline. */

import { Deadline, type WaitOptions } from "./wait.ts";

export interface StepDeadline {
  readonly signal?: AbortSignal | undefined;
  readonly deadline: Deadline;
}

/** A deadline in `timeoutMs` milliseconds. */
export function stepDeadline(timeoutMs: number, signal?: AbortSignal): StepDeadline {
  return { deadline: new Deadline(timeoutMs), signal };
}

/** Runs work with a deadline in `timeoutMs` milliseconds, and releases it. */
export async function withinStep<T>(
  timeoutMs: number,
  signal: AbortSignal | undefined,
  work: (deadline: StepDeadline) => Promise<T>,
): Promise<T> {
  const deadline = stepDeadline(timeoutMs, signal);
  try {
    return await work(deadline);
  } finally {
    deadline.deadline.release();
  }
}

/** Milliseconds until the deadline, at least 1. */
export function remainingMs(deadline: StepDeadline): number {
  return Math.max(1, deadline.deadline.remainingMs);
}

/** Options of a wait that ends by the deadline. */
export function waitOptions(deadline: StepDeadline, what: string): WaitOptions {
  return { what, timeoutMs: remainingMs(deadline), signal: deadline.signal };
}
