/**
 * Classifies failures from the Java stack traces that Flink's REST APIs return instead of error codes. Uses the exception classes, except in
 * one case in which only the message is specific.
 */

import { exceptionClasses, innermostCause } from "../../core/java-error.ts";

export interface FlinkFailure {
  /** One line, without class names. */
  readonly reason: string;
  /** Fully qualified class of the innermost exception; undefined for text that is not a stack trace. */
  readonly exception: string | undefined;
  /** The state to resume from cannot be restored; a retry would fail too. */
  readonly unrestorable: boolean;
}

/** Thrown by a state backend that cannot be restored from a checkpoint, and by a serializer that cannot read older state. */
const restoring: ReadonlySet<string> = new Set([
  "org.apache.flink.runtime.state.BackendBuildingException",
  "org.apache.flink.util.StateMigrationException",
]);

/** Messages of `BackendRestorerProcedure` and `CheckpointCoordinator`, which throw generic exception classes. */
const notRestored = /\bCould not restore\b/u;

export function readFailure(trace: string): FlinkFailure {
  const classes = exceptionClasses(trace);
  return {
    reason: innermostCause(trace),
    exception: classes.at(-1),
    unrestorable: classes.some((name) => restoring.has(name)) || notRestored.test(trace),
  };
}

/** The position of an error in a statement, as written by Flink's parser and validator. */
const position = /(?:\bat |\bfrom )?\bline (?<line>\d+), column \d+(?: to line \d+, column \d+)?:?/giu;

/** Like `readFailure()`, for a rejected statement: separates the line that Flink reports, from 1, from the reason. */
export function readStatementFailure(trace: string): FlinkFailure & { readonly line: number | undefined } {
  const failure = readFailure(trace);
  const line = [...trace.matchAll(position)].at(-1)?.groups?.["line"];
  const reason = failure.reason
    .replaceAll(position, "")
    .replaceAll(/\s+/gu, " ")
    .replaceAll(/ (?=[.,])|\.?\s*$/gu, "");
  return { ...failure, reason, line: line === undefined ? undefined : Number(line) };
}
