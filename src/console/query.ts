/** Runs the queries of the page. It may only read: Pinot accepts nothing else, and a processor decides by its own statements. */

import type { IncomingMessage } from "node:http";
import type { QueryCell, QueryEvent, QueryRequest, QuerySchema } from "./api.ts";
import { errorDocument } from "../core/error-document.ts";
import type { Stack } from "./pipeline/stack-reader.ts";
import { tableColumns } from "./services.ts";
import { type ErrorFacts, StreamctlError } from "../core/errors.ts";
import { numberAt, parseJson, stringAt } from "../core/json.ts";
import { onlyWindow } from "../spec/names.ts";
import { queryPinot } from "../stores/pinot/broker.ts";

const defaultLimit = 1000;
const mostRows = 100_000;
/** Size of a request in bytes. */
const mostBytes = 1_000_000;
/** Rows per event, and the time after which fewer are sent, in milliseconds. */
const eventRows = 500;
const eventMs = 250;

/** The statement keeps its leading white space: positions of errors count it. @throws StreamctlError `usage` */
export async function readQueryRequest(message: IncomingMessage): Promise<QueryRequest> {
  const type = message.headers["content-type"] ?? "";
  if (!/^application\/json\b/u.test(type)) {
    throw new StreamctlError("usage", "The request is not of type application/json");
  }
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > mostBytes) throw new StreamctlError("usage", "The statement is too long");
    chunks.push(chunk);
  }
  const json = parseJson(Buffer.concat(chunks).toString("utf8"));
  const [engine, sql, limit = defaultLimit] = [stringAt(json, "engine"), stringAt(json, "sql"), numberAt(json, "limit")];
  const statement = sql?.trimEnd().replace(/;$/u, "").trimEnd() ?? "";
  if (engine === undefined || statement === "") throw new StreamctlError("usage", "The statement is empty");
  if (!Number.isSafeInteger(limit) || limit < 1 || limit > mostRows) {
    throw new StreamctlError("usage", `The limit must be a whole number from 1 to ${mostRows}`);
  }
  return { engine, sql: statement, limit };
}

/** Runs a query until its end, the limit, or the signal. Errors are the last event. */
export async function* runQuery(stack: Stack, request: QueryRequest, signal: AbortSignal): AsyncGenerator<QueryEvent, void, undefined> {
  const sql = request.sql.trimStart();
  const trimmed = { ...request, sql };
  try {
    yield* request.engine === "pinot" ? askPinot(stack, trimmed, signal) : askProcessor(stack, trimmed, signal);
  } catch (error) {
    if (signal.aborted) return;
    const facts = error instanceof StreamctlError ? error.facts : {};
    yield { kind: "error", ...errorDocument(error), ...positionAfter(request.sql.slice(0, -sql.length), facts) };
  }
}

/** The position of an error in a text that begins with `before`, which the engine did not get. */
function positionAfter(before: string, { line, column }: ErrorFacts): { readonly line?: number; readonly column?: number } {
  if (typeof line !== "number") return {};
  const lines = before.split("\n");
  const indent = line === 1 ? (lines.at(-1)?.length ?? 0) : 0;
  return { line: line + lines.length - 1, ...(typeof column === "number" ? { column: column + indent } : {}) };
}

async function* askPinot({ endpoints }: Stack, { sql, limit }: QueryRequest, signal: AbortSignal): AsyncGenerator<QueryEvent> {
  const { columns, rows, elapsedMs, warnings } = await queryPinot({ brokerUrl: endpoints.pinotBroker, sql, limit, signal });
  yield { kind: "columns", columns };
  for (let from = 0; from < rows.length; from += eventRows) yield { kind: "rows", rows: rows.slice(from, from + eventRows).map(cellsOf) };
  yield {
    kind: "end",
    rows: rows.length,
    elapsedMs,
    limitReached: rows.length === limit,
    warnings: warnings.map(({ message }) => message),
  };
}

async function* askProcessor(
  { processor, endpoints, state }: Stack,
  { engine, sql, limit = defaultLimit }: QueryRequest,
  signal: AbortSignal,
): AsyncGenerator<QueryEvent> {
  const { declaration, plugin } = processor;
  if (engine !== declaration.name || plugin.queries === undefined) {
    throw new StreamctlError("usage", `Cannot query "${engine}": this stack has no such engine for queries`);
  }
  const startMs = performance.now();
  const { source } = state.choices;
  const answer = await plugin.queries.ask({ endpoints: { ...endpoints }, source, sql, signal });
  yield { kind: "columns", columns: answer.columns };
  let waiting: (readonly QueryCell[])[] = [];
  let sentMs = performance.now();
  let rows = 0;
  for await (const row of answer.rows) {
    waiting.push(cellsOf(row));
    rows += 1;
    const isDue = waiting.length >= eventRows || performance.now() - sentMs > eventMs || plugin.queries.isEndless(sql);
    if (isDue) {
      yield { kind: "rows", rows: waiting };
      waiting = [];
      sentMs = performance.now();
    }
    if (rows === limit) break;
  }
  if (waiting.length > 0) yield { kind: "rows", rows: waiting };
  yield { kind: "end", rows, elapsedMs: performance.now() - startMs, limitReached: rows === limit, warnings: [] };
}

/** JSON has no integers beyond 2^53: they become text. */
function cellsOf(row: readonly unknown[]): readonly QueryCell[] {
  return row.map(cellOf);
}

function cellOf(value: unknown): QueryCell {
  if (typeof value === "bigint") return value.toString();
  if (Array.isArray(value)) return value.map(cellOf);
  if (typeof value === "object" && value !== null) {
    return JSON.stringify(value, (_, inner: unknown) => (typeof inner === "bigint" ? inner.toString() : inner));
  }
  return value as QueryCell;
}

/** The tables and columns for completion. Tables of the processor are asked for with its own statements. */
export async function querySchema(stack: Stack, signal: AbortSignal): Promise<QuerySchema> {
  const { declaration, plugin } = stack.processor;
  const pinot = [{ table: onlyWindow.name, columns: tableColumns() }];
  const tables = await plugin.queries
    ?.tables({ endpoints: { ...stack.endpoints }, source: stack.state.choices.source, signal })
    .catch(() => []);
  return { pinot, ...(tables === undefined ? {} : { [declaration.name]: tables }) };
}
