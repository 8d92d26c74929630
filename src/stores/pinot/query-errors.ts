/**
 * Classifies Pinot's query error codes. Only this module reads them; all other code uses the facts of the error. Sources:
 * `QueryException.java` of Pinot 0.11 and `QueryErrorCode.java` of 1.x, which has the same numbers.
 */

import { StreamctlError } from "../../core/errors.ts";
import { innermostCause } from "../../core/java-error.ts";
import { arrayAt, numberAt, stringAt } from "../../core/json.ts";
import { windowsTable } from "../../spec/names.ts";
import { hintForSyntaxError } from "./statement.ts";

export const queryErrorCodes = {
  jsonParsing: 100,
  jsonCompilation: 101,
  sqlParsing: 150,
  sqlRuntime: 160,
  /** Pinot 0.11 only: the planner timed out. */
  planTimeout: 170,
  accessDenied: 180,
  tableDoesNotExist: 190,
  tableIsDisabled: 191,
  queryExecution: 200,
  /** A server does not have the table that is assigned to it: it lost the table, or was not notified yet. */
  serverTableMissing: 230,
  querySchedulingTimeout: 240,
  executionTimeout: 250,
  brokerSegmentUnavailable: 305,
  brokerTimeout: 400,
  brokerResourceMissing: 410,
  brokerRequestSend: 425,
  serverNotResponding: 427,
  queryValidation: 700,
  unknownColumn: 710,
  queryPlanning: 720,
} as const;

/** Pinot rejects the statement or the client. Retrying gives the same result. */
const refused = codes(
  "jsonParsing",
  "jsonCompilation",
  "sqlParsing",
  "sqlRuntime",
  "accessDenied",
  "tableDoesNotExist",
  "tableIsDisabled",
  "queryExecution",
  "queryValidation",
  "unknownColumn",
  "queryPlanning",
);

/**
 * Transient errors for a valid statement: while its table is being deleted or created, a broker does not know the table or its columns, and
 * execution fails.
 */
const transientIfProven = codes("tableDoesNotExist", "tableIsDisabled", "unknownColumn", "queryExecution");

/** Timeouts while planning, queued, running, or waiting for a server. */
const outOfTime = codes("planTimeout", "querySchedulingTimeout", "executionTimeout", "brokerTimeout", "serverNotResponding");

/** The table is being created, or its server is starting. */
const notReady = codes("brokerSegmentUnavailable", "brokerResourceMissing");

function codes(...names: readonly (keyof typeof queryErrorCodes)[]): ReadonlySet<number> {
  return new Set(names.map((name) => queryErrorCodes[name]));
}

/** The code of the answer's first exception; 0 if there is none. */
export function errorCodeOf(answer: unknown): number {
  return numberAt(answer, "exceptions", 0, "errorCode") ?? 0;
}

/** Whether the code means that the query timed out. */
export function isTimeoutCode(code: number): boolean {
  return outOfTime.has(code);
}

/** The error for a table that Pinot does not serve, for whatever reason. */
export function tableNotServed(cause?: string, engineCode?: number): StreamctlError {
  return new StreamctlError("pinot", "Cannot query Pinot: it does not serve the table yet", {
    ...(cause === undefined ? {} : { cause }),
    hint: "Try again in a few seconds",
    retryable: true,
    facts: { engine: "pinot", engineCode },
  });
}

/**
 * The error in an answer to a query; undefined if there is none. An error of Pinot's servers, rather than of the statement, is retryable.
 *
 * @param proven whether the statement is known to be valid, so that an error of its table, of a column or of its execution is transient
 */
export function queryRefusal(answer: unknown, sql: string, proven: boolean): StreamctlError | undefined {
  const [first] = arrayAt(answer, "exceptions");
  if (first === undefined) return undefined;
  const code = errorCodeOf(answer);
  const message = stringAt(first, "message") ?? "no reason given";
  if (notReady.has(code)) return tableNotServed(message, code);
  const hint = hintFor(code, sql);
  return new StreamctlError("pinot", `Cannot query Pinot: ${reasonOf(code, message, sql)}`, {
    cause: message,
    retryable: !refused.has(code) || (proven && transientIfProven.has(code)),
    facts: { engine: "pinot", engineCode: code, ...positionIn(message) },
    ...(hint === undefined ? {} : { hint }),
  });
}

function hintFor(code: number, sql: string): string | undefined {
  switch (code) {
    case queryErrorCodes.sqlParsing:
      return hintForSyntaxError(sql);
    case queryErrorCodes.tableDoesNotExist:
      return `The table of windows is \`${windowsTable}\``;
    case queryErrorCodes.unknownColumn:
      return `Column names are case-sensitive. Run: streamctl query 'select * from ${windowsTable} limit 1'`;
    case queryErrorCodes.brokerRequestSend:
    case queryErrorCodes.serverNotResponding:
      return "Run: streamctl status";
    default:
      return undefined;
  }
}

/** The position at which a parser stopped, with its message. */
const place = /(?:From line|Encountered|Lexical error)\b.*\bline \d+, column \d+.*/u;

/** Line and column in the statement, from 1; empty if the message has none. */
function positionIn(message: string): { readonly line?: number; readonly column?: number } {
  const { line, column } = /\bline (?<line>\d+), column (?<column>\d+)/u.exec(place.exec(message)?.[0] ?? "")?.groups ?? {};
  return line === undefined ? {} : { line: Number(line), column: Number(column) };
}

/**
 * Pinot 0.11 returns a label such as `SQLParsingError:` above a stack trace. The useful cause there is not the innermost one, but the one
 * with the position. Pinot 1.x returns `Label: reason`, followed by everything that the parser expected.
 */
function reasonOf(code: number, message: string, sql: string): string {
  if (code === queryErrorCodes.tableDoesNotExist) return "no such table";
  if (code === queryErrorCodes.brokerRequestSend || code === queryErrorCodes.serverNotResponding) return "a server does not respond";
  const [label = "", ...trace] = message.split("\n");
  const where = place.exec(message)?.[0];
  if (where !== undefined) return innermostCause(where).replace(/\.$/u, "");
  if (/^\w+:$/u.test(label)) return innermostCause(trace.join("\n"));
  return innermostCause(message.replace(/^\w+Error: /u, "").replace(`Caught exception while parsing query: ${sql}: `, ""));
}
