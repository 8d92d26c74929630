/**
 * Follows a topic as messages arrive. What it cannot show it counts: a page can neither show nor hold every message of a fast topic. Its
 * memory is bounded, and it leaves the processor to others between two ticks.
 */

import type { MessageRow, TailEvent } from "../api.ts";
import { matcherOf } from "./matcher.ts";
import { rowAt } from "./rows.ts";
import type { BatchReader, MessageFilter, MessageSource } from "./types.ts";
import { pauseUnlessAborted } from "../../core/wait.ts";
import type { Watermarks } from "../../kafka/admin.ts";

export interface TailSubject {
  readonly topic: string;
  /** Undefined for all partitions. */
  readonly partition?: number;
  readonly filter?: MessageFilter;
}

export interface TailOptions {
  readonly signal: AbortSignal;
  /** Maximum number of messages per event; default 50. */
  readonly maxPerTick?: number;
  /** Interval of events in milliseconds; default 500. */
  readonly tickMs?: number;
}

/** Without a filter, messages are skipped unread when more than this number waits. */
const mostBehind = 2000;
/** With a filter, at most this number of messages is searched per tick. */
const mostSearched = 50_000;
const batchMessages = 2000;
const prefetchBytes = 512 * 1024;

/**
 * Yields at most one event per tick, and none while nothing happens. Begins at the end of the topic.
 *
 * @throws StreamctlError `usage` for an unknown topic, `kafka`, `unreachable`
 */
export async function* tailMessages(
  source: MessageSource,
  { topic, partition, filter }: TailSubject,
  { signal, maxPerTick = 50, tickMs = 500 }: TailOptions,
): AsyncGenerator<TailEvent, void, undefined> {
  const matcher = matcherOf(filter);
  const ends = async (): Promise<readonly Watermarks[]> => {
    const all = await source.offsets(topic, signal);
    return partition === undefined ? all : all.filter((one) => one.partition === partition);
  };
  const first = await ends();
  const positions = new Map(first.map((marks) => [marks.partition, marks.stable]));
  let reader: BatchReader | undefined;
  let wasBehind = 0;
  try {
    while (!signal.aborted) {
      const startMs = performance.now();
      const marks = await ends();
      let skipped = 0;
      let behind = behindOf(marks, positions);
      if (filter === undefined && behind > mostBehind) {
        skipped += skipTo(marks, positions, Math.ceil(maxPerTick / marks.length));
        behind = behindOf(marks, positions);
        await reader?.close();
        reader = undefined;
      }
      if (moveToLog(marks, positions)) {
        behind = behindOf(marks, positions);
        await reader?.close();
        reader = undefined;
      }
      reader ??= source.open(
        topic,
        [...positions].map(([number, offset]) => ({ partition: number, offset })),
        prefetchBytes,
      );
      let rows: MessageRow[] = [];
      let read = 0;
      while (behind > 0 && read < (filter === undefined ? mostBehind : mostSearched) && performance.now() - startMs < tickMs) {
        const timeoutMs = Math.ceil(Math.max(1, tickMs - (performance.now() - startMs)));
        const batch = await reader.nextBatch({ timeoutMs, maxMessages: batchMessages, maxBytes: prefetchBytes, signal });
        for (const { partition: number, offset } of batch.positions) positions.set(number, offset);
        read += batch.count;
        const found = matcher(batch);
        const shown = found.slice(-maxPerTick).map((index) => rowAt(batch, index));
        const all = [...rows, ...shown];
        rows = all.slice(-maxPerTick);
        skipped += found.length - shown.length + all.length - rows.length;
        behind = behindOf(marks, positions);
      }
      rows.sort((one, other) => one.timestampMs - other.timestampMs);
      if (rows.length > 0 || skipped > 0 || behind > 0 || wasBehind > 0) yield { rows, skipped, behind };
      wasBehind = behind;
      if (!(await pauseUnlessAborted(Math.max(1, tickMs - (performance.now() - startMs)), signal))) return;
    }
  } finally {
    await reader?.close();
  }
}

function behindOf(marks: readonly Watermarks[], positions: ReadonlyMap<number, number>): number {
  return marks.reduce((sum, { partition, low, stable }) => sum + Math.max(0, stable - (positions.get(partition) ?? low)), 0);
}

/**
 * A partition that was added later is read from its beginning. One that has become shorter, because its topic was deleted and recreated, is
 * read from its end. Returns whether a position has changed.
 */
function moveToLog(marks: readonly Watermarks[], positions: Map<number, number>): boolean {
  let isChanged = false;
  for (const { partition, low, stable } of marks) {
    const position = positions.get(partition);
    if (position !== undefined && position <= stable) continue;
    positions.set(partition, position === undefined ? low : stable);
    isChanged = true;
  }
  return isChanged;
}

/** Moves the positions to the last `keep` messages of each partition. Returns the number of skipped offsets. */
function skipTo(marks: readonly Watermarks[], positions: Map<number, number>, keep: number): number {
  let skipped = 0;
  for (const { partition, low, stable } of marks) {
    const before = positions.get(partition) ?? low;
    const after = Math.max(before, stable - keep, low);
    skipped += after - before;
    positions.set(partition, after);
  }
  return skipped;
}
