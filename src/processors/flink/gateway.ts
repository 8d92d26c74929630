/**
 * Client for the parts of Flink's SQL gateway that provisioning uses: sessions, statements and the job that a statement starts. Tables
 * exist as long as their session; jobs outlive it. https://nightlies.apache.org/flink/flink-docs-stable/docs/sql/sql-gateway/rest/
 */

import { StreamctlError } from "../../core/errors.ts";
import { exchange, type HttpResponse, type HttpRequest } from "../../core/http.ts";
import { arrayAt, stringAt } from "../../core/json.ts";
import { pollUntil } from "../../core/wait.ts";
import { type StepDeadline, remainingMs, waitOptions } from "../../core/step-deadline.ts";
import { positionOf, type Statement } from "../statements.ts";
import { readStatementFailure } from "./failure.ts";

export interface GatewaySession {
  /**
   * Runs one statement to completion. An INSERT completes with its submission and returns the id of the job.
   *
   * @throws StreamctlError `processor` with the innermost cause if Flink rejects the statement
   */
  execute(statement: Statement, deadline: StepDeadline): Promise<{ readonly jobId?: string }>;
  /** Closes the session. Never throws: the gateway closes idle sessions itself. */
  close(): Promise<void>;
}

/** Opens a session. `properties` apply to its statements and to the jobs that they start. */
export async function openGatewaySession(
  gatewayUrl: string,
  properties: Readonly<Record<string, string>>,
  deadline: StepDeadline,
): Promise<GatewaySession> {
  const call = (path: string, request: HttpRequest = {}) => exchange(`${gatewayUrl}/v3${path}`, request);
  const within = (): HttpRequest => ({ signal: deadline.signal, timeoutMs: Math.min(remainingMs(deadline), 30_000) });
  const opened = await call("/sessions", { ...within(), method: "POST", body: { sessionName: "streamctl", properties } });
  const session = stringAt(opened.json, "sessionHandle");
  if (session === undefined) throw refusal(() => `Cannot open a session of Flink's SQL gateway at "${gatewayUrl}"`, opened);
  return {
    execute: (statement, forStatement) => executeStatement(call, session, statement, forStatement),
    async close() {
      await call(`/sessions/${session}`, { method: "DELETE", timeoutMs: 2000 }).catch(() => undefined);
    },
  };
}

type Call = (path: string, request?: HttpRequest) => Promise<HttpResponse>;

async function executeStatement(call: Call, session: string, statement: Statement, deadline: StepDeadline) {
  const refused = (answer: HttpResponse): StreamctlError => refusal((line) => `Cannot run "${positionOf(statement, line)}"`, answer);
  const request = (): HttpRequest => ({ signal: deadline.signal, timeoutMs: Math.min(remainingMs(deadline), 30_000) });
  const posted = await call(`/sessions/${session}/statements`, { ...request(), method: "POST", body: { statement: statement.text } });
  const operation = stringAt(posted.json, "operationHandle");
  if (operation === undefined) throw refused(posted);
  const path = `/sessions/${session}/operations/${operation}`;
  await pollUntil(
    async () => {
      const answer = await call(`${path}/status`, request());
      const status = stringAt(answer.json, "status");
      if (status === undefined) throw refused(answer);
      return status === "PENDING" || status === "RUNNING" || status === "INITIALIZED" ? undefined : status;
    },
    { ...waitOptions(deadline, `Flink to accept "${statement.file}"`), intervalMs: 5, maxIntervalMs: 50 },
  );
  // The result of a failed operation contains the reason.
  const result = await call(`${path}/result/0?rowFormat=JSON`, request());
  if (result.status !== 200) throw refused(result);
  await call(`${path}/close`, { ...request(), method: "DELETE" });
  const jobId = stringAt(result.json, "jobID");
  return jobId === undefined ? {} : { jobId };
}

/** @param action describes the failed action, given the line of the statement that Flink reports, from 1 */
function refusal(action: (line: number | undefined) => string, { status, json }: HttpResponse): StreamctlError {
  const trace = arrayAt(json, "errors").findLast((error): error is string => typeof error === "string");
  const facts = { engine: "flink", status };
  if (trace === undefined)
    return new StreamctlError("processor", `${action(undefined)}: unexpected response with status ${status}`, { facts });
  const { line, reason, exception, unrestorable } = readStatementFailure(trace);
  return new StreamctlError("processor", `${action(line)}: ${reason}`, {
    cause: trace,
    facts: { ...facts, engineCode: exception, unrestorable },
  });
}
