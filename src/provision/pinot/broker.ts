/**
 * Queries to Pinot's broker. It answers 200 to almost everything: an answer counts only when it has a table of results, no
 * exceptions, word from every server that was asked, and all groups. https://docs.pinot.apache.org/users/api/querying-pinot-using-standard-sql/response-format
 */

import { StreamctlError } from "../../core/errors.ts";
import { exchange } from "../../core/http.ts";
import { arrayAt, at, exactInteger, numberAt, stringAt } from "../../core/json.ts";
import { windowColumns } from "../../model/names.ts";
import { innermostCause } from "../java-error.ts";

export interface PinotQuery {
  /** Address without a slash at its end. */
  readonly brokerUrl: string;
  readonly sql: string;
  /** Longest time for the query, in milliseconds; also told to Pinot. Default 30,000. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
}

export interface PinotAnswer {
  /** Types in Pinot's words. Of an empty result Pinot calls every column STRING. */
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  /** LONG values that a number does not hold exactly are bigints. */
  readonly rows: readonly (readonly unknown[])[];
  readonly elapsedMs: number;
  /** The query gave no LIMIT and Pinot's own limit of 10 rows was reached: there may be more. */
  readonly limitReached: boolean;
}

/** Rows that Pinot answers where the query gives no LIMIT. */
const defaultLimit = 10;

/**
 * @throws StreamctlError `pinot` when Pinot refuses, answers in part, or is not ready for the table yet; `unreachable`; `interrupted`
 */
export async function queryPinot(query: PinotQuery): Promise<PinotAnswer> {
  const { brokerUrl, sql, timeoutMs = 30_000, signal } = query;
  const startMs = performance.now();
  const body = { sql, queryOptions: `timeoutMs=${Math.max(1, Math.floor(timeoutMs))}` };
  const answer = await exchange(`${brokerUrl}/query/sql`, { method: "POST", body, signal, timeoutMs });
  const elapsedMs = performance.now() - startMs;
  const exception = exceptionOf(answer.json);
  if (exception !== undefined) throw exception;
  const table = at(exactJson(answer.text, answer.json), "resultTable");
  if (answer.status !== 200) throw new StreamctlError("pinot", `Cannot query Pinot: it answers with status ${answer.status}`);
  if (table === undefined) {
    throw new StreamctlError("pinot", "Cannot query Pinot: it does not serve the table yet", { hint: "Try again in a few seconds" });
  }
  const asked = numberAt(answer.json, "numServersQueried") ?? 0;
  const answered = numberAt(answer.json, "numServersResponded") ?? 0;
  if (answered < asked) {
    throw new StreamctlError("pinot", `Cannot query Pinot: ${answered} of ${asked} servers answered`, { hint: "Type `streamctl status`" });
  }
  if (at(answer.json, "numGroupsLimitReached") === true) {
    throw new StreamctlError("pinot", "Cannot query Pinot: it makes 100000 groups at most, and leaves the others out", {
      hint: "Ask for fewer with a WHERE clause, such as WINDOW_START < 1767225600000",
    });
  }
  const types = arrayAt(table, "dataSchema", "columnDataTypes");
  const columns = arrayAt(table, "dataSchema", "columnNames").map((name, index) => ({ name: String(name), type: String(types[index]) }));
  const rows = arrayAt(table, "rows").filter((row): row is unknown[] => Array.isArray(row));
  return { columns, rows, elapsedMs, limitReached: rows.length === defaultLimit && !hasLimit(sql) };
}

/** Error codes that a table which is being made, or whose server is starting, answers with. */
const notReady = new Set([305, 410]);

function exceptionOf(answer: unknown): StreamctlError | undefined {
  const [first] = arrayAt(answer, "exceptions");
  if (first === undefined) return undefined;
  const code = numberAt(first, "errorCode") ?? 0;
  const message = stringAt(first, "message") ?? "no reason given";
  if (notReady.has(code)) {
    return new StreamctlError("pinot", "Cannot query Pinot: it does not serve the table yet", {
      cause: message,
      hint: "Try again in a few seconds",
    });
  }
  return new StreamctlError("pinot", `Cannot query Pinot: ${reasonOf(code, message)}`, {
    cause: message,
    ...(code === 190 ? { hint: "The table of windows is `transaction_window`" } : {}),
    ...(code === 710 ? { hint: "Type `streamctl query 'select * from transaction_window limit 1'` to see the columns; case matters" } : {}),
    ...(code === 425 || code === 427 ? { hint: "Type `streamctl status`" } : {}),
  });
}

