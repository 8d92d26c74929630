/**
 * Measures the stages of the pipeline, each part at its own interval, so that an engine that does not answer delays nothing else. The last
 * value of each part is kept with its time.
 */

import { repeat } from "../channel.ts";
import { PositionHistory } from "./position-history.ts";
import { ServiceWatch } from "./service-watch.ts";
import type { Stack, StackReader } from "./stack-reader.ts";
import { messageOf } from "../../core/errors.ts";
import { SpareTime } from "../../core/spare-time.ts";
import { withinStep } from "../../core/step-deadline.ts";
import { listOffsets, type Watermarks } from "../../kafka/admin.ts";
import type { ComputationView, PartitionProgress } from "../../processors/plugin.ts";
import { onlyStream, onlyWindow } from "../../spec/names.ts";
import { windowBounds } from "../../spec/columns.ts";
import type { ServiceStatus } from "../../stack/stack.ts";
import { queryPinot } from "../../stores/pinot/broker.ts";
import { consumedOffsets } from "../../stores/pinot/consumption.ts";

/** A measured value, or why there is none. */
export type Measured<T> =
  | { readonly atMs: number; readonly value: T; readonly problem?: undefined }
  | { readonly atMs: number; readonly value?: undefined; readonly problem: string };

export interface TableState {
  readonly rows: number;
  readonly newestMs: number | null;
  /** Offset of the next record of the topic of windows that the store will read; undefined if it is not consuming. */
  readonly nextOffset: number | undefined;
}

export interface Measurements {
  services: Measured<readonly ServiceStatus[]> | undefined;
  stream: Measured<readonly Watermarks[]> | undefined;
  windows: Measured<readonly Watermarks[]> | undefined;
  progress: Measured<readonly PartitionProgress[]> | undefined;
  views: Measured<readonly ComputationView[]> | undefined;
  table: Measured<TableState> | undefined;
}

const intervalMs = 1000;
/** Interval while others wait for a processor. The services are measured at the normal one, so that their end is noticed. */
const scarceIntervalMs = 2500;
/** Timeout of one request to an engine, in milliseconds. */
const askTimeoutMs = 3000;

/** Histories of positions, each the sum over partitions. */
export class Histories {
  /** End offsets of the stream's topic. */
  readonly stream = new PositionHistory();
  readonly processor = new PositionHistory();
  /** End offset of the topic of windows. */
  readonly windows = new PositionHistory();
  readonly table = new PositionHistory();
}

export class Measuring {
  readonly #reader: StackReader;
  readonly #services = new ServiceWatch();
  readonly #spareTime = new SpareTime();
  readonly latest: Measurements = {
    services: undefined,
    stream: undefined,
    windows: undefined,
    progress: undefined,
    views: undefined,
    table: undefined,
  };
  readonly histories = new Histories();
  readonly memory = new Map<string, [atMs: number, bytes: number][]>();
  stack: Stack | undefined;

  constructor(reader: StackReader) {
    this.#reader = reader;
  }

