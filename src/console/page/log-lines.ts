/** The displayed lines of a log: bounded, and kept still during a pause. */

import type { LiveEvents } from "../api.ts";

export interface LogLines {
  /** Number of the connection that sent them. */
  readonly connection: number;
  readonly lines: readonly string[];
  /** Lines that were not displayed, because there were too many. */
  readonly dropped: number;
  /** Lines that arrived during this pause, and are displayed after it. */
  readonly waiting: readonly string[];
  /** Their number, including those that no longer fit. */
  readonly arrived: number;
}

export const maxLogLines = 2000;

export const noLines: LogLines = { connection: 0, lines: [], dropped: 0, waiting: [], arrived: 0 };

/** The lines with those of an event. Each connection starts with the end of the log, which replaces what was displayed. */
export function withLines(before: LogLines, { lines, dropped }: LiveEvents["log"], connection: number, paused: boolean): LogLines {
  if (connection !== before.connection && !paused) return { ...noLines, connection, lines: lines.slice(-maxLogLines), dropped };
  const next = { ...before, dropped: before.dropped + dropped };
  return paused
    ? { ...next, waiting: [...before.waiting, ...lines].slice(-maxLogLines), arrived: before.arrived + lines.length }
    : { ...next, lines: [...before.lines, ...lines].slice(-maxLogLines) };
}

/** The lines after a pause. */
export function resumed(before: LogLines): LogLines {
  const { lines, waiting, arrived, dropped } = before;
  return {
    ...before,
    lines: [...lines, ...waiting].slice(-maxLogLines),
    dropped: dropped + arrived - waiting.length,
    waiting: [],
    arrived: 0,
  };
}
