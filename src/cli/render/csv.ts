/** Comma-separated values, quoted as in RFC 4180, with line feeds as on Unix. */

import { cellText, escapeControlsKeepingLines } from "./cell.ts";

export interface CsvOptions {
  /** Whether the output is a terminal: then control characters are escaped. Otherwise values are unchanged. */
  readonly terminal: boolean;
}

/** A line of names, then one line per row. A null is an empty field, an empty string is `""`. */
export function renderCsv(names: readonly string[], rows: readonly (readonly unknown[])[], options: CsvOptions): string {
  const field = (value: unknown): string => {
    if (value === null || value === undefined) return "";
    const text = options.terminal ? escapeControlsKeepingLines(cellText(value)) : cellText(value);
    return text === "" || /[",\r\n]/u.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [names, ...rows].map((row) => `${row.map(field).join(",")}\n`).join("");
}
