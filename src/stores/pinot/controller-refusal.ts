/**
 * Classifies refusals by Pinot's controller. The controller returns a status and a text, but no error code. Only this module matches
 * that text, of Pinot 0.11 and 1.x; all other code uses the facts of the error.
 */

import { StreamctlError } from "../../core/errors.ts";
import type { HttpResponse } from "../../core/http.ts";
import { innermostCause } from "../../core/java-error.ts";
import { stringAt } from "../../core/json.ts";

/** `topic-missing`: the topic named in the table does not exist. `kafka-unreachable`: Pinot timed out connecting to Kafka. */
export type RefusalCondition = "topic-missing" | "kafka-unreachable";

const vocabulary: readonly (readonly [RegExp, RefusalCondition])[] = [
  // Pinot 0.11 fails on the missing list of partitions; 1.x names the cause.
  [/partitionsFor|Topic does not exist/u, "topic-missing"],
  [/TransientConsumerException/u, "kafka-unreachable"],
];

const explanations: Readonly<Record<RefusalCondition, { readonly why: string; readonly hint: string }>> = {
  "topic-missing": { why: "its topic does not exist", hint: "Run: streamctl up" },
  "kafka-unreachable": { why: "Pinot cannot reach Kafka", hint: "Run: streamctl status" },
};

/** @param action the action that failed, such as `create table "t"` */
export function controllerRefusal(action: string, answer: HttpResponse): StreamctlError {
  const { status } = answer;
  const text = stringAt(answer.json, "error") ?? `status ${status}`;
  const condition = vocabulary.find(([words]) => words.test(text))?.[1];
  const facts = { engine: "pinot", status, condition };
  const retryable = status === 503 || condition === "kafka-unreachable";
  if (condition !== undefined) {
    const { why, hint } = explanations[condition];
    return new StreamctlError("pinot", `Cannot ${action}: ${why}`, { cause: text, hint, retryable, facts });
  }
  // Pinot repeats the entire text that it could not parse.
  const readable = text.replace(/(?<=Invalid \w+(?: config)? json string): .*/su, " (a field has an invalid value)");
  return new StreamctlError("pinot", `Cannot ${action}: ${innermostCause(readable)}`, { cause: text, retryable, facts });
}
