/** Traffic at the steady rate: freshness, processor time per record, and updates per window. Ends when all windows are exact. */

import { pause } from "../../core/wait.ts";
import { SingleRecords } from "../../data/single-records.ts";
import { windowBounds } from "../../spec/columns.ts";
import { onlyWindow, transactionsTopic, windowsTable, windowsTopic } from "../../spec/names.ts";
import type { StateFolder } from "../../state/state-folder.ts";
import { queryPinot } from "../../stores/pinot/broker.ts";
import { eventTimes } from "./event-times.ts";
import { type Exactness, exactTimeoutMs } from "./exactness.ts";
import { measureFreshness } from "./freshness.ts";
import { quantile } from "./quantiles.ts";
import type { CompareRow, Freshness } from "./report.ts";
import { addressesOf, microsPerRecord, type RunningProcessor } from "./running-processor.ts";
import { Traffic, type TrafficContext } from "./traffic.ts";
import { averageUpdates } from "./window-updates.ts";

export interface SteadyRateContext extends Omit<TrafficContext, "ledgerFile"> {
  readonly folder: StateFolder;
  readonly running: RunningProcessor;
  readonly exactness: Exactness;
  /** How far the measurement is, for a live line. */
  readonly onProgress: (text: string) => void;
}

/** Traffic before the measurement, so that the engine's code is compiled, in milliseconds; at most half of the duration. */
const warmUpMs = 5000;
/** More than all records that can be on their way. */
const mostRows = 100_000;

export async function measureSteadyRate(
  context: SteadyRateContext,
): Promise<Pick<CompareRow, "freshnessMs" | "cpuMicrosPerRecord" | "windowUpdates">> {
  const { options, folder, running, exactness, signal, onProgress } = context;
  const { rate, durationMs } = options;
  const { ledgerFile } = folder;
  const { brokers } = addressesOf(running.stack);
  const cpuTimeMs = async (): Promise<number | undefined> => await running.stack.runtime.cpuTimeMs(running.identity);
  const warmUp = Math.min(warmUpMs, durationMs / 2);
  const count = Math.ceil((rate * (warmUp + durationMs)) / 1000);
  const traffic = new Traffic({ brokers, count, startMs: eventTimes.steadyMs }, { ...context, ledgerFile });
  try {
    await traffic.reach(1);
    onProgress("warming up");
    await pause(warmUp, signal);
    const cpuBeforeMs = await cpuTimeMs();
    const deliveredBefore = traffic.delivered;
    const { times, sent } = await sendSingleRecords(context);
    const { delivered } = await traffic.end();
    onProgress("waiting for exact windows");
    await exactness.readTopic();
    await exactness.await(exactTimeoutMs(delivered));
    const cpuMicrosPerRecord = microsPerRecord(cpuBeforeMs, await cpuTimeMs(), delivered - deliveredBefore + sent);
    const windows = { fromMs: eventTimes.steadyMs, beforeMs: eventTimes.burstMs };
    const updates = await averageUpdates({ brokers, topic: windowsTopic.name, ...windows, signal });
    return { freshnessMs: freshnessOf(times), cpuMicrosPerRecord, windowUpdates: updates === null ? null : Math.round(updates * 10) / 10 };
  } finally {
    await traffic.stop();
  }
}

async function sendSingleRecords({
  options: { durationMs, seed },
  folder: { ledgerFile },
  running,
  exactness,
  signal,
  onProgress,
}: SteadyRateContext): Promise<{ readonly times: readonly number[]; readonly sent: number }> {
  const { brokers, brokerUrl } = addressesOf(running.stack);
  const place = { brokers, topic: transactionsTopic.name, ledgerFile };
  const records = await SingleRecords.open({ ...place, seed, startMs: eventTimes.singleMs, spacingMs: onlyWindow.span.sizeMs, signal });
  const readStarts = async (fromMs: number, toMs: number): Promise<readonly number[]> => {
    const { start } = windowBounds;
    const sql = `SELECT ${start} FROM ${windowsTable} WHERE ${start} BETWEEN ${fromMs} AND ${toMs} LIMIT ${mostRows}`;
    return (await queryPinot({ brokerUrl, sql, proven: true, signal })).rows.map(([value]) => Number(value));
  };
  try {
    const times = await measureFreshness({
      send: () => exactness.startOf(records.send()),
      readStarts,
      durationMs,
      signal,
      onProgress: (elapsedMs) => onProgress(`${seconds(Math.min(elapsedMs, durationMs))} of ${seconds(durationMs)}`),
    });
    return { times, sent: await records.end() };
  } finally {
    records.release();
  }
}

function freshnessOf(times: readonly number[]): Freshness {
  const at = (share: number): number => Math.round(quantile(times, share));
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), samples: times.length };
}

function seconds(ms: number): string {
  return `${Math.floor(ms / 1000)} s`;
}
