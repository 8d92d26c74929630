/**
 * Why something failed in Flink, read once from the Java stack trace that its REST interfaces give in place of a code. By the classes of
 * the exceptions where they tell; in the one case in which they do not, by Flink's words.
 */

import { exceptionClasses, innermostCause } from "../../core/java-error.ts";

export interface FlinkFailure {
  /** One line, without names of classes. */
  readonly reason: string;
  /** Class of the innermost exception, with its package; undefined for text that is no trace. */
  readonly exception: string | undefined;
  /** A state that the job was to go on from cannot be read, and never will be. */
  readonly unrestorable: boolean;
}

/** What a state backend throws when it cannot be built from a checkpoint, and a serializer that cannot read an older state. */
const restoring: ReadonlySet<string> = new Set([
  "org.apache.flink.runtime.state.BackendBuildingException",
  "org.apache.flink.util.StateMigrationException",
]);

/** `BackendRestorerProcedure` and `CheckpointCoordinator` throw exceptions of general classes that begin so. */
const notRestored = /\bCould not restore\b/u;

export function readFailure(trace: string): FlinkFailure {
  const classes = exceptionClasses(trace);
  return {
    reason: innermostCause(trace),
    exception: classes.at(-1),
    unrestorable: classes.some((name) => restoring.has(name)) || notRestored.test(trace),
  };
}

/** Where in a statement Flink finds fault, as its parser and its validator write it. */
const position = /(?:\bat |\bfrom )?\bline (?<line>\d+), column \d+(?: to line \d+, column \d+)?:?/giu;

/** As `readFailure()`, of a statement that was refused: the line that Flink names, from 1, apart from the reason. */
export function readStatementFailure(trace: string): FlinkFailure & { readonly line: number | undefined } {
  const failure = readFailure(trace);
  const line = [...trace.matchAll(position)].at(-1)?.groups?.["line"];
  const reason = failure.reason
    .replaceAll(position, "")
    .replaceAll(/\s+/gu, " ")
    .replaceAll(/ (?=[.,])|\.?\s*$/gu, "");
  return { ...failure, reason, line: line === undefined ? undefined : Number(line) };
}
