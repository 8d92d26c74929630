/** Fakes of a topic, a ledger and a table, which `verify` uses instead of Kafka, the state folder and Pinot. */

import type { RunRecord } from "../../src/state/run-record.ts";
import { flinkJsonReader } from "../../src/processors/flink/json-reader.ts";
import { onlyStream, onlyWindow } from "../../src/spec/names.ts";
import { exampleText } from "../example-record.ts";
import type { RecordBatch } from "../../src/pipeline/topic-tally.ts";
import type { TopicLog } from "../../src/pipeline/topic-reading.ts";
import type { VerifySubject } from "../../src/pipeline/verify-subject.ts";
import type { WindowRow } from "../../src/stores/pinot/broker.ts";

/** The embedded pipeline, computed by Flink. */
export const subject: VerifySubject = { stream: onlyStream, window: onlyWindow, reader: flinkJsonReader };

export type FakeValue = string | Uint8Array | null;

const encoder = new TextEncoder();
const key = encoder.encode("0f7e9c5e-2f1b-4d53-9d0c-111111111111");

/** Packs values as the consumer does. */
export function packBatch(values: readonly FakeValue[], positions: RecordBatch["positions"]): RecordBatch {
  const encoded = values.map((value) => (value === null ? new Uint8Array() : typeof value === "string" ? encoder.encode(value) : value));
  const offsets = new Uint32Array(2 * values.length + 1);
  const bytes = new Uint8Array(encoded.reduce((size, value) => size + key.length + value.length, 0));
  let end = 0;
  for (const [index, value] of encoded.entries()) {
    offsets[2 * index] = end;
    bytes.set(key, end);
    offsets[2 * index + 1] = end + key.length;
    bytes.set(value, end + key.length);
    end += key.length + value.length;
  }
  offsets[2 * values.length] = end;
  return { count: values.length, bytes, offsets, flags: Uint8Array.from(values, (value) => (value === null ? 1 : 0)), positions };
}

export function transactionText(eventTime: string, totalPaid: number, status = "Paid"): string {
  return exampleText({ event_timestamp: eventTime, total_paid: totalPaid, status });
}

export interface FakeLog extends TopicLog {
  readonly partitions: FakeValue[][];
  /** May be changed to simulate a recreated topic. */
  topicId: string;
  /** Earliest offset of partition 0. */
  low: number;
  /** Offsets without records, added to the end of partition 0. */
  unreadable: number;
  /** First offset of an open transaction in partition 0; readers do not return records from there on. */
  openFrom: number | undefined;
  /** Number of records that readers have returned. */
  recordsRead: number;
  readersOpen: number;
}

/** A topic of some partitions; records are appended by pushing to `partitions`. Readers return two records per batch. */
export function fakeLog(...partitions: FakeValue[][]): FakeLog {
  const log: FakeLog = {
    topic: "transactions",
    topicId: "topic-1",
    partitions,
    low: 0,
    unreadable: 0,
    openFrom: undefined,
    recordsRead: 0,
    readersOpen: 0,
    snapshot: async () => ({
      topicId: log.topicId,
      partitions: partitions.map((values, partition) => ({
        partition,
        low: partition === 0 ? log.low : 0,
        stable: (partition === 0 ? log.openFrom : undefined) ?? values.length + (partition === 0 ? log.unreadable : 0),
        high: values.length + (partition === 0 ? log.unreadable : 0),
      })),
    }),
    openReader(positions) {
      const next = new Map(positions.map(({ partition, offset }) => [partition, offset]));
      log.readersOpen++;
      return {
        async nextBatch() {
          const values: FakeValue[] = [];
          for (const [partition, offset] of next) {
            const end = partition === 0 ? (log.openFrom ?? Number.POSITIVE_INFINITY) : Number.POSITIVE_INFINITY;
            const part = partitions[partition]?.slice(offset, Math.min(end, offset + 2 - values.length)) ?? [];
            values.push(...part);
            next.set(partition, offset + part.length);
          }
          log.recordsRead += values.length;
          return packBatch(
            values,
            [...next].map(([partition, offset]) => ({ partition, offset })),
          );
        },
        async close() {
          log.readersOpen--;
        },
      };
    },
  };
  return log;
}

export function fakeRun(delivered: number, paidCount: number, paidTotal: number, more: Partial<RunRecord> = {}): RunRecord {
  const counts = { accepted: delivered, delivered, failed: 0, unresolved: 0, paid: { count: paidCount, total: paidTotal } };
  return { topicId: "topic-1", topic: "transactions", endedAtMs: 0, seed: "1", ...counts, ...more };
}

/** Of a window of three seconds, with sum, count and average. */
export function fakeRow(
  windowStart: number,
  sum: number,
  count: number,
  { windowEnd = windowStart + 3000, average = sum / count }: { readonly windowEnd?: number; readonly average?: number } = {},
): WindowRow {
  return { windowStart, windowEnd, values: [sum, count, average] };
}

/** Pages of a table, `size` rows each. */
export async function* fakePages(rows: readonly WindowRow[], size = 2): AsyncGenerator<readonly WindowRow[]> {
  for (let from = 0; from < rows.length; from += size) yield rows.slice(from, from + size);
}
