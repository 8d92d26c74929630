/**
 * Client for a ksqlDB server: reads its info and executes statements one at a time. An accepted statement may still fail, and a statement
 * without a response may have been executed. In both cases the client checks the result.
 * https://docs.ksqldb.io/en/latest/developer-guide/ksqldb-rest-api/ksql-endpoint/
 */

import { hasCode, StreamctlError } from "../../core/errors.ts";
import { exchange, type HttpResponse, type HttpRequest } from "../../core/http.ts";
import { at, stringAt } from "../../core/json.ts";
import { pollUntil } from "../../core/wait.ts";
import { authorization, unauthorized } from "./credentials.ts";
import { failureOf, type Refusal, refusalError, refusalOf } from "./refusal.ts";
import { type StepDeadline, remainingMs, waitOptions } from "../../core/step-deadline.ts";

/** Timeout per request. A server that cannot reach Kafka would block a statement for minutes. */
const answerTimeoutMs = 30_000;

export interface ServerInfo {
  /** Such as `0.29.0`, or `7.4.1` for Confluent Platform. */
  readonly version: string;
  /** Id of the Kafka cluster that the server uses. */
  readonly kafkaClusterId: string;
}

/** @throws StreamctlError `unreachable`; `processor` if the server is not ksqlDB or rejects the credentials */
export async function readServerInfo(url: string, deadline: StepDeadline): Promise<ServerInfo> {
  const answer = await askUntilReady(`read the version of ksqlDB at "${url}"`, () => exchange(`${url}/info`, within(deadline)), deadline);
  if (answer.status === 401 || answer.status === 403) throw unauthorized(url);
  const info = at(answer.json, "KsqlServerInfo");
  const version = stringAt(info, "version");
  if (version === undefined) throw new StreamctlError("processor", `Cannot use "${url}" as ksqlDB: the response is not from ksqlDB`);
  return { version, kafkaClusterId: stringAt(info, "kafkaClusterId") ?? "" };
}

/**
 * Runs a read-only statement. Retries while the server is starting or busy.
 *
 * @throws StreamctlError `unreachable`, `processor`, `interrupted`
 */
export async function ask(
  url: string,
  sql: string,
  deadline: StepDeadline,
  properties: Readonly<Record<string, string>> = {},
): Promise<HttpResponse> {
  return await askUntilReady(`run "${sql.split("\n")[0] ?? ""}" in ksqlDB`, () => post(url, sql, properties, deadline), deadline);
}

async function askUntilReady(action: string, send: () => Promise<HttpResponse>, deadline: StepDeadline): Promise<HttpResponse> {
  let last: Refusal | undefined;
  const poll = async (): Promise<HttpResponse | undefined> => {
    const answer = await send();
    last = answer.status === 200 ? undefined : refusalOf(answer);
    return last?.retry === "again" ? undefined : answer;
  };
  try {
    return await pollUntil(poll, waitOptions(deadline, "ksqlDB to answer"));
  } catch (error) {
    if (!hasCode(error, "timeout") || last === undefined) throw error;
    throw refusalError(`Cannot ${action}: ${last.reason}`, last, { cause: error });
  }
}

export interface Command {
  /** One statement, without a trailing semicolon. */
  readonly sql: string;
  /** The action for error messages, such as `run "ksql/01-transactions.sql:3"`, given the line that the server reports. */
  readonly action: (line: number | undefined) => string;
  /** Properties of the queries that it starts. */
  readonly properties?: Readonly<Record<string, string>>;
  /** Checks whether the intended result exists, no matter which attempt or client produced it. */
  readonly isDone: () => Promise<boolean>;
}

/**
 * Executes one statement to completion. Retries only if the statement was certainly not executed and a retry may succeed: when the server is
 * busy or starting, or after a lost connection, each time after checking the result.
 *
 * @throws StreamctlError `processor` if ksqlDB rejects the statement or does not complete it before the deadline; `interrupted`
 */
