/** What the raw topic holds, added up batch by batch: memory grows with windows, never with records. */

import { messageOf, StreamctlError } from "../core/errors.ts";
import type { ConsumedBatch, PartitionOffset } from "../kafka/consumer.ts";
import { ambiguityOf, type JsonReader, readerNames } from "../record/json-readers.ts";
import { parseTransaction } from "../record/transaction.ts";
import { WindowTotals } from "../record/window.ts";
import { maxWindows } from "./window-comparison.ts";

/** What a tally needs of a batch as the consumer packs it. */
export type RecordBatch = Pick<ConsumedBatch, "count" | "bytes" | "offsets" | "nullValues" | "positions">;

export interface TopicCounts {
  /** Everything in the topic up to the end offsets of the last look, and what came along while it read up to them. */
  readonly records: number;
  readonly paidRecords: number;
  /** What they pay in all; amounts below 0, which no run makes, are left out. */
  readonly paidTotal: number;
  /** Records that break the contract of a transaction, or that the processor may read otherwise, and how many for which reason. */
  readonly invalid: number;
  readonly invalidReasons: Readonly<Record<string, number>>;
  /** Those of them that the processor may read otherwise. */
  readonly ambiguous: number;
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export class TopicTally {
  /** Totals of the Paid transactions by window. */
  readonly windows = new WindowTotals();
  /** Starts of the windows in which records may count that the processor reads otherwise. */
  readonly ambiguousWindows = new Set<number>();
  readonly #topic: string;
  readonly #reader: JsonReader;
  readonly #maxWindows: number;
  readonly #positions = new Map<number, number>();
  readonly #invalidReasons = new Map<string, number>();
  #records = 0;
  #invalid = 0;
  #ambiguous = 0;
  #paidRecords = 0;
  #paidTotal = 0;

  /**
   * @param topic its name, for errors
   * @param reader what the windows are computed by: records that it may read otherwise than the contract are invalid
   * @param limit windows that are accepted; default a million
   */
  constructor(topic: string, reader: JsonReader, limit = maxWindows) {
    this.#topic = topic;
    this.#reader = reader;
    this.#maxWindows = limit;
  }

  get counts(): TopicCounts {
    return {
      records: this.#records,
      paidRecords: this.#paidRecords,
      paidTotal: this.#paidTotal,
      invalid: this.#invalid,
      invalidReasons: Object.fromEntries([...this.#invalidReasons].toSorted(([, one], [, other]) => other - one)),
      ambiguous: this.#ambiguous,
    };
  }

  /** The offset after the last one of a partition that was added or passed over; 0 for a partition that was not read yet. */
  positionOf(partition: number): number {
    return this.#positions.get(partition) ?? 0;
  }

  /** How many offsets before `ends` have not been added. */
  remaining(ends: readonly PartitionOffset[]): number {
    return ends.reduce((sum, { partition, offset }) => sum + Math.max(0, offset - this.positionOf(partition)), 0);
  }

  /**
   * Adds every record of a batch and takes over its positions.
   *
   * @throws StreamctlError `not-available` beyond the limit of windows, or where a sum is no longer exact
   */
  add(batch: RecordBatch): void {
    const values = valuesOf(batch);
    for (let index = 0; index < batch.count; index++) {
      this.#addValue(batch.nullValues[index] === 1 ? null : values(index));
    }
    if (this.windows.size > this.#maxWindows) throw this.#beyond(`it makes more than ${this.#maxWindows} windows`);
    for (const { partition, offset } of batch.positions) this.#positions.set(partition, offset);
  }

  #addValue(value: string | Uint8Array | null): void {
    this.#records++;
    const transaction = parseTransaction(value);
    const ambiguity = value === null ? undefined : ambiguityOf(value, transaction, this.#reader);
    if (ambiguity !== undefined) {
      this.#ambiguous++;
      for (const start of ambiguity.windows) this.ambiguousWindows.add(start);
      this.#addInvalid(`${readerNames[this.#reader]} may read it otherwise: ${ambiguity.quirk}`);
      return;
    }
    if (typeof transaction === "string") {
      this.#addInvalid(transaction);
      return;
    }
    if (transaction.status !== "Paid") return;
    this.#paidRecords++;
    // An amount below 0, which no run makes, would feign that something of what a run delivered is missing.
    this.#paidTotal += Math.max(0, transaction.totalPaid);
    try {
      this.windows.addPaid(transaction.eventTimeMs, transaction.totalPaid);
    } catch (error) {
      throw this.#beyond(messageOf(error), error);
    }
  }

  #addInvalid(reason: string): void {
    this.#invalid++;
    this.#invalidReasons.set(reason, (this.#invalidReasons.get(reason) ?? 0) + 1);
  }

  #beyond(why: string, cause?: unknown): StreamctlError {
    return new StreamctlError("not-available", `Cannot verify "${this.#topic}": ${why}`, {
      cause,
      hint: "Start afresh with: streamctl down --volumes",
    });
  }
}

/**
 * Access to a batch's values: slices of one text where every byte is a character, which makes positions the same and costs
 * half of decoding each value; bytes otherwise.
 */
function valuesOf({ bytes, offsets }: RecordBatch): (index: number) => string | Uint8Array {
  const range = (index: number): [from: number, to: number] => [offsets[2 * index + 1] ?? 0, offsets[2 * index + 2] ?? 0];
  const text = asciiText(bytes);
  if (text === undefined) return (index) => bytes.subarray(...range(index));
  return (index) => text.slice(...range(index));
}

function asciiText(bytes: Uint8Array): string | undefined {
  try {
    const text = utf8.decode(bytes);
    return text.length === bytes.length ? text : undefined;
  } catch {
    return undefined;
  }
}
