import type { MessageBatch } from "../../src/kafka/batch.ts";
import { emptyLatency } from "../../src/kafka/latency.ts";
import type { DeliveryError, DeliveryStatistics } from "../../src/kafka/producer.ts";
import type { WorkerCounts } from "../../src/data/shared-counters.ts";
import type { ShareDependencies } from "../../src/data/share-run.ts";

/** A clock that only waiting advances. */
export interface FakeClock {
  nowMs: number;
}

export interface FakeProducerOptions {
  readonly clock: FakeClock;
  /** Messages that may be in flight. */
  readonly room: number;
  /** Messages delivered per millisecond of waiting. */
  readonly deliveredPerMs: number;
  /** Number of accepted messages after which a fatal error is reported. */
  readonly fatalAfter?: number;
}

/** A fake producer that delivers while its caller waits, and keeps the accepted messages. */
export class FakeProducer {
  readonly values: string[] = [];
  readonly takenAtMs: number[] = [];
  deliveredPerMs: number;
  readonly #options: FakeProducerOptions;
  #delivered = 0;
  #failed = 0;
  #unresolved = 0;
  #weightedCount = 0;
  #weightSum = 0;
  #weights: number[] = [];

  constructor(options: FakeProducerOptions) {
    this.#options = options;
    this.deliveredPerMs = options.deliveredPerMs;
  }

  produce(batch: MessageBatch, first: number, waitMs: number): number {
    const { clock, room } = this.#options;
    if (this.#inFlight() >= room) this.#wait(waitMs);
    const count = Math.min(batch.count - first, room - this.#inFlight());
    for (let n = first; n < first + count; n += 1) {
      this.values.push(new TextDecoder().decode(batch.bytes.subarray(batch.offsets[n * 2 + 1], batch.offsets[n * 2 + 2])));
      this.takenAtMs.push(clock.nowMs);
      this.#weights.push(batch.weights[n] ?? 0);
    }
    return count;
  }

  flush(timeoutMs: number): boolean {
    this.#wait(timeoutMs);
    return this.#inFlight() === 0;
  }

  purge(): void {
    this.#unresolved += this.#inFlight();
  }

  drainLog(): [] {
    return [];
  }

  statistics(): DeliveryStatistics {
    const { fatalAfter = Number.POSITIVE_INFINITY } = this.#options;
    const errors: DeliveryError[] = this.values.length >= fatalAfter ? [{ code: "_FATAL", message: "fatal", count: this.#inFlight() }] : [];
    return {
      accepted: this.values.length,
      delivered: this.#delivered,
      failed: this.#failed,
      unresolved: this.#unresolved,
      inFlight: this.#inFlight(),
      bytes: 0,
      weightedCount: this.#weightedCount,
      weightSum: this.#weightSum,
      firstEnqueueMs: this.takenAtMs[0] ?? null,
      lastReportMs: this.#delivered === 0 ? null : this.#options.clock.nowMs,
      latencyHistogram: emptyLatency(),
      errors,
    };
  }

  #inFlight(): number {
    return this.values.length - this.#delivered - this.#failed - this.#unresolved;
  }

  #wait(ms: number): void {
    this.#options.clock.nowMs += ms;
    const reports = Math.min(this.#inFlight(), Math.floor(ms * this.deliveredPerMs));
    for (const weight of this.#weights.slice(this.#delivered, this.#delivered + reports)) {
      if (weight > 0) this.#weightedCount += 1;
      this.#weightSum += weight;
    }
    this.#delivered += reports;
  }
}

/** Fake counters of one worker. The run stops at `stopAtMs`. */
export function fakeCounters(
  clock: FakeClock,
  stopAtMs = Number.POSITIVE_INFINITY,
): ShareDependencies["counters"] & { offered: number; counts: WorkerCounts | null } {
  return {
    offered: 0,
    counts: null,
    get stopped() {
      return clock.nowMs >= stopAtMs;
    },
    sleep(ms) {
      clock.nowMs += ms;
    },
    write(_worker, counts) {
      this.counts = counts;
    },
    writeOffered(_worker, offered) {
      this.offered = offered;
    },
  };
}
