/** Reports of a run in progress: counts for a terminal, the log of the Kafka client, and a warning when nothing is delivered. */

import { AwakeTime } from "../core/wait.ts";
import type { Log } from "../core/log.ts";
import { coreOf, type LogEntry, triesAgain } from "../kafka/client-log.ts";
import type { DataRequest } from "./request.ts";
import type { SharedCounters } from "./shared-counters.ts";
import { sumCounts } from "./summary.ts";

export interface DataProgress {
  readonly requested: number | null;
  readonly accepted: number;
  readonly delivered: number;
  readonly failed: number;
  readonly unresolved: number;
  /** Since the workers began to produce, in milliseconds. */
  readonly elapsedMs: number;
  /** Rate of delivery over the last two seconds or less. */
  readonly messagesPerSecond: number;
}

export interface Listener {
  readonly log: Log;
  readonly onProgress?: ((progress: DataProgress) => void) | undefined;
}

const intervalMs = 200;
/** Number of samples over which the current rate is computed. */
const rateSamples = 10;
/** Time without a delivery after which a warning is logged, in milliseconds. */
const silenceMs = 5000;

/** Reads the counters several times per second until `end` is called. */
export function watchProgress(
  request: Pick<DataRequest, "share" | "workers" | "brokers">,
  counters: SharedCounters,
  listener: Listener,
): { end(): void } {
  const startMs = performance.now();
  const stall = new StallNotice(request.brokers, listener.log);
  const suspension = new SuspensionNotice(new AwakeTime(), listener.log);
  const samples: { readonly atMs: number; readonly delivered: number }[] = [];
  const sample = (): void => {
    const atMs = performance.now();
    const counts = sumCounts(Array.from({ length: request.workers }, (_, worker) => counters.read(worker)));
    const { accepted, delivered, failed, unresolved } = counts;
    samples.push({ atMs, delivered });
    if (samples.length > rateSamples) samples.shift();
    const [oldest = { atMs, delivered }] = samples;
    const messagesPerSecond = atMs > oldest.atMs ? ((delivered - oldest.delivered) / (atMs - oldest.atMs)) * 1000 : 0;
    stall.update(accepted - delivered - failed - unresolved, delivered, suspension.update());
    const elapsedMs = atMs - startMs;
    listener.onProgress?.({ requested: request.share.count, accepted, delivered, failed, unresolved, elapsedMs, messagesPerSecond });
  };
  const timer = setInterval(sample, intervalMs);
  return {
    end() {
      clearInterval(timer);
    },
  };
}

/** Warns once when messages are in flight and none is delivered, and logs once when deliveries resume. */
export class StallNotice {
  readonly #brokers: string;
  readonly #log: Pick<Log, "warn" | "info">;
  #delivered = 0;
  #sinceMs = Number.NaN;
  #warned = false;

  constructor(brokers: string, log: Pick<Log, "warn" | "info">) {
    this.#brokers = brokers;
    this.#log = log;
  }

  update(inFlight: number, delivered: number, nowMs: number): void {
    const progressed = delivered !== this.#delivered;
    this.#delivered = delivered;
    if (progressed && this.#warned) this.#log.info("Kafka acknowledges messages again");
    if (progressed) this.#warned = false;
    if (progressed || inFlight === 0 || Number.isNaN(this.#sinceMs)) {
      this.#sinceMs = nowMs;
    } else if (!this.#warned && nowMs - this.#sinceMs >= silenceMs) {
      this.#warned = true;
      this.#log.warn(
        `Kafka at "${this.#brokers}" has not acknowledged a message for ${silenceMs / 1000} s; ${inFlight} messages are in flight`,
      );
    }
  }
}

/** Minimum length of a suspension that is logged, in milliseconds. */
const longSuspensionMs = 5000;

/** Logs when this process was suspended for a while, by Ctrl-Z or because the machine was suspended. */
export class SuspensionNotice {
  readonly #time: AwakeTime;
  readonly #log: Pick<Log, "info">;
  #skippedMs = 0;

  constructor(time: AwakeTime, log: Pick<Log, "info">) {
    this.#time = time;
    this.#log = log;
  }

  /** @returns the time for which the process ran, in milliseconds */
  update(): number {
    const awakeMs = this.#time.read();
    const newMs = this.#time.skippedMs - this.#skippedMs;
    this.#skippedMs = this.#time.skippedMs;
    if (newMs >= longSuspensionMs) {
      const seconds = Math.round(newMs / 1000);
      this.#log.info(`This process was suspended for ${seconds} s; librdkafka counts that time toward message.timeout.ms`);
    }
    return awakeMs;
  }
}

/** Maximum number of distinct client messages that are logged as warnings; the others are debug messages. */
const maxWarnings = 20;

/**
 * Logs the messages of the Kafka client. Errors and warnings are logged as warnings once per kind, because the client repeats them for
 * every attempt, thread and address; everything else is a debug message.
 */
export function clientLogListener(log: Pick<Log, "warn" | "debug">): (entries: readonly LogEntry[]) => void {
  const warned = new Set<string>();
  return (entries) => {
    for (const { severity, source, message } of entries) {
      const core = coreOf(message);
      const kind = core.replaceAll(/\d+/gu, "#");
      // The client retries some of them by itself.
      const serious = (severity === "error" || severity === "warning") && !triesAgain(core);
      if (serious && !warned.has(kind) && warned.size < maxWarnings) {
        warned.add(kind);
        log.warn(`Kafka client: ${core}`);
      } else log.debug(`Kafka client: ${source}: ${message}`);
    }
  };
}
