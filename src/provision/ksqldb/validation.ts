/**
 * Has ksqlDB read statements without running them. It checks all statements of a request, one upon the other, against a copy of what it
 * holds before it runs the first: a request whose last statement can never be right is read whole, and not run at all.
 */

import { randomUUID } from "node:crypto";
import { StreamctlError } from "../../core/errors.ts";
import { stringAt } from "../../core/json.ts";
import { type Declared, nameMadeBy, quoted } from "./declarations.ts";
import type { ObjectStep } from "./plan.ts";
import { refusalOf } from "./refusal.ts";
import { ask } from "./server.ts";
import { queryProperties } from "./settings.ts";
import type { Patience } from "../patience.ts";

/**
 * @param steps what would be dropped and made; the statements must name topics that do not exist, so that none stands in the way
 * @param terminated queries that would be terminated first
 * @throws StreamctlError `processor` with the file and the line of the statement that ksqlDB would refuse
 */
export async function validateSteps(
  url: string,
  steps: readonly ObjectStep[],
  terminated: readonly string[],
  patience: Patience,
): Promise<void> {
  const never = `STREAMCTL_NEVER_${randomUUID().replaceAll("-", "").toUpperCase()}`;
  const dropped = steps.filter(({ operation }) => operation === "terminate, drop and create again").map(({ declared }) => declared);
  const made = steps
    .filter(({ operation }) => operation !== "unchanged" && operation !== "replace in place")
    .map(({ declared }) => declared);
  const before = [
    ...terminated.map((id) => `TERMINATE ${quoted(id)}`),
    ...dropped.toReversed().map(({ kind, name }) => `DROP ${kind} ${quoted(name)}`),
  ];
  const texts = [...before, ...made.map(({ statement }) => statement.text), `DESCRIBE ${never}`];
  const answer = await ask(url, texts.join("\n;\n"), patience, queryProperties);
  const message = stringAt(answer.json, "message") ?? "";
  if (message.includes(never)) return;
  const refusal = refusalOf(answer);
  // Where the server names a line, it counts those of the whole request.
  let begin = 1;
  let at: { readonly declared: Declared; readonly line: number } | undefined;
  for (const [index, text] of texts.entries()) {
    const declared = made[index - before.length];
    if (declared && refusal.line !== undefined && refusal.line >= begin) {
      at = { declared, line: declared.statement.line + refusal.line - begin };
    }
    begin += text.split("\n").length + 1;
  }
  // Otherwise it repeats the statement: as it was posted, or as it would write it itself.
  const named = nameMadeBy(stringAt(answer.json, "statementText") ?? "");
  const declared = at?.declared ?? made.find(({ name }) => name === named);
  const where = declared === undefined ? "the statements of ksql" : `"${declared.statement.file}:${at?.line ?? declared.statement.line}"`;
  throw new StreamctlError("processor", `Cannot run ${where}: ${refusal.reason}`);
}
