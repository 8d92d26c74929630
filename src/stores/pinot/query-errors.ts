/**
 * What Pinot's error codes of queries mean. They are read here alone, once for each answer; everybody else decides by the facts of the
 * error that is made of them. Source: `QueryException.java` of Pinot 0.11 and `QueryErrorCode.java` of 1.x, which keeps the numbers.
 */

import { StreamctlError } from "../../core/errors.ts";
import { innermostCause } from "../../core/java-error.ts";
import { arrayAt, numberAt, stringAt } from "../../core/json.ts";
import { windowsTable } from "../../spec/names.ts";
import { hintForUnreadable } from "./statement.ts";

export const queryErrorCodes = {
  jsonUnreadable: 100,
  jsonUncompilable: 101,
  sqlUnreadable: 150,
  sqlFailed: 160,
  /** Only 0.11: its planner ran out of time. */
  planTimeout: 170,
  accessDenied: 180,
  tableUnknown: 190,
  tableDisabled: 191,
  executionFailed: 200,
  /** A server that should have the table does not: it lost sight of it, or has not heard of it yet. */
  serverTableMissing: 230,
  schedulingTimeout: 240,
  executionTimeout: 250,
  segmentsUnavailable: 305,
  brokerTimeout: 400,
  brokerResourceMissing: 410,
  requestNotSent: 425,
  serverSilent: 427,
  statementInvalid: 700,
  columnUnknown: 710,
  planningFailed: 720,
} as const;

/** The statement, or who asks it, is refused: until either changes, so will the next one be. */
const refused = codes(
  "jsonUnreadable",
  "jsonUncompilable",
  "sqlUnreadable",
  "sqlFailed",
  "accessDenied",
  "tableUnknown",
  "tableDisabled",
  "executionFailed",
  "statementInvalid",
  "columnUnknown",
  "planningFailed",
);

/** What a query may be doing when its time is over: planning, waiting for its turn, running, waiting for a server. */
const outOfTime = codes("planTimeout", "schedulingTimeout", "executionTimeout", "brokerTimeout", "serverSilent");

/** What a table answers with that is being made, or whose server is starting. */
const notReady = codes("segmentsUnavailable", "brokerResourceMissing");

function codes(...names: readonly (keyof typeof queryErrorCodes)[]): ReadonlySet<number> {
  return new Set(names.map((name) => queryErrorCodes[name]));
}

/** The code of an answer's first exception; 0 where it has none. */
export function errorCodeOf(answer: unknown): number {
  return numberAt(answer, "exceptions", 0, "errorCode") ?? 0;
}

/** Whether Pinot gave up a query because its time was over. */
export function ranOutOfTime(code: number): boolean {
  return outOfTime.has(code);
}

/** Pinot does not serve the table, and does not say more. */
export function notServed(cause?: string, engineCode?: number): StreamctlError {
  return new StreamctlError("pinot", "Cannot query Pinot: it does not serve the table yet", {
    ...(cause === undefined ? {} : { cause }),
    hint: "Try again in a few seconds",
    retryable: true,
    facts: { engine: "pinot", engineCode },
  });
}

/**
 * The refusal in an answer to a query; undefined where it has none. What concerns Pinot's servers rather than the statement is retryable.
 *
 * @param proven the statement is known to be right: where it fails while it runs, that may pass
 */
export function queryRefusal(answer: unknown, sql: string, proven: boolean): StreamctlError | undefined {
  const [first] = arrayAt(answer, "exceptions");
  if (first === undefined) return undefined;
  const code = errorCodeOf(answer);
  const message = stringAt(first, "message") ?? "no reason given";
  if (notReady.has(code)) return notServed(message, code);
  const hint = hintFor(code, sql);
  return new StreamctlError("pinot", `Cannot query Pinot: ${reasonOf(code, message, sql)}`, {
    cause: message,
    retryable: !refused.has(code) || (proven && code === queryErrorCodes.executionFailed),
    facts: { engine: "pinot", engineCode: code },
    ...(hint === undefined ? {} : { hint }),
  });
}

function hintFor(code: number, sql: string): string | undefined {
  switch (code) {
    case queryErrorCodes.sqlUnreadable:
      return hintForUnreadable(sql);
    case queryErrorCodes.tableUnknown:
      return `The table of windows is \`${windowsTable}\``;
    case queryErrorCodes.columnUnknown:
      return `Type \`streamctl query 'select * from ${windowsTable} limit 1'\` to see the columns; case matters`;
    case queryErrorCodes.requestNotSent:
    case queryErrorCodes.serverSilent:
      return "Type `streamctl status`";
    default:
      return undefined;
  }
}

/** Where in the statement a parser stopped, in its own words. */
const place = /(?:From line|Encountered|Lexical error)\b.*\bline \d+, column \d+.*/u;

/**
 * Pinot 0.11 gives a label such as `SQLParsingError:` over a stack trace, in which the helpful cause is not the innermost but the one that
 * says where; Pinot 1.x gives `Label: reason`, after which a parser lists all that it would have taken.
 */
function reasonOf(code: number, message: string, sql: string): string {
  if (code === queryErrorCodes.tableUnknown) return "no such table";
  if (code === queryErrorCodes.requestNotSent || code === queryErrorCodes.serverSilent) return "a server does not answer";
  const [label = "", ...trace] = message.split("\n");
  const where = place.exec(message)?.[0];
  if (where !== undefined) return innermostCause(where).replace(/\.$/u, "");
  if (/^\w+:$/u.test(label)) return innermostCause(trace.join("\n"));
  return innermostCause(message.replace(/^\w+Error: /u, "").replace(`Caught exception while parsing query: ${sql}: `, ""));
}
