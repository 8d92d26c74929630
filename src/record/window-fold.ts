/** Computes a window's rows from the records of its stream: the result that `verify` expects from the processor. */

import { StreamctlError } from "../core/errors.ts";
import type { Stream, Window } from "../spec/pipeline.ts";
import { fieldIndex, recordFilter, type RecordFilter } from "./condition.ts";
import type { StreamRecord } from "./contract-reader.ts";
import { type CompiledColumns, compileColumns } from "./registers.ts";

/** The values of a row, in the order of the window's columns. */
export type WindowValues = readonly number[];

/**
 * The rows of a window, stored in typed arrays: a million rows take about 60 MB. Records may be added in any order.
 */
export class WindowFold {
  readonly window: Window;
  readonly sizeMs: number;
  readonly #eventTimeAt: number;
  readonly #filter: RecordFilter;
  readonly #columns: CompiledColumns;
  readonly #slots = new Map<number, number>();
  // Records mostly arrive in time order, so consecutive records usually belong to the same window.
  #lastStart = Number.NaN;
  #lastSlot = 0;
  #changed: Set<number> | undefined;

  /**
   * @param stream the stream that the window reads
   * @throws StreamctlError `not-available` for a window that this version cannot compute
   */
  constructor(window: Window, stream: Stream) {
    if (window.span.kind !== "tumbling") throw notSupported(window, "its windows overlap");
    if (window.by.length > 0) throw notSupported(window, "its records are grouped");
    this.window = window;
    this.sizeMs = window.span.sizeMs;
    this.#eventTimeAt = fieldIndex(stream, stream.eventTime);
    this.#filter = recordFilter(window.where, stream);
    this.#columns = compileColumns(window, stream);
  }

  /** Number of windows with at least one counted record. */
  get size(): number {
    return this.#slots.size;
  }

  /** Start of the window that contains an event time. Both are milliseconds since the epoch and may be negative. */
  startOf(eventTimeMs: number): number {
    return Math.floor(eventTimeMs / this.sizeMs) * this.sizeMs;
  }

  /**
   * Adds one record. Returns false, and changes nothing, if the record does not meet the window's conditions.
   *
   * @throws RangeError when a sum exceeds the exact integers (±2^53 − 1)
   */
  add(record: StreamRecord): boolean {
    if (!this.#filter(record)) return false;
    const start = this.startOf(Number(record[this.#eventTimeAt]));
    const slot = start === this.#lastStart ? this.#lastSlot : this.#slotOf(start);
    for (const register of this.#columns.registers) {
      const tooMuch = register.add(slot, record);
      if (tooMuch !== undefined) throw new RangeError(`Cannot add ${tooMuch} to window ${start}: the sum would not be exact`);
    }
    return true;
  }

  /** The row of the window that starts at `start` (milliseconds since the epoch); undefined if no record counted. */
  get(start: number): WindowValues | undefined {
    const slot = this.#slots.get(start);
    return slot === undefined ? undefined : this.#columns.valuesAt(slot);
  }

  /** Window starts and rows, in the order in which the windows first appeared. */
  *entries(): IterableIterator<[start: number, values: WindowValues]> {
    for (const [start, slot] of this.#slots) yield [start, this.#columns.valuesAt(slot)];
  }

  /** The starts of the windows that changed since the last call, whose owner is the caller. The first call returns all windows. */
  takeChanges(): ReadonlySet<number> {
    const changed = this.#changed ?? new Set(this.#slots.keys());
    this.#changed = new Set();
    // The next record must register its window again.
    this.#lastStart = Number.NaN;
    return changed;
  }

  #slotOf(start: number): number {
    this.#changed?.add(start);
    let slot = this.#slots.get(start);
    if (slot === undefined) {
      slot = this.#slots.size;
      this.#slots.set(start, slot);
    }
    this.#lastStart = start;
    this.#lastSlot = slot;
    return slot;
  }
}

function notSupported({ name }: Window, why: string): StreamctlError {
  return new StreamctlError("not-available", `Cannot compute window "${name}": ${why}`);
}
