/** What `status` would call unhealthy, `up` does not call done: it waits for it, or says what is wrong. */

import { type ErrorCode, StreamctlError } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import { Deadline, pause } from "../core/wait.ts";
import type { ResourceStatus } from "./resources.ts";

export interface SettleOptions {
  /** Longest time to wait, in milliseconds. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly log: Log;
  /** Longest time to go on with a resource that keeps failing, in milliseconds; default 5000. */
  readonly hopelessMs?: number;
}

const pauseMs = 250;

/**
 * Looks until every resource is healthy.
 *
 * @throws StreamctlError naming the first one that is not, when the time is over or it keeps failing; `interrupted`
 */
export async function untilHealthy(look: () => Promise<readonly ResourceStatus[]>, options: SettleOptions): Promise<void> {
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
    hint: `Everything goes on running: streamctl status shows whether it recovers, streamctl logs shows why not`,
  });
}
