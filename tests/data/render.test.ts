import { expect, test } from "bun:test";
import { renderProgress, renderSummary } from "../../src/data/render.ts";
import type { DataSummary } from "../../src/data/summary.ts";

const summary: DataSummary = {
  requested: 1000,
  accepted: 1000,
  delivered: 1000,
  failed: 0,
  unresolved: 0,
  paid: { count: 504, total: 27_160 },
  bytes: 187_468,
  elapsedMs: 9991,
  messagesPerSecond: 100.1,
  latencyMs: { p50: 5.28, p95: 5.92, p99: 12.84, max: 112.83 },
  errors: [],
  seed: 5,
  workers: 1,
  firstEventTime: "2026-01-01T00:00:00.000Z",
  lastEventTime: "2026-01-01T00:00:09.990Z",
  topicChange: null,
};

test("renderSummary() shows what was delivered, the amount and the rate", () => {
  expect(renderSummary(summary)).toMatchInlineSnapshot(`
    "Delivered 1,000 of 1,000 messages in 9.99 s: 100/s
    Paid      504 transactions, 27,160 in total
    Latency   p50 5.3 ms, p95 5.9 ms, p99 13 ms, maximum 113 ms
    Events    from 2026-01-01T00:00:00.000Z to 2026-01-01T00:00:09.990Z
    Seed      5, 1 worker
    "
  `);
});

test("renderSummary() shows every lost message", () => {
  const errors = [{ code: "_MSG_TIMED_OUT", message: "Local: Message timed out", count: 120 }];
  const lossy: DataSummary = {
    ...summary,
    requested: 2_000_000,
    accepted: 1000,
    delivered: 879,
    failed: 120,
    unresolved: 1,
    errors,
    workers: 2,
  };
  expect(renderSummary(lossy)).toMatchInlineSnapshot(`
    "Delivered 879 of 2,000,000 messages in 9.99 s: 100/s
    Not sent  1,999,000 messages
    Failed    120 messages, not in the topic
    Unknown   1 message, may be in the topic: no delivery report arrived in time
              120 × Local: Message timed out (_MSG_TIMED_OUT)
    Paid      504 transactions, 27,160 in total
    Latency   p50 5.3 ms, p95 5.9 ms, p99 13 ms, maximum 113 ms
    Events    from 2026-01-01T00:00:00.000Z to 2026-01-01T00:00:09.990Z
    Seed      5, 2 workers
    "
  `);
});

test("renderSummary() uses the singular for one message and one transaction", () => {
  const single = { ...summary, requested: 1, accepted: 1, delivered: 1, paid: { count: 1, total: 60 } };
  expect(renderSummary(single).split("\n").slice(0, 2)).toEqual([
    "Delivered 1 of 1 message in 9.99 s: 100/s",
    "Paid      1 transaction, 60 in total",
  ]);
});

test("renderSummary() of a run that sent nothing is short", () => {
  const nothing = { ...summary, requested: null, accepted: 0, delivered: 0, elapsedMs: 0, messagesPerSecond: 0 };
  expect(renderSummary({ ...nothing, firstEventTime: null, lastEventTime: null })).toMatchInlineSnapshot(`
    "Delivered 0 of 0 messages in 0 ms: 0/s
    Seed      5, 1 worker
    "
  `);
});

test("renderProgress() is one line", () => {
  const progress = {
    requested: 1_000_000,
    accepted: 61_000,
    delivered: 60_000,
    failed: 0,
    unresolved: 0,
    elapsedMs: 750,
    messagesPerSecond: 81_234.4,
  };
  expect(renderProgress(progress)).toBe("60,000 of 1,000,000 delivered · 81,234/s · 1,000 in flight · 750 ms · 11 s left");
  expect(renderProgress({ ...progress, delivered: 990_000, accepted: 1_000_000 })).toBe(
    "990,000 of 1,000,000 delivered · 81,234/s · 10,000 in flight · 750 ms",
  );
  expect(renderProgress({ ...progress, requested: null, accepted: 60_003, failed: 3, elapsedMs: 125_000, messagesPerSecond: 2.25 })).toBe(
    "60,000 delivered · 2.3/s · 3 failed · 2 min 5 s",
  );
});
