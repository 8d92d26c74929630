/**
 * Queries Pinot's broker. The broker returns status 200 for most errors, so an answer is accepted only if it has a result table, no
 * exceptions, and a response from every queried server. Other reasons why it may be incomplete become warnings.
 * https://docs.pinot.apache.org/users/api/querying-pinot-using-standard-sql/response-format
 */

import { StreamctlError } from "../../core/errors.ts";
import { exchange, type HttpResponse } from "../../core/http.ts";
import { arrayAt, at, exactInteger, isObject, numberAt } from "../../core/json.ts";
import { windowBounds } from "../../spec/columns.ts";
import { errorCodeOf, tableNotServed, queryRefusal, isTimeoutCode } from "./query-errors.ts";
import { planStatement, readsTable } from "./statement.ts";

export interface PinotQuery {
  /** URL without a trailing slash. */
  readonly brokerUrl: string;
  readonly sql: string;
  /** Maximum number of rows, instead of Pinot's default of ten; undefined leaves it to the statement. */
  readonly limit?: number | undefined;
  /** Query timeout in milliseconds, enforced by Pinot. A timeout in the statement takes precedence. Default 30,000. */
  readonly timeoutMs?: number;
  /** Whether the statement is known to be valid, so that an error of its table, of a column or of its execution is transient. Default: false. */
  readonly proven?: boolean;
  readonly signal?: AbortSignal | undefined;
}

export interface PinotAnswer {
  /** Types by Pinot's names. For an empty result Pinot reports STRING for every column. */
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  /** LONG values beyond 2^53 are bigints. */
  readonly rows: readonly (readonly unknown[])[];
  readonly elapsedMs: number;
  /** The query has no LIMIT and returned Pinot's default of 10 rows: there may be more. */
  readonly limitReached: boolean;
  /** All reasons why the answer may be incomplete. */
  readonly warnings: readonly AnswerWarning[];
}

export interface AnswerWarning {
  readonly code: "default-limit" | "groups-limit" | "groups-trimmed" | "offset-ignored" | "partial" | "no-rows-possible";
  readonly message: string;
}

/**
 * @throws StreamctlError `pinot` when Pinot rejects the query, returns a partial answer, or does not serve the table yet, with Pinot's error
 *   code as `engineCode`, and `retryable` unless it rejects the statement itself; `unreachable`; `interrupted`
 */
