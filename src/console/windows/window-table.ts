/**
 * The windows that the console shows: for each one the row of the table, whether it equals what was computed from the topic, and when it
 * changed. Kept in typed arrays: 100,000 windows take about 15 MB.
 */

import type { ProofMark, WindowRow } from "../api.ts";
import { isSameRow } from "../../pipeline/window-comparison.ts";
import type { WindowFold, WindowValues } from "../../record/window-fold.ts";

/** The computed windows. */
export type ComputedWindows = Pick<WindowFold, "get" | "sizeMs" | "window">;

/** Facts on which it depends whether an unequal window may still change. */
export interface Judgement {
  readonly nowMs: number;
  /** Whether the topic was read to its end, and the processor has read all of it, as far as known. */
  readonly isComplete: boolean;
}

/** An unequal window that has not changed for this time differs, in milliseconds. */
export const settlingMs = 15_000;

/** A window that changes after a pause of this length, and is not among the newest, has a late record. */
const latePauseMs = 10_000;

const marks = ["unknown", "equal", "settling", "differs"] as const satisfies readonly ProofMark[];
/** `absent`: a row without a record that was deleted since, so that there is no such window. */
const [unknown, equal, settling, differs, absent] = [0, 1, 2, 3, 4];

export class WindowTable {
  readonly #computed: ComputedWindows;
  readonly #slots = new Map<number, number>();
  /** By slot, like the arrays below. */
  #starts = new Float64Array(64);
  /** Undefined after a window appeared or disappeared. */
  #sortedStarts: Float64Array | undefined;
  #columns: readonly Float64Array[];
  /** The pass that last found a row; 0 if the table has no row. */
  #rowPass = new Uint32Array(64);
  #duplicatePass = new Uint32Array(64);
  #endsRight = new Uint8Array(64);
  #mark = new Uint8Array(64);
  /** When it last changed, or was first found unequal. */
  #unsettledAtMs = new Float64Array(64);
  #changedAtMs = new Float64Array(64);
  readonly #lateAtMs = new Map<number, number>();
  /** 1 for a window that is not known to be equal. */
  #pending = new Uint8Array(64);
  readonly #counts = [0, 0, 0, 0, 0];
  #newest = Number.NEGATIVE_INFINITY;
  #pass = 0;

  constructor(computed: ComputedWindows) {
    this.#computed = computed;
    this.#columns = computed.window.columns.map(() => new Float64Array(64));
  }

  get sizeMs(): number {
    return this.#computed.sizeMs;
  }

  /** Number of windows, computed or in the table. */
  get size(): number {
    return this.#slots.size - (this.#counts[absent] ?? 0);
  }

  count(mark: ProofMark): number {
    return this.#counts[marks.indexOf(mark)] ?? 0;
  }

  /** Starts of windows that are not known to be equal, in any order. The caller owns the array. */
  pending(): Float64Array {
    return this.#startsWhere((slot) => this.#pending[slot] === 1);
  }

