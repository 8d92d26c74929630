/** Executes the faults of a round at their times. Whatever happens, no service stays frozen. */

import { hasCode } from "../../core/errors.ts";
import { pause } from "../../core/wait.ts";
import type { ServiceControl } from "../service-control.ts";
import type { Fault } from "./fault-plan.ts";

export interface InjectionOptions {
  readonly control: ServiceControl;
  /** Ends the waits; a frozen service continues at once. */
  readonly signal: AbortSignal;
  /** Called when a fault begins, and when a frozen service continues. */
  readonly onFault?: ((fault: Fault, phase: "begins" | "ends") => void) | undefined;
}

/**
 * Returns after the last fault: every frozen service continues, killed and stopped ones have ended.
 *
 * @returns when the first fault began, on the clock of `performance.now()`
 * @throws StreamctlError the first failure, after the other faults have ended; `interrupted`
 */
export async function injectFaults(faults: readonly Fault[], { control, signal, onFault }: InjectionOptions): Promise<number> {
  const failure = new AbortController();
  const until = AbortSignal.any([signal, failure.signal]);
  let firstMs = Number.POSITIVE_INFINITY;
  const inject = async (fault: Fault): Promise<void> => {
    await pause(fault.atMs, until);
    firstMs = Math.min(firstMs, performance.now());
    onFault?.(fault, "begins");
    if (fault.kind === "kill") await control.kill(fault.service);
    else if (fault.kind === "restart") await control.stop(fault.service);
    else await freezeFor(fault, control, until);
    if (fault.kind === "freeze") onFault?.(fault, "ends");
  };
  const outcomes = await Promise.allSettled(
    faults.map(async (fault) => {
      try {
        await inject(fault);
      } catch (error) {
        failure.abort();
        throw error;
      }
    }),
  );
  const errors = outcomes.filter((outcome) => outcome.status === "rejected").map(({ reason }) => reason as unknown);
  // A failure interrupts the other faults.
  const cause = errors.find((error) => !hasCode(error, "interrupted")) ?? errors[0];
  if (cause !== undefined) throw cause;
  return firstMs;
}

async function freezeFor({ service, forMs }: Fault, control: ServiceControl, until: AbortSignal): Promise<void> {
  const thaw = await control.freeze(service);
  try {
    await pause(forMs ?? 0, until);
  } finally {
    await thaw();
  }
}
