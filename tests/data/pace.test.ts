import { expect, test } from "bun:test";
import { Pace } from "../../src/data/pace.ts";

interface Send {
  readonly atMs: number;
  readonly count: number;
}

/** Runs a pace on a clock that only waiting advances. `lateMs` returns the delay of each wake-up. */
function run(messagesPerSecond: number, untilMs: number, lateMs: (wake: number, nowMs: number) => number, workers = 1): Send[] {
  const pace = new Pace({ messagesPerSecond, workers, startMs: 0 });
  const sends: Send[] = [];
  let wakes = 0;
  for (let nowMs = 0; nowMs < untilMs;) {
    const count = pace.allowance(nowMs);
    if (count > 0) {
      sends.push({ atMs: nowMs, count });
      pace.noteSent(count, nowMs);
    } else {
      wakes += 1;
      nowMs += pace.waitMs(nowMs) + lateMs(wakes, nowMs);
    }
  }
  return sends;
}

/** The largest number of messages in any 20 ms, both ends included. */
function densest(sends: readonly Send[]): number {
  let most = 0;
  let inside = 0;
  let first = 0;
  for (const { atMs, count } of sends) {
    inside += count;
    for (let oldest = sends[first]; oldest !== undefined && oldest.atMs < atMs - 20; oldest = sends[first]) {
      inside -= oldest.count;
      first += 1;
    }
    most = Math.max(most, inside);
  }
  return most;
}

const total = (sends: readonly Send[]): number => sends.reduce((sum, { count }) => sum + count, 0);

const clocks = {
  "an exact clock": () => 0.001,
  "timers that are late by up to 2 ms": (wake: number) => ((wake * 7919) % 200) / 100,
  "a stall of 300 ms every three seconds": (_: number, nowMs: number) => (nowMs % 3000 > 2900 ? 300 : 0.08),
};

for (const [name, lateMs] of Object.entries(clocks)) {
  test.each([0.5, 3, 49, 100, 399, 400, 1000, 10_000, 200_000])(`Pace keeps %d messages per second with ${name}`, (rate) => {
    const sends = run(rate, 10_000, lateMs);
    expect(Math.abs(total(sends) - rate * 10)).toBeLessThanOrEqual(Math.max(1, rate * 0.1));
    expect(densest(sends)).toBeLessThanOrEqual(2 * (rate * 0.02) + 1);
  });
}

test("Pace sends single messages at low rates, when they are due", () => {
  const sends = run(20, 500, () => 0);
  expect(sends.map(({ atMs, count }) => [Math.round(atMs), count])).toEqual(Array.from({ length: 10 }, (_, k) => [k * 50, 1]));
});

test("Pace sends five messages every 50 ms at a hundred messages per second", () => {
  const sends = run(100, 1001, () => 0);
  expect(sends.map(({ count }) => count)).toEqual([1, ...Array.from({ length: 20 }, () => 5)]);
});

test.each([
  [100, 2],
  [100, 5],
  [390, 3],
])("Paces of %d messages a second in all, kept by %d workers at the same time, share the one message more", (rate, workers) => {
  const together = Array.from({ length: workers }, () => run(rate / workers, 10_000, () => 0.001, workers)).flat();
  expect(densest(together.toSorted((a, b) => a.atMs - b.atMs))).toBeLessThanOrEqual(2 * (rate * 0.02) + 1);
  expect(Math.abs(total(together) - rate * 10)).toBeLessThanOrEqual(rate * 0.1);
});

test("Pace sends every 5 ms at high rates", () => {
  const sends = run(100_000, 1000, () => 0);
  expect(sends.length).toBeLessThanOrEqual(201);
});

test("Pace makes up for at most 30 s of a suspension", () => {
  const pace = new Pace({ messagesPerSecond: 1000, workers: 1, startMs: 0 });
  pace.noteSent(1, 0);
  let sent = 0;
  for (let nowMs = 3_600_000; nowMs <= 3_700_000; nowMs += 5) {
    const count = pace.allowance(nowMs);
    sent += count;
    pace.noteSent(count, nowMs);
  }
  expect(sent).toBe(130_001);
});

test("Pace begins its schedule with the first accepted message", () => {
  const pace = new Pace({ messagesPerSecond: 1000, workers: 1, startMs: 10 });
  expect([pace.allowance(9), pace.waitMs(9)]).toEqual([0, 1]);
  expect(pace.allowance(10)).toBe(1);
  pace.noteSent(1, 2000);
  expect([pace.allowance(2001), pace.waitMs(2001)]).toEqual([0, 4]);
  expect(pace.allowance(2005)).toBe(5);
});
