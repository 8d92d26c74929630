/** How a failure of librdkafka becomes one of ours. */

import { messageOf, StreamctlError, systemCode } from "../core/errors.ts";

/** librdkafka's names of errors that mean: nobody answers there. */
const silences = new Set(["_TRANSPORT", "_ALL_BROKERS_DOWN", "_RESOLVE", "_TIMED_OUT", "_TIMED_OUT_QUEUE"]);

/** librdkafka's name of the error, such as `_TRANSPORT` or `TOPIC_AUTHORIZATION_FAILED`, where the addon gave one. */
export function kafkaErrorCode(error: unknown): string | undefined {
  const cause = error instanceof StreamctlError ? error.cause : error;
  return systemCode(cause);
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
  if (code !== undefined && silences.has(code)) {
    return new StreamctlError("unreachable", `Cannot ${action}: no answer from Kafka at "${brokers}": ${messageOf(error)}`, {
      cause: error,
      hint: "Check that Kafka runs at this address: streamctl status",
    });
  }
  const why = code === undefined ? messageOf(error) : `${messageOf(error)} (${code})`;
  return new StreamctlError("kafka", `Cannot ${action}: ${why}`, { cause: error });
}
