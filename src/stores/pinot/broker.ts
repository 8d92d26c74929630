/**
 * Queries to Pinot's broker. It answers 200 to almost everything: an answer counts only when it has a table of results, no
 * exceptions, and word from every server that was asked. What may be missing in it all the same is a warning. https://docs.pinot.apache.org/users/api/querying-pinot-using-standard-sql/response-format
 */

import { StreamctlError } from "../../core/errors.ts";
import { exchange, type HttpAnswer } from "../../core/http.ts";
import { arrayAt, at, exactInteger, isObject, numberAt } from "../../core/json.ts";
import { windowBounds } from "../../spec/columns.ts";
import { errorCodeOf, notServed, queryRefusal, ranOutOfTime } from "./query-errors.ts";
import { planStatement, readsTable } from "./statement.ts";

export interface PinotQuery {
  /** Address without a slash at its end. */
  readonly brokerUrl: string;
  readonly sql: string;
  /** Rows to answer at most, also where Pinot would stop at ten by itself; undefined leaves it to the statement. */
  readonly limit?: number | undefined;
  /** Longest time for the query, in milliseconds, which Pinot keeps; the statement's own wins. Default 30,000. */
  readonly timeoutMs?: number;
  /** The statement is the program's own and known to be right: where it fails while it runs, that may pass. Default: false. */
  readonly proven?: boolean;
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
  /** Every way in which the answer may have been cut. */
  readonly warnings: readonly AnswerWarning[];
}

export interface AnswerWarning {
  readonly code: "default-limit" | "groups-limit" | "groups-trimmed" | "offset-ignored" | "partial" | "no-rows-possible";
  readonly message: string;
}

/**
 * @throws StreamctlError `pinot` when Pinot refuses, answers in part, or is not ready for the table yet, with Pinot's code of the error as
 *   `engineCode`, and `retryable` where it does not refuse the statement itself; `unreachable`; `interrupted`
 */
export async function queryPinot(query: PinotQuery): Promise<PinotAnswer> {
  const { brokerUrl, limit, timeoutMs = 30_000, proven = false, signal } = query;
  const planned = planStatement(query.sql, limit);
  const longestMs = Math.max(1, Math.floor(planned.timeoutMs ?? timeoutMs));
  const startMs = performance.now();
  const ask = async (sql: string): Promise<HttpAnswer> => {
    const askedAtMs = performance.now();
    const body = { sql, queryOptions: `timeoutMs=${longestMs}` };
    // Pinot ends a query that takes too long by itself, and says so a little later.
    const answer = await exchange(`${brokerUrl}/query/sql`, {
      method: "POST",
      body,
      signal,
      timeoutMs: longestMs + Math.max(1000, longestMs / 6),
    });
    const code = errorCodeOf(answer.json);
    if (ranOutOfTime(code) && performance.now() - askedAtMs >= longestMs) throw tookTooLong(longestMs, code);
    requireWhole(answer, sql, proven);
    return answer;
  };
  const answer = await ask(planned.sql);
  const elapsedMs = performance.now() - startMs;
  const table = at(exactJson(answer.text, answer.json), "resultTable");
  const unasked = numberAt(answer.json, "numServersQueried") === 0 && readsTable(query.sql);
  if (!isObject(table) || unasked) {
    const explained = planned.explanation === undefined ? answer : await explain(query.sql, planned.explanation, isObject(table), ask);
    if (!needsNoServer(explained)) throw notServed();
    if (!isObject(table)) return { columns: [], rows: [], elapsedMs, limitReached: false, warnings: [neverTrue] };
  }
  const types = arrayAt(table, "dataSchema", "columnDataTypes");
  const columns = arrayAt(table, "dataSchema", "columnNames").map((name, index) => ({ name: String(name), type: String(types[index]) }));
  const rows = arrayAt(table, "rows").filter((row): row is unknown[] => Array.isArray(row));
  const limitReached = planned.limitReached(rows);
  const warnings = [...(limitReached ? [defaultLimitReached] : []), ...planned.warnings, ...warningsOf(answer.json)];
  return { columns, rows: planned.select(rows), elapsedMs, limitReached, warnings };
}

const defaultLimitReached: AnswerWarning = {
  code: "default-limit",
  message: "10 rows are all that Pinot answers where a query names no limit; to see whether there are more: --limit 1000",
};

const neverTrue: AnswerWarning = {
  code: "no-rows-possible",
  message: "Pinot found that the WHERE clause is never true, and answered without looking at the table",
};

