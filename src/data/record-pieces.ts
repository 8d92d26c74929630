/**
 * The constant parts of a record's bytes, prepared once behind the records in the same buffer, so that a message is two
 * copies and a few digits: a head for each user (key, and value up to the transaction's id), a tail for each user and status.
 */

import { transactions } from "../spec/transactions.ts";
import { timestampBytes } from "./event-time.ts";
import { fixedUsers, randomTotalPaid } from "./users.ts";

const [timeField, idField, userField, amountField, statusField] = transactions.streams[0].fields;
const [first, second] = statusField.generator.choices;

/** The smallest id of a transaction, and how many there are. */
export const firstTransactionId = idField.generator.min;
export const transactionIds = idField.generator.max - firstTransactionId + 1;

/** Statuses by the coin that decides: 1 takes the first choice of the pipeline. */
const statuses: readonly [string, string] = [second.value, first.value];
const counted: readonly string[] = transactions.windows[0].where[0].values;
const countedByCoin: readonly boolean[] = statuses.map((status) => counted.includes(status));

/** Whether a record counts in its window: only then is what it pays its weight. @param coin 0 or 1 */
export function counts(coin: number): boolean {
  return countedByCoin[coin] ?? false;
}

export const keyBytes = 36;
const beforeTimestamp = `{"${timeField.name}":"`;
const beforeUserId = `,"${userField.name}":"`;

/** Where the timestamp stands after the start of a record's key. */
export const timestampAt = keyBytes + beforeTimestamp.length;
export const headBytes = headText("0".repeat(keyBytes)).length;

/** Key and value up to the transaction's id; the timestamp's place is empty. */
function headText(userId: string): string {
  return `${userId}${beforeTimestamp}${"0".repeat(timestampBytes)}","${idField.name}":`;
}

/** From behind the transaction's id to the end. */
function tailText(userId: string, totalPaid: number, coin: number): string {
  return `${beforeUserId}${userId}","${amountField.name}":${totalPaid},"${statusField.name}":"${statuses[coin] ?? ""}"}`;
}

const longestAmount = Math.max(randomTotalPaid.max, ...fixedUsers.map((user) => user.totalPaid));
const longestTail = Math.max(...[0, 1].map((coin) => tailText("0".repeat(keyBytes), longestAmount, coin).length));
const userBytes = headBytes + 2 * longestTail;

/** Longest key and value of one record. */
export const maxRecordBytes = headBytes + String(idField.generator.max).length + longestTail;

/** Room that the pieces of so many users take. */
export function piecesBytes(users: number): number {
  return users * userBytes;
}

export class RecordPieces {
  readonly #buffer: Uint8Array;
  readonly #start: number;
  readonly #tailLengths: Uint32Array;

  /** @param start position in the buffer from which `piecesBytes` of room belong to the pieces */
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

  /** @param coin 0 or 1, as of `counts` */
  tailStart(user: number, coin: number): number {
    return this.#start + user * userBytes + headBytes + coin * longestTail;
  }

  tailBytes(user: number, coin: number): number {
    return this.#tailLengths[user * 2 + coin] ?? 0;
  }

  /** Puts another user in the place of the first one, for records of one status. */
  replaceUser(id: string, totalPaid: number, coin: number): void {
    this.#write(this.headStart(0), id);
    this.#tailLengths[coin] = this.#write(this.tailStart(0, coin), tailText(id, totalPaid, coin));
  }

  #write(position: number, text: string): number {
    for (let n = 0; n < text.length; n += 1) this.#buffer[position + n] = text.charCodeAt(n);
    return text.length;
  }
}