export async function queryPinot(query: PinotQuery): Promise<PinotAnswer> {
  const { brokerUrl, limit, timeoutMs = 30_000, proven = false, signal } = query;
  const planned = planStatement(query.sql, limit);
  const longestMs = Math.max(1, Math.floor(planned.timeoutMs ?? timeoutMs));
  const startMs = performance.now();
  const ask = async (sql: string): Promise<HttpResponse> => {
    const askedAtMs = performance.now();
    const body = { sql, queryOptions: `timeoutMs=${longestMs}` };
    // Pinot cancels a slow query itself and reports it shortly after the timeout.
    const answer = await exchange(`${brokerUrl}/query/sql`, {
      method: "POST",
      body,
      signal,
      timeoutMs: longestMs + Math.max(1000, longestMs / 6),
    });
    const code = errorCodeOf(answer.json);
    if (isTimeoutCode(code) && performance.now() - askedAtMs >= longestMs) throw timeoutError(longestMs, code);
    requireCompleteAnswer(answer, sql, proven);
    return answer;
  };
  const answer = await ask(planned.sql);
  const elapsedMs = performance.now() - startMs;
  const table = at(exactJson(answer.text, answer.json), "resultTable");
  const unasked = numberAt(answer.json, "numServersQueried") === 0 && readsTable(query.sql);
  if (!isObject(table) || unasked) {
    const explained = planned.explanation === undefined ? answer : await explain(query.sql, planned.explanation, isObject(table), ask);
    if (!needsNoServer(explained)) throw tableNotServed();
    if (!isObject(table)) return { columns: [], rows: [], elapsedMs, limitReached: false, warnings: [whereNeverTrue] };
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
  message: "Pinot returns at most 10 rows for a query without a limit; to see more rows: --limit 1000",
};

const whereNeverTrue: AnswerWarning = {
  code: "no-rows-possible",
  message: "The WHERE clause is never true, so Pinot answered without reading the table",
};

/** Warnings for the flags that Pinot sets on an incomplete answer. */
function warningsOf(answer: unknown): readonly AnswerWarning[] {
  if (at(answer, "numGroupsLimitReached") === true) {
    const message = "Groups are missing and sums may be too small: the query has more groups than Pinot's limit; add a WHERE clause";
    return [{ code: "groups-limit", message }];
  }
  if (at(answer, "groupsTrimmed") === true) return [{ code: "groups-trimmed", message: "Groups may be missing: Pinot trimmed the groups" }];
  if (at(answer, "partialResult") === true) return [{ code: "partial", message: "Rows may be missing: Pinot reports a partial result" }];
  return [];
}

/** @throws StreamctlError `pinot` unless all queried servers responded */
function requireCompleteAnswer({ status, json }: HttpResponse, sql: string, proven: boolean): void {
  const exception = queryRefusal(json, sql, proven);
  if (exception !== undefined) throw exception;
  if (status !== 200)
    throw new StreamctlError("pinot", `Cannot query Pinot: it returned status ${status}`, {
      hint: "Run: streamctl logs pinot",
      retryable: status >= 500,
      facts: { engine: "pinot", status },
    });
  const asked = numberAt(json, "numServersQueried") ?? 0;
  const answered = numberAt(json, "numServersResponded") ?? 0;
  if (answered >= asked) return;
  throw new StreamctlError("pinot", `Cannot query Pinot: ${answered} of ${asked} servers responded`, {
    hint: "Run: streamctl status",
    retryable: true,
    facts: { engine: "pinot" },
  });
}

/**
 * The broker queries no server if a statement selects only constants, or if its WHERE clause is never true; in the latter case Pinot 0.11
 * returns no result table. It also queries no server while it does not serve the table; then EXPLAIN has no result.
 */
function needsNoServer(explained: HttpResponse | undefined): boolean {
  return arrayAt(explained?.json, "resultTable", "rows").some((row) => Array.isArray(row) && row[0] === "BROKER_EVALUATE");
}

/** Explains a statement that queried no server. Undefined if the only possible reason is that the table is not served. */
async function explain(
  sql: string,
  explanation: string,
  hasTable: boolean,
  ask: (sql: string) => Promise<HttpResponse>,
): Promise<HttpResponse | undefined> {
  return hasTable || /\bwhere\b/iu.test(sql) ? await ask(explanation) : undefined;
}

function timeoutError(longestMs: number, engineCode: number): StreamctlError {
  return new StreamctlError("pinot", `Cannot query Pinot: the query timed out after ${longestMs / 1000} s`, {
    hint: "Add a WHERE clause, or append option(timeoutMs=120000) to the statement",
    retryable: true,
    facts: { engine: "pinot", engineCode },
  });
}

/** Parses integers beyond 2^53 as bigints. Parses the text again only if it contains a long number. */
function exactJson(text: string, json: unknown): unknown {
  if (!/[[,]-?\d{16,}[\],]/u.test(text)) return json;
  return JSON.parse(text, exactInteger);
}

/** One row of a window's table; times in milliseconds since the epoch. */
export interface WindowRow {
  readonly windowStart: number;
  readonly windowEnd: number;
  /** In the order of the requested columns; NaN for a value that is not a number. */
  readonly values: readonly number[];
}

export interface ReadWindowsOptions {
  /** URL without a trailing slash. */
  readonly brokerUrl: string;
  readonly table: string;
  /** Numeric columns to read in addition to the bounds of the window. */
  readonly columns: readonly string[];
  /** Starts of the windows to read, both included, in milliseconds since the epoch; default: all windows. */
  readonly starts?: { readonly fromMs: number; readonly toMs: number };
  /** Rows per page, at least 2; default 50,000. Each page sorts the remaining rows, so a million rows take 20 sorts. */
  readonly pageRows?: number;
  /** Timeout per page in milliseconds; default 30,000. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads all windows of the table page by page, ordered by key, with one page in memory. Each page starts at the key of the last row of the
 * previous page and skips that row once. So a row that changes or arrives meanwhile is never read twice, and a duplicate key is found even
 * at a page boundary.
 *
 * @throws StreamctlError `pinot`, `unreachable`, `interrupted`
 */
export async function* readWindows(options: ReadWindowsOptions): AsyncGenerator<readonly WindowRow[], void, undefined> {
  const { brokerUrl, table, signal, timeoutMs = 30_000, pageRows = 50_000 } = options;
  const { start, end } = windowBounds;
  const columns = [start, end, ...options.columns];
  const { starts } = options;
  const bounds = starts && `${start} BETWEEN ${starts.fromMs} AND ${starts.toMs}`;
  let from = bounds === undefined ? "" : ` WHERE ${bounds}`;
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
    if (isSameWindow(last, known)) throw new StreamctlError("pinot", `Cannot read the windows from Pinot: one window fills an entire page`);
    known = last;
    const after = `${start} > ${last.windowStart} OR (${start} = ${last.windowStart} AND ${end} >= ${last.windowEnd})`;
    from = bounds === undefined ? ` WHERE ${after}` : ` WHERE ${bounds} AND (${after})`;
  }
}

function isSameWindow(row: WindowRow | undefined, other: WindowRow | undefined): boolean {
  return row !== undefined && row.windowStart === other?.windowStart && row.windowEnd === other.windowEnd;
}

function windowRow(row: readonly unknown[], columns: number): WindowRow {
  const numbers = row.map((value) => (typeof value === "number" || typeof value === "bigint" ? Number(value) : Number.NaN));
  const [windowStart, windowEnd, ...values] = numbers;
  if (windowStart === undefined || windowEnd === undefined || numbers.length < columns) {
    throw new StreamctlError("pinot", "Cannot read the windows from Pinot: a row has too few columns");
  }
  return { windowStart, windowEnd, values };
}
