import { setImmediate as yieldToEvents } from "node:timers/promises";
import { hasCode } from "../core/errors.ts";
import { pause } from "../core/wait.ts";
import { monotonicClock } from "./event-time.ts";
import { type GeneratedBatch, TransactionGenerator } from "./generator.ts";
import { Pace } from "./pace.ts";
import type { DataRequest } from "./request.ts";

/** Number of values per write. */
const capacity = 1000;

/**
 * Writes the values that a run would send, in the order of their index, as NDJSON; at the rate of the request, if it has one. Live event time
 * is the time of writing. Returns early, without an error, when the signal fires.
 *
 * @param write receives complete lines and resolves when more can be written
 */
export async function dryRun(request: DataRequest, write: (text: string) => Promise<void>, signal?: AbortSignal): Promise<void> {
  const { share, seed, eventTime, users, messagesPerSecond } = request;
  const realistic = users === "random" ? (await import("./realistic.ts")).realisticUsers(seed) : null;
  const generator = new TransactionGenerator({ seed, eventTime, nowMs: monotonicClock(Date.now), capacity, realistic });
  const pace = messagesPerSecond === null ? null : new Pace({ messagesPerSecond, workers: 1, startMs: performance.now() });
  const count = share.count ?? Number.POSITIVE_INFINITY;
  for (let made = 0; made < count;) {
    const room = Math.min(capacity, count - made);
    const size = pace === null ? room : Math.min(room, pace.allowance(performance.now()));
    if (size > 0) {
      await write(values(generator.fill(share.first + made * share.stride, share.stride, size)));
      made += size;
      pace?.noteSent(size, performance.now());
    }
    await waitOrYield(size > 0 ? 0 : (pace?.waitMs(performance.now()) ?? 0), signal);
    if (signal?.aborted === true) return;
  }
}

/** Waits, and lets the event loop handle signals and streams. */
async function waitOrYield(ms: number, signal: AbortSignal | undefined): Promise<void> {
  if (ms === 0) {
    await yieldToEvents();
    return;
  }
  try {
    await pause(ms, signal);
  } catch (error) {
    if (!hasCode(error, "interrupted")) throw error;
  }
}

const decoder = new TextDecoder();

/** Records are ASCII, so positions in the bytes are positions in the text. */
function values({ count, bytes, offsets }: GeneratedBatch): string {
  const text = decoder.decode(bytes.subarray(0, offsets[count * 2]));
  let lines = "";
  for (let n = 0; n < count; n += 1) lines += `${text.slice(offsets[n * 2 + 1], offsets[n * 2 + 2])}\n`;
  return lines;
}
