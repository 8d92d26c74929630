/**
 * A ksqlDB server, as far as provisioning needs it: what it says of itself, and statements carried out one by one. That the server
 * took a statement is not that it was carried out, and that no answer came is not that nothing happened: either is looked up.
 * https://docs.ksqldb.io/en/latest/developer-guide/ksqldb-rest-api/ksql-endpoint/
 */

import { hasCode, StreamctlError } from "../../core/errors.ts";
import { exchange, type HttpAnswer, type HttpRequest } from "../../core/http.ts";
import { at, stringAt } from "../../core/json.ts";
import { pollUntil } from "../../core/wait.ts";
import { authorization, unauthorized } from "./credentials.ts";
import { failureOf, type Refusal, refusalError, refusalOf } from "./refusal.ts";
import { type StepDeadline, remainingMs, waitOptions } from "../../core/step-deadline.ts";

/** Longest time for one answer, in milliseconds. A server whose Kafka is away would keep a statement for minutes. */
const answerTimeoutMs = 30_000;

export interface ServerInfo {
  /** Such as `0.29.0`; of Confluent's platform its own number, such as `7.4.1`. */
  readonly version: string;
  /** Id of the Kafka cluster that the server works with. */
  readonly kafkaClusterId: string;
}

/** @throws StreamctlError `unreachable` when nothing answers, `processor` when it is no ksqlDB, or wants other credentials */
export async function readServerInfo(url: string, deadline: StepDeadline): Promise<ServerInfo> {
  const answer = await askUntilReady(`ask ksqlDB at "${url}" who it is`, () => exchange(`${url}/info`, within(deadline)), deadline);
  if (answer.status === 401 || answer.status === 403) throw unauthorized(url);
  const info = at(answer.json, "KsqlServerInfo");
  const version = stringAt(info, "version");
  if (version === undefined) throw new StreamctlError("processor", `Cannot use "${url}" as ksqlDB: it answers, and not as ksqlDB does`);
  return { version, kafkaClusterId: stringAt(info, "kafkaClusterId") ?? "" };
}

/**
 * Answers to one statement that only looks. One that a server which is starting or busy did not answer is asked again.
 *
 * @throws StreamctlError `unreachable`, `processor`, `interrupted`
 */
export async function ask(
  url: string,
  sql: string,
  deadline: StepDeadline,
  properties: Readonly<Record<string, string>> = {},
): Promise<HttpAnswer> {
  return await askUntilReady(`ask ksqlDB "${sql.split("\n")[0] ?? ""}"`, () => post(url, sql, properties, deadline), deadline);
}

async function askUntilReady(action: string, send: () => Promise<HttpAnswer>, deadline: StepDeadline): Promise<HttpAnswer> {
  let last: Refusal | undefined;
  const look = async (): Promise<HttpAnswer | undefined> => {
    const answer = await send();
    last = answer.status === 200 ? undefined : refusalOf(answer);
    return last?.retry === "again" ? undefined : answer;
  };
  try {
    return await pollUntil(look, waitOptions(deadline, "ksqlDB to answer"));
  } catch (error) {
    if (!hasCode(error, "timeout") || last === undefined) throw error;
    throw refusalError(`Cannot ${action}: ${last.reason}`, last, { cause: error });
  }
}

export interface Command {
  /** One statement, without its semicolon. */
  readonly sql: string;
  /** What cannot be done where it fails: `run "ksql/01-transactions.sql:3"`; given the line that the server names. */
  readonly action: (line: number | undefined) => string;
  /** Settings of the queries that it starts. */
  readonly properties?: Readonly<Record<string, string>>;
  /** Looks whether what the statement is for has come to be, whoever brought it about. */
  readonly isDone: () => Promise<boolean>;
}

/**
 * Carries out one statement to its end. It is posted again only where it is certain that it was not run and may be in a moment:
 * after a busy or starting server, after a connection that broke, each time with a look at what is there.
 *
 * @throws StreamctlError `processor` when ksqlDB refuses, or does not come to an end before the deadline; `interrupted`
 */
