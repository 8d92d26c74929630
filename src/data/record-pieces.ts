/**
 * The constant parts of the records, prepared once and stored after the records in the same buffer, so that a record takes two copies and a few
 * digits: a head per user (the key, and the value up to the transaction's id), and a tail per user and status.
 */

import { transactions } from "../spec/transactions.ts";
import { timestampBytes } from "./event-time.ts";
import { fixedUsers, randomTotalPaid } from "./users.ts";

const [timeField, idField, userField, amountField, statusField] = transactions.streams[0].fields;
const [first, second] = statusField.generator.choices;

/** The smallest id of a transaction, and the number of ids. */
export const firstTransactionId = idField.generator.min;
export const transactionIds = idField.generator.max - firstTransactionId + 1;

/** Statuses by the random bit: 1 is the first choice of the pipeline. */
const statuses: readonly [string, string] = [second.value, first.value];
const counted: readonly string[] = transactions.windows[0].where[0].values;
const countedByCoin: readonly boolean[] = statuses.map((status) => counted.includes(status));

/** Whether a record counts in its window; its weight is 0 otherwise. @param coin 0 or 1 */
export function counts(coin: number): boolean {
  return countedByCoin[coin] ?? false;
}

export const keyBytes = 36;
const beforeTimestamp = `{"${timeField.name}":"`;
const beforeUserId = `,"${userField.name}":"`;

/** Position of the timestamp, from the start of a record's key. */
export const timestampAt = keyBytes + beforeTimestamp.length;
export const headBytes = headText("0".repeat(keyBytes)).length;

/** Key and value up to the transaction's id, with a placeholder for the timestamp. */
function headText(userId: string): string {
  return `${userId}${beforeTimestamp}${"0".repeat(timestampBytes)}","${idField.name}":`;
}

/** The value after the transaction's id. */
function tailText(userId: string, totalPaid: number, coin: number): string {
  return `${beforeUserId}${userId}","${amountField.name}":${totalPaid},"${statusField.name}":"${statuses[coin] ?? ""}"}`;
}

const longestAmount = Math.max(randomTotalPaid.max, ...fixedUsers.map((user) => user.totalPaid));
const longestTail = Math.max(...[0, 1].map((coin) => tailText("0".repeat(keyBytes), longestAmount, coin).length));
const userBytes = headBytes + 2 * longestTail;

/** Largest number of bytes of a record, key and value together. */
export const maxRecordBytes = headBytes + String(idField.generator.max).length + longestTail;

/** Number of bytes for the pieces of a number of users. */
export function piecesBytes(users: number): number {
  return users * userBytes;
}

export class RecordPieces {
  readonly #buffer: Uint8Array;
  readonly #start: number;
  readonly #tailLengths: Uint32Array;

  /** @param start position of the pieces in the buffer; they take `piecesBytes` */
  constructor(buffer: Uint8Array, start: number, users: readonly { readonly id: string; readonly totalPaid: number }[]) {
    this.#buffer = buffer;
    this.#start = start;
    this.#tailLengths = new Uint32Array(users.length * 2);
    for (const [user, { id, totalPaid }] of users.entries()) {
      this.#write(this.headStart(user), headText(id));
      for (const coin of [0, 1])
        this.#tailLengths[user * 2 + coin] = this.#write(this.tailStart(user, coin), tailText(id, totalPaid, coin));
    }
  }

  headStart(user: number): number {
    return this.#start + user * userBytes;
  }

  /** @param coin 0 or 1, as for `counts` */
  tailStart(user: number, coin: number): number {
    return this.#start + user * userBytes + headBytes + coin * longestTail;
  }

  tailBytes(user: number, coin: number): number {
    return this.#tailLengths[user * 2 + coin] ?? 0;
  }

  /** Replaces the first user, for records of one status. */
  replaceUser(id: string, totalPaid: number, coin: number): void {
    this.#write(this.headStart(0), id);
    this.#tailLengths[coin] = this.#write(this.tailStart(0, coin), tailText(id, totalPaid, coin));
  }

  #write(position: number, text: string): number {
    for (let n = 0; n < text.length; n += 1) this.#buffer[position + n] = text.charCodeAt(n);
    return text.length;
  }
}
