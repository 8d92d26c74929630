/** librdkafka's log lines, which the addon keeps in a bounded ring instead of printing them. */

import type { NativeLogEntry } from "./native.ts";

export interface LogEntry {
  readonly severity: "error" | "warning" | "info" | "debug";
  /** librdkafka's name of what speaks, such as `FAIL`; for errors of the whole client the name of the error, such as `_RESOLVE`. */
  readonly source: string;
  readonly message: string;
}

/** From syslog's levels (0 emergency … 7 debug). */
export function logEntry([level, source, message]: NativeLogEntry): LogEntry {
  const severity = level <= 3 ? "error" : level === 4 ? "warning" : level <= 6 ? "info" : "debug";
  return { severity, source, message };
}

/** What the client tries again by itself, as while a new broker still loads its coordinator; of a line without its circumstances. */
export function triesAgain(core: string): boolean {
  return core.endsWith(": retrying");
}

/**
 * A line of librdkafka without the thread and the broker that it begins with, without the circumstances at its end, and without its guess
 * that a silent broker is older than 0.10.
 */
export function coreOf(message: string): string {
  return message
    .replace(/^(?:\[thrd:[^\]]*\]: )?(?:\S+\/\w+: )?/u, "")
    .replace(/ \(after \d+ms in .*$/u, "")
    .replace(/: probably due to broker version < 0\.10 .*$/u, "");
}
