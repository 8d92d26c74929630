/**
 * Queries to ksqlDB: those that look once (pull), and those that go on with every change (push, `EMIT CHANGES`).
 * https://docs.ksqldb.io/en/latest/developer-guide/ksqldb-rest-api/streaming-endpoint/
 */

import { StreamctlError } from "../../core/errors.ts";
import { postForLines } from "../../core/http-lines.ts";
import { arrayAt, exactInteger, isObject, parseJson, stringAt } from "../../core/json.ts";
import { authorization, unauthorized } from "./credentials.ts";
import { refusalError, refusalOf } from "./refusal.ts";

export interface KsqldbQuery {
  /** Address without a slash at its end. */
  readonly url: string;
  /** Without its semicolon. */
  readonly sql: string;
  readonly signal: AbortSignal;
}

export interface KsqldbAnswer {
  /** Types in ksqlDB's words. */
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  /** As they come; of a push query they never end. Integers that a number does not hold exactly are bigints. */
  readonly rows: AsyncIterable<readonly unknown[]>;
}

const delimited = "application/vnd.ksqlapi.delimited.v1";

/** Longest time until a query answers its columns, in milliseconds. */
const answerTimeoutMs = 60_000;

/** Whether a statement asks for changes instead of one answer. Quoted texts and comments do not count. */
export function isPushQuery(sql: string): boolean {
  return /\bemit\s+changes\b/iu.test(sql.replaceAll(/'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|--[^\n]*|\/\*[\s\S]*?\*\//gu, " "));
}

/**
 * Runs a query; returns once its columns are known. A push query begins with the earliest record: what came before it is a change too.
 *
 * @throws StreamctlError `processor` when ksqlDB refuses, `unreachable`, `interrupted`; also while rows are read
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
      // An object among the rows is a word about them: the end of the limit, or what went wrong.
      else if (isObject(row) && "error_code" in row) throw refused(400, line);
    }
  } finally {
    await reader.return?.();
  }
}

/** The next line that holds anything. */
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
    return new StreamctlError("processor", "Cannot query ksqlDB: its answer names no columns", { hint: "Only SELECT answers rows" });
  }
  const hint = refusal.changesOnly === true ? { hint: "Add EMIT CHANGES to the query to see its changes" } : {};
  return refusalError(`Cannot query ksqlDB: ${refusal.reason}`, refusal, { ...hint, facts: { status } });
}
