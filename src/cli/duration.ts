/** Durations as people type them: a number and a unit. */

import { StreamctlError } from "../core/errors.ts";

const unitMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;

/** The longest time that a timer can wait for: 2^31 − 1 milliseconds, a little under 25 days. */
const maxDurationMs = 2 ** 31 - 1;

export interface DurationOption {
  /** The option as typed, for the error: `--wait`. */
  readonly option: string;
  /** Shortest duration that makes sense, in milliseconds; default 0. */
  readonly minMs?: number;
}

/**
 * `500ms`, `60s`, `1.5m` or `1h` as milliseconds, from `minMs` to a little under 25 days.
 *
 * @throws StreamctlError `usage`, naming the option.
 */
export function parseDuration(text: string, { option, minMs = 0 }: DurationOption): number {
  const refuse = (why: string): StreamctlError =>
    new StreamctlError("usage", `Cannot use "${text}" for ${option}: ${why}`, {
      hint: `Write a number and a unit: ${option} 60s (ms, s, m or h)`,
    });
  const found = /^(?<number>\d+(?:\.\d+)?)(?<unit>[a-z]*)$/u.exec(text);
  if (!found?.groups) throw refuse("it is not a duration");
  const { number = "", unit = "" } = found.groups;
  if (unit === "") throw refuse("it has no unit");
  if (!isUnit(unit)) throw refuse(`"${unit}" is not a unit of time`);
  const ms = Number(number) * unitMs[unit];
  if (ms < minMs) throw refuse(`it is shorter than ${minMs} ms`);
  if (ms > maxDurationMs) throw refuse("it is longer than 596h");
  return ms;
}

function isUnit(unit: string): unit is keyof typeof unitMs {
  return Object.hasOwn(unitMs, unit);
}
