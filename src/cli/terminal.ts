import { once } from "node:events";
import type { Terminal } from "./context.ts";
import { helpScreen } from "./help.ts";

/** Maximum length of the live line if the terminal does not report its width: a wrapped line could not be replaced. */
const liveColumns = 80;

/** Zero columns mean that the width is unknown, as on a serial line: then nothing is truncated. */
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
    logColumns: stderr.isTTY ? columnsOf(stderr) : null,
    live: (text) => {
      if (!stderr.isTTY || text === live) return;
      live = text;
      stderr.write(`\r\u{1B}[2K${text.slice(0, Math.max(1, Math.min(columnsOf(stderr), liveColumns) - 1))}`);
    },
  };
}
