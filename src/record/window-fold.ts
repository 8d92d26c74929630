/** A window of a pipeline, computed from the records of its stream: what `verify` expects the processor to have computed. */

import { StreamctlError } from "../core/errors.ts";
import type { Stream, Window } from "../spec/pipeline.ts";
import { fieldIndex, recordFilter, type RecordFilter } from "./condition.ts";
import type { StreamRecord } from "./contract-reader.ts";
import { type CompiledColumns, compileColumns } from "./registers.ts";

/** Values of a row, in the order of the window's columns. */
export type WindowValues = readonly number[];

/**
 * The rows of a window. Columns of numbers instead of one object per row, so that a million rows take some 60 MB. Records may come
 * in any order.
 */
export class WindowFold {
  readonly window: Window;
  readonly sizeMs: number;
  readonly #eventTimeAt: number;
  readonly #filter: RecordFilter;
  readonly #columns: CompiledColumns;
  readonly #slots = new Map<number, number>();
  // Records mostly arrive in the order of time: the last window is asked for again and again.
  #lastStart = Number.NaN;
  #lastSlot = 0;

  /**
   * @param stream the one that the window reads
   * @throws StreamctlError `not-available` for a window that this version does not compute
   */
  constructor(window: Window, stream: Stream) {
    if (window.span.kind !== "tumbling") throw notComputed(window, "its windows overlap");
    if (window.by.length > 0) throw notComputed(window, "its records are grouped");
    this.window = window;
    this.sizeMs = window.span.sizeMs;
    this.#eventTimeAt = fieldIndex(stream, stream.eventTime);
    this.#filter = recordFilter(window.where, stream);
    this.#columns = compileColumns(window, stream);
  }

  /** Number of windows with at least one record that counts. */
  get size(): number {
    return this.#slots.size;
  }

  /** Start of the window that holds an event time, both in milliseconds since the epoch; right before 1970 too. */
  startOf(eventTimeMs: number): number {
    return Math.floor(eventTimeMs / this.sizeMs) * this.sizeMs;
  }

  /**
   * Adds one record, and answers whether it counts: one that does not hold the window's conditions changes nothing.
   *
   * @throws RangeError when a sum leaves the range in which it is exact (±2^53 − 1)
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

  /** The row of the window that starts at `start` (milliseconds since the epoch); undefined where no record counts. */
  get(start: number): WindowValues | undefined {
    const slot = this.#slots.get(start);
    return slot === undefined ? undefined : this.#columns.valuesAt(slot);
  }

  /** Window starts with their rows, in the order of first sight. */
  *entries(): IterableIterator<[start: number, values: WindowValues]> {
    for (const [start, slot] of this.#slots) yield [start, this.#columns.valuesAt(slot)];
  }

  #slotOf(start: number): number {
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

function notComputed({ name }: Window, why: string): StreamctlError {
  return new StreamctlError("not-available", `Cannot compute window "${name}": ${why}`);
}
