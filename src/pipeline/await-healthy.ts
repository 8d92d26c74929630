/** Makes `up` wait until everything that `status` checks is healthy, or fail with the reason. */

import { type ErrorCode, StreamctlError } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import { Deadline, pause } from "../core/wait.ts";
import type { ResourceStatus } from "./resources.ts";

export interface SettleOptions {
  /** Maximum wait in milliseconds. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly log: Log;
  /** Maximum wait for a resource that keeps failing, in milliseconds; default 5000. */
  readonly hopelessMs?: number;
}

const pauseMs = 250;

/**
 * Polls until all resources are healthy.
 *
 * @throws StreamctlError naming the first unhealthy resource, at the timeout or if it keeps failing; `interrupted`
 */
export async function awaitHealthy(look: () => Promise<readonly ResourceStatus[]>, options: SettleOptions): Promise<void> {
  const { timeoutMs, signal, log, hopelessMs = 5000 } = options;
  const time = new Deadline(timeoutMs);
  let hopelessSinceMs: number | undefined;
  let said: string | undefined;
  try {
    for (;;) {
      const first = (await look()).find(({ state }) => state !== "healthy");
      if (first === undefined) return;
      const waitedMs = timeoutMs - time.remainingMs;
      hopelessSinceMs = first.keepsFailing === true ? (hopelessSinceMs ?? waitedMs) : undefined;
      const hopeless = hopelessSinceMs !== undefined && waitedMs - hopelessSinceMs >= hopelessMs;
      if (hopeless || time.remainingMs === 0) throw unhealthy(first);
      if (first.name !== said) log.info(`Waiting for ${first.kind} ${first.name}: ${first.detail}`);
      said = first.name;
      await pause(pauseMs, signal);
    }
  } finally {
    time.release();
  }
}

const codes: Readonly<Record<string, ErrorCode>> = { topic: "kafka", job: "processor", table: "pinot" };

function unhealthy({ kind, name, detail }: ResourceStatus): StreamctlError {
  return new StreamctlError(codes[kind] ?? "service-failed", `The stack is up, but ${kind} "${name}" is not healthy: ${detail}`, {
    hint: "The services keep running. Run: streamctl status, or: streamctl logs",
  });
}
