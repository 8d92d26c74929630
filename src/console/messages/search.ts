/**
 * Searches a topic and returns the matching messages in the order of their timestamps over all partitions: newest first, or oldest first. A
 * message is returned only when no partition can still contain one that belongs before it. Kafka reads forward only, so a backward search
 * reads blocks that begin ever earlier.
 */

import type { MessageRow, SearchEvent } from "../api.ts";
import { type Direction, readCursor, writeCursor } from "./cursor.ts";
import { type Matcher, matcherOf } from "./matcher.ts";
import { type Block, PartitionScan } from "./partition-scan.ts";
import { rowAt } from "./rows.ts";
import type { MessagePlace, MessageQuery, MessageSource } from "./types.ts";
import { StreamctlError } from "../../core/errors.ts";
import type { Watermarks } from "../../kafka/admin.ts";

export interface SearchOptions {
  readonly signal: AbortSignal;
  /** The search pauses after this time, in milliseconds, and can be continued; default 15,000. */
  readonly timeLimitMs?: number;
}

/** Offsets per partition in the first block, and in the largest one: blocks grow while little is found. */
const firstBlock = 500;
const largestBlock = 200_000;
const growth = 10;
const batchTimeoutMs = 500;
/** A block of which nothing arrives for this time cannot be read, in milliseconds. */
const stalledMs = 10_000;
const progressIntervalMs = 200;
const defaultTimeLimitMs = 15_000;
/** A whole value is returned up to this size in bytes. */
const wholeBytes = 4 * 1024 * 1024;

/** @throws StreamctlError `usage` for an invalid cursor or partition, `kafka` if the topic does not exist, `unreachable`, `interrupted` */
export async function* searchMessages(
  source: MessageSource,
  query: MessageQuery,
  { signal, timeLimitMs = defaultTimeLimitMs }: SearchOptions,
): AsyncGenerator<SearchEvent, void, undefined> {
  const startMs = performance.now();
  const { direction, scans } = await openScans(source, query, signal);
  const matcher = matcherOf(query.filter);
  const total = leftOf(scans);
  let matched = 0;
  let toldMs = startMs;
  let size = query.filter === undefined ? Math.max(firstBlock, query.limit) : firstBlock;
  const progress = (inBlock: number): SearchEvent => {
    const scanned = total - leftOf(scans) + inBlock;
    const seconds = (performance.now() - startMs) / 1000;
    return { kind: "progress", scanned, matched, left: Math.max(0, total - scanned), scannedPerSecond: Math.round(scanned / seconds) };
  };
  for (;;) {
    const rows = takeReady(scans, direction, query.limit - matched);
    matched += rows.length;
    if (rows.length > 0) yield { kind: "rows", rows };
    const isOver = performance.now() - startMs > timeLimitMs;
    const isDone = scans.every((scan) => scan.isDone && scan.next === undefined);
    if (isDone || isOver || matched >= query.limit) {
      const positions = new Map(scans.map((scan) => [scan.partition, scan.resumeAt]));
      const left = isDone ? 0 : leftToResume(scans);
      yield {
        kind: "end",
        scanned: total - left,
        matched,
        left,
        cursor: isDone ? null : writeCursor({ direction, positions }),
        reason: isDone ? "end" : matched >= query.limit ? "limit" : "time",
      };
      return;
    }
    for await (const read of readBlocks(source, query, scans, direction, { size, matcher, most: query.limit - matched, signal })) {
      if (performance.now() - toldMs < progressIntervalMs) continue;
      toldMs = performance.now();
      yield progress(read);
    }
    size = Math.min(size * growth, largestBlock);
  }
}

/** The message at an offset, whole; undefined if there is none. */
export async function readMessage(
  source: MessageSource,
  { topic, partition, offset }: MessagePlace,
  { signal }: Pick<SearchOptions, "signal">,
): Promise<MessageRow | undefined> {
  const marks = (await source.offsets(topic, signal)).find((one) => one.partition === partition);
  if (marks === undefined || offset < marks.low || offset >= marks.stable) return undefined;
  const reader = source.open(topic, [{ partition, offset, endOffset: offset + 1 }], 64 * 1024);
  try {
    const batch = await reader.nextBatch({ timeoutMs: stalledMs, maxMessages: 1, signal });
    return batch.count > 0 && batch.recordOffsets[0] === offset ? rowAt(batch, 0, wholeBytes) : undefined;
  } finally {
    await reader.close();
  }
}

async function openScans(
  source: MessageSource,
  { topic, partition, from }: MessageQuery,
  signal: AbortSignal,
): Promise<{ readonly direction: Direction; readonly scans: readonly PartitionScan[] }> {
  const cursor = from.kind === "cursor" ? readCursor(from.cursor) : undefined;
  const direction = cursor?.direction ?? (from.kind === "newest" ? "backward" : "forward");
  const all = await source.offsets(topic, signal);
  const wanted = partition === undefined ? all : all.filter((one) => one.partition === partition);
  if (wanted.length === 0) throw new StreamctlError("usage", `Topic "${topic}" has no partition ${partition}`);
  const times = from.kind === "time" ? await source.offsetsForTime(topic, from.timestampMs, signal) : [];
  const startOf = ({ partition: number, low, stable }: Watermarks): number => {
    if (from.kind === "offset") return from.offset;
    if (from.kind === "time") return times.find((one) => one.partition === number)?.offset ?? stable;
    return cursor?.positions.get(number) ?? (direction === "backward" ? stable : low);
  };
  const scans = wanted.map((marks) => {
    const range = { low: marks.low, high: marks.stable };
    return new PartitionScan(marks.partition, direction, range, startOf(marks));
  });
  return { direction, scans };
}

