/** Texts of command-line options as values; an error names the option, what was given, and what to type. */

import { StreamctlError } from "./errors.ts";

/** Why a text is refused, and what to type instead. */
export function refuse(option: string, text: string, why: string, hint: string): StreamctlError {
  return new StreamctlError("usage", `Cannot use "${text}" for ${option}: ${why}`, { hint });
}

/**
 * A whole number in decimal digits, both ends of the range included.
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
