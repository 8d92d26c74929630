/**
 * A steady rate: message k is due k / rate after the first one was taken. What a late timer or a full queue delayed is made up for, at one and a
 * half times the rate or somewhat more: no 20 ms hold more than twice their share and one message. Pure: time is handed in.
 */

export interface PaceOptions {
  /** Of this worker, above 0. */
  readonly messagesPerSecond: number;
  /** When the first message may go, in milliseconds on the clock that the calls use. */
  readonly startMs: number;
}

/**
 * Low rates go in bursts more than 20 ms apart, so that any 20 ms hold one burst, of twice their share and one message at
 * most. A burst every 40 ms is enough: at 100 messages a second 25 wakes instead of 100, each of which costs the same as one
 * message does. A burst that was cut short is followed sooner.
 */
const lowRate = { below: 400, gapMs: 40, behindGapMs: 25, most: (perMs: number) => Math.floor(perMs * 40 + 1) } as const;
/**
 * High rates go in slices. Five of them touch any 20 ms, the share of which is four slices' worth: 1.6 times a slice's worth
 * would be twice the share; 1.5 times leaves the other workers of the run their part of the one message more.
 */
const highRate = { gapMs: 5, behindGapMs: 5, most: (perMs: number) => Math.floor(perMs * 7.5) } as const;
/** What is missed by more than this is not made up for: a suspended machine does not wake to a flood. */
const longestDebtMs = 30_000;

/** What arithmetic may be wrong by, in milliseconds and in messages, so that what is due is not held back by it. */
const rounding = 1e-6;

export class Pace {
  readonly #perMs: number;
  /** Most messages of one send, and the least time between two sends: after one that sent all that was due, and after another. */
  readonly #most: number;
  readonly #gapMs: number;
  readonly #behindGapMs: number;
  #startMs: number;
  #sent = 0;
  #nextSendMs = Number.NEGATIVE_INFINITY;

  constructor({ messagesPerSecond, startMs }: PaceOptions) {
    this.#perMs = messagesPerSecond / 1000;
    this.#startMs = startMs;
    const { gapMs, behindGapMs, most } = messagesPerSecond < lowRate.below ? lowRate : highRate;
    this.#gapMs = gapMs;
    this.#behindGapMs = behindGapMs;
    this.#most = most(this.#perMs);
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
    this.#nextSendMs = nowMs + (count < this.#most ? this.#gapMs : this.#behindGapMs);
  }

  #due(nowMs: number): number {
    const debtMs = nowMs - this.#startMs - this.#sent / this.#perMs;
    if (debtMs > longestDebtMs) this.#startMs += debtMs - longestDebtMs;
    return Math.floor((nowMs - this.#startMs) * this.#perMs + rounding) + 1;
  }
}
