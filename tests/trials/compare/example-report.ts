import type { CompareReport, CompareRow } from "../../../src/trials/compare/report.ts";

export const exampleRow: CompareRow = {
  processor: "flink",
  label: "Flink",
  version: "2.3.0",
  readyMs: 12_345,
  processorReadyMs: 4321,
  freshnessMs: { p50: 169, p95: 280, p99: 1410, samples: 300 },
  burst: { records: 300_000, seconds: 2.5, recordsPerSecond: 120_000, cpuMicrosPerRecord: 9.5 },
  cpuMicrosPerRecord: 61.2,
  rssBytes: 393_000_000,
  windowUpdates: 21.3,
  recoverMs: 7890,
  exact: true,
  reason: null,
};

export const failedRow: CompareRow = {
  processor: "spark",
  label: "Spark",
  version: null,
  readyMs: 15_000,
  processorReadyMs: 7500,
  freshnessMs: null,
  burst: null,
  cpuMicrosPerRecord: null,
  rssBytes: null,
  windowUpdates: null,
  recoverMs: null,
  exact: false,
  reason: 'while measuring freshness: 3 of 40 records <img src="x" onerror=alert(1)> & more',
};

export const exampleReport: CompareReport = {
  machine: "A processor, 2 cores, 25.3 GB of memory, Linux 6.1, load 0.5 at the start",
  pipeline: "transactions",
  startedAt: "2026-11-27T09:30:12.345Z",
  elapsedMs: 184_000,
  runtime: "local",
  options: { rate: 2000, durationMs: 30_000, burst: 300_000, seed: 7 },
  rows: [exampleRow, failedRow],
  skipped: [{ processor: "ksqldb", reason: "no source was given" }],
};
