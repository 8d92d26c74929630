/**
 * `compare`: measures the processors one after the other, each on a new stack with the same records. The stacks are in a temporary folder with
 * ports of their own, so a stack of the user is never touched.
 */

import { mkdtemp, readdir, rmdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Log, warningOnce } from "../../core/log.ts";
import { transactions as pipeline } from "../../spec/transactions.ts";
import { stateFolder } from "../../state/state-folder.ts";
import { findCandidates } from "./candidates.ts";
import { describeMachine, loadWarning } from "./machine.ts";
import type { CompareReport } from "./report.ts";
import type { CompareRequest } from "./request.ts";
import { runTrials, type TrialStep } from "./sequence.ts";
import { StackTrial } from "./trial.ts";

export interface CompareContext {
  /** Folder with the user's declarations; undefined for the embedded ones. */
  readonly declarationsDir: string | undefined;
  /** The module that a worker thread of `data` runs. */
  readonly workerEntry: URL;
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly onStep: (step: TrialStep) => void;
  /** How far the current step is; empty if that is unknown. */
  readonly onProgress: (text: string) => void;
}

/**
 * @throws StreamctlError before anything is started if a processor that was requested by name cannot run; `interrupted` after the current stack
 *   was removed
 */
export async function compare(request: CompareRequest, context: CompareContext): Promise<CompareReport> {
  const { declarationsDir, workerEntry, signal, onStep, onProgress } = context;
  const log = warningOnce(context.log);
  const startedAtMs = Date.now();
  const beganAt = performance.now();
  const machine = describeMachine();
  const { rate, durationMs, burst, seed, timeoutMs } = request;
  const options = { rate, durationMs, burst, seed };
  const root = await mkdtemp(join(tmpdir(), "streamctl-compare-"));
  const folderOf = (name: string): ReturnType<typeof stateFolder> => stateFolder(join(root, name));
  try {
    const found = await findCandidates(request, { folder: folderOf("none"), declarationsDir, log, signal });
    const { runtime, candidates, skipped } = found;
    for (const { processor, reason } of skipped) log.info(`Skipping ${processor}: ${reason}`);
    log.info(`Comparing ${candidates.map(({ label }) => label).join(", ")} with seed ${seed}, on temporary stacks in ${root}`);
    const busy = loadWarning();
    if (busy !== undefined) log.warn(busy);
    const rows = await runTrials(candidates, {
      log,
      signal,
      onStep,
      openTrial: (candidate) => {
        const folder = folderOf(candidate.processor);
        return new StackTrial(candidate, { folder, declarationsDir, log, signal, options, timeoutMs, workerEntry, onProgress });
      },
    });
    const elapsedMs = Math.round(performance.now() - beganAt);
    const startedAt = new Date(startedAtMs).toISOString();
    return { machine, pipeline: pipeline.name, startedAt, elapsedMs, runtime, options, rows, skipped };
  } finally {
    // A stack that could not be removed keeps its folder, with which `down` can stop it.
    const kept = await readdir(root);
    for (const name of kept) log.warn(`A stack could not be removed. Run: streamctl down --volumes --state-dir ${join(root, name)}`);
    if (kept.length === 0) await rmdir(root);
  }
}
