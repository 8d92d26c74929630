/** Formats help texts. Imports no other module, so that `--help` is fast. */

import type { ArgsDef } from "citty";

/** A name and its description; the description may be empty. */
export type HelpRow = readonly [name: string, text: string];

export interface HelpSection {
  readonly title: string;
  readonly rows: readonly HelpRow[];
}

/** The output for a help text. */
export interface HelpScreen {
  /** Columns of the terminal; null for a pipe or a file. */
  readonly columns: number | null;
  /** Whether headings are bold. */
  readonly styled: boolean;
}

/** The properties of standard output or standard error on which the format depends. */
export interface OutputStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export function helpScreen({ isTTY, columns = 0 }: OutputStream): HelpScreen {
  const terminal = isTTY === true;
  const plain = (process.env["NO_COLOR"] ?? "") !== "" || process.env["TERM"] === "dumb";
  // Zero columns mean that the width is unknown, as on a serial line.
  return { columns: terminal && columns > 0 ? columns : null, styled: terminal && !plain };
}

/** Maximum line length, on a wide terminal and in a pipe. */
const maxColumns = 100;
/** Minimum width of the descriptions. On a narrower terminal the terminal itself wraps them. */
const minTextColumns = 30;

/** The summary, then each section under its title. Wraps lines between words. */
export function renderHelp(summary: string, sections: readonly HelpSection[], { columns, styled }: HelpScreen): string {
  const width = Math.min(columns ?? maxColumns, maxColumns);
  const heading = (title: string): string => (styled ? `\u{1B}[1m${title}\u{1B}[22m` : title);
  const blocks = sections
    .filter(({ rows }) => rows.length > 0)
    .map(({ title, rows }) => [heading(title), ...renderRows(rows, width)].join("\n"));
  return `${[wrap(summary, width).join("\n"), ...blocks].join("\n\n")}\n`;
}

function renderRows(rows: readonly HelpRow[], width: number): readonly string[] {
  // If a name takes more than half of the width, its description begins on the next line.
  const short = rows.map(([name]) => name.length + 4).filter((length) => length <= width / 2);
  const indent = Math.max(4, ...short);
  const textColumns = Math.max(width - indent, minTextColumns);
  return rows.flatMap(([name, text]) => {
    const [first = "", ...rest] = wrap(text, textColumns);
    const margin = " ".repeat(indent);
    const head = `  ${name}`;
    if (head.length + 2 > indent) return [head, ...[first, ...rest].filter((line) => line !== "").map((line) => margin + line)];
    return [`${head.padEnd(indent)}${first}`.trimEnd(), ...rest.map((line) => margin + line)];
  });
}

function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = "";
  // Do not break a short default: `[default: 100]`.
  for (const word of text.match(/\[default: [^\s\]]+\]|\S+/gu) ?? []) {
    if (line !== "" && line.length + 1 + word.length > columns) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/** One row per option, such as `-n, --count N`. */
export function optionRows(args: ArgsDef): readonly HelpRow[] {
  return Object.entries(args).flatMap(([name, definition]): readonly HelpRow[] => {
    if (definition.type === "positional") return [];
    const alias = "alias" in definition ? [definition.alias].flat()[0] : undefined;
    const value = definition.type === "boolean" || definition.valueHint === undefined ? "" : ` ${definition.valueHint}`;
    return [[`${alias === undefined ? "    " : `-${alias}, `}--${name}${value}`, definition.description ?? ""]];
  });
}

/** One row per positional argument, such as `[SQL]`. */
export function argumentRows(args: ArgsDef): readonly HelpRow[] {
  return Object.entries(args)
    .filter(([, { type }]) => type === "positional")
    .map(([name, { description = "" }]) => [name.toUpperCase(), description]);
}
