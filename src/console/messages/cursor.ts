/** Where a search goes on: positions per partition, as text that the page passes back. */

import { StreamctlError } from "../../core/errors.ts";
import { arrayAt, at, parseJson, stringAt } from "../../core/json.ts";

export type Direction = "backward" | "forward";

export interface Cursor {
  readonly direction: Direction;
  /** Forward: the next offset to search. Backward: the offset after the next one. */
  readonly positions: ReadonlyMap<number, number>;
}

export function writeCursor({ direction, positions }: Cursor): string {
  return Buffer.from(JSON.stringify({ direction, positions: [...positions].flat() })).toString("base64url");
}

/** @throws StreamctlError `usage` for a text that `writeCursor` did not write */
export function readCursor(text: string): Cursor {
  const json = parseJson(Buffer.from(text, "base64url").toString("utf8"));
  const direction = stringAt(json, "direction");
  const flat = arrayAt(json, "positions");
  const isValid = flat.length > 0 && flat.length % 2 === 0 && flat.every((one) => Number.isSafeInteger(one) && Number(one) >= 0);
  if ((direction !== "backward" && direction !== "forward") || !isValid) {
    throw new StreamctlError("usage", "The cursor is not valid", { hint: "Begin the search again" });
  }
  const pairs = Array.from({ length: flat.length / 2 }, (_, pair) => [Number(at(flat, 2 * pair)), Number(at(flat, 2 * pair + 1))] as const);
  return { direction, positions: new Map(pairs) };
}