export async function executeCommand(url: string, command: Command, deadline: StepDeadline): Promise<void> {
  let last: Refusal | undefined;
  let attempts = 0;
  const isDone = async (): Promise<boolean> => {
    try {
      return await command.isDone();
    } catch (error) {
      // Retry while the server is unreachable.
      if (hasCode(error, "unreachable")) return false;
      throw error;
    }
  };
  const attempt = async (): Promise<true | undefined> => {
    if (attempts > 0 && (await isDone())) return true;
    attempts += 1;
    const refusal = await tryOnce(url, command, deadline);
    if (refusal === undefined) return true;
    const again = refusal.retry === "again" || (refusal.retry === "once" && last?.retry !== "once");
    // An earlier error from the server is more specific than a missing response.
    if (last === undefined || refusal.silent !== true) last = refusal;
    if (again) return undefined;
    // If a retried statement is rejected, the first attempt may have been executed.
    if (attempts > 1 && (await isDone())) return true;
    throw refused(command, refusal);
  };
  try {
    await pollUntil(attempt, { ...waitOptions(deadline, "ksqlDB"), intervalMs: 200, maxIntervalMs: 2000 });
  } catch (error) {
    if (!hasCode(error, "timeout") || last === undefined) throw error;
    throw refused(command, last);
  }
}

/** Undefined on success. */
async function tryOnce(url: string, command: Command, deadline: StepDeadline): Promise<Refusal | undefined> {
  let answer: HttpResponse;
  try {
    answer = await post(url, command.sql, command.properties ?? {}, deadline);
  } catch (error) {
    // It is unknown whether the statement was executed: the next attempt checks that first.
    if (hasCode(error, "unreachable")) return { reason: `no response: ${error.message}`, retry: "again", silent: true };
    throw error;
  }
  if (answer.status !== 200) return refusalOf(answer);
  const entity = at(answer.json, 0);
  const commandId = stringAt(entity, "commandId");
  if (commandId === undefined) {
    // A `warning_entity` has no command: nothing was executed, and its message says why.
    const reason = stringAt(entity, "message") ?? "the response has no command";
    return failureOf(reason);
  }
  return await awaitCommand(url, commandId, commandStatus(at(entity, "commandStatus")), deadline);
}

interface CommandStatus {
  readonly state: string;
  readonly message: string;
}

function commandStatus(value: unknown): CommandStatus {
  return { state: stringAt(value, "status") ?? "", message: stringAt(value, "message") ?? "" };
}

/** Waits until an accepted command has ended. */
async function awaitCommand(url: string, commandId: string, first: CommandStatus, deadline: StepDeadline): Promise<Refusal | undefined> {
  let status = first;
  const poll = async (): Promise<Refusal | "done" | undefined> => {
    if (status.state === "SUCCESS" || status.state === "TERMINATED") return "done";
    if (status.state === "ERROR") return failureOf(status.message);
    // Keep the backticks in the command id: the server does not find it without them.
    const answer = await exchange(`${url}/status/${encodeURI(commandId)}`, within(deadline)).catch((error: unknown) => {
      if (hasCode(error, "unreachable")) return undefined;
      throw error;
    });
    if (answer?.status === 404) return { reason: `the server does not know command "${commandId}"`, retry: "again" };
    if (answer?.status === 200) status = commandStatus(answer.json);
    return undefined;
  };
  try {
    const end = await pollUntil(poll, { ...waitOptions(deadline, "ksqlDB"), intervalMs: 20 });
    return end === "done" ? undefined : end;
  } catch (error) {
    if (!hasCode(error, "timeout")) throw error;
    return { reason: `ksqlDB is still executing it (${status.message})`, retry: "again" };
  }
}

function refused({ action }: Command, refusal: Refusal): StreamctlError {
  return refusalError(`Cannot ${action(refusal.line)}: ${refusal.reason}`, refusal);
}

async function post(url: string, sql: string, properties: Readonly<Record<string, string>>, deadline: StepDeadline): Promise<HttpResponse> {
  // A trailing comment would hide the semicolon.
  const ksql = sql.includes("--") ? `${sql}\n;` : `${sql};`;
  return await exchange(`${url}/ksql`, { ...within(deadline), method: "POST", body: { ksql, streamsProperties: properties } });
}

function within(deadline: StepDeadline): HttpRequest {
  const timeoutMs = Math.ceil(Math.min(remainingMs(deadline), answerTimeoutMs));
  return { headers: authorization(), signal: deadline.signal, timeoutMs };
}
