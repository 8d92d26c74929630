/** Whole numbers as options take them, each with its range. */

import { StreamctlError } from "../core/errors.ts";

export interface IntegerOption {
  /** The option as typed, for the error: `--workers`. */
  readonly option: string;
  readonly min: number;
  /** Largest value; default 2^53 − 1. */
  readonly max?: number;
}

/**
 * A whole number in decimal digits within a range, both ends included.
 *
 * @throws StreamctlError `usage`, naming the option and its range.
 */
export function parseInteger(text: string, { option, min, max = Number.MAX_SAFE_INTEGER }: IntegerOption): number {
  const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;
  const refuse = (why: string): StreamctlError =>
    new StreamctlError("usage", `Cannot use "${text}" for ${option}: ${why}`, { hint: `Give ${option} a whole number ${range}` });
  if (!/^-?\d+$/u.test(text)) throw refuse("it is not a whole number");
  const value = Number(text);
  if (value < min) throw refuse(`it is below ${min}`);
  if (value > max) throw refuse(`it is above ${max}`);
  return value;
}

/** How many of something: 1 or more. @throws StreamctlError `usage`. */
export function parseCount(text: string, option: string): number {
  return parseInteger(text, { option, min: 1 });
}

/** What is added to every port: 0 to 56442, so that the highest port of the stack (9093) stays a port. @throws StreamctlError `usage`. */
export function parsePortOffset(text: string): number {
  return parseInteger(text, { option: "--port-offset", min: 0, max: 56_442 });
}
