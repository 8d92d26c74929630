/** Stops all runs of a service. */

import type { Log } from "../core/log.ts";
import { formatSeconds } from "../core/units.ts";
import type { Runtime } from "./runtime.ts";
import type { RunningService } from "../state/service-identity.ts";

export interface StopContext {
  readonly runtime: Runtime;
  readonly log: Log;
  /** Removes the record of a stopped run, if there is one. */
  readonly forget?: ((service: RunningService) => Promise<void>) | undefined;
}

/**
 * Stops the runs of a service in parallel.
 *
 * @param timeoutMs time between SIGTERM and SIGKILL, in milliseconds
 * @throws the first error of the runtime, after all runs have been handled
 */
export async function stopRuns(runs: readonly RunningService[], timeoutMs: number, { runtime, log, forget }: StopContext): Promise<void> {
  const outcomes = await Promise.allSettled(
    runs.map(async (service) => {
      const { name, identity } = service;
      const startedAt = performance.now();
      await runtime.stop(name, identity, timeoutMs);
      await forget?.(service);
      log.success(`${name} stopped (${formatSeconds(performance.now() - startedAt)})`);
    }),
  );
  const failure = outcomes.find((outcome) => outcome.status === "rejected");
  if (failure) throw failure.reason;
}
