/** Texts of exported files. Every integer is written with all its digits, and no cell of a CSV file is a formula. */

import type { MessageRow, QueryCell } from "../api.ts";
import { readJson, writeJson } from "./json-text.ts";

const decimalNumber = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/u;
// A spreadsheet evaluates a cell that starts with one of these, even if it is quoted. See OWASP, "CSV Injection".
const formulaStart = /^[=+\-@\t\r\n]/u;

/**
 * One cell of a CSV file (RFC 4180). A text that a spreadsheet would evaluate gets an apostrophe in front, which spreadsheets take as the mark
 * of a text; a negative number stays a number.
 */
export function csvCell(value: QueryCell): string {
  const text = value === null ? "" : typeof value === "object" ? JSON.stringify(value) : String(value);
  const safe = formulaStart.test(text) && !decimalNumber.test(text) ? `'${text}` : text;
  return /[",\r\n]/u.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** A CSV file with a header line. */
export function toCsv(names: readonly string[], rows: Iterable<readonly QueryCell[]>): string {
  const lines = [names.map(csvCell).join(",")];
  for (const row of rows) lines.push(row.map(csvCell).join(","));
  return `${lines.join("\r\n")}\r\n`;
}

/** Messages as CSV. */
export function messagesToCsv(rows: readonly MessageRow[]): string {
  return toCsv(
    ["partition", "offset", "timestamp", "key", "value", "headers"],
    rows.map((row) => [
      row.partition,
      row.offset,
      isoTime(row.timestampMs),
      row.key,
      row.value,
      row.headers === undefined ? null : JSON.stringify(row.headers),
    ]),
  );
}

/** Messages as one JSON object per line. A value that is JSON is written as JSON, digit by digit; any other as a string. */
export function messagesToNdjson(rows: readonly MessageRow[]): string {
  return rows.map((row) => `${messageLine(row)}\n`).join("");
}

function messageLine(row: MessageRow): string {
  const { key, value, partition, offset, timestampMs, headers, keyEncoding, valueEncoding, truncated } = row;
  const node = value === null || valueEncoding !== undefined || truncated === true ? undefined : readJson(value);
  const facts = JSON.stringify({
    partition,
    offset,
    timestamp: isoTime(timestampMs),
    key,
    ...(keyEncoding === undefined ? {} : { keyEncoding }),
    ...(headers === undefined ? {} : { headers }),
    ...(valueEncoding === undefined ? {} : { valueEncoding }),
    ...(truncated === undefined ? {} : { truncated }),
  });
  return `${facts.slice(0, -1)},"value":${node === undefined ? JSON.stringify(value) : writeJson(node)}}`;
}

/** ISO 8601 in UTC; null for a message without a timestamp. */
function isoTime(ms: number): string | null {
  const date = new Date(ms);
  return ms < 0 || Number.isNaN(date.getTime()) ? null : date.toISOString();
}

/** Rows of a query as a JSON array of objects. A string of digits in a numeric column is written as the number that it stands for. */
export function rowsToJson(
  columns: readonly { readonly name: string; readonly type: string }[],
  rows: Iterable<readonly QueryCell[]>,
): string {
  const names = columns.map(({ name }) => JSON.stringify(name));
  const numeric = columns.map(({ type }) => isNumericType(type));
  const lines: string[] = [];
  for (const row of rows)
    lines.push(`  {${row.map((cell, index) => `${names[index] ?? '""'}: ${jsonCell(cell, numeric[index] ?? false)}`).join(", ")}}`);
  return lines.length === 0 ? "[]\n" : `[\n${lines.join(",\n")}\n]\n`;
}

function jsonCell(cell: QueryCell, numeric: boolean): string {
  return numeric && typeof cell === "string" && decimalNumber.test(cell) ? cell : JSON.stringify(cell);
}

/** Whether a type of a column, as an engine names it, is a number. */
export function isNumericType(type: string): boolean {
  return /^(?:(?:big|small|tiny)?int|integer|long|float|double|decimal|big_?decimal|numeric|real)\b/iu.test(type);
}
