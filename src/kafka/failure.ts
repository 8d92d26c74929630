/**
 * Turns librdkafka's errors into StreamctlErrors by their names. Only the hint depends on the message; no other module parses these
 * messages.
 */

import { messageOf, StreamctlError, systemCode } from "../core/errors.ts";
import { coreOf } from "./client-log.ts";

/** Errors that mean that no broker responded. */
const noAnswer = new Set(["_TRANSPORT", "_ALL_BROKERS_DOWN", "_RESOLVE", "_TIMED_OUT", "_TIMED_OUT_QUEUE"]);

/** librdkafka's name of an error, such as `_TRANSPORT` or `TOPIC_AUTHORIZATION_FAILED`; undefined for other errors. */
export function kafkaErrorCode(error: unknown): string | undefined {
  const cause = error instanceof StreamctlError ? error.cause : error;
  return systemCode(cause);
}

/**
 * Errors of brokers while a partition has no leader or a new one: after a topic was created, or a broker was started or resumed.
 * Source: https://kafka.apache.org/protocol#protocol_error_codes, the retriable ones of ListOffsets.
 */
export const leaderless: ReadonlySet<string> = new Set([
  "NOT_LEADER_FOR_PARTITION",
  "LEADER_NOT_AVAILABLE",
  "FENCED_LEADER_EPOCH",
  "UNKNOWN_LEADER_EPOCH",
  "OFFSET_NOT_AVAILABLE",
]);

/** Hints for errors that are caused by the user's properties. */
const hints = {
  _AUTHENTICATION: "Check sasl.mechanism, sasl.username and sasl.password in the file of --kafka-config",
  _SSL: "Check security.protocol, ssl.ca.location and the client's certificate in the file of --kafka-config",
  _INVALID_ARG: "Check the properties in the file of --kafka-config",
} as const;

function noAnswerHint(reason: string): string {
  if (reason.includes("SSL routines")) return hints._SSL;
  // A server that closes the connection is running, but most likely expects another protocol.
  return /Disconnected|Broken pipe|Connection reset|closed by peer/u.test(reason)
    ? "Set the protocol of this listener, such as security.protocol=sasl_ssl, in a file: --kafka-config FILE"
    : "Check that Kafka is running at this address, or start one with: streamctl up";
}

/**
 * @param action the failed action with its value, as in `create topic "transactions"`
 * @returns `unreachable` when no broker responds, `interrupted` after a cancel, otherwise `kafka`; a StreamctlError is returned unchanged
 */
export function kafkaFailure(action: string, brokers: string, error: unknown): StreamctlError {
  if (error instanceof StreamctlError) return error;
  const code = systemCode(error);
  if (code === "_INTR") return new StreamctlError("interrupted", "Interrupted", { cause: error });
  const reason = coreOf(messageOf(error));
  const facts = { engine: "kafka", engineCode: code };
  if (code !== undefined && noAnswer.has(code)) {
    const hint = noAnswerHint(reason);
    return new StreamctlError("unreachable", `Cannot ${action}: no answer from Kafka at "${brokers}": ${reason}`, {
      cause: error,
      hint,
      facts,
    });
  }
  const hint = code !== undefined && Object.hasOwn(hints, code) ? hints[code as keyof typeof hints] : undefined;
  const why = code === undefined ? reason : `${reason} (${code})`;
  return new StreamctlError("kafka", `Cannot ${action}: ${why}`, {
    cause: error,
    facts,
    retryable: leaderless.has(code ?? ""),
    ...(hint === undefined ? {} : { hint }),
  });
}
