/** Awaits the moment at which every window in Pinot equals what is in the topic. */

import { isRetryable } from "../../core/errors.ts";
import { Deadline, pollUntil } from "../../core/wait.ts";
import { kafkaTopicLog } from "../../pipeline/topic-log.ts";
import { TopicReading } from "../../pipeline/topic-reading.ts";
import { compareWindows } from "../../pipeline/window-comparison.ts";
import { processorOf } from "../../processors/catalog.ts";
import { onlyStream, onlyWindow, transactionsTopic } from "../../spec/names.ts";
import { readWindows } from "../../stores/pinot/broker.ts";

export interface ExactnessOptions {
  readonly brokers: string;
  /** URL of Pinot's broker without a trailing slash. */
  readonly brokerUrl: string;
  /** Name of the processor. */
  readonly processor: string;
  readonly signal: AbortSignal;
}

/** Timeout without progress while the topic is read, in milliseconds. */
const readTimeoutMs = 30_000;

/** Maximum wait for exact windows after this number of records, in milliseconds. */
export function exactTimeoutMs(records: number): number {
  return 120_000 + records;
}

export class Exactness {
  readonly #options: ExactnessOptions;
  readonly #reading: TopicReading;

  constructor(options: ExactnessOptions) {
    const { brokers, processor, signal } = options;
    const subject = { stream: onlyStream, window: onlyWindow, reader: processorOf(processor).jsonReader };
    this.#options = options;
    this.#reading = new TopicReading(kafkaTopicLog({ brokers }, transactionsTopic.name), { subject, signal, stallMs: readTimeoutMs });
  }

  /** Start of the window of an event time; both are milliseconds since the epoch. */
  startOf(eventTimeMs: number): number {
    return this.#reading.tally.windows.startOf(eventTimeMs);
  }

  /** Reads what was sent since the last call, from which it computes the windows. Call it when nothing is being sent. */
  async readTopic(): Promise<void> {
    const within = new Deadline(readTimeoutMs);
    try {
      await this.#reading.readToEnd(within);
    } finally {
      within.release();
    }
  }

  /**
   * Waits until all rows are exact, without reading the topic again.
   *
   * @param until ends the wait with `interrupted`, in addition to the signal of the command
   * @returns when that was first seen, on the clock of `performance.now`
   * @throws StreamctlError `timeout`, `interrupted`, `pinot` if Pinot rejects the query
   */
  async await(timeoutMs: number, until?: AbortSignal): Promise<number> {
    const signal = until === undefined ? this.#options.signal : AbortSignal.any([this.#options.signal, until]);
    const poll = async (within: AbortSignal): Promise<number | undefined> =>
      (await this.#isExact(within)) ? performance.now() : undefined;
    return await pollUntil(poll, { timeoutMs, signal, intervalMs: 20, maxIntervalMs: 50, what: "exact windows in Pinot" });
  }

  async close(): Promise<void> {
    await this.#reading.close();
  }

  async #isExact(signal: AbortSignal): Promise<boolean> {
    const { brokerUrl } = this.#options;
    const columns = onlyWindow.columns.map(({ name }) => name);
    try {
      const rows = readWindows({ brokerUrl, table: onlyWindow.name, columns, signal });
      const { mismatched, extra } = await compareWindows(this.#reading.tally.windows, rows);
      return mismatched.length === 0 && extra.length === 0;
    } catch (error) {
      if (isRetryable(error)) return false;
      throw error;
    }
  }
}
