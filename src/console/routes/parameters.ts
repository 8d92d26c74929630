/** Query parameters of requests, checked. */

import { StreamctlError } from "../../core/errors.ts";

/** A whole number; the default if it is absent. @throws StreamctlError `usage` */
export function wholeParameter(
  query: URLSearchParams,
  name: string,
  range: { readonly min: number; readonly max: number; readonly absent: number },
): number {
  const text = query.get(name);
  if (text === null) return range.absent;
  const value = Number(text);
  if (text !== "" && Number.isSafeInteger(value) && value >= range.min && value <= range.max) return value;
  throw new StreamctlError("usage", `Parameter ${name} is "${text}", not a whole number from ${range.min} to ${range.max}`);
}

/** One of these texts; the first if it is absent. @throws StreamctlError `usage` */
export function choiceParameter<const T extends string>(query: URLSearchParams, name: string, choices: readonly [T, ...T[]]): T {
  const text = query.get(name);
  if (text === null) return choices[0];
  const found = choices.find((choice) => choice === text);
  if (found !== undefined) return found;
  throw new StreamctlError("usage", `Parameter ${name} is "${text}", not one of ${choices.join(", ")}`);
}
