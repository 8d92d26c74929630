import { renderCsv } from "./csv.ts";
import { renderJson, renderNdjson } from "./json.ts";
import { renderTable } from "./table.ts";

export const queryFormats = ["table", "json", "csv", "ndjson"] as const;
export type QueryFormat = (typeof queryFormats)[number];

export interface QueryAnswer {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly rows: readonly (readonly unknown[])[];
  readonly elapsedMs: number;
  /** The query has no limit and Pinot's default limit was reached, so there may be more rows. */
  readonly limitReached: boolean;
  /** One warning per reason why rows may be missing. */
  readonly warnings: readonly { readonly code: string; readonly message: string }[];
}

export interface QueryRendering {
  readonly format: QueryFormat;
  /** Columns of the terminal; null if the text does not go to a terminal. */
  readonly width: number | null;
}

export function renderQuery(answer: QueryAnswer, { format, width }: QueryRendering): string {
  const names = answer.columns.map(({ name }) => name);
  const { columns, rows, elapsedMs, limitReached, warnings } = answer;
  if (format === "table") return renderTable(names, rows, { width });
  if (format === "csv") return renderCsv(names, rows, { terminal: width !== null });
  return format === "ndjson" ? renderNdjson(names, rows) : renderJson({ columns, rows, elapsedMs, limitReached, warnings });
}

/**
 * One row of a continuous query; the first one is preceded by the names. Later rows are aligned with the first as far as they fit. `json` is a
 * single document, so it cannot be used here.
 */
export function renderStreamedRow(
  names: readonly string[],
  row: readonly unknown[],
  first: readonly unknown[],
  { format, width }: QueryRendering & { readonly format: Exclude<QueryFormat, "json"> },
): string {
  if (format === "ndjson") return renderNdjson(names, [row]);
  if (format === "csv") {
    const terminal = width !== null;
    return row === first ? renderCsv(names, [row], { terminal }) : renderCsv([], [row], { terminal }).slice(1);
  }
  if (row === first) return renderTable(names, [row], { width });
  return `${renderTable(names, [first, row], { width }).trimEnd().split("\n").at(-1) ?? ""}\n`;
}
