/** Bars of a chart: one per window, or one per several windows where there are too many for the chart. */

import type { ProofMark, WindowChart, WindowPage } from "../api.ts";
import type { WindowTable } from "./window-table.ts";
import type { Aggregate, Window } from "../../spec/pipeline.ts";

export interface ChartRequest {
  /** Name of a column of the window. */
  readonly column: string;
  /** Range of times; undefined for that of all windows. */
  readonly fromMs: number | undefined;
  readonly toMs: number | undefined;
  /** Number of bars for the whole range; a range that begins or ends within a bar has up to two more. */
  readonly bars: number;
}

/** How a column combines the windows of one bar. Distinct counts cannot be added. */
const combinations = {
  sum: "sum",
  count: "sum",
  avg: "mean",
  distinct: "mean",
  min: "min",
  max: "max",
} as const satisfies Record<Aggregate["kind"], WindowChart["combined"]>;

const gravity: Readonly<Record<ProofMark, number>> = { equal: 0, unknown: 1, settling: 2, differs: 3 };

/** The chart of a column. @param revision of the windows */
export function chartOf(table: WindowTable, window: Window, revision: number, request: ChartRequest): WindowChart {
  const starts = table.starts();
  const { sizeMs } = table;
  const index = Math.max(
    0,
    window.columns.findIndex(({ name }) => name === request.column),
  );
  const column = window.columns[index];
  const [firstMs, newestMs] = [starts[0], starts.at(-1)];
  const lastMs = newestMs === undefined ? undefined : newestMs + sizeMs;
  const fromMs = request.fromMs ?? firstMs ?? 0;
  const toMs = Math.max(request.toMs ?? lastMs ?? 0, fromMs + sizeMs);
  const barMs = Math.max(1, Math.ceil((toMs - fromMs) / sizeMs / request.bars)) * sizeMs;
  const combined = combinations[column?.aggregate.kind ?? "sum"];
  const bars: { startMs: number; value: number; windows: number; mark: ProofMark }[] = [];
  for (let at = firstAtOrAfter(starts, fromMs - sizeMs + 1); at < starts.length; at += 1) {
    const start = starts[at] ?? 0;
    if (start >= toMs) break;
    const value = table.valueOf(start, index);
    if (value === undefined || Number.isNaN(value)) continue;
    const mark = table.markOf(start);
    const startMs = Math.floor(start / barMs) * barMs;
    const bar = bars.at(-1);
    if (bar === undefined || bar.startMs !== startMs) bars.push({ startMs, value, windows: 1, mark });
    else {
      bar.windows += 1;
      bar.value = combine(combined, bar.value, value, bar.windows);
      if (gravity[mark] > gravity[bar.mark]) bar.mark = mark;
    }
  }
  return {
    revision,
    column: column?.name ?? "",
    firstMs: firstMs ?? null,
    lastMs: lastMs ?? null,
    fromMs,
    toMs,
    barMs,
    combined: barMs === sizeMs ? null : combined,
    bars,
  };
}

/** @param windows number of windows including the one with `next` */
function combine(how: NonNullable<WindowChart["combined"]>, so: number, next: number, windows: number): number {
  switch (how) {
    case "sum":
      return so + next;
    case "mean":
      return so + (next - so) / windows;
    case "min":
      return Math.min(so, next);
    case "max":
      return Math.max(so, next);
  }
}

/** Index of the first time that is not before `atMs`, in ascending times. */
function firstAtOrAfter(times: Float64Array, atMs: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((times[middle] ?? 0) < atMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

export interface PageRequest {
  readonly show: "all" | "differing" | "settling" | "late";
  readonly order: "newest" | "oldest";
  readonly offset: number;
  readonly limit: number;
}

/** A page of the list of windows. */
export function pageOf(table: WindowTable, revision: number, { show, order, offset, limit }: PageRequest): WindowPage {
  const starts = show === "all" ? table.starts() : selected(table, show);
  const total = starts.length;
  const end = Math.min(total, offset + limit);
  const picked = Array.from({ length: Math.max(0, end - offset) }, (_, index) => {
    const at = offset + index;
    return starts[order === "newest" ? total - 1 - at : at] ?? 0;
  });
  return { revision, total, offset, rows: picked.flatMap((start) => table.window(start) ?? []) };
}

function selected(table: WindowTable, show: "differing" | "settling" | "late"): Float64Array {
  if (show === "late") return Float64Array.from(table.late).sort();
  const isShown = (start: number): boolean => (table.markOf(start) === "differs") === (show === "differing");
  return table.pending().filter(isShown).sort();
}
