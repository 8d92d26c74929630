/** Three-second windows of income: how they are cut, and what `verify` expects them to hold. */

import type { Transaction } from "./transaction.ts";

export const windowSizeMs = 3000;

/** Start of the window that holds an event time, both in milliseconds since the epoch; right before 1970 too. */
export function windowStart(eventTimeMs: number): number {
  return Math.floor(eventTimeMs / windowSizeMs) * windowSizeMs;
}

export interface WindowTotal {
  /** Sum in whole units; exact below 2^53. */
  readonly totalPaid: number;
  readonly totalTransactions: number;
}

/** What one Paid transaction pays on average; a window exists only where at least one was paid. */
export function averageTransactionValue(total: WindowTotal): number {
  return total.totalPaid / total.totalTransactions;
}

const initialCapacity = 1024;

/**
 * Totals of Paid transactions by window. Columns of numbers instead of an object a window, so that a million windows take
 * some 60 MB. Records may come in any order.
 */
export class WindowTotals {
  readonly #slots = new Map<number, number>();
  #totalPaid = new Float64Array(initialCapacity);
  #totalTransactions = new Float64Array(initialCapacity);
  // Records mostly arrive in the order of time: the last window is asked for again and again.
  #lastStart = Number.NaN;
  #lastSlot = 0;

  /** Number of windows with at least one Paid transaction. */
  get size(): number {
    return this.#slots.size;
  }

  /**
   * Counts one transaction; Refused ones change nothing.
   *
   * @throws RangeError when a window's sum leaves the range in which it is exact (±2^53 − 1).
   */
  add(transaction: Transaction): void {
    if (transaction.status === "Paid") this.addPaid(transaction.eventTimeMs, transaction.totalPaid);
  }

  /** As `add` for a Paid transaction, without an object. */
  addPaid(eventTimeMs: number, totalPaid: number): void {
    const start = windowStart(eventTimeMs);
    const slot = start === this.#lastStart ? this.#lastSlot : this.#slotOf(start);
    const sum = (this.#totalPaid[slot] ?? 0) + totalPaid;
    if (!Number.isSafeInteger(sum)) {
      throw new RangeError(`Cannot add ${totalPaid} to window ${start}: the sum would not be exact`);
    }
    this.#totalPaid[slot] = sum;
    this.#totalTransactions[slot] = (this.#totalTransactions[slot] ?? 0) + 1;
  }

  /** The total of the window that starts at `start` (milliseconds since the epoch); undefined where nothing was paid. */
  get(start: number): WindowTotal | undefined {
    const slot = this.#slots.get(start);
    return slot === undefined ? undefined : this.#at(slot);
  }

  has(start: number): boolean {
    return this.#slots.has(start);
  }

  /** Window starts with their totals, in the order of first sight. */
  *entries(): IterableIterator<[start: number, total: WindowTotal]> {
    for (const [start, slot] of this.#slots) yield [start, this.#at(slot)];
  }

  #at(slot: number): WindowTotal {
    return { totalPaid: this.#totalPaid[slot] ?? 0, totalTransactions: this.#totalTransactions[slot] ?? 0 };
  }

  #slotOf(start: number): number {
    let slot = this.#slots.get(start);
    if (slot === undefined) {
      slot = this.#slots.size;
      this.#slots.set(start, slot);
      if (slot >= this.#totalPaid.length) this.#grow();
    }
    this.#lastStart = start;
    this.#lastSlot = slot;
    return slot;
  }

  #grow(): void {
    this.#totalPaid = doubled(this.#totalPaid);
    this.#totalTransactions = doubled(this.#totalTransactions);
  }
}

function doubled(column: Float64Array): Float64Array<ArrayBuffer> {
  const wider = new Float64Array(column.length * 2);
  wider.set(column);
  return wider;
}
