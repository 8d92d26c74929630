/**
 * Keeps a steady rate: message k is due k / rate after the first one was accepted. After a late timer or a full queue the rate is up to about
 * one and a half times as high until the schedule is met: in any 20 ms, no more messages are sent than twice their share and one. Pure: the
 * time is passed in.
 */

export interface PaceOptions {
  /** Rate of this worker, above 0. */
  readonly messagesPerSecond: number;
  /** Number of workers that send at this rate. */
  readonly workers: number;
  /** When the first message may be sent, in milliseconds of the clock that the calls use. */
  readonly startMs: number;
}

/** How often and how much to send. A send costs as much as a message or two, so there are no more sends than needed. */
interface SendPattern {
  /** Number of due messages that a send waits for. */
  readonly burst: number;
  /** Largest number of messages per send. */
  readonly most: number;
  /** Shortest time between two sends. */
  readonly gapMs: number;
}

/**
 * Low rates are sent in bursts more than 20 ms apart. Any 20 ms contain at most one burst, so it may be twice their share and one message: five
 * messages every 50 ms at a hundred messages per second. The workers of a run share the one message.
 */
function lowRate(perMs: number, workers: number): SendPattern {
  const burst = Math.max(1, Math.floor(perMs * 40 + 1 / workers + rounding));
  return { burst, most: burst, gapMs: 25 };
}

/**
 * High rates are sent every 5 ms. Any 20 ms contain parts of five sends, and their share is that of four: with 1.6 times the share of 5 ms per
 * send they would contain twice their share; 1.5 times leaves room for the one message of the other workers.
 */
function highRate(perMs: number): SendPattern {
  return { burst: 1, most: Math.floor(perMs * 7.5), gapMs: 5 };
}

/** Rates below it are low, in messages per second. */
const lowRateLimit = 400;
/** Longest delay that is made up for, so that a machine that was suspended does not send everything at once. */
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

  /** Records that the producer accepted messages. The schedule begins with the first one, so the time to connect is not made up for. */
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
