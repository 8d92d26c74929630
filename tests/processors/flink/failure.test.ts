import { expect, test } from "bun:test";
import { readFailure } from "../../../src/processors/flink/failure.ts";
import { recordedAnswer } from "../recordings.ts";

const traceOf = (file: string): string =>
  (JSON.parse(recordedAnswer(`flink-2.3.0/${file}.http`, /result\/0/u, /errors/u).text) as { errors: readonly string[] }).errors.at(-1) ??
  "";

test("readFailure() returns the class of the innermost exception", () => {
  expect(readFailure(traceOf("refused"))).toEqual({
    reason: expect.stringMatching(/No match found for function signature SUMM/u) as string,
    exception: "org.apache.calcite.sql.validate.SqlValidatorException",
    unrestorable: false,
  });
  expect(readFailure(traceOf("restore-refused")).exception).toBe("java.io.IOException");
});

test("readFailure() recognizes a state that cannot be restored, by class or message", () => {
  // Exceptions of Flink's BackendRestorerProcedure, HeapRestoreOperation and KafkaSource.
  const general =
    "java.lang.Exception: Exception while creating StreamOperatorStateContext.\n\tat org.apache.flink.A.b(A.java:1)\n" +
    "Caused by: org.apache.flink.util.FlinkException: Could not restore keyed state backend for A_1 from any of the 1 provided restore options.";
  const named = "org.apache.flink.util.StateMigrationException: The new state serializer must not be incompatible.";
  const other = "java.lang.RuntimeException: One or more fetchers have encountered exception";
  expect([general, named, other].map((trace) => readFailure(trace).unrestorable)).toEqual([true, true, false]);
});

test("readFailure() returns text that is not a stack trace unchanged", () => {
  expect(readFailure("Job 1234 not found")).toEqual({ reason: "Job 1234 not found", exception: undefined, unrestorable: false });
});
