/** Stops services: what works with another one first. */

import type { Log } from "../core/log.ts";
import { stopWaves } from "./plan.ts";
import type { Runtime } from "./runtime.ts";
import { everyService } from "./services/catalog.ts";
import type { RunningService, ServiceName } from "../state/service-identity.ts";

export interface StopContext {
  readonly runtime: Runtime;
  readonly log: Log;
  /** Forgets the record of a run that has stopped, where there is one. */
  readonly forget?: (service: RunningService) => Promise<void>;
}

/** Stops services in the order of their dependencies; each wave in parallel. @throws what the runtime throws, once its wave has ended */
export async function stopServices(services: readonly RunningService[], { runtime, log, forget }: StopContext): Promise<void> {
  for (const wave of stopWaves([...new Set(services.map(({ name }) => name))])) {
    const stopping = services.filter(({ name }) => wave.includes(name));
    const outcomes = await Promise.allSettled(
      stopping.map(async (service) => {
        const { name, identity } = service;
        const startedAt = performance.now();
        await runtime.stop(name, identity, stopTimeoutMs(name));
        await forget?.(service);
        log.success(`${name} stopped (${((performance.now() - startedAt) / 1000).toFixed(1)} s)`);
      }),
    );
    const failure = outcomes.find((outcome) => outcome.status === "rejected");
    if (failure) throw failure.reason;
  }
}

/** The same at every offset and in every runtime. */
function stopTimeoutMs(service: ServiceName): number {
  return everyService({ portOffset: 0 }).find(({ name }) => name === service)?.stopTimeoutMs ?? 10_000;
}
