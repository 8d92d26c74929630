import { expect, test } from "bun:test";
import type { ExitCode } from "../../src/cli/context.ts";
import { runRepeatedly } from "../../src/cli/watch.ts";
import { StreamctlError } from "../../src/core/errors.ts";
import { silentLog } from "../../src/core/log.ts";

const unreachable = new StreamctlError("unreachable", 'Cannot reach "http://127.0.0.1:8099": connection refused');
const refused = new StreamctlError("pinot", "Cannot query Pinot: no such table");

/** Runs a query with these results in turn, and is interrupted after the last one. */
async function watch(everyMs: number | undefined, ...answers: readonly (ExitCode | StreamctlError)[]) {
  const interruption = new AbortController();
  const warnings: string[] = [];
  let runs = 0;
  const run = async (): Promise<ExitCode> => {
    const answer = answers[runs++] ?? 0;
    if (runs === answers.length) interruption.abort();
    if (answer instanceof StreamctlError) throw answer;
    return answer;
  };
  const log = { ...silentLog, warn: (message: string) => void warnings.push(message) };
  const end = await runRepeatedly(run, everyMs, { log, signal: interruption.signal }).catch((error: unknown) => error);
  return { end, runs, warnings };
}

test("runRepeatedly() runs once without an interval, and passes the result or the error on", async () => {
  expect(await watch(undefined, 0)).toEqual({ end: 0, runs: 1, warnings: [] });
  expect(await watch(undefined, unreachable)).toEqual({ end: unreachable, runs: 1, warnings: [] });
});

test("runRepeatedly() runs until it is interrupted, and warns once about an engine that is unreachable", async () => {
  expect(await watch(1, 0, unreachable, unreachable, 0, unreachable, 0)).toEqual({
    end: 130,
    runs: 6,
    warnings: [`${unreachable.message}; retrying`, `${unreachable.message}; retrying`],
  });
});

test("runRepeatedly() ends with an error that is not retryable, and with another exit code than 0", async () => {
  expect(await watch(1, 0, refused, 0)).toEqual({ end: refused, runs: 2, warnings: [] });
  expect(await watch(1, 130, 0)).toEqual({ end: 130, runs: 1, warnings: [] });
});
