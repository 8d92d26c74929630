/** How long a provisioning step may wait, and what interrupts it: handed down whole, so that steps share one deadline. */

import { Deadline, type WaitOptions } from "./wait.ts";

export interface StepDeadline {
  readonly signal?: AbortSignal | undefined;
  readonly deadline: Deadline;
}

/** A deadline that lies `timeoutMs` milliseconds ahead. */
export function stepDeadline(timeoutMs: number, signal?: AbortSignal): StepDeadline {
  return { deadline: new Deadline(timeoutMs), signal };
}

/** Milliseconds until the deadline, at least 1. */
export function remainingMs(deadline: StepDeadline): number {
  return Math.max(1, deadline.deadline.remainingMs);
}

/** The options of one wait within the deadline. */
export function waitOptions(deadline: StepDeadline, what: string): WaitOptions {
  return { what, timeoutMs: remainingMs(deadline), signal: deadline.signal };
}
