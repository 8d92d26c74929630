/** Measures one processor after the other. A failure ends the trial of its processor only; each trial removes what it started. */

import { messageOf, StreamctlError } from "../../core/errors.ts";
import type { Log } from "../../core/log.ts";
import { throwIfInterrupted } from "../../core/wait.ts";
import type { Candidate } from "./candidates.ts";
import { type CompareRow, emptyRow } from "./report.ts";

/** The phases of a trial, in order, with their texts for a sentence such as `while measuring freshness: …`. */
export const phases = {
  start: "starting the stack",
  steady: "measuring freshness",
  burst: "measuring the burst",
  recovery: "measuring the recovery",
  proof: "verifying the windows",
} as const;

export type PhaseName = keyof typeof phases;

/** One processor on a stack of its own. */
export interface Trial {
  /** Executes a phase and returns what it measured. */
  measure(phase: PhaseName): Promise<Partial<CompareRow>>;
  /** Stops and removes everything, after any phase, interrupted or not. */
  close(): Promise<void>;
}

export interface TrialStep {
  readonly label: string;
  /** Number of the trial, from 1, and of all trials. */
  readonly number: number;
  readonly of: number;
  readonly phase: PhaseName | "end";
}

export interface SequenceContext {
  readonly openTrial: (candidate: Candidate) => Trial;
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly onStep: (step: TrialStep) => void;
}

/** @throws StreamctlError `interrupted`, after the current trial was closed */
export async function runTrials(candidates: readonly Candidate[], context: SequenceContext): Promise<readonly CompareRow[]> {
  const rows: CompareRow[] = [];
  for (const [index, candidate] of candidates.entries()) {
    const place = { label: candidate.label, number: index + 1, of: candidates.length };
    rows.push(await runTrial(candidate, place, context));
  }
  return rows;
}

async function runTrial(
  candidate: Candidate,
  place: Omit<TrialStep, "phase">,
  { openTrial, log, signal, onStep }: SequenceContext,
): Promise<CompareRow> {
  const { processor, label, version } = candidate;
  let row = emptyRow(processor, label, version);
  const fail = (what: string, error: unknown): void => {
    const reason = `${what}: ${messageOf(error)}`;
    // Such as the end of a service's log, which is deleted with the stack.
    const detail = error instanceof StreamctlError ? error.detail : undefined;
    log.warn(detail === undefined ? `${label}, ${reason}` : `${label}, ${reason}\n${detail}`);
    row = { ...row, exact: false, reason: row.reason ?? reason };
  };
  const trial = openTrial(candidate);
  let phase: PhaseName = "start";
  try {
    for (phase of Object.keys(phases) as PhaseName[]) {
      throwIfInterrupted(signal);
      onStep({ ...place, phase });
      row = { ...row, ...(await trial.measure(phase)) };
    }
  } catch (error) {
    if (!signal.aborted) fail(`while ${phases[phase]}`, error);
  }
  onStep({ ...place, phase: "end" });
  try {
    await trial.close();
  } catch (error) {
    fail("while removing the stack", error);
  }
  throwIfInterrupted(signal);
  return row;
}
