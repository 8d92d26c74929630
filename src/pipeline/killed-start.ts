/** What an `up` that was killed left half done: nothing that it started stays unknown. */

import { hasCode, isDiskFull, type StreamctlError } from "../core/errors.ts";
import type { PipelineContext } from "./context.ts";
import { openRuntime } from "./open-runtime.ts";
import { listServices, resolveStarting } from "../stack/unrecorded.ts";
import { readRunState, type RunState, writeRunState } from "../state/run-state.ts";

/** Longest time between the start of a process and the moment when it can be told by its mark, in milliseconds. */
const unmarkedMs = 500;

type StackContext = Pick<PipelineContext, "folder" | "log"> & Partial<Pick<PipelineContext, "signal">>;

/**
 * The state of the stack, in which every service that runs is named: those that were about to be started are looked for. Takes no lock and
 * writes nothing.
 *
 * @throws StreamctlError as `readRunState`, and what the runtime throws where it has to be asked
 */
export async function readStack({ folder, log, signal }: StackContext): Promise<RunState | undefined> {
  const state = await readRunState(folder);
  if (!state || state.starting.length === 0) return state;
  try {
    return await resolveStarting(state, await openRuntime(state.choices, { folder, stackId: state.stack.id, log, signal }));
  } catch (error) {
    if (!cannotBeAsked(error)) throw error;
    log.warn(`An interrupted start cannot be resolved: ${error.message}`);
    return state;
  }
}

/** The container engine of the stack is not running: none of its containers is. */
function cannotBeAsked(error: unknown): error is StreamctlError {
  return hasCode(error, "prerequisite") || hasCode(error, "timeout");
}

/**
 * Ends what a killed command was still doing, finds what it had started and writes that down. The caller holds the folder's lock, so nobody
 * else starts anything.
 */
export async function settleKilledStart({ folder, log, signal }: StackContext): Promise<void> {
  const state = await readRunState(folder);
  if (!state || state.starting.length === 0) return;
  const runtime = await openRuntime(state.choices, { folder, stackId: state.stack.id, log, signal });
  let resolved: RunState;
  try {
    await runtime.endOrphans();
    resolved = await resolveStarting(state, runtime, unmarkedMs);
  } catch (error) {
    if (cannotBeAsked(error)) return;
    throw error;
  }
  const found = resolved.services.filter((record) => !state.services.includes(record));
  if (found.length > 0) log.info(`Started by a streamctl that was killed: ${listServices(found)}`);
  await writeRunState(folder, resolved).catch((error: unknown) => {
    // To stop what runs needs no note of it.
    if (!isDiskFull(error)) throw error;
  });
}