/** The messages that can be returned now, in order. */
function takeReady(scans: readonly PartitionScan[], direction: Direction, most: number): MessageRow[] {
  const isForward = direction === "forward";
  const frontiers = scans.map(({ frontierMs }) => frontierMs);
  if (frontiers.includes(undefined)) return [];
  const known = frontiers.filter((frontier) => frontier !== undefined);
  const safeMs = isForward ? Math.min(...known) : Math.max(...known);
  const rows: MessageRow[] = [];
  while (rows.length < most) {
    let first: PartitionScan | undefined;
    for (const scan of scans) {
      const [row, best] = [scan.next, first?.next];
      if (row === undefined || (isForward ? row.timestampMs > safeMs : row.timestampMs < safeMs)) continue;
      if (best === undefined || (isForward ? row.timestampMs < best.timestampMs : row.timestampMs > best.timestampMs)) first = scan;
    }
    const row = first?.take();
    if (row === undefined) break;
    rows.push(row);
  }
  return rows;
}

interface BlockOptions {
  readonly size: number;
  readonly matcher: Matcher;
  /** Number of messages that the search may still return. */
  readonly most: number;
  readonly signal: AbortSignal;
}

interface BlockResult {
  readonly block: Block;
  found: MessageRow[];
  isCut: boolean;
  min: number;
  max: number;
}

/** Searches the next block of each partition that holds back the others. Yields the number of messages read so far. */
async function* readBlocks(
  source: MessageSource,
  { topic }: MessageQuery,
  scans: readonly PartitionScan[],
  direction: Direction,
  { size, matcher, most, signal }: BlockOptions,
): AsyncGenerator<number, void, undefined> {
  // A partition with a message that waits for the others need not be searched further yet.
  const searched = scans.filter((scan) => !scan.isDone && scan.next === undefined);
  const results = new Map(
    searched.map((scan): [number, BlockResult] => [
      scan.partition,
      { block: scan.block(size), found: [], isCut: false, min: Number.POSITIVE_INFINITY, max: Number.NEGATIVE_INFINITY },
    ]),
  );
  const blocks = [...results.values()].map(({ block }) => block);
  const reader = source.open(topic, blocks, size <= 2 * firstBlock ? 128 * 1024 : 2 * 1024 * 1024);
  const positions = new Map(blocks.map(({ partition, offset }) => [partition, offset]));
  const isRead = (): boolean => blocks.every(({ partition, endOffset }) => (positions.get(partition) ?? 0) >= endOffset);
  let read = 0;
  let arrivedMs = performance.now();
  try {
    while (!isRead()) {
      const batch = await reader.nextBatch({ timeoutMs: batchTimeoutMs, maxMessages: 10_000, maxBytes: 2 * 1024 * 1024, signal });
      const before = [...positions.values()].join(",");
      for (const { partition, offset } of batch.positions) positions.set(partition, offset);
      if (batch.count > 0 || [...positions.values()].join(",") !== before) arrivedMs = performance.now();
      else if (performance.now() - arrivedMs > stalledMs) throw stalled(topic);
      for (let index = 0; index < batch.count; index += 1) {
        const result = results.get(batch.partitions[index] ?? -1);
        const timeMs = batch.timestampsMs[index] ?? -1;
        if (result === undefined) continue;
        if (timeMs < result.min) result.min = timeMs;
        if (timeMs > result.max) result.max = timeMs;
      }
      for (const [partition, indices] of matchesByPartition(matcher(batch), batch.partitions)) {
        const result = results.get(partition);
        if (result !== undefined) keep(result, indices, direction, most, (index) => rowAt(batch, index));
      }
      read += batch.count;
      yield read;
    }
  } finally {
    await reader.close();
  }
  for (const scan of searched) {
    const result = results.get(scan.partition);
    if (result === undefined) continue;
    const { block, found, isCut, min, max } = result;
    scan.add(block, found, isCut, max < min ? undefined : { min, max });
  }
}

/** Keeps the first matches of a block when searching forward, the last ones backward. */
function keep(
  result: BlockResult,
  indices: readonly number[],
  direction: Direction,
  most: number,
  rowOf: (index: number) => MessageRow,
): void {
  const room = direction === "forward" ? most - result.found.length : most;
  const kept = direction === "forward" ? indices.slice(0, room) : indices.slice(-room);
  result.found.push(...kept.map(rowOf));
  if (kept.length < indices.length || result.found.length > most) result.isCut = true;
  if (result.found.length > most) result.found = result.found.slice(-most);
}

function matchesByPartition(indices: readonly number[], partitions: Int32Array): ReadonlyMap<number, readonly number[]> {
  const byPartition = new Map<number, number[]>();
  for (const index of indices) {
    const partition = partitions[index] ?? -1;
    const known = byPartition.get(partition);
    if (known === undefined) byPartition.set(partition, [index]);
    else known.push(index);
  }
  return byPartition;
}

function leftOf(scans: readonly PartitionScan[]): number {
  return scans.reduce((sum, { left }) => sum + left, 0);
}

/** Offsets that a continued search would search. */
function leftToResume(scans: readonly PartitionScan[]): number {
  return scans.reduce((sum, scan) => sum + scan.leftToResume, 0);
}

function stalled(topic: string): StreamctlError {
  return new StreamctlError("timeout", `Cannot read "${topic}": no messages received for ${stalledMs / 1000} s`, {
    hint: "Run: streamctl logs kafka",
  });
}
