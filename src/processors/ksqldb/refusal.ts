/**
 * Classifies error responses of ksqlDB. Its status codes are not reliable (an invalid statement may return 500, an unhealthy server 200), so
 * this module matches error codes and messages; all other code uses the facts of the error. Verified with 0.29.0.
 * https://docs.ksqldb.io/en/latest/developer-guide/ksqldb-rest-api/
 */

import { type ErrorDetails, StreamctlError } from "../../core/errors.ts";
import type { HttpResponse } from "../../core/http.ts";
import { numberAt, stringAt } from "../../core/json.ts";

export interface Refusal {
  /** One line, without positions and without the server's internal steps. */
  readonly reason: string;
  /** Line of the submitted text, from 1; undefined if the server reports none. */
  readonly line?: number;
  /** Column in that line, from 1. */
  readonly column?: number;
  /**
   * `never`: the statement is invalid, or not possible in the current state. `again`: it was not executed, and a retry may succeed.
   * `once`: it was not executed, and one retry is decisive.
   */
  readonly retry: "never" | "again" | "once";
  /** ksqlDB's `error_code`, if any. */
  readonly code?: number;
  /** The query is only possible as a push query, with EMIT CHANGES. */
  readonly changesOnly?: true;
  /** There was no response, so it is unknown whether the statement was executed. The reason is not from the server. */
  readonly silent?: true;
}

/** @param message error message, usually containing the reason of the refusal */
export function refusalError(message: string, { retry, code, line, column }: Refusal, details: ErrorDetails = {}): StreamctlError {
  const facts = { engine: "ksqldb", engineCode: code, line, column, ...details.facts };
  return new StreamctlError("processor", message, { ...details, retryable: retry !== "never", facts });
}

/** The refusal in a response with a status other than 200. */
export function refusalOf(answer: HttpResponse): Refusal {
  const message = stringAt(answer.json, "message");
  if (message === undefined) return { reason: `it returned status ${answer.status}`, retry: answer.status === 503 ? "again" : "never" };
  const code = numberAt(answer.json, "error_code");
  const retry = retryOf(code ?? answer.status * 100, message);
  return { ...readMessage(message), retry, ...(code === undefined ? {} : { code }) };
}

/** The refusal in the message of a command that failed after it was accepted. */
export function failureOf(message: string): Refusal {
  return { ...readMessage(message), retry: "never" };
}

/** Whether a response means that the requested stream or table does not exist. */
export function isSourceMissing(answer: HttpResponse): boolean {
  return answer.status === 400 && /could not find|does not exist/iu.test(stringAt(answer.json, "message") ?? "");
}

/** Whether the message of a refusal contains a name. */
export function mentions(answer: HttpResponse, name: string): boolean {
  return stringAt(answer.json, "message")?.includes(name) === true;
}

function retryOf(code: number, message: string): Refusal["retry"] {
  // 503: 50302 while the server starts, 50301 while an earlier command is executed. 429: rate limit.
  if ([429, 503].includes(Math.trunc(code / 100))) return "again";
  if (/has been fenced/u.test(message)) return "once";
  const notRun =
    /waiting for command topic consumer|initializing transaction to the KSQL command topic|Another command with the same id .* is being executed/u;
  return notRun.test(message) ? "again" : "never";
}

const position = /\bline:? (?<line>\d+)(?::| ?, ?col: ?)(?<column>\d+):?/iu;
const steps =
  /^(?:could not determine output schema for query due to error|exception while preparing statement|failed to prepare statement):\s*/iu;

function readMessage(message: string): Pick<Refusal, "reason" | "line" | "column" | "changesOnly"> {
  const { line, column } = position.exec(message)?.groups ?? {};
  // A leading tab marks the continuation of a wrapped line.
  const lines = message.replaceAll(/\s*\n\t+/gu, " ").split("\n");
  const cause = lines.findLast((text) => text.startsWith("Caused by:"))?.slice("Caused by:".length);
  // The rest of the message repeats the statement.
  const repeated = lines.findIndex((text) => text.startsWith("Statement:"));
  const sentences = cause === undefined ? lines.slice(0, repeated === -1 ? lines.length : repeated) : [cause];
  const text = sentences.map(withoutPosition).filter(Boolean).join(" ").replaceAll(/\s+/gu, " ").replace(/\.$/u, "");
  // The rest of the sentence is a suggestion, which becomes the hint.
  const [reason = "", suggestion] = text.split(" Add EMIT CHANGES ");
  // For some syntax errors ksqlDB reports only the position.
  const fallback = /Syntax Error/u.test(message) ? `Syntax error at column ${column}` : "no reason given";
  return {
    reason: shorten(reason === "" ? fallback : reason),
    ...(line === undefined ? {} : { line: Number(line), column: Number(column) }),
    ...(suggestion === undefined ? {} : { changesOnly: true }),
  };
}

function withoutPosition(text: string): string {
  const plain = text.replace(steps, "").replace(/^line \d+:\d+: Syntax Error$/iu, "");
  return plain
    .replace(/ at line \d+:\d+$/iu, "")
    .replace(position, "")
    .trim();
}

function shorten(text: string): string {
  return text.length > 300 ? `${text.slice(0, 299)}…` : text;
}
