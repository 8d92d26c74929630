/**
 * Freshness: the time from sending a record to the first query result that includes it. Each of these records has a window of its own, far from
 * those of the other traffic, so its row appears only when this record has arrived. Records are sent on a schedule, whether or not earlier
 * ones have arrived, so that a slow moment counts as often as it lasts.
 */

import { isRetryable, StreamctlError } from "../../core/errors.ts";
import { pause } from "../../core/wait.ts";

export interface FreshnessOptions {
  /** Sends a record and returns the start of its window, in milliseconds since the epoch. */
  readonly send: () => number;
  /** Starts of the windows in the table from `fromMs` to `toMs`, both included. */
  readonly readStarts: (fromMs: number, toMs: number) => Promise<readonly number[]>;
  /** How long to send, in milliseconds. */
  readonly durationMs: number;
  /** Average time between two records, in milliseconds; default 100. */
  readonly intervalMs?: number;
  /** Maximum wait for the last records, in milliseconds; default 30,000. */
  readonly graceMs?: number;
  /** Default: `performance.now`. */
  readonly clockMs?: () => number;
  readonly signal?: AbortSignal | undefined;
  /** Called after each query with the milliseconds since the start. */
  readonly onProgress?: ((elapsedMs: number) => void) | undefined;
}

/** Minimum pause between two queries, in milliseconds. A slower query is followed by a pause as long as itself, since queries load the engines. */
const pollMs = 15;

/**
 * Sends records until the duration is over, and waits for all of them. Returns the milliseconds of each.
 *
 * @throws StreamctlError `timeout` if a record does not arrive, `interrupted`, `pinot` if Pinot rejects the query
 */
export async function measureFreshness(options: FreshnessOptions): Promise<readonly number[]> {
  const { send, readStarts, durationMs, intervalMs = 100, graceMs = 30_000, signal, onProgress } = options;
  const clockMs = options.clockMs ?? ((): number => performance.now());
  const waiting = new Map<number, number>();
  const times: number[] = [];
  const startMs = clockMs();
  let nextMs = startMs;
  for (let sent = 0; ;) {
    const nowMs = clockMs();
    const isOver = nowMs - startMs >= durationMs;
    if (isOver && waiting.size === 0) return times;
    if (nowMs - startMs >= durationMs + graceMs) throw missing(waiting.size, sent, graceMs);
    if (!isOver && nowMs >= nextMs) {
      const sentAtMs = clockMs();
      waiting.set(send(), sentAtMs);
      // Vary the interval, so that records meet every phase of a processor that works in batches.
      nextMs += intervalMs * (0.5 + ((sent * 37) % 100) / 100);
      sent += 1;
    }
    if (waiting.size > 0) {
      for (const start of await arrived(waiting, readStarts)) {
        const sentAtMs = waiting.get(start);
        if (sentAtMs !== undefined) times.push(clockMs() - sentAtMs);
        waiting.delete(start);
      }
    }
    onProgress?.(clockMs() - startMs);
    await pause(Math.max(pollMs, clockMs() - nowMs), signal);
  }
}

async function arrived(waiting: ReadonlyMap<number, number>, readStarts: FreshnessOptions["readStarts"]): Promise<readonly number[]> {
  const starts = [...waiting.keys()];
  try {
    return await readStarts(Math.min(...starts), Math.max(...starts));
  } catch (error) {
    if (isRetryable(error)) return [];
    throw error;
  }
}

function missing(count: number, sent: number, graceMs: number): StreamctlError {
  return new StreamctlError("timeout", `${count} of ${sent} records had no row in Pinot ${graceMs / 1000} s after the last one was sent`);
}
