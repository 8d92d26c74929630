/**
 * What ksqlDB means when it does not answer with success. Its status codes mislead (a user's mistake may come as 500, a server that
 * is not healthy as 200), so the code of the error and its words decide: here alone, and for everybody else they become facts. Seen with 0.29.0.
 * https://docs.ksqldb.io/en/latest/developer-guide/ksqldb-rest-api/
 */

import { type ErrorDetails, StreamctlError } from "../../core/errors.ts";
import type { HttpAnswer } from "../../core/http.ts";
import { numberAt, stringAt } from "../../core/json.ts";

export interface Refusal {
  /** One line, without positions and without the names of the server's own steps. */
  readonly reason: string;
  /** Line of the posted text, from 1; undefined where the server names none. */
  readonly line?: number;
  /**
   * `never`: the statement is wrong, or cannot be carried out as things are. `again`: it was not run, and may be in a moment.
   * `once`: it was not run, and the next attempt settles it.
   */
  readonly retry: "never" | "again" | "once";
  /** ksqlDB's `error_code`, where it gave one. */
  readonly code?: number;
  /** A query that can only be asked for its changes, with EMIT CHANGES. */
  readonly changesOnly?: true;
  /** No answer came: nobody knows what became of the statement, and the reason is not the server's. */
  readonly silent?: true;
}

/** @param message with the refusal's reason, or in its place */
export function refusalError(message: string, { retry, code }: Refusal, details: ErrorDetails = {}): StreamctlError {
  const facts = { engine: "ksqldb", engineCode: code, ...details.facts };
  return new StreamctlError("processor", message, { ...details, retryable: retry !== "never", facts });
}

/** The refusal in an answer other than 200. */
export function refusalOf(answer: HttpAnswer): Refusal {
  const message = stringAt(answer.json, "message");
  if (message === undefined) return { reason: `it answers with status ${answer.status}`, retry: answer.status === 503 ? "again" : "never" };
  const code = numberAt(answer.json, "error_code");
  const retry = retryOf(code ?? answer.status * 100, message);
  return { ...readMessage(message), retry, ...(code === undefined ? {} : { code }) };
}

/** The refusal in the words of a command that failed after it had been accepted. */
export function failureOf(message: string): Refusal {
  return { ...readMessage(message), retry: "never" };
}

/** Whether an answer says that there is no source of the name that was asked for. */
export function saysMissing(answer: HttpAnswer): boolean {
  return answer.status === 400 && /could not find|does not exist/iu.test(stringAt(answer.json, "message") ?? "");
}

/** Whether a refusal is about this very name. */
export function blames(answer: HttpAnswer, name: string): boolean {
  return stringAt(answer.json, "message")?.includes(name) === true;
}

function retryOf(code: number, message: string): Refusal["retry"] {
  // 503: 50302 while it starts, 50301 while an earlier command still runs. 429: it takes only so many statements a second.
  if ([429, 503].includes(Math.trunc(code / 100))) return "again";
  if (/has been fenced/u.test(message)) return "once";
  const notRun =
    /waiting for command topic consumer|initializing transaction to the KSQL command topic|Another command with the same id .* is being executed/u;
  return notRun.test(message) ? "again" : "never";
}

const position = /\bline:? (?<line>\d+)(?::| ?, ?col: ?)(?<column>\d+):?/iu;
const steps =
  /^(?:could not determine output schema for query due to error|exception while preparing statement|failed to prepare statement):\s*/iu;

function readMessage(message: string): Pick<Refusal, "reason" | "line" | "changesOnly"> {
  const { line, column } = position.exec(message)?.groups ?? {};
  // A tab continues a line that was too long for the server.
  const lines = message.replaceAll(/\s*\n\t+/gu, " ").split("\n");
  const cause = lines.findLast((text) => text.startsWith("Caused by:"))?.slice("Caused by:".length);
  // What follows is the statement once more, on as many lines as it has.
  const repeated = lines.findIndex((text) => text.startsWith("Statement:"));
  const told = cause === undefined ? lines.slice(0, repeated === -1 ? lines.length : repeated) : [cause];
  const said = told.map(withoutPosition).filter(Boolean).join(" ").replaceAll(/\s+/gu, " ").replace(/\.$/u, "");
  // The same sentence holds the way out, which is the hint.
  const [reason = "", way] = said.split(" Add EMIT CHANGES ");
  // Of some mistakes in its form ksqlDB knows no more than where they are.
  const unsaid = /Syntax Error/u.test(message) ? `Syntax error at column ${column}` : "no reason given";
  return {
    reason: shorten(reason === "" ? unsaid : reason),
    ...(line === undefined ? {} : { line: Number(line) }),
    ...(way === undefined ? {} : { changesOnly: true }),
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
