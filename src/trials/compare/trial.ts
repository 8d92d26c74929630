/**
 * One processor on a new stack in a temporary state folder:
 *
 * 1. start: `up`, timed from the start of the first service.
 * 2. steady: traffic at the steady rate; after a warm-up, freshness and processor time. Then all windows must be exact.
 * 3. burst: the processor is frozen, the burst is sent, and the processor continues. So it is warm, nothing else takes processor time, and the
 *    moment at which it begins to read is known. Timed until all windows are exact.
 * 4. recovery: the processor is killed under traffic, which then ends; `up` restarts it. Timed from the kill until all windows are exact.
 * 5. proof: `verify --strict`.
 */

import { rm } from "node:fs/promises";
import { StreamctlError } from "../../core/errors.ts";
import { debugOnly, type Log } from "../../core/log.ts";
import type { PipelineContext } from "../../pipeline/context.ts";
import { down } from "../../pipeline/down.ts";
import { runningStack } from "../../pipeline/running-stack.ts";
import { up } from "../../pipeline/up.ts";
import { readRunState } from "../../state/run-state.ts";
import type { Candidate } from "./candidates.ts";
import { awaitExactWindows } from "../exactness.ts";
import { serviceControl, type ServiceControl } from "../service-control.ts";
import { eventTimes } from "./event-times.ts";
import { Exactness, exactTimeoutMs } from "./exactness.ts";
import type { CompareOptions, CompareRow } from "./report.ts";
import type { PhaseName, Trial } from "./sequence.ts";
import { addressesOf, microsPerRecord, type RunningProcessor } from "./running-processor.ts";
import { measureSteadyRate } from "./steady-rate.ts";
import { Traffic, type TrafficPlan } from "./traffic.ts";

export interface TrialContext extends PipelineContext {
  readonly options: CompareOptions;
  /** Timeout for each service to become ready, in milliseconds. */
  readonly timeoutMs: number;
  /** The module that a worker thread of `data` runs. */
  readonly workerEntry: URL;
  /** How far the current phase is, for a live line. */
  readonly onProgress: (text: string) => void;
}

/** Traffic before the kill, in milliseconds. */
const beforeKillMs = 2000;

/** Maximum wait for exact windows in the proof, in milliseconds. */
const proofWaitMs = 30_000;

export class StackTrial implements Trial {
  readonly #candidate: Candidate;
  readonly #context: TrialContext;
  #exactness: Exactness | undefined;
  readonly #control: ServiceControl;
  /** Continues the frozen processor. */
  #thaw: () => Promise<void> = async () => {};
  #rssBytes: number | null = null;

  constructor(candidate: Candidate, context: TrialContext) {
    this.#candidate = candidate;
    this.#context = context;
    this.#control = serviceControl(context);
  }

  async measure(phase: PhaseName): Promise<Partial<CompareRow>> {
    switch (phase) {
      case "start":
        return await this.#start();
      case "steady":
        return await this.#steady();
      case "burst":
        return await this.#burst();
      case "recovery":
        return await this.#recovery();
      case "proof":
        return await this.#proof();
    }
  }

  async close(): Promise<void> {
    const { folder, declarationsDir, log } = this.#context;
    await this.#thaw();
    await this.#exactness?.close();
    const signal = new AbortController().signal;
    await down({ volumes: true, portOffset: undefined }, { folder, declarationsDir, log: quiet(log), signal });
    await rm(folder.root, { recursive: true, force: true });
  }