export async function carryOut(url: string, command: Command, deadline: StepDeadline): Promise<void> {
  let last: Refusal | undefined;
  let attempts = 0;
  const isDone = async (): Promise<boolean> => {
    try {
      return await command.isDone();
    } catch (error) {
      // Whoever cannot be asked is asked again.
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
    // What the server said says more than that it was silent just now.
    if (last === undefined || refusal.silent !== true) last = refusal;
    if (again) return undefined;
    // Of a statement that was posted twice, the second is refused where the first had been run after all.
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

/** Undefined where the statement was carried out. */
async function tryOnce(url: string, command: Command, deadline: StepDeadline): Promise<Refusal | undefined> {
  let answer: HttpAnswer;
  try {
    answer = await post(url, command.sql, command.properties ?? {}, deadline);
  } catch (error) {
    // Whether it ran nobody knows: the next look tells.
    if (hasCode(error, "unreachable")) return { reason: `no answer came: ${error.message}`, retry: "again", silent: true };
    throw error;
  }
  if (answer.status !== 200) return refusalOf(answer);
  const entity = at(answer.json, 0);
  const commandId = stringAt(entity, "commandId");
  if (commandId === undefined) {
    // A `warning_entity` has no command: nothing was done, and its words say why.
    const reason = stringAt(entity, "message") ?? "it names no command";
    return { ...failureOf(reason), retry: "never" };
  }
  return await settle(url, commandId, commandStatus(at(entity, "commandStatus")), deadline);
}

interface CommandStatus {
  readonly state: string;
  readonly message: string;
}

function commandStatus(value: unknown): CommandStatus {
  return { state: stringAt(value, "status") ?? "", message: stringAt(value, "message") ?? "" };
}

/** Follows a command that the server took until it has ended. */
async function settle(url: string, commandId: string, first: CommandStatus, deadline: StepDeadline): Promise<Refusal | undefined> {
  let status = first;
  const look = async (): Promise<Refusal | "done" | undefined> => {
    if (status.state === "SUCCESS" || status.state === "TERMINATED") return "done";
    if (status.state === "ERROR") return failureOf(status.message);
    // Its names stand in backticks, and are not found without them.
    const answer = await exchange(`${url}/status/${encodeURI(commandId)}`, within(deadline)).catch((error: unknown) => {
      if (hasCode(error, "unreachable")) return undefined;
      throw error;
    });
    if (answer?.status === 404) return { reason: `the server forgot its command "${commandId}"`, retry: "again" };
    if (answer?.status === 200) status = commandStatus(answer.json);
    return undefined;
  };
  try {
    const end = await pollUntil(look, { ...waitOptions(deadline, "ksqlDB"), intervalMs: 20 });
    return end === "done" ? undefined : end;
  } catch (error) {
    if (!hasCode(error, "timeout")) throw error;
    return { reason: `ksqlDB still carries it out (${status.message})`, retry: "again" };
  }
}

function refused({ action }: Command, refusal: Refusal): StreamctlError {
  return refusalError(`Cannot ${action(refusal.line)}: ${refusal.reason}`, refusal);
}

async function post(url: string, sql: string, properties: Readonly<Record<string, string>>, deadline: StepDeadline): Promise<HttpAnswer> {
  // A comment at the end would swallow the semicolon.
  const ksql = sql.includes("--") ? `${sql}\n;` : `${sql};`;
  return await exchange(`${url}/ksql`, { ...within(deadline), method: "POST", body: { ksql, streamsProperties: properties } });
}

function within(deadline: StepDeadline): HttpRequest {
  const timeoutMs = Math.ceil(Math.min(remainingMs(deadline), answerTimeoutMs));
  return { headers: authorization(), signal: deadline.signal, timeoutMs };
}
