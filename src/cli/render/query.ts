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
}

export interface QueryRendering {
  readonly format: QueryFormat;
  /** Columns of the terminal that shows the text; null where it goes elsewhere. */
  readonly width: number | null;
}

export function renderQuery(answer: QueryAnswer, { format, width }: QueryRendering): string {
  const names = answer.columns.map(({ name }) => name);
  const { columns, rows, elapsedMs } = answer;
  if (format === "table") return renderTable(names, rows, { width });
  if (format === "csv") return renderCsv(names, rows, { terminal: width !== null });
  return format === "ndjson" ? renderNdjson(names, rows) : renderJson({ columns, rows, elapsedMs });
}

/** Rows that Pinot answers where a query names no limit. Source: Pinot's documentation, "Query syntax", LIMIT. */
const defaultLimit = 10;

/** What to say beside an answer that has as many rows as Pinot's default limit lets through; undefined for any other. */
export function limitNote(sql: string, answer: QueryAnswer): string | undefined {
  if (answer.rows.length !== defaultLimit || namesLimit(sql)) return undefined;
  return `${defaultLimit} rows are all that Pinot answers where a query names no limit; to see whether there are more: --limit 1000`;
}

/** Whether LIMIT stands in the query outside of strings, quoted names and comments. */
function namesLimit(sql: string): boolean {
  const bare = sql.replaceAll(/'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|--[^\n]*|\/\*[\s\S]*?\*\//gu, " ");
  return /\blimit\b/iu.test(bare);
}
