/** Aggregates the records of the raw topic batch by batch. Memory grows with the number of windows, not of records. */

import { messageOf, StreamctlError } from "../core/errors.ts";
import { type ConsumedBatch, messageFlags, type PartitionOffset } from "../kafka/consumer.ts";
import { fieldIndex, recordFilter } from "../record/condition.ts";
import { ContractReader, type StreamRecord } from "../record/contract-reader.ts";
import { AmbiguityFinder } from "../record/json-ambiguity.ts";
import { WindowFold } from "../record/window-fold.ts";
import type { VerifySubject } from "./verify-subject.ts";
import { maxWindows } from "./window-comparison.ts";

/** The parts of a consumed batch that a tally uses. */
export type RecordBatch = Pick<ConsumedBatch, "count" | "bytes" | "offsets" | "flags" | "positions">;

export interface TopicCounts {
  /** Records up to the end offsets of the last check; may include some that arrived meanwhile. */
  readonly records: number;
  /** Records that count in the window, and the total of its first `sum` column. Negative amounts, which no run sends, are excluded. */
  readonly measure: { readonly count: number; readonly total: number };
  /** Records that violate the contract, or that the processor may read differently. */
  readonly invalid: number;
  /** Number of invalid records by reason. */
  readonly invalidReasons: Readonly<Record<string, number>>;
  /** Invalid records that the processor may read differently. */
  readonly ambiguous: number;
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export class TopicTally {
  /** The rows of the window. */
  readonly windows: WindowFold;
  /** Starts of windows in which the processor may count ambiguous records. */
  readonly ambiguousWindows = new Set<number>();
  readonly #topic: string;
  readonly #title: string;
  readonly #contract: ContractReader;
  readonly #ambiguities: AmbiguityFinder;
  readonly #amountOf: (record: StreamRecord) => number;
  readonly #maxWindows: number;
  readonly #positions = new Map<number, number>();
  readonly #invalidReasons = new Map<string, number>();
  #records = 0;
  #invalid = 0;
  #ambiguous = 0;
  #counted = 0;
  #total = 0;
  readonly #eventTimeAt: number;
  #newestEventTimeMs: number | undefined;

  /**
   * @param topic name for error messages
   * @param limit maximum number of windows; default one million
   * @throws StreamctlError `not-available` for a window that this version cannot compute
   */
  constructor({ stream, window, reader }: VerifySubject, topic: string, limit = maxWindows) {
    this.windows = new WindowFold(window, stream);
    this.#topic = topic;
    this.#title = reader.title;
    this.#contract = new ContractReader(stream);
    this.#ambiguities = new AmbiguityFinder(stream, this.#contract, reader);
    this.#amountOf = measuredAmount(window, stream);
    this.#eventTimeAt = fieldIndex(stream, stream.eventTime);
    this.#maxWindows = limit;
  }

  get counts(): TopicCounts {
    return {
      records: this.#records,
      measure: { count: this.#counted, total: this.#total },
      invalid: this.#invalid,
      invalidReasons: Object.fromEntries([...this.#invalidReasons].toSorted(([, one], [, other]) => other - one)),
      ambiguous: this.#ambiguous,
    };
  }

  /** The newest event time of a valid record, in milliseconds since the epoch; undefined before the first. */
  get newestEventTimeMs(): number | undefined {
    return this.#newestEventTimeMs;
  }

  /** The next offset to read in a partition; 0 if it was not read yet. */
  positionOf(partition: number): number {
    return this.#positions.get(partition) ?? 0;
  }

  /** Number of offsets before `ends` that have not been added. */
  remaining(ends: readonly PartitionOffset[]): number {
    return ends.reduce((sum, { partition, offset }) => sum + Math.max(0, offset - this.positionOf(partition)), 0);
  }

  /**
   * Adds all records of a batch and updates the positions.
   *
   * @throws StreamctlError `not-available` if there are too many windows, or a sum would not be exact
   */
  add(batch: RecordBatch): void {
    const values = valuesOf(batch);
    for (let index = 0; index < batch.count; index++) {
      this.#addValue(((batch.flags[index] ?? 0) & messageFlags.nullValue) !== 0 ? null : values(index));
    }
    if (this.windows.size > this.#maxWindows) throw this.#beyond(`it makes more than ${this.#maxWindows} windows`);
    for (const { partition, offset } of batch.positions) this.#positions.set(partition, offset);
  }

  #addValue(value: string | Uint8Array | null): void {
    this.#records++;
    const text = typeof value === "string" ? value : textOf(value);
    const written = text === undefined ? undefined : this.#contract.readWritten(text);
    if (written === undefined) this.#addClosely(value);
    else this.#addRecord(written);
  }

  /** Adds a value that is not in the form that `data` writes. */
  #addClosely(value: string | Uint8Array | null): void {
    const read = this.#contract.read(value);
    const ambiguity = value === null ? undefined : this.#ambiguities.find(value, read);
    if (ambiguity !== undefined) {
      this.#ambiguous++;
      for (const timeMs of ambiguity.eventTimesMs) this.ambiguousWindows.add(this.windows.startOf(timeMs));
      this.#addInvalid(`${this.#title} may read it differently: ${ambiguity.quirk}`);
    } else if (typeof read === "string") this.#addInvalid(read);
    else this.#addRecord(read);
  }

  #addRecord(record: StreamRecord): void {
    const timeMs = Number(record[this.#eventTimeAt]);
    if (this.#newestEventTimeMs === undefined || timeMs > this.#newestEventTimeMs) this.#newestEventTimeMs = timeMs;
    try {
      if (!this.windows.add(record)) return;
    } catch (error) {
      throw this.#beyond(messageOf(error), error);
    }
    this.#counted++;
    // A negative amount, which no run sends, would reduce the total, as a lost record does.
    this.#total += Math.max(0, this.#amountOf(record));
  }

  #addInvalid(reason: string): void {
    this.#invalid++;
    this.#invalidReasons.set(reason, (this.#invalidReasons.get(reason) ?? 0) + 1);
  }

  #beyond(why: string, cause?: unknown): StreamctlError {
    return new StreamctlError("not-available", `Cannot verify "${this.#topic}": ${why}`, {
      cause,
      hint: "Delete the data. Run: streamctl down --volumes",
    });
  }
}

/** The amount that the first `sum` column of a window adds up; 0 if there is none. */
function measuredAmount({ columns }: VerifySubject["window"], stream: VerifySubject["stream"]): (record: StreamRecord) => number {
  const [sum] = columns.flatMap(({ aggregate, where }) => (aggregate.kind === "sum" ? [{ field: aggregate.field, where }] : []));
  if (sum === undefined) return () => 0;
  const at = fieldIndex(stream, sum.field);
  const counts = recordFilter([...sum.where, { kind: "known", field: sum.field }], stream);
  return (record) => (counts(record) ? Number(record[at]) : 0);
}

/** Undefined for a tombstone, and for bytes that are not UTF-8. */
function textOf(value: Uint8Array | null): string | undefined {
  if (value === null) return undefined;
  try {
    return utf8.decode(value);
  } catch {
    return undefined;
  }
}

/**
 * Access to the values of a batch. If all bytes are ASCII, the batch is decoded once and values are slices of it, which takes half the time
 * of decoding each value. Otherwise values are bytes.
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
