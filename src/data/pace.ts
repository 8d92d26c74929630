/**
 * A steady rate: message k is due k / rate after the first one was taken. What a late timer or a full queue delayed is made up for, at one and a
 * half times the rate or somewhat more: no 20 ms hold more than twice their share and one message. Pure: time is handed in.
 */

export interface PaceOptions {
  /** Of this worker, above 0. */
  readonly messagesPerSecond: number;
  /** How many keep such a pace at the same time. */
  readonly workers: number;
  /** When the first message may go, in milliseconds on the clock that the calls use. */
  readonly startMs: number;
}

/** A rhythm, of a rate in messages a millisecond. Each send costs the same as a message or two does, so there are no more than needed. */
interface Rhythm {
  /** Messages that a send waits for. */
  readonly burst: number;
  /** Most messages of one send, when more are due. */
  readonly most: number;
  /** Least time between two sends. */
  readonly gapMs: number;
}

/**
 * Low rates go in bursts more than 20 ms apart, so that any 20 ms hold one burst, which may thus be of twice their share and one message:
 * five of them every 50 ms at a hundred messages a second. Workers of one run share the one message.
 */
function lowRate(perMs: number, workers: number): Rhythm {
  const burst = Math.max(1, Math.floor(perMs * 40 + 1 / workers + rounding));
  return { burst, most: burst, gapMs: 25 };
}

/**
 * High rates go in slices. Five of them touch any 20 ms, the share of which is four slices' worth: 1.6 times a slice's worth
 * would be twice the share; 1.5 times leaves the other workers of the run their part of the one message more.
 */
function highRate(perMs: number): Rhythm {
  return { burst: 1, most: Math.floor(perMs * 7.5), gapMs: 5 };
}

/** Below it, in messages a second, a rate is low. */
const lowRateLimit = 400;
/** What is missed by more than this is not made up for: a suspended machine does not wake to a flood. */
const longestDebtMs = 30_000;

/** What arithmetic may be wrong by, in milliseconds and in messages, so that what is due is not held back by it. */
const rounding = 1e-6;

export class Pace {
  readonly #perMs: number;
  readonly #rhythm: Rhythm;
  #startMs: number;
  #sent = 0;
  #nextSendMs = Number.NEGATIVE_INFINITY;

  constructor({ messagesPerSecond, workers, startMs }: PaceOptions) {
    this.#perMs = messagesPerSecond / 1000;
    this.#startMs = startMs;
    this.#rhythm = messagesPerSecond < lowRateLimit ? lowRate(this.#perMs, workers) : highRate(this.#perMs);
  }

  /** How many messages may be sent now; 0 when it is time to wait. */
  allowance(nowMs: number): number {
    if (nowMs < this.#nextSendMs - rounding) return 0;
    return Math.max(0, Math.min(this.#rhythm.most, this.#due(nowMs) - this.#sent));
  }

  /** Milliseconds until `allowance` may be above 0. */
  waitMs(nowMs: number): number {
    return Math.max(0, this.#dueMs(this.#sent) - nowMs, this.#nextSendMs - nowMs);
  }

  /**
   * Notes that messages were taken by the producer at that time. The schedule counts from the first one, so that the time of
   * connecting is not made up for.
   */
  noteSent(count: number, nowMs: number): void {
    if (this.#sent === 0) this.#startMs = nowMs;
    this.#sent += count;
    const { burst, gapMs } = this.#rhythm;
    this.#nextSendMs = Math.max(nowMs + gapMs, this.#dueMs(this.#sent + burst - 1));
  }

  /** When that message, counted from 0, is due. */
  #dueMs(message: number): number {
    return this.#startMs + message / this.#perMs;
  }

  /** How many messages are due in all. */
  #due(nowMs: number): number {
    const debtMs = nowMs - this.#dueMs(this.#sent);
    if (debtMs > longestDebtMs) this.#startMs += debtMs - longestDebtMs;
    return Math.floor((nowMs - this.#startMs) * this.#perMs + rounding) + 1;
  }
}
