import { describe, expect, test } from "bun:test";
import { StreamctlError } from "../../../src/core/errors.ts";
import { measureFreshness } from "../../../src/trials/compare/freshness.ts";

/** A table in which the row of each record appears after a delay. */
function fakeTable(delayMs: (index: number) => number) {
  const rows: { readonly start: number; readonly visibleAtMs: number }[] = [];
  return {
    rows,
    send: (): number => {
      const start = 3000 * (rows.length + 1);
      rows.push({ start, visibleAtMs: performance.now() + delayMs(rows.length) });
      return start;
    },
    readStarts: async (fromMs: number, toMs: number): Promise<readonly number[]> =>
      rows
        .filter(({ start, visibleAtMs }) => start >= fromMs && start <= toMs && performance.now() >= visibleAtMs)
        .map(({ start }) => start),
  };
}

describe("measureFreshness()", () => {
  test("measures every record, and sends on while earlier ones are on their way", async () => {
    const table = fakeTable((index) => (index === 0 ? 400 : 60));
    const times = await measureFreshness({ ...table, durationMs: 500, intervalMs: 50 });
    expect(times).toHaveLength(table.rows.length);
    expect(times.length).toBeGreaterThanOrEqual(5);
    expect(Math.min(...times)).toBeGreaterThanOrEqual(60);
    expect(Math.max(...times)).toBeGreaterThanOrEqual(400);
    expect(times.filter((ms) => ms < 400).length).toBe(times.length - 1);
  });

  test("asks again after an error that may pass, and not after any other", async () => {
    const table = fakeTable(() => 0);
    let asked = 0;
    const passing = async (...range: Parameters<typeof table.readStarts>): Promise<readonly number[]> => {
      asked += 1;
      if (asked === 1) throw new StreamctlError("pinot", "Cannot query Pinot yet", { retryable: true });
      return await table.readStarts(...range);
    };
    expect(await measureFreshness({ ...table, readStarts: passing, durationMs: 100 })).not.toEqual([]);
    const rejecting = async (): Promise<never> => await Promise.reject(new StreamctlError("pinot", "Cannot query Pinot"));
    const failure: unknown = await measureFreshness({ ...table, readStarts: rejecting, durationMs: 100 }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ message: "Cannot query Pinot" });
  });

  test("counts the records that never arrive", async () => {
    const table = fakeTable((index) => (index % 2 === 0 ? 10 : 60_000));
    const options = { ...table, durationMs: 200, intervalMs: 50, graceMs: 100 };
    const failure: unknown = await measureFreshness(options).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      code: "timeout",
      message: expect.stringMatching(/^\d of \d records had no row in Pinot 0\.1 s after the last one was sent$/u),
    });
  });

  test("ends when it is interrupted", async () => {
    const interruption = new AbortController();
    const running = measureFreshness({ ...fakeTable(() => 60_000), durationMs: 60_000, signal: interruption.signal });
    interruption.abort();
    expect(await running.catch((error: unknown) => error)).toMatchObject({ code: "interrupted" });
  });
});
