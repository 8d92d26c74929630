/** Values for several readers, produced once for all of them, and only while there is a reader. */

import { pauseUnlessAborted } from "../core/wait.ts";

/** Produces values until the signal fires. An error ends it and is passed to the readers. */
export type Producer<T> = (publish: (value: T) => void, signal: AbortSignal) => Promise<void>;

export interface Reader<T> {
  readonly onValue: (value: T) => void;
  readonly onError?: (error: unknown) => void;
}

/** Time for which a producer keeps running without a reader, in milliseconds: a page that changes its view reconnects. */
const lingerMs = 3000;

export class Channel<T> {
  readonly #producer: Producer<T>;
  readonly #readers = new Set<Reader<T>>();
  #running: AbortController | undefined;
  #last: { readonly value: T } | undefined;
  #linger: NodeJS.Timeout | undefined;

  constructor(producer: Producer<T>) {
    this.#producer = producer;
  }

  /** Whether it has no reader and its producer has ended. */
  get isIdle(): boolean {
    return this.#readers.size === 0 && this.#running === undefined;
  }

  /** Passes the last value, if the producer is running, and all later ones to the reader, until the returned function is called. */
  subscribe(reader: Reader<T>): () => void {
    clearTimeout(this.#linger);
    this.#readers.add(reader);
    if (this.#last !== undefined) reader.onValue(this.#last.value);
    if (this.#running === undefined) void this.#run();
    return () => {
      this.#readers.delete(reader);
      if (this.#readers.size > 0) return;
      clearTimeout(this.#linger);
      this.#linger = setTimeout(() => this.stop(), lingerMs);
      this.#linger.unref();
    };
  }

  /** Ends the producer. */
  stop(): void {
    clearTimeout(this.#linger);
    this.#running?.abort();
    this.#running = undefined;
    this.#last = undefined;
  }

  async #run(): Promise<void> {
    const running = new AbortController();
    this.#running = running;
    const publish = (value: T): void => {
      if (running.signal.aborted) return;
      this.#last = { value };
      for (const { onValue } of this.#readers) onValue(value);
    };
    try {
      await this.#producer(publish, running.signal);
    } catch (error) {
      if (!running.signal.aborted) for (const { onError } of this.#readers) onError?.(error);
    } finally {
      if (this.#running === running) {
        this.#running = undefined;
        this.#last = undefined;
      }
    }
  }
}

/**
 * Calls `work` at intervals until the signal fires; the pause after a long call is as long as the call.
 * @param intervalMs the interval in milliseconds, or what returns it after each call
 */
export async function repeat(
  intervalMs: number | (() => number),
  work: (signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const startMs = performance.now();
    await work(signal);
    const tookMs = performance.now() - startMs;
    const everyMs = typeof intervalMs === "number" ? intervalMs : intervalMs();
    if (!(await pauseUnlessAborted(Math.max(everyMs - tookMs, tookMs, 1), signal))) return;
  }
}
