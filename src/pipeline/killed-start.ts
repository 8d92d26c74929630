/** Recovers from a killed `up`: finds the services that it had started but not recorded. */

import { isDiskFull } from "../core/errors.ts";
import type { PipelineContext } from "./context.ts";
import { isEngineUnavailable, openRuntime } from "./open-runtime.ts";
import { listServices, resolveStarting } from "../stack/unrecorded.ts";
import { readRunState, type RunState, writeRunState } from "../state/run-state.ts";

/** Maximum time between the start of a process and the moment at which its mark is visible. */
const unmarkedMs = 500;

type StackContext = Pick<PipelineContext, "folder" | "log"> & Partial<Pick<PipelineContext, "signal">>;

/**
 * Reads the state and adds running services that a killed command was about to start. Takes no lock and writes nothing.
 *
 * @throws StreamctlError as `readRunState`, and errors of the runtime if it has to search for services
 */
export async function readStack({ folder, log, signal }: StackContext): Promise<RunState | undefined> {
  const state = await readRunState(folder);
  if (!state || state.starting.length === 0) return state;
  try {
    return await resolveStarting(state, await openRuntime(state.choices, { folder, stackId: state.stack.id, log, signal }));
  } catch (error) {
    if (!isEngineUnavailable(error)) throw error;
    log.warn(`An interrupted start cannot be resolved: ${error.message}`);
    return state;
  }
}

/**
 * Ends child processes of a killed command, finds the services that it had started and records them. The caller holds the folder's lock, so
 * no other command starts services meanwhile.
 */
export async function recoverKilledStart({ folder, log, signal }: StackContext): Promise<void> {
  const state = await readRunState(folder);
  if (!state || state.starting.length === 0) return;
  const runtime = await openRuntime(state.choices, { folder, stackId: state.stack.id, log, signal });
  let resolved: RunState;
  try {
    await runtime.endOrphans();
    resolved = await resolveStarting(state, runtime, unmarkedMs);
  } catch (error) {
    if (isEngineUnavailable(error)) return;
    throw error;
  }
  const found = resolved.services.filter((record) => !state.services.includes(record));
  if (found.length > 0) log.info(`Found services that a killed streamctl started: ${listServices(found)}`);
  await writeRunState(folder, resolved).catch((error: unknown) => {
    // `down` must work on a full disk: it can stop services without recording them.
    if (!isDiskFull(error)) throw error;
  });
}
