import { StreamctlError } from "../core/errors.ts";
import { eventTimeRange } from "../record/event-timestamp.ts";

/** Event times are the times of sending (live), or a function of the index (simulated). */
export type EventTime =
  | { readonly kind: "live" }
  | {
      readonly kind: "simulated";
      /** Event time of index 0, in milliseconds since the epoch. */
      readonly startMs: number;
      /** Microseconds from one index to the next; the event time is rounded down to a millisecond. */
      readonly spacingUs: number;
    };

/** The event time of an index, in milliseconds since the epoch. */
export function simulatedTimeMs(time: Extract<EventTime, { kind: "simulated" }>, index: number): number {
  return time.startMs + Math.floor((index * time.spacingUs) / 1000);
}

/** A monotonic clock in milliseconds since the epoch: it does not go back when the system clock does. */
export function monotonicClock(nowMs: () => number): () => number {
  let latestMs = Number.NEGATIVE_INFINITY;
  return () => {
    latestMs = Math.max(latestMs, nowMs());
    return latestMs;
  };
}

/** Bytes of `yyyy-MM-dd HH:mm:ss.SSS`. */
export const timestampBytes = 23;
const zero = 48;
const daySeconds = 86_400;

/** Writes event times as 23 bytes. Formats only the parts that changed since the last one. */
export class TimestampText {
  readonly #text = new TextEncoder().encode("0000-00-00 00:00:00.000");
  #day = Number.NaN;
  #second = Number.NaN;
  #timeMs = Number.NaN;

  /** @throws StreamctlError `usage` for a time that is not in the years 1970 to 9999 */
  write(eventTimeMs: number, target: Uint8Array, position: number): void {
    if (eventTimeMs !== this.#timeMs) this.#format(eventTimeMs);
    const text = this.#text;
    for (let n = 0; n < timestampBytes; n += 1) target[position + n] = text[n] ?? zero;
  }

  #format(eventTimeMs: number): void {
    const second = Math.floor(eventTimeMs / 1000);
    if (second !== this.#second) this.#formatSecond(second);
    this.#timeMs = eventTimeMs;
    const ms = eventTimeMs - second * 1000;
    const hundreds = (ms / 100) | 0;
    this.#text[20] = zero + hundreds;
    writeTwoDigits(this.#text, 21, ms - hundreds * 100);
  }

  #formatSecond(second: number): void {
    const day = Math.floor(second / daySeconds);
    if (day !== this.#day) this.#formatDay(second, day);
    this.#second = second;
    const ofDay = second - day * daySeconds;
    const minute = (ofDay / 60) | 0;
    const hour = (minute / 60) | 0;
    writeTwoDigits(this.#text, 11, hour);
    writeTwoDigits(this.#text, 14, minute - hour * 60);
    writeTwoDigits(this.#text, 17, ofDay - minute * 60);
  }

  #formatDay(second: number, day: number): void {
    const eventTimeMs = second * 1000;
    if (!(eventTimeMs >= eventTimeRange.firstMs && eventTimeMs <= eventTimeRange.lastMs)) {
      throw new StreamctlError("usage", `The event time ${eventTimeMs} ms is not in the years 1970 to 9999`, {
        hint: "Choose a smaller --spacing, an earlier --start-time or fewer messages",
      });
    }
    new TextEncoder().encodeInto(new Date(eventTimeMs).toISOString().slice(0, 10), this.#text);
    this.#day = day;
  }
}

function writeTwoDigits(bytes: Uint8Array, position: number, value: number): void {
  const tens = (value / 10) | 0;
  bytes[position] = zero + tens;
  bytes[position + 1] = zero + value - tens * 10;
}
