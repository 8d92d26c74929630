/**
 * A steady rate: message k is due k / rate after the first one was taken. What a late timer or a full queue delayed is made up for, at one and a
 * half times the rate at most: no 20 ms hold more than twice their share and one message. Pure: time is handed in.
 */

export interface PaceOptions {
  /** Of this worker, above 0. */
  readonly messagesPerSecond: number;
  /** When the first message may go, in milliseconds on the clock that the calls use. */
  readonly startMs: number;
}

/** Shortest time between two sends at high rates, in milliseconds: few wakes, and five of them in 20 ms. */
const sliceMs = 5;
/**
 * Five slices touch any 20 ms, the share of which is four slices' worth. Twice the share among five is 1.6 slices' worth; 1.5
 * leaves the other workers of the run their part of the one message more.
 */
const catchUp = 1.5;
/** What is missed by more than this is not made up for: a suspended machine does not wake to a flood. */
const longestDebtMs = 30_000;

/** What arithmetic may be wrong by, in milliseconds and in messages, so that what is due is not held back by it. */
const rounding = 1e-6;

export class Pace {
  readonly #perMs: number;
  /** Most messages of one send, and the least time between two sends. */
  readonly #most: number;
  readonly #gapMs: number;
  #startMs: number;
  #sent = 0;
  #nextSendMs = Number.NEGATIVE_INFINITY;

  constructor({ messagesPerSecond, startMs }: PaceOptions) {
    this.#perMs = messagesPerSecond / 1000;
    this.#startMs = startMs;
    const inSlice = Math.floor(this.#perMs * sliceMs * catchUp);
    const single = inSlice < 3;
    this.#most = single ? 1 : inSlice;
    this.#gapMs = single ? 1 / (2 * this.#perMs) : sliceMs;
  }

  /** How many messages may be sent now; 0 when it is time to wait. */
  allowance(nowMs: number): number {
    if (nowMs < this.#nextSendMs - rounding) return 0;
    return Math.max(0, Math.min(this.#most, this.#due(nowMs) - this.#sent));
  }

  /** Milliseconds until `allowance` may be above 0. */
  waitMs(nowMs: number): number {
    const nextDueMs = this.#startMs + this.#sent / this.#perMs;
    return Math.max(0, nextDueMs - nowMs, this.#nextSendMs - nowMs);
  }

  /**
   * Notes that messages were taken by the producer at that time. The schedule counts from the first one, so that the time of
   * connecting is not made up for.
   */
  noteSent(count: number, nowMs: number): void {
    if (this.#sent === 0) this.#startMs = nowMs;
    this.#sent += count;
    this.#nextSendMs = nowMs + this.#gapMs;
  }

  #due(nowMs: number): number {
    const debtMs = nowMs - this.#startMs - this.#sent / this.#perMs;
    if (debtMs > longestDebtMs) this.#startMs += debtMs - longestDebtMs;
    return Math.floor((nowMs - this.#startMs) * this.#perMs + rounding) + 1;
  }
}
