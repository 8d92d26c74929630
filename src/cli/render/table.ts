import { cellText, escapeControls } from "./cell.ts";
import { displayWidth, truncate } from "./width.ts";

export interface TableOptions {
  /** Width of the terminal that the table must fit into; null if the output is not a terminal: then nothing is truncated. */
  readonly width: number | null;
}

interface Column {
  /** The name, then one cell per row. */
  readonly cells: readonly string[];
  readonly numeric: boolean;
  readonly width: number;
}

const gap = "  ";
const minTextWidth = 8;

/**
 * A line of names, a rule, and one line per row. Columns are two spaces apart; numbers are aligned to the right. A null is an empty cell. Text is
 * truncated if the table would be wider than the terminal; numbers are not, because a part of a number looks like another number.
 */
export function renderTable(names: readonly string[], rows: readonly (readonly unknown[])[], options: TableOptions): string {
  const columns = fit(
    names.map((name, index) => measure(name, rows, index)),
    options.width,
  );
  const rule = columns.map((column) => "─".repeat(column.width)).join(gap);
  const lines = [printLine(columns, 0), rule, ...rows.map((_, index) => printLine(columns, index + 1))];
  return `${lines.join("\n")}\n`;
}

function printLine(columns: readonly Column[], line: number): string {
  return columns
    .map((column) => pad(column, line))
    .join(gap)
    .trimEnd();
}

function measure(name: string, rows: readonly (readonly unknown[])[], index: number): Column {
  const title = escapeControls(name);
  const cells = [title];
  let width = displayWidth(title);
  let numbers = 0;
  let others = 0;
  for (const row of rows) {
    const value = row[index];
    const cell = escapeControls(cellText(value));
    cells.push(cell);
    width = Math.max(width, displayWidth(cell));
    if (typeof value === "number" || typeof value === "bigint") numbers++;
    else if (value !== null && value !== undefined) others++;
  }
  return { cells, numeric: numbers > 0 && others === 0, width };
}

/**
 * Narrows the widest columns of text evenly, down to a readable width. If the table is wider than the terminal even then, only texts that are
 * themselves wider are truncated.
 */
function fit(columns: readonly Column[], screenWidth: number | null): readonly Column[] {
  if (screenWidth === null) return columns;
  const fixed = columns.filter((column) => column.numeric).reduce((sum, column) => sum + column.width, gap.length * (columns.length - 1));
  let room = screenWidth - fixed;
  let limit = minTextWidth;
  const texts = columns.filter((column) => !column.numeric).toSorted((a, b) => a.width - b.width);
  for (const [index, { width }] of texts.entries()) {
    limit = Math.floor(room / (texts.length - index));
    if (width > limit) break;
    room -= width;
  }
  const narrowest = texts.reduce((sum, { width }) => sum + Math.min(width, minTextWidth), fixed);
  const widest = narrowest > screenWidth ? Math.max(screenWidth, minTextWidth) : Math.max(limit, minTextWidth);
  return columns.map((column) => (column.numeric || column.width <= widest ? column : { ...column, width: widest }));
}

function pad({ cells, numeric, width }: Column, line: number): string {
  const cell = truncate(cells[line] ?? "", width);
  const blank = " ".repeat(Math.max(0, width - displayWidth(cell)));
  return numeric ? blank + cell : cell + blank;
}
