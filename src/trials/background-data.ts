/** Sends records while a trial does something else to the stack. */

import { pollUntil } from "../core/wait.ts";
import type { DataProgress } from "../data/progress.ts";
import type { DataRequest } from "../data/request.ts";
import { runData, type DataContext } from "../data/run.ts";
import type { DataSummary } from "../data/summary.ts";

export interface BackgroundData {
  /** Number of delivered records so far. */
  readonly delivered: number;
  /**
   * Returns when the first records have been delivered, or the run has ended.
   *
   * @param count number of records; default 1
   * @param timeoutMs default 30,000
   * @throws StreamctlError `timeout`, `interrupted`, or the error with which the run ended
   */
  started(count?: number, timeoutMs?: number): Promise<void>;
  /** Waits for the end of a run that ends by itself, or was stopped. @throws StreamctlError with which the run ended */
  ended(): Promise<DataSummary>;
  /**
   * Stops sending, and returns the summary of the run once no record is in flight. The run is in the ledger then.
   *
   * @throws StreamctlError with which the run ended before it sent a record
   */
  stop(): Promise<DataSummary>;
}

/** Maximum wait for the first delivered record, in milliseconds. */
const startTimeoutMs = 30_000;

/** Begins to send. The run ends with its count, when it is stopped, or when the signal of the context fires; `stop` must be called in any case. */
export function sendInBackground(request: DataRequest, context: DataContext): BackgroundData {
  const stopping = new AbortController();
  let delivered = 0;
  let hasEnded = false;
  const onProgress = (progress: DataProgress): void => {
    delivered = progress.delivered;
    context.onProgress?.(progress);
  };
  const run = runData(request, { ...context, onProgress, signal: AbortSignal.any([context.signal, stopping.signal]) });
  const ended = run.then(
    () => void (hasEnded = true),
    () => void (hasEnded = true), // `started` and `stop` report the error.
  );
  return {
    get delivered() {
      return delivered;
    },
    async started(count = 1, timeoutMs = startTimeoutMs) {
      const sends = async (): Promise<true | undefined> => (delivered >= count || hasEnded ? true : undefined);
      await pollUntil(sends, { timeoutMs, signal: context.signal, what: "the first records to be delivered" });
      if (hasEnded) await run;
    },
    ended: async () => await run,
    async stop() {
      stopping.abort();
      await ended;
      return await run;
    },
  };
}
