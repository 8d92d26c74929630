/** librdkafka's log lines, which the addon collects in a ring buffer instead of printing them. */

import type { NativeLogEntry } from "./native.ts";

export interface LogEntry {
  readonly severity: "error" | "warning" | "info" | "debug";
  /** librdkafka's log facility, such as `FAIL`; for client-wide errors the name of the error, such as `_RESOLVE`. */
  readonly source: string;
  readonly message: string;
}

/** From syslog's levels (0 emergency … 7 debug). */
export function logEntry([level, source, message]: NativeLogEntry): LogEntry {
  const severity = level <= 3 ? "error" : level === 4 ? "warning" : level <= 6 ? "info" : "debug";
  return { severity, source, message };
}

/**
 * Whether the client retries by itself, as while a new broker loads its coordinator. @param core a line without its context, from `coreOf`
 */
export function triesAgain(core: string): boolean {
  return core.endsWith(": retrying");
}

/**
 * A log line without thread and broker at its beginning, without the context at its end, and without librdkafka's hint that a broker which
 * does not respond may be older than 0.10.
 */
export function coreOf(message: string): string {
  return message
    .replace(/^(?:\[thrd:[^\]]*\]: )?(?:\S+\/\w+: )?/u, "")
    .replace(/ \(after \d+ms in .*$/u, "")
    .replace(/: probably due to broker version < 0\.10 .*$/u, "");
}