/** What Pinot says by itself about an answer that is not whole. */
function warningsOf(answer: unknown): readonly AnswerWarning[] {
  if (at(answer, "numGroupsLimitReached") === true) {
    const message = "Groups are missing, and sums of others may be too small: the query makes more groups than Pinot keeps; use WHERE";
    return [{ code: "groups-limit", message }];
  }
  if (at(answer, "groupsTrimmed") === true) return [{ code: "groups-trimmed", message: "Groups may be missing: Pinot dropped some" }];
  if (at(answer, "partialResult") === true) return [{ code: "partial", message: "Rows may be missing: Pinot calls its answer partial" }];
  return [];
}

/** @throws StreamctlError `pinot` unless Pinot carried out the query on all servers that it asked */
function requireWhole({ status, json }: HttpAnswer, sql: string, proven: boolean): void {
  const exception = queryRefusal(json, sql, proven);
  if (exception !== undefined) throw exception;
  if (status !== 200)
    throw new StreamctlError("pinot", `Cannot query Pinot: it answers with status ${status}`, {
      hint: "Type `streamctl logs pinot`",
      retryable: status >= 500,
      facts: { engine: "pinot", status },
    });
  const asked = numberAt(json, "numServersQueried") ?? 0;
  const answered = numberAt(json, "numServersResponded") ?? 0;
  if (answered >= asked) return;
  throw new StreamctlError("pinot", `Cannot query Pinot: ${answered} of ${asked} servers answered`, {
    hint: "Type `streamctl status`",
    retryable: true,
    facts: { engine: "pinot" },
  });
}

/**
 * The broker asks no server where a query selects constants only, or where its WHERE clause can never be true: to the latter, Pinot 0.11
 * answers nothing at all. It asks none either while it does not serve the table, but that it does not explain.
 */
function needsNoServer(explained: HttpAnswer | undefined): boolean {
  return arrayAt(explained?.json, "resultTable", "rows").some((row) => Array.isArray(row) && row[0] === "BROKER_EVALUATE");
}

/** Pinot's explanation of a statement to which it answered without a server; undefined where only a table that is not served explains that. */
async function explain(
  sql: string,
  explanation: string,
  hasTable: boolean,
  ask: (sql: string) => Promise<HttpAnswer>,
): Promise<HttpAnswer | undefined> {
  return hasTable || /\bwhere\b/iu.test(sql) ? await ask(explanation) : undefined;
}

function tookTooLong(longestMs: number, engineCode: number): StreamctlError {
  return new StreamctlError("pinot", `Cannot query Pinot: it was not done after ${longestMs / 1000} s`, {
    hint: "Ask for less with a WHERE clause, or end the statement with option(timeoutMs=120000)",
    retryable: true,
    facts: { engine: "pinot", engineCode },
  });
}

/** The answer with every integer exact: those beyond 2^53 as bigint. Read a second time only where such a one may be. */
function exactJson(text: string, json: unknown): unknown {
  if (!/[[,]-?\d{16,}[\],]/u.test(text)) return json;
  return JSON.parse(text, exactInteger);
}

/** One row of a window's table; times in milliseconds since the epoch. */
export interface WindowRow {
  readonly windowStart: number;
  readonly windowEnd: number;
  /** In the order of the columns that were asked for; NaN for what is no number. */
  readonly values: readonly number[];
}

export interface ReadWindowsOptions {
  /** Address without a slash at its end. */
  readonly brokerUrl: string;
  readonly table: string;
  /** Columns of numbers, besides the bounds of the window. */
  readonly columns: readonly string[];
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
  const { start, end } = windowBounds;
  const columns = [start, end, ...options.columns];
  let from = "";
  let known: WindowRow | undefined;
  for (;;) {
    const sql = `SELECT ${columns.join(", ")} FROM ${table}${from} ORDER BY ${start}, ${end} LIMIT ${pageRows}`;
    const { rows } = await queryPinot({ brokerUrl, sql, timeoutMs, proven: true, signal });
    const page = rows.map((row) => windowRow(row, columns.length));
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

function windowRow(row: readonly unknown[], columns: number): WindowRow {
  const numbers = row.map((value) => (typeof value === "number" || typeof value === "bigint" ? Number(value) : Number.NaN));
  const [windowStart, windowEnd, ...values] = numbers;
  if (windowStart === undefined || windowEnd === undefined || numbers.length < columns) {
    throw new StreamctlError("pinot", "Cannot read the windows of Pinot: a row lacks columns");
  }
  return { windowStart, windowEnd, values };
}
