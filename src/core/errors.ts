/**
 * Every failure that a user may see is a `StreamctlError` with a code from a closed set. The command line prints it as two lines (the
 * message, then the hint) and sets the exit code; no other module prints failures.
 */

export const errorCodes = [
  "usage", // the command line is invalid
  "not-available", // a planned option or value that this version does not support
  "interrupted", // stopped by a signal
  "timeout", // a deadline passed before the awaited state was reached
  "unreachable", // no response from an address
  "port-taken", // another process uses a port that a service needs
  "permission", // a process or a file belongs to another user
  "prerequisite", // a program or certificate is missing on this machine, or too old
  "download", // the engines could not be downloaded
  "no-space", // a disk is full
  "service-failed", // an engine stopped before it was ready
  "not-running", // the command needs a running stack
  "state", // the state folder is unreadable, belongs to something else or was written by another version
  "locked", // another streamctl uses the same state folder
  "kafka", // Kafka or librdkafka rejected a request
  "processor", // the stream processor rejected a request
  "pinot", // Pinot rejected a request
  "dashboard", // the service that shows dashboards rejected a request
  "delivery", // not every message was delivered
  "native", // the native addon is missing or unusable
  "internal", // a defect of streamctl
] as const;

export type ErrorCode = (typeof errorCodes)[number];

/**
 * Facts about a failure besides its code, so that callers decide by facts and never parse a message. The adapter of an engine may add facts.
 */
export interface ErrorFacts {
  /** The engine that rejected the request or did not respond, such as `pinot`. */
  readonly engine?: string | undefined;
  /** HTTP status of its response. */
  readonly status?: number | undefined;
  /** The engine's error code: a number, librdkafka's or the system's name of the error, or the class of an exception. */
  readonly engineCode?: number | string | undefined;
  /** For an engine that returns only a message: the name that the classifier module of that engine gives it. */
  readonly condition?: string | undefined;
  readonly [fact: string]: number | string | boolean | undefined;
}

export interface ErrorDetails {
  /** Shown with `--verbose` only. */
  readonly cause?: unknown;
  /** The next command to run or what to change, in one sentence. */
  readonly hint?: string;
  /** Shown below the message, such as the end of a service's log. */
  readonly detail?: string;
  /** Whether the same operation may succeed later without any change; default: true for `unreachable`, false for all others. */
  readonly retryable?: boolean;
  /** Default: none. */
  readonly facts?: ErrorFacts;
}

/**
 * The only error class. The message says what happened, with the value: `Cannot reach "<url>": connection refused`. Sentence case, no full
 * stop.
 */
export class StreamctlError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly detail: string | undefined;
  /** Whether waiting may help: waits continue after a retryable error and end immediately with any other. */
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

/** Whether `error` has the given code. */
export function hasCode(error: unknown, code: ErrorCode): error is StreamctlError {
  return error instanceof StreamctlError && error.code === code;
}

/** Whether the same operation may succeed later without any change. */
export function isRetryable(error: unknown): error is StreamctlError {
  return error instanceof StreamctlError && error.retryable;
}

/** The message of any thrown value. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Why a file that the user named could not be read. */
export function whyUnreadable(error: unknown): string {
  return systemCode(error) === "ENOENT" ? "the file does not exist" : messageOf(error);
}

/** The error code (`ENOENT`, `EADDRINUSE`, …) of a failed system call; undefined for other errors. */
export function systemCode(error: unknown): string | undefined {
  if (typeof error === "object" && error !== null && "code" in error && typeof error.code === "string") {
    return error.code;
  }
  return undefined;
}

/** Whether a disk is full, or the user's quota used up. */
export function isDiskFull(error: unknown): boolean {
  return systemCode(error) === "ENOSPC" || systemCode(error) === "EDQUOT" || hasCode(error, "no-space");
}
