/**
 * Every failure that a person may meet is one `StreamctlError` with a code from a closed set. The command line turns it into
 * two lines (what and why, then what to type) and an exit code; nothing else prints or decides about failures.
 */

export const errorCodes = [
  "usage", // what was typed cannot be carried out as typed
  "not-available", // a planned option or value that this version does not serve
  "interrupted", // stopped by a signal
  "timeout", // a deadline passed before the awaited state was seen
  "unreachable", // nothing answers at an address
  "port-taken", // an address that a service needs belongs to somebody else
  "permission", // a process or a file belongs to another user
  "prerequisite", // this machine lacks a program or a certificate, or has too old a one
  "download", // the engines could not be fetched
  "no-space", // no room left on a disk
  "service-failed", // an engine stopped before it was ready
  "not-running", // a command needs a stack that is not up
  "state", // the state folder is unreadable, foreign or from another version
  "locked", // another streamctl works on the same state folder
  "kafka", // Kafka or librdkafka refused
  "processor", // the stream processor refused
  "pinot", // Pinot refused
  "delivery", // not every message was delivered
  "native", // the native addon is missing or unusable
  "internal", // a defect of streamctl
] as const;

export type ErrorCode = (typeof errorCodes)[number];

/**
 * What is known of a failure besides its code, so that whoever decides what to do next reads no message. Open: the adapter of an engine
 * adds facts of its own where it has any.
 */
export interface ErrorFacts {
  /** Who refused or did not answer, such as `pinot`. */
  readonly engine?: string | undefined;
  /** HTTP status of its answer. */
  readonly status?: number | undefined;
  /** Its own code of the error: a number, a name of librdkafka's or the system's, the class of an exception. */
  readonly engineCode?: number | string | undefined;
  /** What its words mean where it has no code for it, as the one module that reads those words calls it. */
  readonly condition?: string | undefined;
  readonly [fact: string]: number | string | boolean | undefined;
}

export interface ErrorDetails {
  /** What led to this failure; shown with `--verbose` only. */
  readonly cause?: unknown;
  /** The next command to type or thing to change, as one sentence. */
  readonly hint?: string;
  /** Text to show under the message, such as the end of a service's log. */
  readonly detail?: string;
  /** Whether the same may succeed in a moment although nobody changes anything; default: true for `unreachable`, false for all others. */
  readonly retryable?: boolean;
  /** Default: none. */
  readonly facts?: ErrorFacts;
}

/**
 * The one error class. Message: `Cannot <action> "<value>": <current state>`, sentence case, no full stop.
 */
export class StreamctlError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly detail: string | undefined;
  /** Whether waiting may help; what waits for anything ends at once with an error that is not. */
  readonly retryable: boolean;
  readonly facts: ErrorFacts;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = "StreamctlError";
    this.code = code;
    this.hint = details.hint;
    this.detail = details.detail;
    this.retryable = details.retryable ?? code === "unreachable";
    this.facts = details.facts ?? {};
  }
}

/** Whether `error` carries the given code. */
export function hasCode(error: unknown, code: ErrorCode): error is StreamctlError {
  return error instanceof StreamctlError && error.code === code;
}

/** Whether the same may succeed in a moment although nobody changes anything. */
export function isRetryable(error: unknown): error is StreamctlError {
  return error instanceof StreamctlError && error.retryable;
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The POSIX error code (`ENOENT`, `EADDRINUSE`, …) of a system call's failure, if it has one. */
export function systemCode(error: unknown): string | undefined {
  if (typeof error === "object" && error !== null && "code" in error && typeof error.code === "string") {
    return error.code;
  }
  return undefined;
}

/** Whether a disk, or the share of it that this user may have, is used up. */
export function isDiskFull(error: unknown): boolean {
  return systemCode(error) === "ENOSPC" || systemCode(error) === "EDQUOT" || hasCode(error, "no-space");
}
