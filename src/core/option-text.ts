/** Parses the values of command-line options. An error names the option, the value and what is allowed. */

import { StreamctlError } from "./errors.ts";
import { joinNames } from "./list.ts";

/** The error for a value that an option does not accept. */
export function refuse(option: string, text: string, why: string, hint: string): StreamctlError {
  return new StreamctlError("usage", `Cannot use "${text}" for ${option}: ${why}`, { hint });
}

/**
 * A whole number in decimal digits from `min` to `max`, both included.
 *
 * @throws StreamctlError `usage`
 */
export function wholeNumber(option: string, text: string, min: number, max = Number.MAX_SAFE_INTEGER): number {
  const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;
  const hint = `Give ${option} a whole number ${range}`;
  if (!/^-?\d+$/u.test(text)) {
    const meant = Number(text.replaceAll(/[_,]/gu, ""));
    const usable = text.trim() !== "" && Number.isSafeInteger(meant) && meant >= min && meant <= max;
    throw refuse(option, text, "it is not a whole number in digits", usable ? `Write it out: ${option} ${meant}` : hint);
  }
  const value = Number(text);
  if (value < min) throw refuse(option, text, `it is below ${min}`, hint);
  if (value > max) throw refuse(option, text, `it is above ${max}`, hint);
  return value;
}

/**
 * Names separated by commas.
 *
 * @param example the value in the hint
 * @throws StreamctlError `usage` for an empty name
 */
export function nameList(option: string, text: string, example: string): readonly string[] {
  const names = text.split(",").map((name) => name.trim());
  if (names.every((name) => name !== "")) return names;
  throw refuse(option, text, "a name is empty", `Separate names by commas: ${option} ${example}`);
}

const unitUs = { us: 1, ms: 1000, s: 1_000_000, m: 60_000_000, h: 3_600_000_000, d: 86_400_000_000 } as const;

type TimeUnit = keyof typeof unitUs;

interface TimeOption {
  /** Option name: `--wait`. */
  readonly name: string;
  readonly units: readonly TimeUnit[];
  /** Example for the hint: `60s`. */
  readonly example: string;
  /** Why a time in microseconds is not allowed; undefined when it is. */
  readonly objection: (us: number) => string | undefined;
}

/**
 * A number and a unit, such as `1.5m`, as microseconds, rounded to a nanosecond.
 *
 * @throws StreamctlError `usage`
 */
export function timeSpan({ name, units, example, objection }: TimeOption, text: string): number {
  const hint = `Write a number and a unit: ${name} ${example} (${joinNames(units, "or")})`;
  const found = /^(?<number>\d+(?:\.\d+)?)(?<unit>[a-z]*)$/u.exec(text)?.groups;
  if (!found) throw refuse(name, text, "it is not a duration", hint);
  const unit = units.find((one) => one === found["unit"]);
  if (unit === undefined) throw refuse(name, text, found["unit"] ? `"${found["unit"]}" is not a unit of time` : "it has no unit", hint);
  const us = Math.round(Number(found["number"]) * unitUs[unit] * 1000) / 1000;
  const why = objection(us);
  if (why !== undefined) throw refuse(name, text, why, hint);
  return us;
}

/** Maximum delay of a timer: 2^31 − 1 milliseconds, a little under 25 days. */
const maxDurationMs = 2 ** 31 - 1;

/**
 * A duration: `500ms`, `60s`, `1.5m` or `1h` as milliseconds, from `minMs` to a little under 25 days.
 *
 * @throws StreamctlError `usage`
 */
export function duration(option: string, text: string, minMs = 0): number {
  const objection = (us: number): string | undefined => {
    if (us < minMs * 1000) return `it is shorter than ${minMs} ms`;
    return us > maxDurationMs * 1000 ? "it is longer than 596h" : undefined;
  };
  return timeSpan({ name: option, units: ["ms", "s", "m", "h"], example: "60s", objection }, text) / 1000;
}
