/** Comma-separated values with the quoting of RFC 4180 and the line feeds of this world's tools. */

import { cellText, harmlessLines } from "./cell.ts";

export interface CsvOptions {
  /** Whether a terminal shows the text: control characters are then written as escapes. Elsewhere values pass as they are. */
  readonly terminal: boolean;
}

/** A line of names, then one line a row. A null is nothing at all, an empty string is `""`. */
export function renderCsv(names: readonly string[], rows: readonly (readonly unknown[])[], options: CsvOptions): string {
  const field = (value: unknown): string => {
    if (value === null || value === undefined) return "";
    const text = options.terminal ? harmlessLines(cellText(value)) : cellText(value);
    return text === "" || /[",\r\n]/u.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [names, ...rows].map((row) => `${row.map(field).join(",")}\n`).join("");
}
