/** The process's own streams as commands see them. */

import { once } from "node:events";
import type { Terminal } from "./context.ts";

/** A line that is drawn over must not take two: where a terminal does not say how wide it is, most are as wide as this. */
const liveColumns = 80;

/** A terminal of no columns, as serial lines and some containers have it, does not say how wide it is: nothing is cut there. */
function columnsOf({ columns }: { readonly columns?: number }): number {
  return columns === undefined || columns <= 0 ? Number.POSITIVE_INFINITY : columns;
}

export function processTerminal(): Terminal {
  const { stdout, stderr } = process;
  let live = "";
  return {
    write: async (text) => {
      // An error has its own listener, and Deno throws instead of calling it.
      try {
        if (!stdout.write(text)) await once(stdout, "drain").catch(() => {});
      } catch (error) {
        stdout.emit("error", error);
      }
    },
    outputColumns: stdout.isTTY ? columnsOf(stdout) : null,
    narrationColumns: stderr.isTTY ? columnsOf(stderr) : null,
    live: (text) => {
      if (!stderr.isTTY || text === live) return;
      live = text;
      stderr.write(`\r\u{1B}[2K${text.slice(0, Math.max(1, Math.min(columnsOf(stderr), liveColumns) - 1))}`);
    },
  };
}
