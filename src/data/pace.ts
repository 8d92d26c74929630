/**
 * Keeps a steady rate: message k is due k / rate after the first one was accepted. After a late timer or a full queue the rate is up to about
 * 1.5 times as high until it has caught up. In any 20 ms, at most twice the due number of messages plus one are sent. Pure: the time is passed
 * in.
 */

export interface PaceOptions {
  /** Rate of this worker, above 0. */
  readonly messagesPerSecond: number;
  /** Number of workers that send at this rate. */
  readonly workers: number;
  /** When the first message may be sent, in milliseconds of the clock that the calls use. */
  readonly startMs: number;
}

/** How often and how much to send. A send costs as much as one or two messages, so their number is kept low. */
interface SendPattern {
  /** Minimum number of due messages before a send. */
  readonly burst: number;
  /** Maximum number of messages per send. */
  readonly most: number;
  /** Minimum time between two sends. */
  readonly gapMs: number;
}

/**
 * Low rates are sent in bursts more than 20 ms apart. Any 20 ms contain at most one burst, so a burst may have twice the due number plus one:
 * five messages every 50 ms at a hundred messages per second. The additional message is divided among the workers of a run.
 */
function lowRate(perMs: number, workers: number): SendPattern {
  const burst = Math.max(1, Math.floor(perMs * 40 + 1 / workers + rounding));
  return { burst, most: burst, gapMs: 25 };
}

/**
 * High rates are sent every 5 ms. Any 20 ms may contain five sends but only the due messages of four intervals: at 1.6 times the due number per
 * send they would contain exactly twice their due number; 1.5 leaves room for the additional message of each other worker.
 */
function highRate(perMs: number): SendPattern {
  return { burst: 1, most: Math.floor(perMs * 7.5), gapMs: 5 };
}

/** Rates below this are low, in messages per second. */
const lowRateLimit = 400;
/** Maximum delay that is caught up, so that a machine that was suspended does not send everything at once. */
const longestDelayMs = 30_000;

/** Tolerance for rounding errors, in milliseconds and in messages. */
const rounding = 1e-6;

export class Pace {
  readonly #perMs: number;
  readonly #pattern: SendPattern;
  #startMs: number;
  #sent = 0;
  #nextSendMs = Number.NEGATIVE_INFINITY;

  constructor({ messagesPerSecond, workers, startMs }: PaceOptions) {
    this.#perMs = messagesPerSecond / 1000;
    this.#startMs = startMs;
    this.#pattern = messagesPerSecond < lowRateLimit ? lowRate(this.#perMs, workers) : highRate(this.#perMs);
  }

  /** Number of messages that may be sent now. */
  allowance(nowMs: number): number {
    if (nowMs < this.#nextSendMs - rounding) return 0;
    return Math.max(0, Math.min(this.#pattern.most, this.#due(nowMs) - this.#sent));
  }

  /** Milliseconds until `allowance` may be above 0. */
  waitMs(nowMs: number): number {
    return Math.max(0, this.#dueMs(this.#sent) - nowMs, this.#nextSendMs - nowMs);
  }

  /** Records that the producer accepted messages. The schedule begins with the first one, so that the time to connect does not count as a delay. */
  noteSent(count: number, nowMs: number): void {
    if (this.#sent === 0) this.#startMs = nowMs;
    this.#sent += count;
    const { burst, gapMs } = this.#pattern;
    this.#nextSendMs = Math.max(nowMs + gapMs, this.#dueMs(this.#sent + burst - 1));
  }

  /** When a message is due, counted from 0. */
  #dueMs(message: number): number {
    return this.#startMs + message / this.#perMs;
  }

  /** Number of messages that are due, including those that were sent. */
  #due(nowMs: number): number {
    const delayMs = nowMs - this.#dueMs(this.#sent);
    if (delayMs > longestDelayMs) this.#startMs += delayMs - longestDelayMs;
    return Math.floor((nowMs - this.#startMs) * this.#perMs + rounding) + 1;
  }
}
