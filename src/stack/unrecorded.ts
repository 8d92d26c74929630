/**
 * What runs of a stack and of which its run.json does not say who it is. A service that is written down as about to be started was started
 * by a command that was killed then: it is taken over. Whatever else runs was started by hand, or the state folder was deleted meanwhile.
 */

import { pauseUnlessAborted } from "../core/wait.ts";
import type { RunState, ServiceRecord } from "../state/run-state.ts";
import { type Runtime } from "./runtime.ts";
import { type RunningService, isSameRun } from "../state/service-identity.ts";

/** Pause between two looks at what runs, in milliseconds. */
const lookIntervalMs = 50;

/**
 * The state with each service that was about to be started either identified or, where nothing of it runs, left out.
 *
 * @param withinMs time to look for those that are not found, in milliseconds, by whoever holds the folder's lock: their starter is gone, but
 *   a process that it started last carries its mark only from the moment when the system has executed its program
 */
export async function resolveStarting(state: RunState, runtime: Runtime, withinMs = 0): Promise<RunState> {
  for (let waitedMs = 0; ; waitedMs += lookIntervalMs) {
    const found = state.starting.length === 0 ? [] : takenOver(state, await runtime.running());
    if (found.length === state.starting.length || waitedMs >= withinMs) {
      const names = new Set(found.map(({ name }) => name));
      return { ...state, services: [...state.services.filter(({ name }) => !names.has(name)), ...found], starting: [] };
    }
    await pauseUnlessAborted(lookIntervalMs, neverFires);
  }
}

const neverFires = new AbortController().signal;

function takenOver(state: RunState, running: readonly RunningService[]): readonly ServiceRecord[] {
  return state.starting.flatMap((intent) => {
    const run = running.find((service) => service.name === intent.name && !isRecorded(service, state));
    return run ? [{ ...intent, identity: run.identity }] : [];
  });
}

function isRecorded({ identity }: RunningService, { services }: RunState): boolean {
  return services.some((record) => isSameRun(record.identity, identity));
}

/** What runs of the stack and is none of the runs that the state names. */
export async function unrecordedServices(state: RunState | undefined, runtime: Runtime): Promise<readonly RunningService[]> {
  return (await runtime.running()).filter((service) => state === undefined || !isRecorded(service, state));
}

/** `kafka (process 12), pinot (process 13)`. */
export function listServices(services: readonly RunningService[]): string {
  return services.map(({ name, identity }) => `${name} (process ${identity.pid})`).join(", ");
}