function reasonOf(code: number, message: string): string {
  if (code === 190) return "no such table";
  if (code === 425 || code === 427) return "a server does not answer";
  // The message is a label such as `SQLParsingError:` over a stack trace.
  const [label = "", ...trace] = message.split("\n");
  // In a parser's chain of causes the helpful one is not the innermost but the one that says where.
  const where = trace.find((line) => /\bline \d+, column \d+/u.test(line));
  return trace.length === 0 ? label : innermostCause(where ?? trace.join("\n"));
}

/** Whether the query says by itself how many rows it wants. Quoted texts and comments do not count. */
export function hasLimit(sql: string): boolean {
  return /\blimit\b/iu.test(sql.replaceAll(/'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\//gu, " "));
}

/** The answer with every integer exact: those beyond 2^53 as bigint. Read a second time only where such a one may be. */
function exactJson(text: string, json: unknown): unknown {
  if (!/[[,]-?\d{16,}[\],]/u.test(text)) return json;
  return JSON.parse(text, exactInteger);
}

/** Times in milliseconds since the epoch, sums in whole units. */
export interface WindowRow {
  readonly windowStart: number;
  readonly windowEnd: number;
  readonly totalPaid: number;
  readonly totalTransactions: number;
  readonly average: number;
}

export interface ReadWindowsOptions {
  /** Address without a slash at its end. */
  readonly brokerUrl: string;
  readonly table: string;
  /** Rows of a page, at least 2; default 50,000: each page sorts what is left, so a million rows take 20 sorts. */
  readonly pageRows?: number;
  /** Longest time for each page, in milliseconds; default 30,000. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * All windows of the table, page by page in the order of their key: as many as there are, with the memory of one page.
 * Each page begins at the key of the last row before it, which is then left out once: rows that change or come in meanwhile are
 * never read twice, and a second row of the same key is seen wherever the page ends.
 *
 * @throws StreamctlError `pinot`, `unreachable`, `interrupted`
 */
export async function* readWindows(options: ReadWindowsOptions): AsyncGenerator<readonly WindowRow[], void, undefined> {
  const { brokerUrl, table, signal, timeoutMs = 30_000, pageRows = 50_000 } = options;
  const { start, end, totalPaid, totalTransactions, average } = windowColumns;
  const columns = [start, end, totalPaid, totalTransactions, average].join(", ");
  let from = "";
  let known: WindowRow | undefined;
  for (;;) {
    const sql = `SELECT ${columns} FROM ${table}${from} ORDER BY ${start}, ${end} LIMIT ${pageRows}`;
    const page = (await queryPinot({ brokerUrl, sql, timeoutMs, signal })).rows.map(windowRow);
    const last = page.at(-1);
    const whole = last === undefined || page.length < pageRows;
    if (isSameWindow(page[0], known)) page.shift();
    if (page.length > 0) yield page;
    if (whole) return;
    if (isSameWindow(last, known)) throw new StreamctlError("pinot", `Cannot read the windows of Pinot: a whole page holds one window`);
    known = last;
    from = ` WHERE ${start} > ${last.windowStart} OR (${start} = ${last.windowStart} AND ${end} >= ${last.windowEnd})`;
  }
}

function isSameWindow(row: WindowRow | undefined, other: WindowRow | undefined): boolean {
  return row !== undefined && row.windowStart === other?.windowStart && row.windowEnd === other.windowEnd;
}

function windowRow(row: readonly unknown[]): WindowRow {
  const [windowStart, windowEnd, totalPaid, totalTransactions, average] = row.map((value) =>
    typeof value === "number" || typeof value === "bigint" ? Number(value) : Number.NaN,
  );
  if (windowStart === undefined || windowEnd === undefined || totalPaid === undefined || totalTransactions === undefined) {
    throw new StreamctlError("pinot", "Cannot read the windows of Pinot: a row lacks columns");
  }
  return { windowStart, windowEnd, totalPaid, totalTransactions, average: average ?? Number.NaN };
}
