/** Makes `up` wait until everything that `status` checks is healthy, or fail with the reason. */

import { type ErrorCode, StreamctlError } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import { Deadline, doublingPauses, pause } from "../core/wait.ts";
import type { ResourceStatus } from "./resources.ts";

export interface AwaitHealthyOptions {
  /** Maximum wait in milliseconds. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly log: Log;
  /** Maximum wait for a resource that keeps failing, in milliseconds; default 5000. */
  readonly failingTimeoutMs?: number;
}

/**
 * Polls until all resources are healthy.
 *
 * @throws StreamctlError naming the first unhealthy resource, at the timeout or if it keeps failing; `interrupted`
 */
export async function awaitHealthy(check: () => Promise<readonly ResourceStatus[]>, options: AwaitHealthyOptions): Promise<void> {
  const { timeoutMs, signal, log, failingTimeoutMs = 5000 } = options;
  const time = new Deadline(timeoutMs);
  let failingSinceMs: number | undefined;
  let loggedName: string | undefined;
  const pauses = doublingPauses(50, 100);
  try {
    for (;;) {
      const first = (await check()).find(({ state }) => state !== "healthy");
      if (first === undefined) return;
      const waitedMs = timeoutMs - time.remainingMs;
      failingSinceMs = first.keepsFailing === true ? (failingSinceMs ?? waitedMs) : undefined;
      const keepsFailing = failingSinceMs !== undefined && waitedMs - failingSinceMs >= failingTimeoutMs;
      if (keepsFailing || time.remainingMs === 0) throw unhealthy(first);
      if (first.name !== loggedName) log.info(`Waiting for ${first.kind} ${first.name}: ${first.detail}`);
      loggedName = first.name;
      await pause(pauses.next().value, signal);
    }
  } finally {
    time.release();
  }
}

const codes: Readonly<Record<string, ErrorCode>> = { topic: "kafka", job: "processor", table: "pinot", dashboard: "dashboard" };

function unhealthy({ kind, name, detail }: ResourceStatus): StreamctlError {
  return new StreamctlError(codes[kind] ?? "service-failed", `The stack is up, but ${kind} "${name}" is not healthy: ${detail}`, {
    hint: "The services keep running. Run: streamctl status, or: streamctl logs",
  });
}
