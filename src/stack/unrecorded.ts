/**
 * Running services that run.json does not identify. A service with a recorded start intent was started by a command that was killed: it is
 * adopted. Any other was started manually, or the state folder was deleted while it was running.
 */

import { pause } from "../core/wait.ts";
import type { RunState, ServiceRecord } from "../state/run-state.ts";
import { type Runtime } from "./runtime.ts";
import { type RunningService, isSameRun } from "../state/service-identity.ts";

/** Pause between two polls for running services, in milliseconds. */
const pollIntervalMs = 50;

/**
 * The state without start intents: each is replaced by the record of its running service, or dropped when none is running.
 *
 * @param withinMs how long to search, in milliseconds; for callers that hold the folder's lock. The command that started the services has
 *   ended, but the last process that it started has its mark only after exec.
 */
export async function resolveStarting(state: RunState, runtime: Runtime, withinMs = 0): Promise<RunState> {
  for (let waitedMs = 0; ; waitedMs += pollIntervalMs) {
    const found = state.starting.length === 0 ? [] : adopted(state, await runtime.running());
    if (found.length === state.starting.length || waitedMs >= withinMs) {
      const names = new Set(found.map(({ name }) => name));
      return { ...state, services: [...state.services.filter(({ name }) => !names.has(name)), ...found], starting: [] };
    }
    await pause(pollIntervalMs);
  }
}

function adopted(state: RunState, running: readonly RunningService[]): readonly ServiceRecord[] {
  return state.starting.flatMap((intent) => {
    const run = running.find((service) => service.name === intent.name && !isRecorded(service, state));
    return run ? [{ ...intent, identity: run.identity }] : [];
  });
}

function isRecorded({ identity }: RunningService, { services }: RunState): boolean {
  return services.some((record) => isSameRun(record.identity, identity));
}

/** Running services of the stack that are not recorded in its state. */
export async function unrecordedServices(state: RunState | undefined, runtime: Runtime): Promise<readonly RunningService[]> {
  return (await runtime.running()).filter((service) => state === undefined || !isRecorded(service, state));
}

/** `kafka (process 12), pinot (process 13)`. */
export function listServices(services: readonly RunningService[]): string {
  return services.map(({ name, identity }) => `${name} (process ${identity.pid})`).join(", ");
}
