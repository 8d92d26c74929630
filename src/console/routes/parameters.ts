/** Parameters of requests, checked. */

import { StreamctlError } from "../../core/errors.ts";

/** Both bounds are included. */
export interface WholeRange {
  readonly min: number;
  readonly max: number;
}

/** A text as a whole number, written in decimal digits. @throws StreamctlError `usage` */
export function wholeNumber(name: string, text: string, { min, max }: WholeRange): number {
  const value = /^-?\d+$/u.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new StreamctlError("usage", `Parameter ${name} is "${text}", not a whole number from ${min} to ${max}`);
}

/** A whole number; the default if it is absent. @throws StreamctlError `usage` */
export function wholeParameter(query: URLSearchParams, name: string, range: WholeRange & { readonly absent: number }): number {
  const text = query.get(name);
  return text === null ? range.absent : wholeNumber(name, text, range);
}

/** One of these texts; the first if it is absent. @throws StreamctlError `usage` */
export function choiceParameter<const T extends string>(query: URLSearchParams, name: string, choices: readonly [T, ...T[]]): T {
  const text = query.get(name);
  if (text === null) return choices[0];
  const found = choices.find((choice) => choice === text);
  if (found !== undefined) return found;
  throw new StreamctlError("usage", `Parameter ${name} is "${text}", not one of ${choices.join(", ")}`);
}
