/** Fakes of the windows that were computed from the topic, which tests set instead of reading records. */

import type { ComputedWindows } from "../../../src/console/windows/window-table.ts";
import { WindowTable } from "../../../src/console/windows/window-table.ts";
import type { Window } from "../../../src/spec/pipeline.ts";
import { onlyWindow } from "../../../src/spec/names.ts";

export const sizeMs = 3000;

/** With a column of each kind, in windows of three seconds. */
export const everyKind: Window = {
  ...onlyWindow,
  columns: [
    { name: "SUM", aggregate: { kind: "sum", field: "total_paid" }, where: [] },
    { name: "COUNT", aggregate: { kind: "count", field: null }, where: [] },
    { name: "AVG", aggregate: { kind: "avg", field: "total_paid" }, where: [] },
    { name: "MIN", aggregate: { kind: "min", field: "total_paid" }, where: [] },
    { name: "MAX", aggregate: { kind: "max", field: "total_paid" }, where: [] },
    { name: "DISTINCT", aggregate: { kind: "distinct", field: "user_id", atMost: 10 }, where: [] },
  ],
};

export interface FakeTable {
  readonly table: WindowTable;
  /** Values by start, as computed from the topic. */
  readonly computed: Map<number, readonly number[]>;
  /** Adds or updates the window at this time. @param isLive whether its records count as live; default false */
  readonly change: (start: number, values: readonly number[], nowMs: number, isLive?: boolean) => void;
  /** A pass over the whole table, or a range, which has these rows. @param isComplete default: true */
  readonly pass: (rows: readonly FakeRow[], options: PassOptions) => void;
}

/** Values of a row by its start. The end is the right one by default. */
export type FakeRow = readonly [start: number, values: readonly number[], end?: number];

export interface PassOptions {
  readonly nowMs: number;
  readonly isComplete?: boolean;
  readonly range?: { readonly fromMs: number; readonly toMs: number };
}

export function fakeTable(window: Window = onlyWindow): FakeTable {
  const computed = new Map<number, readonly number[]>();
  const windows: ComputedWindows = { get: (start) => computed.get(start), sizeMs, window };
  const table = new WindowTable(windows);
  return {
    table,
    computed,
    change(start, values, nowMs, isLive = false) {
      computed.set(start, values);
      table.noteChanges([start], nowMs, isLive);
    },
    pass(rows, { nowMs, isComplete = true, range }) {
      table.beginPass();
      for (const [start, values, end = start + sizeMs] of rows) table.setRow(start, end, values);
      table.endPass(range, { nowMs, isComplete });
    },
  };
}
