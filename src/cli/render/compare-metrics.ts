/** What `compare` shows about each processor, for the table and for the page. */

import { formatBytes, formatElapsed, formatNumber } from "../../core/units.ts";
import type { CompareRow } from "../../trials/compare/report.ts";

/** One measured value of a row; null where it was not measured. */
export interface Metric {
  /** Name of a row of the table. */
  readonly title: string;
  /** Name within its chart; absent if the chart has no other values. */
  readonly short?: string;
  readonly valueOf: (row: CompareRow) => number | null;
  readonly format: (value: number) => string;
}

/** Values of one kind, which the page shows in one chart. */
export interface MetricGroup {
  readonly title: string;
  readonly description: string;
  /** Null where it depends on what is wanted. */
  readonly better: "lower" | "higher" | null;
  readonly metrics: readonly Metric[];
}

const perRecord = (micros: number): string => `${formatNumber(micros)} µs`;
const perSecond = (records: number): string => `${formatNumber(records)}/s`;

export const metricGroups: readonly MetricGroup[] = [
  {
    title: "Freshness",
    description: "Time from sending a record until Pinot returns a row that includes it, at the steady rate.",
    better: "lower",
    metrics: [
      { title: "freshness p50", short: "p50", valueOf: ({ freshnessMs }) => freshnessMs?.p50 ?? null, format: formatElapsed },
      { title: "freshness p95", short: "p95", valueOf: ({ freshnessMs }) => freshnessMs?.p95 ?? null, format: formatElapsed },
      { title: "freshness p99", short: "p99", valueOf: ({ freshnessMs }) => freshnessMs?.p99 ?? null, format: formatElapsed },
    ],
  },
  {
    title: "Burst",
    description: "Records per second that were read from a full topic, until every window in Pinot was exact.",
    better: "higher",
    metrics: [{ title: "burst", valueOf: ({ burst }) => burst?.recordsPerSecond ?? null, format: perSecond }],
  },
  {
    title: "Recovery",
    description: "Time from a kill of the processor under traffic until every window in Pinot was exact again.",
    better: "lower",
    metrics: [{ title: "recovery", valueOf: ({ recoverMs }) => recoverMs, format: formatElapsed }],
  },
  {
    title: "Processor time",
    description: "Time of a processor core per record: at the steady rate, and during the burst.",
    better: "lower",
    metrics: [
      { title: "CPU per record", short: "steady rate", valueOf: ({ cpuMicrosPerRecord }) => cpuMicrosPerRecord, format: perRecord },
      { title: "CPU in the burst", short: "burst", valueOf: ({ burst }) => burst?.cpuMicrosPerRecord ?? null, format: perRecord },
    ],
  },
  {
    title: "Memory",
    description: "Resident memory of the processor after the steady rate or after the burst, whichever is larger.",
    better: "lower",
    metrics: [{ title: "memory", valueOf: ({ rssBytes }) => rssBytes, format: formatBytes }],
  },
  {
    title: "Updates",
    description: "How often each window was written at the steady rate. More updates show changes earlier, fewer cost less.",
    better: null,
    metrics: [{ title: "updates per window", valueOf: ({ windowUpdates }) => windowUpdates, format: formatNumber }],
  },
  {
    title: "Start",
    description: "Time from the start of the first service of a new stack until everything is healthy, and the processor's part of it.",
    better: "lower",
    metrics: [
      { title: "stack ready", short: "whole stack", valueOf: ({ readyMs }) => readyMs, format: formatElapsed },
      { title: "processor ready", short: "processor", valueOf: ({ processorReadyMs }) => processorReadyMs, format: formatElapsed },
    ],
  },
];

/** The text of a value; a dash where it was not measured. */
export function metricText({ valueOf, format }: Metric, row: CompareRow): string {
  const value = valueOf(row);
  return value === null ? "–" : format(value);
}

/** Whether the windows are exact. */
export function exactText({ exact }: CompareRow): string {
  return exact ? "yes" : "NO";
}
