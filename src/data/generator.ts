/**
 * Generates transactions as packed batches. Record i is a pure function of (seed, i, event time), so any number of workers generates the same
 * records, and a run can be repeated byte for byte. For speed, prepared pieces are copied and digits written; with the fixed users no
 * string or object is created per message.
 */

import type { MessageBatch } from "../kafka/batch.ts";
import { simulatedTimeMs, TimestampText, type EventTime } from "./event-time.ts";
import { below, firstBits, nextBits, randomKey } from "./random.ts";
import type { RealisticUsers } from "./realistic.ts";
import * as record from "./record-pieces.ts";
import { fixedUsers } from "./users.ts";

export interface GeneratorOptions {
  /** 0 to 2^53 − 1. */
  readonly seed: number;
  readonly eventTime: EventTime;
  /** Milliseconds since the epoch, for live event time; read once per batch. */
  readonly nowMs: () => number;
  /** Maximum number of messages per batch. */
  readonly capacity: number;
  /** The users of `--users random`; null for the ten fixed users. */
  readonly realistic: RealisticUsers | null;
}

export interface GeneratedBatch extends MessageBatch {
  /** The event time of record n of the batch, in milliseconds since the epoch. */
  readonly eventTimeMs: (n: number) => number;
}

const blockSize = 2 ** 32;

/** Reuses the buffers of its batches: a batch is valid until the next `fill`. */
export class TransactionGenerator {
  readonly capacity: number;
  readonly #options: GeneratorOptions;
  readonly #bytes: Uint8Array;
  readonly #offsets: Uint32Array;
  readonly #weights: Uint32Array;
  readonly #pieces: record.RecordPieces;
  readonly #timestamp = new TimestampText();
  readonly #amounts: Uint32Array;

  constructor(options: GeneratorOptions) {
    const users = options.realistic === null ? fixedUsers : fixedUsers.slice(0, 1);
    const recordsBytes = options.capacity * record.maxRecordBytes;
    this.capacity = options.capacity;
    this.#options = options;
    this.#bytes = new Uint8Array(recordsBytes + record.piecesBytes(users.length));
    this.#offsets = new Uint32Array(options.capacity * 2 + 1);
    this.#weights = new Uint32Array(options.capacity);
    this.#pieces = new record.RecordPieces(this.#bytes, recordsBytes, users);
    this.#amounts = Uint32Array.from(users, (user) => user.totalPaid);
  }

  /**
   * Generates the records of `count` indices (at most `capacity`) from `first` in steps of `stride`.
   *
   * @throws StreamctlError `usage` when an event time is not in the years 1970 to 9999
   */
  fill(first: number, stride: number, count: number): GeneratedBatch {
    const { seed, realistic } = this.#options;
    const timeOf = this.#eventTimes();
    let key = randomKey(seed, Math.floor(first / blockSize));
    let blockEnd = (Math.floor(first / blockSize) + 1) * blockSize;
    let position = 0;
    for (let n = 0; n < count; n += 1) {
      const index = first + n * stride;
      if (index >= blockEnd) {
        key = randomKey(seed, Math.floor(index / blockSize));
        blockEnd = (Math.floor(index / blockSize) + 1) * blockSize;
      }
      const idBits = firstBits(key, index);
      const bits = nextBits(key, idBits);
      const coin = bits & 1;
      const user = realistic === null ? below(fixedUsers.length, bits) : this.#replaceUser(realistic, index, coin);
      const end = this.#write(n, position, user, record.firstTransactionId + below(record.transactionIds, idBits), coin);
      this.#timestamp.write(timeOf(index), this.#bytes, position + record.timestampAt);
      position = end;
    }
    this.#offsets[count * 2] = position;
    return {
      count,
      bytes: this.#bytes,
      offsets: this.#offsets,
      weights: this.#weights,
      eventTimeMs: (n) => timeOf(first + n * stride),
    };
  }

  /** Live time is read once per batch, which takes about a millisecond to generate, and a few with faker. */
  #eventTimes(): (index: number) => number {
    const { eventTime } = this.#options;
    if (eventTime.kind === "simulated") return (index) => simulatedTimeMs(eventTime, index);
    const nowMs = this.#options.nowMs();
    return () => nowMs;
  }

  /** Replaces the only prepared user by the user of a record, and returns its position, 0. */
  #replaceUser(realistic: RealisticUsers, index: number, coin: number): number {
    const { userId, totalPaid } = realistic.at(index);
    this.#pieces.replaceUser(userId, totalPaid, coin);
    this.#amounts[0] = totalPaid;
    return 0;
  }

  /** Writes one record without its time at a position, and returns the position after it. */
  #write(n: number, position: number, user: number, transactionId: number, coin: number): number {
    const bytes = this.#bytes;
    const headStart = this.#pieces.headStart(user);
    const tailStart = this.#pieces.tailStart(user, coin);
    const tailBytes = this.#pieces.tailBytes(user, coin);
    bytes.copyWithin(position, headStart, headStart + record.headBytes);
    const tailAt = writeDecimal(bytes, position + record.headBytes, transactionId);
    bytes.copyWithin(tailAt, tailStart, tailStart + tailBytes);
    this.#offsets[n * 2] = position;
    this.#offsets[n * 2 + 1] = position + record.keyBytes;
    this.#weights[n] = record.counts(coin) ? (this.#amounts[user] ?? 0) : 0;
    return tailAt + tailBytes;
  }
}

/** Writes a whole number of at most seven digits and returns the position after it. */
function writeDecimal(bytes: Uint8Array, position: number, value: number): number {
  const end = position + digits(value);
  let rest = value;
  for (let at = end - 1; at >= position; at -= 1) {
    const tenth = (rest / 10) | 0;
    bytes[at] = 48 + rest - tenth * 10;
    rest = tenth;
  }
  return end;
}

function digits(value: number): number {
  if (value < 1000) return value < 10 ? 1 : value < 100 ? 2 : 3;
  if (value < 100_000) return value < 10_000 ? 4 : 5;
  return value < 1_000_000 ? 6 : 7;
}
