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

/** Offsets per partition in the first block of a search with a filter: blocks grow while little is found. */
const firstBlock = 500;
const growth = 10;
/** Maximum offsets of all partitions in a block. */
const largestBlock = 600_000;
/** Blocks do not grow beyond what is read in this time, in milliseconds: a block that is interrupted is searched again. */
const longestBlockMs = 1500;
/** Approximate maximum size of the found messages that wait, in bytes of all partitions. */
const waitingBytes = 4 * 1024 * 1024;
const batchTimeoutMs = 500;
/** A block of which nothing arrives for this time cannot be read, in milliseconds. */
const stalledMs = 10_000;
const progressIntervalMs = 200;
const defaultTimeLimitMs = 15_000;
/** A whole value is returned up to this size in bytes. */
const wholeBytes = 4 * 1024 * 1024;

/** @throws StreamctlError `usage` for an unknown topic, an invalid cursor or partition; `kafka`, `unreachable`, `interrupted` */
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
  // The first block is always searched, so that every search makes progress.
  const isOver = (): boolean => performance.now() - startMs > timeLimitMs && leftOf(scans) < total;
  let size = query.filter === undefined ? query.limit : firstBlock;
  const progress = (inBlock: number): SearchEvent => {
    const scanned = total - leftOf(scans) + inBlock;
    const seconds = (performance.now() - startMs) / 1000;
    return { kind: "progress", scanned, matched, left: Math.max(0, total - scanned), scannedPerSecond: Math.round(scanned / seconds) };
  };
  for (;;) {
    const rows = takeReady(scans, direction, query.limit - matched);
    matched += rows.length;
    if (rows.length > 0) yield { kind: "rows", rows };
    const isDone = scans.every((scan) => scan.isDone && scan.next === undefined);
    if (isDone || isOver() || matched >= query.limit) {
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
    const blockMs = performance.now();
    const options = { size, matcher, most: query.limit - matched, mostBytes: waitingBytes / scans.length, isInterrupted: isOver, signal };
    for await (const read of readBlocks(source, query, scans, direction, options)) {
      if (performance.now() - toldMs < progressIntervalMs) continue;
      toldMs = performance.now();
      yield progress(read);
    }
    const fast = (size * longestBlockMs) / Math.max(1, performance.now() - blockMs);
    size = Math.ceil(Math.min(size * growth, fast, Math.max(firstBlock, largestBlock / scans.length)));
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
  const sign = direction === "forward" ? 1 : -1;
  const rows: MessageRow[] = [];
  while (rows.length < most) {
    let first: PartitionScan | undefined;
    for (const scan of scans) {
      if (scan.next === undefined) continue;
      if (first?.next === undefined || sign * scan.next.timestampMs < sign * first.next.timestampMs) first = scan;
    }
    const timestampMs = first?.next?.timestampMs;
    if (timestampMs === undefined || scans.some((scan) => mayPrecede(scan, timestampMs, sign))) break;
    const row = first?.take();
    if (row !== undefined) rows.push(row);
  }
  return rows;
}

/** Whether a partition without a waiting message may still contain one that belongs before this timestamp. */
function mayPrecede({ next, frontierMs }: PartitionScan, timestampMs: number, sign: 1 | -1): boolean {
  return next === undefined && (frontierMs === undefined || sign * frontierMs < sign * timestampMs);
}

interface BlockOptions {
  readonly size: number;
  readonly matcher: Matcher;
  /** Number of messages that the search may still return. */
  readonly most: number;
  /** Approximate maximum size of a partition's found messages. */
  readonly mostBytes: number;
  /** Whether to stop now: then the blocks count as not searched. */
  readonly isInterrupted: () => boolean;
  readonly signal: AbortSignal;
}

interface BlockResult {
  readonly block: Block;
  /** By ascending offset. */
  found: MessageRow[];
  foundBytes: number;
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
  { size, matcher, most, mostBytes, isInterrupted, signal }: BlockOptions,
): AsyncGenerator<number, void, undefined> {
  // A partition with a message that waits for the others need not be searched further yet.
  const searched = scans.filter((scan) => !scan.isDone && scan.next === undefined);
  const results = new Map(
    searched.map((scan): [number, BlockResult] => [
      scan.partition,
      { block: scan.block(size), found: [], foundBytes: 0, isCut: false, min: Number.POSITIVE_INFINITY, max: Number.NEGATIVE_INFINITY },
    ]),
  );
  const blocks = [...results.values()].map(({ block }) => block);
  const reader = source.open(topic, blocks, size <= 2 * firstBlock ? 128 * 1024 : 2 * 1024 * 1024);
  const positions = new Map(blocks.map(({ partition, offset }) => [partition, offset]));
  const isRead = (): boolean => blocks.every(({ partition, endOffset }) => (positions.get(partition) ?? 0) >= endOffset);
  // Forward, the first matches are kept, so what follows them need not be read.
  const isEnough = (): boolean => direction === "forward" && [...results.values()].every(({ isCut }) => isCut);
  let read = 0;
  let arrivedMs = performance.now();
  try {
    while (!isRead() && !isEnough()) {
      if (isInterrupted()) return;
      const batch = await reader.nextBatch({ timeoutMs: batchTimeoutMs, maxMessages: 4000, maxBytes: 512 * 1024, signal });
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
        if (result !== undefined) keep(result, indices, direction, { most, mostBytes }, (index) => rowAt(batch, index));
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

/** Keeps the first matches of a block when searching forward, the last ones backward: at least one, within both limits. */
function keep(
  result: BlockResult,
  indices: readonly number[],
  direction: Direction,
  { most, mostBytes }: Pick<BlockOptions, "most" | "mostBytes">,
  rowOf: (index: number) => MessageRow,
): void {
  const { found } = result;
  if (direction === "forward") {
    for (const index of indices) {
      if (result.isCut || found.length >= most || (found.length > 0 && result.foundBytes > mostBytes)) {
        result.isCut = true;
        return;
      }
      const row = rowOf(index);
      found.push(row);
      result.foundBytes += sizeOf(row);
    }
    return;
  }
  if (indices.length > most) result.isCut = true;
  for (const index of indices.slice(-most)) {
    const row = rowOf(index);
    found.push(row);
    result.foundBytes += sizeOf(row);
    while (found.length > 1 && (found.length > most || result.foundBytes > mostBytes)) {
      const dropped = found.shift();
      result.foundBytes -= dropped === undefined ? 0 : sizeOf(dropped);
      result.isCut = true;
    }
  }
}

/** Approximate size of a message in memory, in bytes. */
function sizeOf({ key, value, headers = [] }: MessageRow): number {
  const headerLengths = headers.reduce((sum, [name, header]) => sum + name.length + (header?.length ?? 0), 0);
  return 200 + (key?.length ?? 0) + (value?.length ?? 0) + headerLengths;
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
