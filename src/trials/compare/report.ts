/** The result of `compare`: one row per processor, as in its JSON document. */

/** What was measured, or null where the trial failed before. */
export interface CompareRow {
  readonly processor: string;
  /** Name in messages. */
  readonly label: string;
  /** Version of the engine; null if it is unknown. */
  readonly version: string | null;
  /** From the start of the first service of a new stack until everything is healthy, in milliseconds; without downloads and image builds. */
  readonly readyMs: number | null;
  /** From the start of the processor's process until it reported ready, in milliseconds. */
  readonly processorReadyMs: number | null;
  readonly freshnessMs: Freshness | null;
  readonly burst: Burst | null;
  /** Processor time per record at the steady rate, in microseconds. */
  readonly cpuMicrosPerRecord: number | null;
  /** Resident memory of the processor: the larger one of those after the steady rate and after the burst. */
  readonly rssBytes: number | null;
  /** Records in the topic of windows per window, at the steady rate. */
  readonly windowUpdates: number | null;
  /** From a kill of the processor until all windows are exact again, in milliseconds. */
  readonly recoverMs: number | null;
  /** Whether every window matches what was sent, and nothing else is in the topic (`verify --strict`). */
  readonly exact: boolean;
  /** Why the row is not exact, or incomplete; null if it is neither. */
  readonly reason: string | null;
}

/** Time from sending a record until Pinot returns a row that includes it, in milliseconds. */
export interface Freshness {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  /** Number of records whose time was measured. */
  readonly samples: number;
}

/** How fast a processor reads what has piled up in the topic. */
export interface Burst {
  readonly records: number;
  /** From the moment at which the processor continues until all windows are exact. */
  readonly seconds: number;
  readonly recordsPerSecond: number;
  readonly cpuMicrosPerRecord: number | null;
}

/** A processor that cannot run on this machine. */
export interface SkippedProcessor {
  readonly processor: string;
  readonly reason: string;
}

/** The conditions, which are the same for all rows. */
export interface CompareOptions {
  /** Messages per second of the steady rate. */
  readonly rate: number;
  /** How long freshness is measured at that rate, in milliseconds. */
  readonly durationMs: number;
  /** Number of records of the burst. */
  readonly burst: number;
  /** 0 to 2^53 − 1. */
  readonly seed: number;
}

export interface CompareReport {
  /** Processor, memory and system, on one line. */
  readonly machine: string;
  /** Name of the pipeline. */
  readonly pipeline: string;
  /** Time of the start, ISO 8601 in UTC. */
  readonly startedAt: string;
  readonly elapsedMs: number;
  readonly runtime: string;
  readonly options: CompareOptions;
  readonly rows: readonly CompareRow[];
  readonly skipped: readonly SkippedProcessor[];
}

/** Whether every processor was measured completely and is exact. */
export function isExact({ rows }: Pick<CompareReport, "rows">): boolean {
  return rows.every(({ exact, reason }) => exact && reason === null);
}

/** A row without any measurement. */
export function emptyRow(processor: string, label: string, version: string | null): CompareRow {
  return {
    processor,
    label,
    version,
    readyMs: null,
    processorReadyMs: null,
    freshnessMs: null,
    burst: null,
    cpuMicrosPerRecord: null,
    rssBytes: null,
    windowUpdates: null,
    recoverMs: null,
    exact: false,
    reason: null,
  };
}