  /** Measures until the signal fires. Never throws. */
  async run(signal: AbortSignal): Promise<void> {
    const part = async <Name extends keyof Measurements>(
      name: Name,
      ask: (stack: Stack, signal: AbortSignal) => Promise<NonNullable<NonNullable<Measurements[Name]>["value"]>>,
      keep: (value: NonNullable<NonNullable<Measurements[Name]>["value"]>, atMs: number) => void = () => {},
    ): Promise<void> => {
      const work = async (): Promise<void> => {
        try {
          this.stack = await this.#reader.current();
          if (this.stack === undefined) return;
          const value = await ask(this.stack, signal);
          const atMs = Date.now();
          this.latest[name] = { atMs, value } as Measurements[Name];
          keep(value, atMs);
        } catch (error) {
          if (!signal.aborted) this.latest[name] = { atMs: Date.now(), problem: messageOf(error) } as Measurements[Name];
        }
      };
      await repeat(() => (name !== "services" && this.#spareTime.isScarce ? scarceIntervalMs : intervalMs), work, signal);
    };
    await Promise.all([
      part(
        "services",
        async (stack) => await this.#services.measure(stack, signal),
        (statuses, atMs) => this.#rememberMemory(statuses, atMs),
      ),
      part("stream", askOffsets(onlyStream.topic.name), (offsets, atMs) => this.histories.stream.add(atMs, endOf(offsets))),
      part("windows", askOffsets(onlyWindow.topic.name), (offsets, atMs) => this.histories.windows.add(atMs, endOf(offsets))),
      part("progress", askProgress, (progress, atMs) => {
        const read = progress.filter(({ topic }) => topic === onlyStream.topic.name);
        if (read.length > 0) this.histories.processor.add(atMs, sum(read.map(({ nextOffset }) => nextOffset)));
      }),
      part("views", askViews),
      part("table", askTable, ({ nextOffset }, atMs) => {
        if (nextOffset !== undefined) this.histories.table.add(atMs, nextOffset);
      }),
    ]);
  }

  /** Records of the stream that the processor has not read yet; null if unknown. */
  processorBehind(): number | null {
    const [end, read] = [this.histories.stream.position, this.histories.processor.position];
    const isRecent = Date.now() - (this.latest.progress?.atMs ?? 0) < 5 * intervalMs && this.latest.progress?.value !== undefined;
    return end === undefined || read === undefined || !isRecent ? null : Math.max(0, end - read);
  }

  #rememberMemory(statuses: readonly ServiceStatus[], atMs: number): void {
    for (const { name, rssBytes } of statuses) {
      if (rssBytes === null) continue;
      const samples = this.memory.get(name) ?? [];
      samples.push([atMs, rssBytes]);
      if (samples.length > 600) samples.shift();
      this.memory.set(name, samples);
    }
  }
}

function askOffsets(topic: string): (stack: Stack, signal: AbortSignal) => Promise<readonly Watermarks[]> {
  return async ({ endpoints }, signal) => await listOffsets({ brokers: endpoints.kafka, topic, timeoutMs: askTimeoutMs, signal });
}

async function askProgress({ processor }: Stack, signal: AbortSignal): Promise<readonly PartitionProgress[]> {
  return await withinStep(askTimeoutMs, signal, async (deadline) => await processor.plugin.progress(processor.contextFor(), deadline));
}

async function askViews({ processor }: Stack, signal: AbortSignal): Promise<readonly ComputationView[]> {
  return await withinStep(askTimeoutMs, signal, async (deadline) => await processor.plugin.view(processor.contextFor(), deadline));
}

async function askTable({ endpoints }: Stack, signal: AbortSignal): Promise<TableState> {
  const { name } = onlyWindow;
  const sql = `SELECT COUNT(*), MAX(${windowBounds.start}) FROM ${name}`;
  const [answer, offsets] = await Promise.all([
    queryPinot({ brokerUrl: endpoints.pinotBroker, sql, timeoutMs: askTimeoutMs, proven: true, signal }),
    withinStep(askTimeoutMs, signal, async (deadline) => await consumedOffsets(endpoints.pinotController, name, deadline)).catch(
      () => undefined,
    ),
  ]);
  const [rows = 0, newest = null] = answer.rows[0] ?? [];
  const isEmpty = Number(rows) === 0;
  const isConsuming = offsets !== undefined && offsets.size > 0;
  return { rows: Number(rows), newestMs: isEmpty ? null : Number(newest), nextOffset: isConsuming ? sum(offsets.values()) : undefined };
}

function endOf(offsets: readonly Watermarks[]): number {
  return sum(offsets.map(({ high }) => high));
}

function sum(numbers: Iterable<number>): number {
  return [...numbers].reduce((total, number) => total + number, 0);
}
