/** Stops services: what works with another one first. */

import type { Log } from "../core/log.ts";
import type { Runtime } from "./runtime.ts";
import type { ServiceDefinition } from "./service.ts";
import { stopWaves } from "./service-order.ts";
import type { RunningService } from "../state/service-identity.ts";

/** For a service that this version does not know, in milliseconds. */
const unknownStopTimeoutMs = 10_000;

export interface StopContext {
  readonly runtime: Runtime;
  /** Of every service that may run: its dependencies and the time that its stop may take. */
  readonly definitions: readonly Pick<ServiceDefinition, "name" | "after" | "needs" | "stopTimeoutMs">[];
  readonly log: Log;
  /** Forgets the record of a run that has stopped, where there is one. */
  readonly forget?: (service: RunningService) => Promise<void>;
}

/** Stops services in the order of their dependencies; each wave in parallel. @throws what the runtime throws, once its wave has ended */
export async function stopServices(services: readonly RunningService[], { runtime, definitions, log, forget }: StopContext): Promise<void> {
  for (const wave of stopWaves([...new Set(services.map(({ name }) => name))], definitions)) {
    const stopping = services.filter(({ name }) => wave.includes(name));
    const outcomes = await Promise.allSettled(
      stopping.map(async (service) => {
        const { name, identity } = service;
        const startedAt = performance.now();
        await runtime.stop(name, identity, definitions.find((one) => one.name === name)?.stopTimeoutMs ?? unknownStopTimeoutMs);
        await forget?.(service);
        log.success(`${name} stopped (${((performance.now() - startedAt) / 1000).toFixed(1)} s)`);
      }),
    );
    const failure = outcomes.find((outcome) => outcome.status === "rejected");
    if (failure) throw failure.reason;
  }
}
