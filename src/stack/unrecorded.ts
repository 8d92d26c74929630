/**
 * What runs of a stack and stands in no run.json: its `up` was killed before it wrote the file, the state folder was deleted while the
 * stack was up, or a container was started by hand.
 */

import type { RunState } from "./run-state.ts";
import type { Runtime, RunningService, ServiceIdentity } from "./runtime.ts";

/** What runs of the stack and is none of the runs that the state names. */
export async function unrecordedServices(state: RunState | undefined, runtime: Runtime): Promise<readonly RunningService[]> {
  const recorded = new Set(state?.services.map(({ identity }) => keyOf(identity)));
  return (await runtime.running()).filter(({ identity }) => !recorded.has(keyOf(identity)));
}

/** `kafka (process 12), pinot (process 13)`. */
export function listServices(services: readonly RunningService[]): string {
  return services.map(({ name, identity }) => `${name} (process ${identity.pid})`).join(", ");
}

/** One run of one service: a pid or a container alone may come back. */
function keyOf(identity: ServiceIdentity): string {
  return JSON.stringify(
    "bootId" in identity ? [identity.pid, identity.startTicks, identity.bootId] : [identity.containerId, identity.startedAt],
  );
}
