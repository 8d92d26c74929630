import { expect, test } from "bun:test";
import { dataExitCode, summarize, type DataSummary, type WorkerReport } from "../../src/data/summary.ts";
import { emptyLatency } from "../../src/kafka/latency.ts";

const counts: WorkerReport["counts"] = {
  offered: 500,
  accepted: 500,
  delivered: 499,
  failed: 0,
  unresolved: 1,
  bytes: 90_000,
  paidCount: 250,
  paidTotal: 13_000,
  firstEnqueueMs: 1000.25,
  lastReportMs: 3000,
  firstEventTimeMs: 1000,
  lastEventTimeMs: 2000,
};
const nothing: WorkerReport["counts"] = {
  offered: 0,
  accepted: 0,
  delivered: 0,
  failed: 0,
  unresolved: 0,
  bytes: 0,
  paidCount: 0,
  paidTotal: 0,
  firstEnqueueMs: null,
  lastReportMs: null,
  firstEventTimeMs: null,
  lastEventTimeMs: null,
};
const request = { share: { first: 0, stride: 1, count: 1000 }, seed: 7, workers: 2 };

test("summarize() adds up the counts of the workers", () => {
  const reports: WorkerReport[] = [
    { counts, latencyHistogram: emptyLatency(), errors: [{ code: "_PURGE_INFLIGHT", message: "gone", count: 1 }] },
    {
      counts: { ...counts, firstEnqueueMs: 1500, lastReportMs: 3000.25, lastEventTimeMs: 2500, unresolved: 0, failed: 1 },
      latencyHistogram: null,
      errors: [
        { code: "_PURGE_INFLIGHT", message: "gone", count: 2 },
        { code: "MSG_SIZE_TOO_LARGE", message: "large", count: 1 },
      ],
    },
  ];
  expect(summarize(request, reports)).toEqual({
    requested: 1000,
    accepted: 1000,
    delivered: 998,
    failed: 1,
    unresolved: 1,
    paid: { count: 500, total: 26_000 },
    bytes: 180_000,
    elapsedMs: 2000,
    messagesPerSecond: 499,
    latencyMs: { p50: 0, p95: 0, p99: 0, max: 0 },
    errors: [
      { code: "_PURGE_INFLIGHT", message: "gone", count: 3 },
      { code: "MSG_SIZE_TOO_LARGE", message: "large", count: 1 },
    ],
    seed: 7,
    workers: 2,
    firstEventTime: "1970-01-01T00:00:01.000Z",
    lastEventTime: "1970-01-01T00:00:02.500Z",
  });
});

test("summarize() of a run that sent nothing has no times", () => {
  const summary = summarize(request, [{ counts: nothing, latencyHistogram: null, errors: [] }]);
  expect(summary).toMatchObject({ accepted: 0, elapsedMs: 0, messagesPerSecond: 0, firstEventTime: null, lastEventTime: null });
});

test("dataExitCode() is 0 if all requested messages were delivered, 130 if interrupted and all accepted ones were, 1 otherwise", () => {
  const summary = summarize(request, [{ counts, latencyHistogram: null, errors: [] }]);
  const code = (change: Partial<DataSummary>, interrupted: boolean): number => dataExitCode({ ...summary, ...change }, interrupted);
  expect(code({ requested: 500, delivered: 500 }, false)).toBe(0);
  expect(code({ requested: 500, delivered: 500 }, true)).toBe(0);
  expect(code({ requested: 500, delivered: 499 }, false)).toBe(1);
  expect(code({ requested: 1000, accepted: 500, delivered: 500 }, true)).toBe(130);
  expect(code({ requested: 1000, accepted: 500, delivered: 499 }, true)).toBe(1);
  expect(code({ requested: null, accepted: 500, delivered: 500 }, true)).toBe(130);
  expect(code({ requested: null, accepted: 500, delivered: 500 }, false)).toBe(1);
});
