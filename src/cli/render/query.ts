/** The answer to a query in the form that was asked for. */

import { renderCsv } from "./csv.ts";
import { renderJson, renderNdjson } from "./json.ts";
import { renderTable } from "./table.ts";

export const queryFormats = ["table", "json", "csv", "ndjson"] as const;
export type QueryFormat = (typeof queryFormats)[number];

export interface QueryAnswer {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly rows: readonly (readonly unknown[])[];
  readonly elapsedMs: number;
  /** The query named no limit and Pinot's own limit was reached: there may be more rows. */
  readonly limitReached: boolean;
  /** Every way in which the answer may have been cut. */
  readonly warnings: readonly { readonly code: string; readonly message: string }[];
}

export interface QueryRendering {
  readonly format: QueryFormat;
  /** Columns of the terminal that shows the text; null where it goes elsewhere. */
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
 * One row of an answer that goes on, with the names before the first one. Later rows line up with the first as far as they fit.
 * `json`, as one document, is none of these forms.
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
