import { expect, test } from "bun:test";
import type { ExitCode } from "../../src/cli/context.ts";
import { askAndWatch } from "../../src/cli/watch.ts";
import { StreamctlError } from "../../src/core/errors.ts";
import { silentLog } from "../../src/core/log.ts";

const away = new StreamctlError("unreachable", 'Cannot reach "http://127.0.0.1:8099": connection refused');
const refused = new StreamctlError("pinot", "Cannot query Pinot: no such table");

/** Asks a question that has these answers, one after the other; after the last one it is interrupted. */
async function watch(everyMs: number | undefined, ...answers: readonly (ExitCode | StreamctlError)[]) {
  const interruption = new AbortController();
  const warnings: string[] = [];
  let asked = 0;
  const ask = async (): Promise<ExitCode> => {
    const answer = answers[asked++] ?? 0;
    if (asked === answers.length) interruption.abort();
    if (answer instanceof StreamctlError) throw answer;
    return answer;
  };
  const log = { ...silentLog, warn: (message: string) => void warnings.push(message) };
  const end = await askAndWatch(ask, everyMs, { log, signal: interruption.signal }).catch((error: unknown) => error);
  return { end, asked, warnings };
}

test("askAndWatch() asks once without an interval, whatever comes of it", async () => {
  expect(await watch(undefined, 0)).toEqual({ end: 0, asked: 1, warnings: [] });
  expect(await watch(undefined, away)).toEqual({ end: away, asked: 1, warnings: [] });
});

test("askAndWatch() goes on until it is interrupted, and over an engine that is away, which it says once", async () => {
  expect(await watch(1, 0, away, away, 0, away, 0)).toEqual({
    end: 130,
    asked: 6,
    warnings: [`${away.message}; asking again`, `${away.message}; asking again`],
  });
});

test("askAndWatch() ends with what would be refused again, and with an answer that ends otherwise", async () => {
  expect(await watch(1, 0, refused, 0)).toEqual({ end: refused, asked: 2, warnings: [] });
  expect(await watch(1, 130, 0)).toEqual({ end: 130, asked: 1, warnings: [] });
});
