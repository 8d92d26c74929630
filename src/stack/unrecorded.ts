/**
 * What runs of a stack and stands in no run.json: its `up` was killed before it wrote the file, the state folder was deleted while the
 * stack was up, or a container was started by hand.
 */

import type { RunState } from "../state/run-state.ts";
import { type Runtime } from "./runtime.ts";
import { type RunningService, isSameRun } from "../state/service-identity.ts";

/** What runs of the stack and is none of the runs that the state names. */
export async function unrecordedServices(state: RunState | undefined, runtime: Runtime): Promise<readonly RunningService[]> {
  const recorded = state?.services ?? [];
  return (await runtime.running()).filter(({ identity }) => !recorded.some((record) => isSameRun(record.identity, identity)));
}

/** `kafka (process 12), pinot (process 13)`. */
export function listServices(services: readonly RunningService[]): string {
  return services.map(({ name, identity }) => `${name} (process ${identity.pid})`).join(", ");
}
