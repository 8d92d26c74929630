import { expect, test } from "bun:test";
import { TransactionGenerator } from "../../src/data/generator.ts";
import { runShare, type ShareOutcome, type ShareTask } from "../../src/data/share-run.ts";
import { FakeProducer, fakeCounters, type FakeProducerOptions } from "./fake-producer.ts";

const startMs = Date.UTC(2026, 0, 1);

interface Played {
  readonly outcome: ShareOutcome;
  readonly producer: FakeProducer;
  readonly elapsedMs: number;
  readonly offered: number;
}

function play(task: Partial<ShareTask>, options: Partial<FakeProducerOptions> = {}, stopAtMs?: number): Played {
  const clock = { nowMs: 0 };
  const generator = new TransactionGenerator({
    seed: 1,
    eventTime: { kind: "simulated", startMs, spacingUs: 1000 },
    nowMs: () => clock.nowMs,
    capacity: 100,
    realistic: null,
  });
  const producer = new FakeProducer({ clock, room: 1000, deliveredPerMs: 10, ...options });
  const counters = fakeCounters(clock, stopAtMs);
  const whole: ShareTask = {
    worker: 0,
    share: { first: 0, stride: 1, count: 1000 },
    messagesPerSecond: null,
    workers: 1,
    startDelayMs: 0,
    stallMs: 60_000,
    stopMs: 10_000,
    ...task,
  };
  const outcome = runShare(whole, { generator, producer, counters, clockMs: () => clock.nowMs, onLog() {} });
  return { outcome, producer, elapsedMs: clock.nowMs, offered: counters.offered };
}

test("runShare() delivers each index of its share once, however often the producer is full", () => {
  const roomy = play({ share: { first: 2, stride: 3, count: 333 } });
  const narrow = play({ share: { first: 2, stride: 3, count: 333 } }, { room: 7, deliveredPerMs: 0.03 });
  expect(new Set(roomy.producer.values).size).toBe(333);
  expect(narrow.producer.values).toEqual(roomy.producer.values);
  for (const { outcome } of [roomy, narrow]) {
    expect(outcome.end).toBe("complete");
    expect(outcome.statistics).toMatchObject({ accepted: 333, delivered: 333, failed: 0, unresolved: 0, inFlight: 0 });
    expect(outcome.firstEventTimeMs).toBe(startMs + 2);
    expect(outcome.lastEventTimeMs).toBe(startMs + 2 + 332 * 3);
  }
});

test("runShare() produces nothing for an empty share", () => {
  const { outcome } = play({ share: { first: 0, stride: 1, count: 0 } });
  expect(outcome).toMatchObject({ end: "complete", firstEventTimeMs: null, lastEventTimeMs: null });
  expect(outcome.statistics.accepted).toBe(0);
});

test("runShare() produces at its rate", () => {
  const { producer, outcome } = play({ messagesPerSecond: 20, startDelayMs: 3, share: { first: 0, stride: 1, count: 101 } });
  expect(outcome.end).toBe("complete");
  expect(producer.takenAtMs.map((ms) => Math.round(ms))).toEqual(Array.from({ length: 101 }, (_, k) => 3 + k * 50));
});

test("runShare() stops between two calls and waits for the messages in flight", () => {
  const { outcome, offered } = play({ share: { first: 0, stride: 1, count: null } }, { room: 500, deliveredPerMs: 1 }, 1000);
  const { accepted, delivered } = outcome.statistics;
  expect(outcome.end).toBe("stopped");
  expect(delivered).toBe(accepted);
  expect(accepted > 500 && accepted <= offered && offered <= accepted + 100).toBe(true);
  expect(outcome.lastEventTimeMs).toBe(startMs + accepted - 1);
});

test("runShare() purges the messages in flight stopMs after it was stopped", () => {
  const { outcome, elapsedMs } = play({ stopMs: 2000 }, { room: 500, deliveredPerMs: 0 }, 1000);
  expect(outcome.end).toBe("stopped");
  expect(outcome.statistics).toMatchObject({ accepted: 500, delivered: 0, unresolved: 500, inFlight: 0 });
  expect(elapsedMs >= 3000 && elapsedMs <= 3300).toBe(true);
});

