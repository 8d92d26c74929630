/** The points of a chart of a query's result. */

import type { QueryCell } from "../api.ts";

export interface ChartPoints {
  readonly points: readonly (readonly [x: number, y: number])[];
  readonly isTime: boolean;
  /** Rows without a point. */
  readonly left: number;
}

/** Numbers in this range are taken for milliseconds of the years 2001 to 2100. */
const times = { fromMs: 1e12, toMs: 4.1e12 } as const;

/** @param x column of the horizontal axis; negative for the order of the rows */
export function chartPoints(rows: readonly (readonly QueryCell[])[], x: number, y: number): ChartPoints {
  const points = rows.flatMap((row, index) => {
    const at = x < 0 ? index : position(row[x] ?? null);
    const value = numberOf(row[y] ?? null);
    return at === undefined || value === undefined ? [] : [[at, value] as const];
  });
  points.sort(([left], [right]) => left - right);
  return {
    points,
    isTime: x >= 0 && points.length > 0 && points.every(([at]) => at >= times.fromMs && at < times.toMs),
    left: rows.length - points.length,
  };
}

function numberOf(cell: QueryCell): number | undefined {
  const value = typeof cell === "number" ? cell : typeof cell === "string" && cell.trim() !== "" ? Number(cell) : Number.NaN;
  return Number.isFinite(value) ? value : undefined;
}

/** A number, or the milliseconds of a time such as `2026-11-27 14:03:07.000`. */
function position(cell: QueryCell): number | undefined {
  const value = numberOf(cell);
  if (value !== undefined || typeof cell !== "string") return value;
  const ms = /^\d{4}-\d{2}-\d{2}/u.test(cell) ? Date.parse(cell.replace(" ", "T")) : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms;
}
