/**
 * Has ksqlDB read statements without running them. It checks all statements of a request, one upon the other, against a copy of what it
 * holds before it runs the first: a request whose last statement can never be right is read whole, and not run at all.
 */

import { randomUUID } from "node:crypto";
import type { HttpAnswer } from "../../core/http.ts";
import { stringAt } from "../../core/json.ts";
import { type Declared, nameMadeBy, quoted } from "./declarations.ts";
import type { ObjectStep } from "./plan.ts";
import { blames, refusalError, refusalOf } from "./refusal.ts";
import { ask } from "./server.ts";
import { queryProperties } from "./settings.ts";
import type { StepDeadline } from "../../core/step-deadline.ts";

/**
 * @param steps what would be dropped and made; the statements must name topics that do not exist, so that none stands in the way
 * @param terminated queries that would be terminated first
 * @throws StreamctlError `processor` with the file and the line of the statement that ksqlDB would refuse
 */
export async function validateSteps(
  url: string,
  steps: readonly ObjectStep[],
  terminated: readonly string[],
  deadline: StepDeadline,
): Promise<void> {
  const dropped = steps.filter(({ operation }) => operation === "terminate, drop and create again").map(({ declared }) => declared);
  const made = steps
    .filter(({ operation }) => operation !== "unchanged" && operation !== "replace in place")
    .map(({ declared }) => declared);
  const before = [
    ...terminated.map((id) => `TERMINATE ${quoted(id)}`),
    ...dropped.toReversed().map(({ kind, name }) => `DROP ${kind} ${quoted(name)}`),
  ];
  const refusedAmong = async (read: readonly Declared[]): Promise<HttpAnswer | undefined> =>
    await refused(url, [...before, ...read.map(({ statement }) => statement.text)], deadline);
  const answer = await refusedAmong(made);
  if (answer === undefined) return;
  const at = place(answer, before, made) ?? (await firstRefused(made, refusedAmong));
  const where = at === undefined ? "the statements of ksql" : `"${at.file}:${at.line}"`;
  const refusal = refusalOf(answer);
  throw refusalError(`Cannot run ${where}: ${refusal.reason}`, refusal, { facts: { status: answer.status } });
}

/** The answer to statements that ksqlDB would refuse; undefined where it would carry them out. */
async function refused(url: string, texts: readonly string[], deadline: StepDeadline): Promise<HttpAnswer | undefined> {
  const never = `STREAMCTL_NEVER_${randomUUID().replaceAll("-", "").toUpperCase()}`;
  const answer = await ask(url, [...texts, `DESCRIBE ${never}`].join("\n;\n"), deadline, queryProperties);
  return blames(answer, never) ? undefined : answer;
}

interface Place {
  readonly file: string;
  readonly line: number;
}

/** Where the refused statement stands, as far as the answer tells. */
function place(answer: HttpAnswer, before: readonly string[], made: readonly Declared[]): Place | undefined {
  const { line } = refusalOf(answer);
  // Where the server names a line, it counts those of the whole request.
  let begin = 1 + before.reduce((lines, text) => lines + lengthOf(text), 0);
  let within: Place | undefined;
  for (const { statement } of made) {
    if (line !== undefined && line >= begin) within = { file: statement.file, line: statement.line + line - begin };
    begin += lengthOf(statement.text);
  }
  if (within !== undefined) return within;
  // Otherwise it repeats the statement: as it was posted, or as it would write it itself.
  const named = nameMadeBy(stringAt(answer.json, "statementText") ?? "");
  return made.find(({ name }) => name === named)?.statement;
}

/** Of some refusals ksqlDB says nothing but the reason: then the statements are read again, each time one more of them. */
async function firstRefused(
  made: readonly Declared[],
  refusedAmong: (read: readonly Declared[]) => Promise<HttpAnswer | undefined>,
): Promise<Place | undefined> {
  for (const [index, { statement }] of made.entries()) {
    if ((await refusedAmong(made.slice(0, index + 1))) !== undefined) return statement;
  }
  return undefined;
}

/** How many lines of a request a statement and the semicolon after it take. */
function lengthOf(text: string): number {
  return text.split("\n").length + 1;
}
