/** What a run says while it goes: progress for a terminal, the Kafka client's log, and that nothing is being delivered. */

import { AwakeTime } from "../core/wait.ts";
import type { Log } from "../core/log.ts";
import { coreOf, type LogEntry, triesAgain } from "../kafka/client-log.ts";
import type { DataRequest } from "./request.ts";
import type { RunBoard } from "./run-board.ts";
import { sumCounts } from "./summary.ts";

export interface DataProgress {
  readonly requested: number | null;
  readonly accepted: number;
  readonly delivered: number;
  readonly failed: number;
  readonly unresolved: number;
  /** Since the workers were let go, in milliseconds. */
  readonly elapsedMs: number;
  /** Delivered over the last two seconds or less. */
  readonly messagesPerSecond: number;
}

export interface Listener {
  readonly log: Log;
  readonly onProgress?: ((progress: DataProgress) => void) | undefined;
}

const intervalMs = 200;
/** Looks that the current rate is taken from. */
const rateLooks = 10;
/** Time without a delivery after which it is said, in milliseconds. */
const silenceMs = 5000;

/** Looks at the board several times a second until `end` is called. */
export function watchProgress(
  request: Pick<DataRequest, "share" | "workers" | "brokers">,
  board: RunBoard,
  listener: Listener,
): { end(): void } {
  const startMs = performance.now();
  const silence = new SilenceNotice(request.brokers, listener.log);
  const suspension = new SuspensionNotice(new AwakeTime(), listener.log);
  const looks: { readonly atMs: number; readonly delivered: number }[] = [];
  const look = (): void => {
    const atMs = performance.now();
    const counts = sumCounts(Array.from({ length: request.workers }, (_, worker) => board.read(worker)));
    const { accepted, delivered, failed, unresolved } = counts;
    looks.push({ atMs, delivered });
    if (looks.length > rateLooks) looks.shift();
    const [oldest = { atMs, delivered }] = looks;
    const messagesPerSecond = atMs > oldest.atMs ? ((delivered - oldest.delivered) / (atMs - oldest.atMs)) * 1000 : 0;
    silence.look(accepted - delivered - failed - unresolved, delivered, suspension.look());
    const elapsedMs = atMs - startMs;
    listener.onProgress?.({ requested: request.share.count, accepted, delivered, failed, unresolved, elapsedMs, messagesPerSecond });
  };
  const timer = setInterval(look, intervalMs);
  return {
    end() {
      clearInterval(timer);
    },
  };
}

/** Says once that messages wait and none is delivered, and once that it goes on. */
export class SilenceNotice {
  readonly #brokers: string;
  readonly #log: Pick<Log, "warn" | "info">;
  #delivered = 0;
  #sinceMs = Number.NaN;
  #said = false;

  constructor(brokers: string, log: Pick<Log, "warn" | "info">) {
    this.#brokers = brokers;
    this.#log = log;
  }

  look(inFlight: number, delivered: number, nowMs: number): void {
    const goesOn = delivered !== this.#delivered;
    this.#delivered = delivered;
    if (goesOn && this.#said) this.#log.info("Kafka answers again");
    if (goesOn) this.#said = false;
    if (goesOn || inFlight === 0 || Number.isNaN(this.#sinceMs)) {
      this.#sinceMs = nowMs;
    } else if (!this.#said && nowMs - this.#sinceMs >= silenceMs) {
      this.#said = true;
      this.#log.warn(`Kafka at "${this.#brokers}" has acknowledged nothing for ${silenceMs / 1000} s; ${inFlight} messages wait`);
    }
  }
}

/** Time that was left out after which it is said, in milliseconds. */
const longSuspensionMs = 5000;

/** Says when this process did not run for a while, as after Ctrl-Z or when the machine slept. */
export class SuspensionNotice {
  readonly #time: AwakeTime;
  readonly #log: Pick<Log, "info">;
  #skippedMs = 0;

  constructor(time: AwakeTime, log: Pick<Log, "info">) {
    this.#time = time;
    this.#log = log;
  }

  /** Milliseconds for which the process ran. */
  look(): number {
    const awakeMs = this.#time.read();
    const newMs = this.#time.skippedMs - this.#skippedMs;
    this.#skippedMs = this.#time.skippedMs;
    if (newMs >= longSuspensionMs) {
      const seconds = Math.round(newMs / 1000);
      this.#log.info(`This process did not run for ${seconds} s; librdkafka counts that time toward message.timeout.ms all the same`);
    }
    return awakeMs;
  }
}

/** Different messages of the client that are shown; more are for `--verbose`. */
const mostWarnings = 20;

/**
 * Passes the Kafka client's log on: what is wrong as a warning, once for each kind, because it repeats itself with every
 * attempt, thread and address; all of it as debugging.
 */
export function clientLogListener(log: Pick<Log, "warn" | "debug">): (entries: readonly LogEntry[]) => void {
  const said = new Set<string>();
  return (entries) => {
    for (const { severity, source, message } of entries) {
      const core = coreOf(message);
      const kind = core.replaceAll(/\d+/gu, "#");
      // What the client tries again by itself is no trouble yet.
      const serious = (severity === "error" || severity === "warning") && !triesAgain(core);
      if (serious && !said.has(kind) && said.size < mostWarnings) {
        said.add(kind);
        log.warn(`Kafka client: ${core}`);
      } else log.debug(`Kafka client: ${source}: ${message}`);
    }
  };
}
