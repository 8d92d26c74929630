/**
 * Why Pinot's controller refused. It gives a status and a text, and no code: here alone its words are read, those of 0.11 and of 1.x.
 * Everybody else decides by the facts that are made of them.
 */

import { StreamctlError } from "../../core/errors.ts";
import type { HttpAnswer } from "../../core/http.ts";
import { innermostCause } from "../../core/java-error.ts";
import { stringAt } from "../../core/json.ts";

/** `topic-missing`: Kafka has no topic of the name in the table. `kafka-unreachable`: Pinot did not reach Kafka within its time. */
export type RefusalCondition = "topic-missing" | "kafka-unreachable";

const vocabulary: readonly (readonly [RegExp, RefusalCondition])[] = [
  // 0.11 falls over the missing list of partitions; 1.x says what is missing.
  [/partitionsFor|Topic does not exist/u, "topic-missing"],
  [/TransientConsumerException/u, "kafka-unreachable"],
];

const explanations: Readonly<Record<RefusalCondition, { readonly why: string; readonly hint: string }>> = {
  "topic-missing": { why: "its topic does not exist", hint: "Type `streamctl up`" },
  "kafka-unreachable": { why: "Pinot does not reach Kafka", hint: "Type `streamctl status`" },
};

/** @param action what was tried, such as `create table "t"` */
export function controllerRefusal(action: string, answer: HttpAnswer): StreamctlError {
  const { status } = answer;
  const text = stringAt(answer.json, "error") ?? `status ${status}`;
  const condition = vocabulary.find(([words]) => words.test(text))?.[1];
  const facts = { engine: "pinot", status, condition };
  const retryable = status === 503 || condition === "kafka-unreachable";
  if (condition !== undefined) {
    const { why, hint } = explanations[condition];
    return new StreamctlError("pinot", `Cannot ${action}: ${why}`, { cause: text, hint, retryable, facts });
  }
  // Pinot repeats the whole text that it could not read.
  const readable = text.replace(/(?<=Invalid \w+(?: config)? json string): .*/su, " (a field has a value that Pinot does not know)");
  return new StreamctlError("pinot", `Cannot ${action}: ${innermostCause(readable)}`, { cause: text, retryable, facts });
}
