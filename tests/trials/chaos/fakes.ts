/** FAKES for the rounds of `chaos`: services that only record what is done to them, and runs of `data` that send nothing. */

import type { BackgroundData } from "../../../src/trials/background-data.ts";
import type { Fault } from "../../../src/trials/chaos/fault-plan.ts";
import type { ServiceControl } from "../../../src/trials/service-control.ts";
import type { DataSummary } from "../../../src/data/summary.ts";

/** A FAKE control that records its calls. */
export function fakeControl(events: string[], change: Partial<ServiceControl> = {}): ServiceControl {
  return {
    kill: async (name) => void events.push(`kill ${name}`),
    stop: async (name) => void events.push(`stop ${name}`),
    freeze: async (name) => {
      events.push(`freeze ${name}`);
      return async () => void events.push(`thaw ${name}`);
    },
    ...change,
  };
}

/** A FAKE run of `data` that delivers so many records. */
export function fakeData(events: string[], delivered: number): Pick<BackgroundData, "started" | "stop"> {
  return {
    started: async () => void events.push("data started"),
    stop: async () => {
      events.push("data stopped");
      return { delivered } as DataSummary;
    },
  };
}

/** A fault with short times. */
export function fault(kind: Fault["kind"], service: string, atMs = 1, forMs = 1): Fault {
  return { kind, service, atMs, forMs: kind === "freeze" ? forMs : null };
}