test("runShare() ends as stalled when no report comes for stallMs", () => {
  const { outcome, elapsedMs } = play({ stallMs: 5000 }, { room: 500, deliveredPerMs: 0 });
  expect(outcome.end).toBe("stalled");
  expect(outcome.statistics).toMatchObject({ accepted: 500, delivered: 0, unresolved: 500, inFlight: 0 });
  expect(elapsedMs >= 5000 && elapsedMs <= 5300).toBe(true);
});

test("runShare() continues after an outage shorter than stallMs", () => {
  const clock = { nowMs: 0 };
  const producer = new FakeProducer({ clock, room: 10, deliveredPerMs: 0 });
  const generator = new TransactionGenerator({
    seed: 1,
    eventTime: { kind: "live" },
    nowMs: () => 0,
    capacity: 100,
    realistic: null,
  });
  const counters = fakeCounters(clock);
  const task = {
    worker: 0,
    workers: 1,
    share: { first: 0, stride: 1, count: 50 },
    messagesPerSecond: null,
    startDelayMs: 0,
    stallMs: 5000,
    stopMs: 1,
  };
  const clockMs = (): number => {
    if (clock.nowMs >= 4000) producer.deliveredPerMs = 1;
    return clock.nowMs;
  };
  const outcome = runShare(task, { generator, producer, counters, clockMs, onLog() {} });
  expect(outcome.end).toBe("complete");
  expect(outcome.statistics.delivered).toBe(50);
});

test("runShare() does not count the time for which its process was suspended toward stallMs", () => {
  const clock = { nowMs: 0 };
  const producer = new FakeProducer({ clock, room: 1000, deliveredPerMs: 0 });
  const generator = new TransactionGenerator({ seed: 1, eventTime: { kind: "live" }, nowMs: () => 0, capacity: 100, realistic: null });
  const counters = fakeCounters(clock);
  const task = { worker: 0, workers: 1, share: { first: 0, stride: 1, count: 50 }, messagesPerSecond: null, startDelayMs: 0 };
  let stopped = false;
  const clockMs = (): number => {
    if (!stopped && clock.nowMs >= 1000) {
      clock.nowMs += 65_000;
      stopped = true;
    }
    // Reports that arrived meanwhile are read a few updates later.
    if (clock.nowMs >= 68_000) producer.deliveredPerMs = 1;
    return clock.nowMs;
  };
  const outcome = runShare({ ...task, stallMs: 60_000, stopMs: 1 }, { generator, producer, counters, clockMs, onLog() {} });
  expect(outcome.end).toBe("complete");
  expect(outcome.statistics).toMatchObject({ accepted: 50, delivered: 50 });
});

test("runShare() stops at a fatal error", () => {
  const { outcome } = play({ share: { first: 0, stride: 1, count: null } }, { room: 100, deliveredPerMs: 1, fatalAfter: 300 });
  const { accepted, delivered, failed, unresolved } = outcome.statistics;
  expect(outcome.end).toBe("fatal");
  expect(delivered + failed + unresolved).toBe(accepted);
  expect(accepted).toBeLessThan(500);
});

test("runShare() sums the amounts of the delivered transactions", () => {
  const { outcome, producer } = play({});
  const paid = producer.values
    .map((value) => JSON.parse(value) as { status: string; total_paid: number })
    .filter(({ status }) => status === "Paid");
  expect(outcome.statistics.weightedCount).toBe(paid.length);
  expect(outcome.statistics.weightSum).toBe(paid.reduce((sum, { total_paid }) => sum + total_paid, 0));
});

test("runShare() publishes the counts of the messages accepted before an event time out of range", () => {
  const clock = { nowMs: 0 };
  const eventTime = { kind: "simulated", startMs: Date.UTC(9999, 11, 31, 23, 59, 59), spacingUs: 2000 } as const;
  const generator = new TransactionGenerator({ seed: 1, eventTime, nowMs: () => clock.nowMs, capacity: 100, realistic: null });
  const producer = new FakeProducer({ clock, room: 1000, deliveredPerMs: 10 });
  const counters = fakeCounters(clock);
  const task = { worker: 0, share: { first: 0, stride: 1, count: null }, messagesPerSecond: null, workers: 1, startDelayMs: 0 };
  const dependencies = { generator, producer, counters, clockMs: () => clock.nowMs, onLog() {} };
  expect(() => runShare({ ...task, stallMs: 60_000, stopMs: 10_000 }, dependencies)).toThrow("not in the years 1970 to 9999");
  expect(counters.counts).toMatchObject({ accepted: 500, lastEventTimeMs: eventTime.startMs + 499 * 2 });
});
