/** What a run would send, without a broker: the values in the order of their index. */

import { setImmediate as yieldToEvents } from "node:timers/promises";
import { hasCode } from "../core/errors.ts";
import { pause } from "../core/wait.ts";
import { monotonicClock } from "./event-time.ts";
import { type GeneratedBatch, TransactionGenerator } from "./generator.ts";
import { Pace } from "./pace.ts";
import type { DataRequest } from "./request.ts";

/** Values that are written together. */
const capacity = 1000;

/**
 * Writes the values of the request's share as NDJSON. Paced where the request has a rate; live event time is the time of
 * writing. Ends early, without an error, when the signal fires.
 *
 * @param write takes whole lines and resolves when there is room for more; what it throws passes through
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
    await breathe(size > 0 ? 0 : (pace?.waitMs(performance.now()) ?? 0), signal);
    if (signal?.aborted === true) return;
  }
}

/** Lets signals and streams have their turn, and time pass. */
async function breathe(ms: number, signal: AbortSignal | undefined): Promise<void> {
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

/** Every byte of a record is a character of its own, so positions in the bytes are positions in the text. */
function values({ count, bytes, offsets }: GeneratedBatch): string {
  const text = decoder.decode(bytes.subarray(0, offsets[count * 2]));
  let lines = "";
  for (let n = 0; n < count; n += 1) lines += `${text.slice(offsets[n * 2 + 1], offsets[n * 2 + 2])}\n`;
  return lines;
}
