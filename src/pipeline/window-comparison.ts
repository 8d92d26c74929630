/** Compares the windows computed from the topic with the rows in Pinot. */

import { StreamctlError } from "../core/errors.ts";
import type { WindowFold, WindowValues } from "../record/window-fold.ts";
import type { Column } from "../spec/pipeline.ts";
import type { WindowRow } from "../stores/pinot/broker.ts";

/** The row of a window in Pinot. */
export type ActualWindow = Omit<WindowRow, "windowStart">;

/** A window whose row differs; `actual` is null if Pinot has no row. */
export interface MismatchedWindow {
  readonly windowStart: number;
  readonly expected: WindowValues;
  readonly actual: ActualWindow | null;
}

/** A row that should not exist. */
export interface ExtraWindow {
  readonly windowStart: number;
  readonly actual: ActualWindow;
  /** `duplicate`: a second row of a window. `unexpected`: the window has no counted record. */
  readonly why: "duplicate" | "unexpected";
}

export interface WindowComparison {
  /** Number of windows computed from the topic. */
  readonly windows: number;
  readonly matched: number;
  /** Ordered by time. */
  readonly mismatched: readonly MismatchedWindow[];
  /** Ordered by time. */
  readonly extra: readonly ExtraWindow[];
}

/** Maximum number of windows on either side, because both are kept in memory. */
export const maxWindows = 1_000_000;

/** Relative tolerance for averages, which are floating point on both sides. Sums and counts are compared exactly. */
const averageTolerance = 1e-9;

/**
 * Compares every expected window with its row, column by column. Rows may arrive in any order and any number of pages.
 *
 * @throws StreamctlError `pinot` if the table has more than a million unexpected rows, and errors of `pages`
 */
export async function compareWindows(expected: WindowFold, pages: AsyncIterable<readonly WindowRow[]>): Promise<WindowComparison> {
  const { columns } = expected.window;
  const seen = new Set<number>();
  const mismatched: MismatchedWindow[] = [];
  const extra: ExtraWindow[] = [];
  for await (const page of pages) {
    for (const row of page) {
      const { windowStart, ...actual } = row;
      const values = row.windowEnd === windowStart + expected.sizeMs ? expected.get(windowStart) : undefined;
      if (values === undefined) extra.push({ windowStart, actual, why: "unexpected" });
      else if (seen.has(windowStart)) extra.push({ windowStart, actual, why: "duplicate" });
      else {
        seen.add(windowStart);
        if (!isSameRow(columns, row.values, values)) mismatched.push({ windowStart, expected: values, actual });
      }
    }
    if (extra.length > maxWindows) throw tooManyRows();
  }
  const matched = seen.size - mismatched.length;
  if (seen.size < expected.size) {
    for (const [windowStart, values] of expected.entries()) {
      if (!seen.has(windowStart)) mismatched.push({ windowStart, expected: values, actual: null });
    }
  }
  return { windows: expected.size, matched, mismatched: mismatched.sort(byStart), extra: extra.sort(byStart) };
}

/** Whether a row of the table has the expected values, column by column. */
export function isSameRow(columns: readonly Column[], actual: WindowValues, expected: WindowValues): boolean {
  return columns.every(({ aggregate }, index) => {
    const [is, wanted] = [actual[index] ?? Number.NaN, expected[index] ?? Number.NaN];
    return aggregate.kind === "avg" ? Math.abs(is - wanted) <= averageTolerance * Math.abs(wanted) : is === wanted;
  });
}

function byStart(a: { readonly windowStart: number }, b: { readonly windowStart: number }): number {
  return a.windowStart - b.windowStart;
}

function tooManyRows(): StreamctlError {
  return new StreamctlError(
    "pinot",
    `Cannot compare windows: Pinot has more than ${maxWindows} rows without a matching window in the topic`,
    {
      hint: "Delete the data. Run: streamctl down --volumes",
    },
  );
}
