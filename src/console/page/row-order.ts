/** The order of a query's rows in its table. */

import type { QueryCell } from "../api.ts";

/** Indexes of the rows in the order of a column; the order of arrival for a negative column. Equal cells keep their order, null is last. */
export function sortedIndexes(rows: readonly (readonly QueryCell[])[], column: number, descending: boolean): readonly number[] {
  const indexes = rows.map((_, index) => index);
  if (column < 0) return indexes;
  const sign = descending ? -1 : 1;
  return indexes.sort((left, right) => {
    const a = rows[left]?.[column] ?? null;
    const b = rows[right]?.[column] ?? null;
    if (a === null || b === null) return Number(a === null) - Number(b === null) || left - right;
    return sign * compareCells(a, b) || left - right;
  });
}

/** Numbers, also those written digit by digit as strings, by their value; anything else as text. */
export function compareCells(a: QueryCell, b: QueryCell): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  if (isInteger(a) && isInteger(b)) {
    const difference = BigInt(a) - BigInt(b);
    return difference < 0n ? -1 : Number(difference > 0n);
  }
  const left = Number(a);
  const right = Number(b);
  if (typeof a !== "boolean" && !Number.isNaN(left) && !Number.isNaN(right) && a !== "" && b !== "") return left - right;
  const texts = [String(a), String(b)] as const;
  return texts[0] < texts[1] ? -1 : Number(texts[0] > texts[1]);
}

function isInteger(cell: QueryCell): cell is string | number {
  return (typeof cell === "string" && /^-?\d+$/u.test(cell)) || (typeof cell === "number" && Number.isInteger(cell));
}