  /** Starts of windows that a late record changed. */
  get late(): readonly number[] {
    return [...this.#lateAtMs.keys()];
  }

  /** Starts of all windows, ascending. The caller must not change it. */
  starts(): Float64Array {
    return (this.#sortedStarts ??= this.#startsWhere((slot) => this.#mark[slot] !== absent).sort());
  }

  #startsWhere(isWanted: (slot: number) => boolean): Float64Array {
    return this.#starts.slice(0, this.#slots.size).filter((_, slot) => isWanted(slot));
  }

  /**
   * Notes that these computed windows have changed.
   *
   * @param isLive whether records are read as they arrive; false while the topic is read for the first time
   */
  noteChanges(starts: Iterable<number>, nowMs: number, isLive: boolean): void {
    for (const start of starts) {
      const slot = this.#slots.get(start) ?? this.#addSlot(start);
      const isOld = start <= this.#newest - 2 * this.#computed.sizeMs;
      const beforeMs = this.#changedAtMs[slot] ?? 0;
      if (isLive && isOld && beforeMs > 0 && nowMs - beforeMs > latePauseMs) this.#lateAtMs.set(start, nowMs);
      this.#changedAtMs[slot] = nowMs;
      this.#unsettledAtMs[slot] = nowMs;
      this.#setMark(slot, settling);
      this.#pending[slot] = 1;
    }
  }

  /** Begins to compare with rows of the table. */
  beginPass(): void {
    this.#pass += 1;
  }

  /** Sets the row of a window, as read from the table. */
  setRow(start: number, end: number, values: WindowValues): void {
    const slot = this.#slots.get(start) ?? this.#addSlot(start);
    if (this.#rowPass[slot] === this.#pass) this.#duplicatePass[slot] = this.#pass;
    this.#rowPass[slot] = this.#pass;
    this.#endsRight[slot] = end === start + this.#computed.sizeMs ? 1 : 0;
    for (const [index, column] of this.#columns.entries()) column[slot] = values[index] ?? Number.NaN;
    this.#pending[slot] = 1;
  }

  /**
   * Ends a pass: windows in this range without a row in this pass have none. Judges all of them that are pending.
   *
   * @param range starts of windows, both included; undefined for a pass over the whole table
   */
  endPass(range: { readonly fromMs: number; readonly toMs: number } | undefined, judgement: Judgement): void {
    for (let slot = 0; slot < this.#slots.size; slot += 1) {
      const start = this.#starts[slot] ?? 0;
      if (range !== undefined && (this.#pending[slot] === 0 || start < range.fromMs || start > range.toMs)) continue;
      if (this.#rowPass[slot] !== this.#pass) this.#rowPass[slot] = 0;
      this.#judge(start, slot, judgement);
    }
  }

  #judge(start: number, slot: number, { nowMs, isComplete }: Judgement): void {
    const expected = this.#computed.get(start);
    const row = this.#rowAt(slot);
    const isDuplicate = row !== undefined && this.#duplicatePass[slot] === this.#rowPass[slot];
    const isSame =
      row === undefined || expected === undefined
        ? row === expected
        : !isDuplicate && this.#endsRight[slot] === 1 && isSameRow(this.#computed.window.columns, row, expected);
    if (isSame) {
      this.#setMark(slot, expected === undefined ? absent : equal);
      this.#unsettledAtMs[slot] = 0;
      this.#pending[slot] = 0;
      return;
    }
    this.#pending[slot] = 1;
    if (this.#unsettledAtMs[slot] === 0) this.#unsettledAtMs[slot] = nowMs;
    if (!isComplete) this.#setMark(slot, expected === undefined ? unknown : settling);
    else this.#setMark(slot, nowMs - (this.#unsettledAtMs[slot] ?? nowMs) > settlingMs ? differs : settling);
  }

  /** A window for the page; undefined if there is none with this start. */
  window(start: number): WindowRow | undefined {
    const slot = this.#slots.get(start);
    if (slot === undefined || this.#mark[slot] === absent) return undefined;
    return {
      startMs: start,
      endMs: start + this.#computed.sizeMs,
      values: this.#rowAt(slot) ?? null,
      expected: this.#computed.get(start) ?? null,
      mark: marks[this.#mark[slot] ?? unknown] ?? "unknown",
      changedLateAtMs: this.#lateAtMs.get(start) ?? null,
    };
  }

  /** The value of one column: that of the table, else the computed one. */
  valueOf(start: number, column: number): number | undefined {
    const slot = this.#slots.get(start);
    if (slot === undefined) return undefined;
    return this.#rowPass[slot] === 0 ? this.#computed.get(start)?.[column] : this.#columns[column]?.[slot];
  }

  markOf(start: number): ProofMark {
    const slot = this.#slots.get(start);
    return marks[slot === undefined ? unknown : (this.#mark[slot] ?? unknown)] ?? "unknown";
  }

  #rowAt(slot: number): WindowValues | undefined {
    return this.#rowPass[slot] === 0 ? undefined : this.#columns.map((column) => column[slot] ?? Number.NaN);
  }

  #setMark(slot: number, mark: number): void {
    const before = this.#mark[slot] ?? unknown;
    this.#counts[before] = (this.#counts[before] ?? 0) - 1;
    this.#counts[mark] = (this.#counts[mark] ?? 0) + 1;
    this.#mark[slot] = mark;
    if ((before === absent) !== (mark === absent)) this.#sortedStarts = undefined;
  }

  #addSlot(start: number): number {
    const slot = this.#slots.size;
    if (slot === this.#starts.length) this.#grow(slot * 2);
    this.#slots.set(start, slot);
    this.#starts[slot] = start;
    this.#sortedStarts = undefined;
    this.#counts[unknown] = (this.#counts[unknown] ?? 0) + 1;
    if (start > this.#newest) this.#newest = start;
    return slot;
  }

  #grow(length: number): void {
    this.#starts = grown(this.#starts, new Float64Array(length));
    this.#columns = this.#columns.map((column) => grown(column, new Float64Array(length)));
    this.#pending = grown(this.#pending, new Uint8Array(length));
    this.#rowPass = grown(this.#rowPass, new Uint32Array(length));
    this.#duplicatePass = grown(this.#duplicatePass, new Uint32Array(length));
    this.#endsRight = grown(this.#endsRight, new Uint8Array(length));
    this.#mark = grown(this.#mark, new Uint8Array(length));
    this.#unsettledAtMs = grown(this.#unsettledAtMs, new Float64Array(length));
    this.#changedAtMs = grown(this.#changedAtMs, new Float64Array(length));
  }
}

function grown<T extends Float64Array | Uint32Array | Uint8Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
