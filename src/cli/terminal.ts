import { once } from "node:events";
import type { Terminal } from "./context.ts";
import { helpScreen } from "./help.ts";

/** Longest live line: a line that wraps could not be replaced, and a terminal may not say how wide it is. */
const liveColumns = 80;

/** A terminal of no columns, such as a serial line, does not say how wide it is: nothing is truncated there. */
function columnsOf({ columns }: { readonly columns?: number }): number {
  return columns === undefined || columns <= 0 ? Number.POSITIVE_INFINITY : columns;
}

/** The terminal on the standard streams of this process. */
export function processTerminal(): Terminal {
  const { stdout, stderr } = process;
  let live = "";
  return {
    write: async (text) => {
      // Errors go to the stream's listener. Deno throws them instead.
      try {
        if (!stdout.write(text)) await once(stdout, "drain").catch(() => {});
      } catch (error) {
        stdout.emit("error", error);
      }
    },
    helpScreen: helpScreen(stdout),
    outputColumns: stdout.isTTY ? columnsOf(stdout) : null,
    narrationColumns: stderr.isTTY ? columnsOf(stderr) : null,
    live: (text) => {
      if (!stderr.isTTY || text === live) return;
      live = text;
      stderr.write(`\r\u{1B}[2K${text.slice(0, Math.max(1, Math.min(columnsOf(stderr), liveColumns) - 1))}`);
    },
  };
}
