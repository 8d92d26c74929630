import { expect, test } from "bun:test";
import { innermostCause } from "../../src/core/java-error.ts";
import { recordedAnswer } from "../processors/recordings.ts";

function flinkError(path: string): string {
  return JSON.parse(recordedAnswer(path, /result\/0/u, /errors/u).text).errors.at(-1);
}

test("innermostCause() finds the line with the reason in Flink's answers", () => {
  expect(innermostCause(flinkError("flink-2.3.0/refused.http"))).toBe("No match found for function signature SUMM(<NUMERIC>)");
  expect(innermostCause(flinkError("flink-2.3.0/syntax.http"))).toBe('Encountered "BY" at line 1, column 817.');
  expect(innermostCause(flinkError("flink-2.3.0/restore-refused.http"))).toStartWith(
    "Unexpected magic number. This can have multiple reasons",
  );
});

test.each([
  ["java.lang.IllegalStateException: closed", "closed"],
  ["a.b.C: d.e.FException: why\n\tat a.b.C.d(C.java:1)", "why"],
  ["a.BException: outer\nCaused by: c.DException: inner\n\tat x\nCaused by: e.FException\n\tat y", "inner"],
  ["plain text", "plain text"],
  ["", "no reason given"],
  [
    "a.BException: outer\nCaused by: java.lang.NoClassDefFoundError: com/github/luben/zstd/X",
    "NoClassDefFoundError: com/github/luben/zstd/X",
  ],
  ["java.net.UnknownHostException: vm", "UnknownHostException: vm"],
  ["java.util.concurrent.TimeoutException", "no reason given"],
  [
    "java.lang.NullPointerException: _Fields.STRING_VALUE\n\tat java.base/java.util.Objects.requireNonNull(Objects.java:235)",
    "no reason given",
  ],
])("innermostCause(%j) is %j", (trace, cause) => {
  expect(innermostCause(trace)).toBe(cause);
});