  async #start(): Promise<Partial<CompareRow>> {
    const { processor, isSlowAtFirst } = this.#candidate;
    const { log, onProgress } = this.#context;
    let startedAt: number | undefined;
    const waiting = new Set<string>();
    const onWait = (service: string, isWaiting: boolean): void => {
      startedAt ??= performance.now();
      if (isWaiting) waiting.add(service);
      else waiting.delete(service);
      onProgress(waiting.size === 0 ? "" : `waiting for ${[...waiting].join(", ")}`);
    };
    const { services } = await this.#up(isSlowAtFirst ? log : quiet(log), onWait);
    const readyMs = startedAt === undefined ? null : Math.round(performance.now() - startedAt);
    return { readyMs, processorReadyMs: services.find(({ name }) => name === processor)?.readyMs ?? null };
  }

  async #steady(): Promise<Partial<CompareRow>> {
    const { signal } = this.#context;
    const running = await this.#processor();
    const exactness = new Exactness({ ...addressesOf(running.stack), processor: this.#candidate.processor, signal });
    this.#exactness = exactness;
    const measured = await measureSteadyRate({ ...this.#context, running, exactness });
    await this.#readMemory(running);
    return { ...measured, rssBytes: this.#rssBytes };
  }

  async #burst(): Promise<Partial<CompareRow>> {
    const { options, onProgress } = this.#context;
    const { stack, identity } = await this.#processor();
    const { brokers } = addressesOf(stack);
    const exactness = requireExactness(this.#exactness);
    onProgress("filling the topic");
    // A frozen container cannot be asked.
    const cpuBeforeMs = await stack.runtime.cpuTimeMs(identity);
    this.#thaw = await this.#control.freeze(this.#candidate.processor);
    const traffic = this.#traffic({ brokers, count: options.burst, startMs: eventTimes.burstMs, atFullSpeed: true });
    try {
      await traffic.end();
      await exactness.readTopic();
      onProgress("waiting for exact windows");
    } finally {
      await traffic.stop();
    }
    const startedAt = performance.now();
    await this.#thaw();
    const elapsedMs = (await exactness.await(exactTimeoutMs(options.burst))) - startedAt;
    const cpuMicrosPerRecord = microsPerRecord(cpuBeforeMs, await stack.runtime.cpuTimeMs(identity), options.burst);
    await this.#readMemory({ stack, identity });
    const recordsPerSecond = Math.round((options.burst / elapsedMs) * 1000);
    return {
      burst: { records: options.burst, seconds: Math.round(elapsedMs) / 1000, recordsPerSecond, cpuMicrosPerRecord },
      rssBytes: this.#rssBytes,
    };
  }

  async #recovery(): Promise<Partial<CompareRow>> {
    const { options, log, onProgress } = this.#context;
    const { processor } = this.#candidate;
    const { brokers } = addressesOf((await this.#processor()).stack);
    const exactness = requireExactness(this.#exactness);
    const traffic = this.#traffic({ brokers, count: null, startMs: eventTimes.recoveryMs });
    let killedAt: number;
    try {
      await traffic.reach(Math.max(1, (options.rate * beforeKillMs) / 1000));
      onProgress("restarting the processor");
      killedAt = performance.now();
      await this.#control.kill(processor);
    } finally {
      await traffic.stop();
    }
    const { delivered } = await traffic.end();
    const failed = new AbortController();
    // Warnings about a service that was killed on purpose are expected.
    const restart = this.#up(debugOnly(log)).catch((error: unknown) => {
      failed.abort();
      throw error;
    });
    const exact = exactness.readTopic().then(async () => await exactness.await(exactTimeoutMs(delivered), failed.signal));
    // Neither may continue when this phase has ended.
    const [restarted, exactAt] = await Promise.allSettled([restart, exact]);
    if (restarted.status === "rejected") throw restarted.reason;
    if (exactAt.status === "rejected") throw exactAt.reason;
    return { recoverMs: Math.round(exactAt.value - killedAt) };
  }

  async #proof(): Promise<Partial<CompareRow>> {
    const { exact, reason } = await awaitExactWindows({ waitMs: proofWaitMs }, this.#context);
    return { exact, reason };
  }

  async #up(log: Log, onWait?: PipelineContext["onWait"]): ReturnType<typeof up> {
    const { folder, declarationsDir, signal, timeoutMs } = this.#context;
    return await up({ ...this.#candidate.up, timeoutMs }, { folder, declarationsDir, log, signal, onWait });
  }

  async #processor(): Promise<RunningProcessor> {
    const { folder, log } = this.#context;
    const { processor } = this.#candidate;
    const services = ["kafka", "pinot", processor];
    const stack = await runningStack({ folder, log, portOffset: undefined, services, action: "compare" });
    const record = (await readRunState(folder))?.services.find(({ name }) => name === processor);
    if (record === undefined) throw new StreamctlError("internal", `Cannot measure ${processor}: run.json does not contain it`);
    return { stack, identity: record.identity };
  }

  async #readMemory({ stack, identity }: RunningProcessor): Promise<void> {
    const bytes = await stack.runtime.residentBytes(identity);
    if (bytes !== undefined) this.#rssBytes = Math.max(this.#rssBytes ?? 0, bytes);
  }

  #traffic(plan: TrafficPlan): Traffic {
    const { folder, options, workerEntry, log, signal } = this.#context;
    return new Traffic(plan, { ledgerFile: folder.ledgerFile, options, workerEntry, log, signal });
  }
}

function requireExactness(exactness: Exactness | undefined): Exactness {
  if (exactness !== undefined) return exactness;
  throw new StreamctlError("internal", "Cannot await exact windows before the first phase with traffic");
}

/** What `up` and `down` report of a temporary stack is of interest with `--verbose` only. */
function quiet(log: Log): Log {
  return { ...log, info: log.debug, success: log.debug };
}
