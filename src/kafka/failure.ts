/** How a failure of librdkafka becomes one of ours: by its name of the error. Only a hint is chosen by its words, which are read here alone. */

import { messageOf, StreamctlError, systemCode } from "../core/errors.ts";
import { coreOf } from "./client-log.ts";

/** librdkafka's names of errors that mean: nobody answers there. */
const silences = new Set(["_TRANSPORT", "_ALL_BROKERS_DOWN", "_RESOLVE", "_TIMED_OUT", "_TIMED_OUT_QUEUE"]);

/** librdkafka's name of the error, such as `_TRANSPORT` or `TOPIC_AUTHORIZATION_FAILED`, where the addon gave one. */
export function kafkaErrorCode(error: unknown): string | undefined {
  const cause = error instanceof StreamctlError ? error.cause : error;
  return systemCode(cause);
}

/**
 * What brokers say while a partition's leader is new: just after its topic was made, or a broker was started or thawed.
 * Source: https://kafka.apache.org/protocol#protocol_error_codes, the retriable ones of ListOffsets.
 */
export const leaderless: ReadonlySet<string> = new Set([
  "NOT_LEADER_FOR_PARTITION",
  "LEADER_NOT_AVAILABLE",
  "FENCED_LEADER_EPOCH",
  "UNKNOWN_LEADER_EPOCH",
  "OFFSET_NOT_AVAILABLE",
]);

/** What to do about refusals that the user's own properties cause. */
const hints = {
  _AUTHENTICATION: "Check sasl.mechanism, sasl.username and sasl.password in the file of --kafka-config",
  _SSL: "Check security.protocol, ssl.ca.location and the client's certificate in the file of --kafka-config",
  _INVALID_ARG: "Check the properties in the file of --kafka-config",
} as const;

function silenceHint(reason: string): string {
  if (reason.includes("SSL routines")) return hints._SSL;
  // Whoever hangs up is there, and was spoken to in the wrong protocol more often than not.
  return /Disconnected|Broken pipe|Connection reset|closed by peer/u.test(reason)
    ? "Say what this listener speaks, as in security.protocol=sasl_ssl, in a file: --kafka-config FILE"
    : "Check that Kafka runs at this address, or start one with: streamctl up";
}

/**
 * @param action what was tried, with its value, as in `create topic "transactions"`
 * @returns `unreachable` when nothing answers at the brokers, `interrupted` after a cancel, `kafka` otherwise; a
 *   StreamctlError passes through
 */
export function kafkaFailure(action: string, brokers: string, error: unknown): StreamctlError {
  if (error instanceof StreamctlError) return error;
  const code = systemCode(error);
  if (code === "_INTR") return new StreamctlError("interrupted", "Interrupted", { cause: error });
  const reason = coreOf(messageOf(error));
  const facts = { engine: "kafka", engineCode: code };
  if (code !== undefined && silences.has(code)) {
    const hint = silenceHint(reason);
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
