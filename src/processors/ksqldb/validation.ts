/**
 * Validates statements in ksqlDB without executing them. ksqlDB validates all statements of a request against a copy of its metadata before
 * it executes the first. So a request that ends with an invalid statement is validated completely and never executed.
 */

import { randomUUID } from "node:crypto";
import type { HttpResponse } from "../../core/http.ts";
import { stringAt } from "../../core/json.ts";
import { type Declared, createdName, quoted } from "./declarations.ts";
import type { ObjectStep } from "./plan.ts";
import { mentions, refusalError, refusalOf } from "./refusal.ts";
import { ask } from "./server.ts";
import { queryProperties } from "./settings.ts";
import { positionOf, type Statement } from "../statements.ts";
import type { StepDeadline } from "../../core/step-deadline.ts";

/**
 * @param steps objects to drop and create; the statements must use topics that do not exist, to avoid conflicts with existing ones
 * @param terminated queries to terminate first
 * @throws StreamctlError `processor` with the file and line of the statement that ksqlDB would reject
 */
export async function validateSteps(
  url: string,
  steps: readonly ObjectStep[],
  terminated: readonly string[],
  deadline: StepDeadline,
): Promise<void> {
  const dropped = steps.filter(({ operation }) => operation === "terminate, drop and recreate").map(({ declared }) => declared);
  const made = steps
    .filter(({ operation }) => operation !== "unchanged" && operation !== "replace in place")
    .map(({ declared }) => declared);
  const before = [
    ...terminated.map((id) => `TERMINATE ${quoted(id)}`),
    ...dropped.toReversed().map(({ kind, name }) => `DROP ${kind} ${quoted(name)}`),
  ];
  const refusedAmong = async (read: readonly Declared[]): Promise<HttpResponse | undefined> =>
    await refused(url, [...before, ...read.map(({ statement }) => statement.text)], deadline);
  const answer = await refusedAmong(made);
  if (answer === undefined) return;
  const at = place(answer, before, made) ?? (await firstRejected(made, refusedAmong));
  const where = at === undefined ? "the statements of ksql" : `"${positionOf(at.statement, at.line)}"`;
  const refusal = refusalOf(answer);
  throw refusalError(`Cannot run ${where}: ${refusal.reason}`, refusal, { facts: { status: answer.status } });
}

/** The response to statements that ksqlDB would reject; undefined if they are valid. */
async function refused(url: string, texts: readonly string[], deadline: StepDeadline): Promise<HttpResponse | undefined> {
  const never = `STREAMCTL_NEVER_${randomUUID().replaceAll("-", "").toUpperCase()}`;
  const answer = await ask(url, [...texts, `DESCRIBE ${never}`].join("\n;\n"), deadline, queryProperties);
  return mentions(answer, never) ? undefined : answer;
}

interface Place {
  readonly statement: Statement;
  /** Line of the statement's text, from 1. */
  readonly line?: number;
}

/** The position of the rejected statement; undefined if the response does not contain it. */
function place(answer: HttpResponse, before: readonly string[], made: readonly Declared[]): Place | undefined {
  const { line } = refusalOf(answer);
  // A line in the response counts from the beginning of the request.
  let begin = 1 + before.reduce((lines, text) => lines + lengthOf(text), 0);
  let within: Place | undefined;
  for (const { statement } of made) {
    if (line !== undefined && line >= begin) within = { statement, line: line - begin + 1 };
    begin += lengthOf(statement.text);
  }
  if (within !== undefined) return within;
  // Otherwise the response repeats the statement, in its original or normalized form.
  const named = createdName(stringAt(answer.json, "statementText") ?? "");
  return made.find(({ name }) => name === named);
}

/** For responses with only a reason: validates the statements again, adding one at a time, until one is rejected. */
async function firstRejected(
  made: readonly Declared[],
  refusedAmong: (read: readonly Declared[]) => Promise<HttpResponse | undefined>,
): Promise<Place | undefined> {
  for (const [index, one] of made.entries()) {
    if ((await refusedAmong(made.slice(0, index + 1))) !== undefined) return one;
  }
  return undefined;
}

/** Number of lines that a statement and its semicolon take in a request. */
function lengthOf(text: string): number {
  return text.split("\n").length + 1;
}
