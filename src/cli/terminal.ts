/** The process's own streams as commands see them. */

import { once } from "node:events";
import type { Terminal } from "./context.ts";

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
    outputColumns: stdout.isTTY ? stdout.columns : null,
    narrationColumns: stderr.isTTY ? stderr.columns : null,
    live: (text) => {
      if (!stderr.isTTY || text === live) return;
      live = text;
      stderr.write(`\r\u{1B}[2K${text.slice(0, Math.max(1, stderr.columns - 1))}`);
    },
  };
}
