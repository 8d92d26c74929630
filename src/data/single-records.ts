/**
 * Sends single records that count in their window, each in a window of its own, and enters them in the ledger as one run. For measurements: the
 * producer belongs to the calling thread, so a record is sent without the start of a worker.
 */

import { randomUUID } from "node:crypto";
import { StreamctlError } from "../core/errors.ts";
import { describeTopic } from "../kafka/admin.ts";
import { Producer } from "../kafka/producer.ts";
import { appendRunEnd, appendRunStart } from "../state/ledger.ts";
import { TransactionGenerator } from "./generator.ts";
import { runRecordOf } from "./run.ts";
import { workerCounts } from "./shared-counters.ts";
import { summarize } from "./summary.ts";

export interface SingleRecordsOptions {
  readonly brokers: string;
  readonly topic: string;
  readonly ledgerFile: string;
  readonly seed: number;
  /** Event time from which the records start, in milliseconds since the epoch. */
  readonly startMs: number;
  /** Minimum time between the event times of two records, in milliseconds: the size of a window. */
  readonly spacingMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** Timeout of the description of the topic, and of the delivery of the last records, in milliseconds. */
const timeoutMs = 10_000;
/** Maximum time to block while the queue of the producer is full, in milliseconds. */
const queueMs = 1000;

export class SingleRecords {
  readonly #options: SingleRecordsOptions;
  readonly #topicId: string;
  readonly #runId = randomUUID();
  readonly #producer: Producer;
  readonly #generator: TransactionGenerator;
  #index = 0;

  private constructor(options: SingleRecordsOptions, topicId: string) {
    const { brokers, topic, seed, startMs, spacingMs } = options;
    this.#options = options;
    this.#topicId = topicId;
    this.#producer = new Producer({ brokers, topic });
    const eventTime = { kind: "simulated", startMs, spacingUs: spacingMs * 1000 } as const;
    this.#generator = new TransactionGenerator({ seed, eventTime, nowMs: Date.now, capacity: 1, realistic: null });
  }

  /** Begins the run. @throws StreamctlError `kafka` if the topic does not exist, `unreachable`, `state` if the ledger cannot be written */
  static async open(options: SingleRecordsOptions): Promise<SingleRecords> {
    const { brokers, topic, ledgerFile, signal } = options;
    const found = await describeTopic({ brokers, topic, timeoutMs, signal });
    if (found === null) throw new StreamctlError("kafka", `Topic "${topic}" does not exist at "${brokers}"`, { hint: "Run: streamctl up" });
    const records = new SingleRecords(options, found.topicId);
    const start = { topicId: found.topicId, topic, startedAtMs: Date.now(), requested: null, pid: process.pid };
    await appendRunStart(ledgerFile, { runId: records.#runId, ...start });
    return records;
  }

  /** Sends the next record. @returns its event time. @throws StreamctlError `delivery` if the queue stays full */
  send(): number {
    for (;;) {
      const batch = this.#generator.fill(this.#index, 1, 1);
      this.#index += 1;
      if (batch.weights[0] === 0) continue;
      if (this.#producer.produce(batch, 0, queueMs) === 1) return batch.eventTimeMs(0);
      throw new StreamctlError("delivery", "Cannot send a record: the queue of the producer is full");
    }
  }

  /** Waits for the delivery reports and ends the run. @returns the number of delivered records */
  async end(): Promise<number> {
    const { topic, seed, ledgerFile } = this.#options;
    if (!this.#producer.flush(timeoutMs)) this.#producer.purge();
    const statistics = this.#producer.statistics();
    const counts = workerCounts(statistics, { offered: statistics.accepted, firstEventTimeMs: null, lastEventTimeMs: null });
    const { errors, latencyHistogram } = statistics;
    const sent = summarize({ share: { first: 0, count: null, stride: 1 }, seed, workers: 1 }, [{ counts, errors, latencyHistogram }]);
    await appendRunEnd(ledgerFile, this.#runId, runRecordOf(sent, { topic, topicId: this.#topicId }));
    return statistics.delivered;
  }

  /** Frees the producer. */
  release(): void {
    this.#producer.close();
  }
}
