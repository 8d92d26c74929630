/** `down`: the same stack with nothing desired. Keeps the data unless told otherwise. */

import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { systemCode } from "../core/errors.ts";
import { cacheFolder } from "../core/cache-folder.ts";
import { executeStop } from "../stack/execute.ts";
import { localRuntime } from "../stack/local-runtime.ts";
import { planStop } from "../stack/plan.ts";
import { readRunState } from "../stack/run-state.ts";
import { observeProcesses, RunRecorder } from "../stack/stack.ts";
import { desiredServices } from "../stack/services/catalog.ts";
import type { PipelineContext } from "./context.ts";
import { requireSameOffset } from "./running-stack.ts";
import { withStackLock } from "./stack-lock.ts";

export interface DownReport {
  readonly stopped: readonly string[];
  /** Whether everything that the stack ever kept was deleted. */
  readonly volumesRemoved: boolean;
  readonly elapsedMs: number;
}

/** Entries of the state folder that are ours, the drafts of a process that was killed among them; `down --volumes` removes these and nothing else. */
const ownEntry = /^(?:conf|data|log|ledger\.ndjson|run\.json(?:\..*)?|lock\..*)$/u;

export interface DownRequest {
  /** Delete everything that the stack ever kept. */
  readonly volumes: boolean;
  readonly portOffset: number | undefined;
}

export async function down(options: DownRequest, context: PipelineContext): Promise<DownReport> {
  const { folder } = context;
  const startedAt = performance.now();
  if (!(await exists(folder.root)))
    return { stopped: [], volumesRemoved: options.volumes, elapsedMs: Math.round(performance.now() - startedAt) };
  const stopped = await withStackLock(context, async () => {
    const names = await stopServices(options.portOffset, context);
    if (options.volumes) {
      const entries = (await readdir(folder.root)).filter((entry) => ownEntry.test(entry));
      for (const entry of entries) await rm(join(folder.root, entry), { recursive: true, force: true });
    }
    return names;
  });
  return { stopped, volumesRemoved: options.volumes, elapsedMs: Math.round(performance.now() - startedAt) };
}

async function stopServices(portOffset: number | undefined, { folder, log }: PipelineContext): Promise<readonly string[]> {
  const state = await readRunState(folder);
  if (!state) return [];
  requireSameOffset(folder, state, portOffset);
  const definitions = desiredServices({ portOffset: state.choices.portOffset, only: undefined });
  const recorder = new RunRecorder(folder, state.choices, state.services);
  // A stop is not interrupted half-way: a second Ctrl-C ends the command, the services stop all the same.
  const runtime = localRuntime({ folder, log, cacheDir: cacheFolder() });
  const observed = await observeProcesses(state);
  const names = planStop(observed).map(({ target }) => target);
  await executeStop(names, recorder.records, {
    runtime,
    log,
    remember: recorder.remember,
    stopTimeoutMs: (name) => definitions.find((definition) => definition.name === name)?.stopTimeoutMs ?? 10_000,
  });
  for (const { name, state: seen } of observed) if (seen === "gone") await recorder.remember(name, undefined);
  return names;
}

async function exists(path: string): Promise<boolean> {
  try {
    await readdir(path);
    return true;
  } catch (error) {
    if (systemCode(error) === "ENOENT") return false;
    throw error;
  }
}
