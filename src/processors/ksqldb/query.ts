/**
 * Runs pull queries, which return once, and push queries (`EMIT CHANGES`), which continue with every change.
 * https://docs.ksqldb.io/en/latest/developer-guide/ksqldb-rest-api/streaming-endpoint/
 */

import { StreamctlError } from "../../core/errors.ts";
import { postForLines } from "../../core/http-lines.ts";
import { arrayAt, exactInteger, isObject, parseJson, stringAt } from "../../core/json.ts";
import { sqlParts } from "../../core/sql-text.ts";
import { authorization, unauthorized } from "./credentials.ts";
import { refusalError, refusalOf } from "./refusal.ts";

export interface KsqldbQuery {
  /** URL without a trailing slash. */
  readonly url: string;
  /** Without a trailing semicolon. */
  readonly sql: string;
  readonly signal: AbortSignal;
}

export interface KsqldbAnswer {
  /** Types by ksqlDB's names. */
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  /** Rows as they arrive; those of a push query never end. Integers beyond 2^53 are bigints. */
  readonly rows: AsyncIterable<readonly unknown[]>;
}

const delimited = "application/vnd.ksqlapi.delimited.v1";

/** Timeout until the columns of a query arrive. */
const answerTimeoutMs = 60_000;

const noKeyword = new RegExp(Object.values(sqlParts).join("|"), "gu");

/** Whether a statement is a push query. Ignores quoted text and comments. */
export function isPushQuery(sql: string): boolean {
  return /\bemit\s+changes\b/iu.test(sql.replaceAll(noKeyword, " "));
}

/**
 * Runs a query; returns once its columns are known. A push query starts from the earliest record, so that it returns existing rows too.
 *
 * @throws StreamctlError `processor` for a rejected query, `unreachable`, `interrupted`; also from `rows`
 */
export async function queryKsqldb({ url, sql, signal }: KsqldbQuery): Promise<KsqldbAnswer> {
  const body = {
    sql: sql.includes("--") ? `${sql}\n;` : `${sql};`,
    properties: isPushQuery(sql) ? { "auto.offset.reset": "earliest" } : {},
  };
  const headers = { accept: delimited, "content-type": delimited, ...authorization() };
  const { status, lines } = await postForLines(`${url}/query-stream`, { body, headers, signal, timeoutMs: answerTimeoutMs });
  const reader = lines[Symbol.asyncIterator]();
  const first = await nextLine(reader);
  const header = parse(first ?? "");
  const names = arrayAt(header, "columnNames");
  if (status !== 200 || names.length === 0) {
    await reader.return?.();
    if (status === 401 || status === 403) throw unauthorized(url);
    throw refused(status, first ?? "");
  }
  const columns = names.map((name, index) => ({ name: String(name), type: stringAt(header, "columnTypes", index) ?? "" }));
  return { columns, rows: rowsOf(reader) };
}

async function* rowsOf(reader: AsyncIterator<string>): AsyncGenerator<readonly unknown[], void, undefined> {
  try {
    for (let line = await nextLine(reader); line !== undefined; line = await nextLine(reader)) {
      const row = parse(line);
      if (Array.isArray(row)) yield row;
      // An object among the rows is a message: the limit was reached, or an error occurred.
      else if (isObject(row) && "error_code" in row) throw refused(400, line);
    }
  } finally {
    await reader.return?.();
  }
}

/** The next line that is not blank. */
async function nextLine(reader: AsyncIterator<string>): Promise<string | undefined> {
  for (;;) {
    const { done, value } = await reader.next();
    if (done === true) return undefined;
    if (value.trim() !== "") return value;
  }
}

function parse(line: string): unknown {
  return parseJson(line, /\d{16}/u.test(line) ? exactInteger : undefined);
}

function refused(status: number, text: string): StreamctlError {
  const json = parse(text);
  const refusal = refusalOf({ status, text, json });
  if (status === 200 && stringAt(json, "message") === undefined) {
    return new StreamctlError("processor", "Cannot query ksqlDB: the response has no columns", {
      hint: "Only SELECT, SHOW, LIST, DESCRIBE and EXPLAIN return rows",
    });
  }
  const hint = refusal.changesOnly === true ? { hint: "Append EMIT CHANGES to the query to run it as a push query" } : {};
  return refusalError(`Cannot query ksqlDB: ${refusal.reason}`, refusal, { ...hint, facts: { status } });
}
