/** A run of `data` in the background of a measurement. */

import { availableParallelism } from "node:os";
import { StreamctlError } from "../../core/errors.ts";
import type { Log } from "../../core/log.ts";
import { resolveDataRequest } from "../../data/request.ts";
import type { DataSummary } from "../../data/summary.ts";
import { type BackgroundData, sendInBackground } from "../background-data.ts";
import { spacingUs } from "./event-times.ts";
import type { CompareOptions } from "./report.ts";

export interface TrafficPlan {
  readonly brokers: string;
  /** Null to send until it is stopped. */
  readonly count: number | null;
  /** Event time of the first record, in milliseconds since the epoch; the others follow as at the steady rate. */
  readonly startMs: number;
  /** Default: at the steady rate. */
  readonly atFullSpeed?: true;
}

export interface TrafficContext {
  readonly options: CompareOptions;
  readonly ledgerFile: string;
  /** The module that a worker thread of `data` runs. */
  readonly workerEntry: URL;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** Maximum wait for the first records beyond the time that the rate takes, in milliseconds. */
const reachTimeoutMs = 30_000;

export class Traffic {
  readonly #rate: number;
  readonly #data: BackgroundData;
  #isStopped = false;

  /** Begins to send. The caller stops it. */
  constructor({ brokers, count, startMs, atFullSpeed }: TrafficPlan, { options, ...context }: TrafficContext) {
    const { rate, seed } = options;
    const raw = {
      ...(count === null ? {} : { count: String(count) }),
      rate: atFullSpeed ? "max" : String(rate),
      seed: String(seed),
      startTime: new Date(startMs).toISOString(),
      spacing: `${spacingUs(rate)}us`,
      brokers,
    };
    const request = resolveDataRequest(raw, { cores: availableParallelism(), nowMs: startMs, randomSeed: seed });
    const { log, ledgerFile, workerEntry, signal } = context;
    this.#rate = rate;
    this.#data = sendInBackground(request, { log, ledgerFile, workerEntry, signal });
  }

  /** Number of delivered records so far. */
  get delivered(): number {
    return this.#data.delivered;
  }

  /** Waits until this number of records is delivered. @throws StreamctlError `timeout`, `interrupted`, and the errors of the run */
  async reach(count: number): Promise<void> {
    await this.#data.started(count, reachTimeoutMs + (count / this.#rate) * 1000);
  }

  /** Waits for the end of the run. @throws StreamctlError `delivery` unless every record was delivered, and the errors of the run */
  async end(): Promise<DataSummary> {
    const summary = await this.#data.ended();
    const { requested, accepted, delivered } = summary;
    if (delivered === accepted && (this.#isStopped || requested === null || delivered === requested)) return summary;
    throw new StreamctlError("delivery", `${delivered} of ${requested ?? accepted} records were delivered`);
  }

  /** Stops sending and waits for the records in flight. Never throws. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    // The failure is reported by whoever waits for the traffic.
    await this.#data.stop().catch(() => {});
  }
}
