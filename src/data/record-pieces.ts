/**
 * The constant parts of a record's bytes, prepared once behind the records in the same buffer, so that a message is two
 * copies and a few digits: a head for each user (key, and value up to the transaction's id), a tail for each user and status.
 */

import { transactionFields as fields, maxTransactionId, type TransactionStatus } from "../record/transaction.ts";
import { fixedUsers, randomTotalPaid } from "../record/users.ts";
import { timestampBytes } from "./event-time.ts";

export const keyBytes = 36;
const beforeTimestamp = `{"${fields.eventTimestamp}":"`;
const beforeUserId = `,"${fields.userId}":"`;

/** Where the timestamp stands after the start of a record's key. */
export const timestampAt = keyBytes + beforeTimestamp.length;
export const headBytes = headText("0".repeat(keyBytes)).length;

/** Key and value up to the transaction's id; the timestamp's place is empty. */
function headText(userId: string): string {
  return `${userId}${beforeTimestamp}${"0".repeat(timestampBytes)}","${fields.transactionId}":`;
}

/** From behind the transaction's id to the end. */
function tailText(userId: string, totalPaid: number, status: TransactionStatus): string {
  return `${beforeUserId}${userId}","${fields.totalPaid}":${totalPaid},"${fields.status}":"${status}"}`;
}

const longestAmount = Math.max(randomTotalPaid.max, ...fixedUsers.map((user) => user.totalPaid));
const longestTail = tailText("0".repeat(keyBytes), longestAmount, "Refused").length;
const userBytes = headBytes + 2 * longestTail;

/** Longest key and value of one record. */
export const maxRecordBytes = headBytes + String(maxTransactionId).length + longestTail;

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
      this.#tailLengths[user * 2] = this.#write(this.tailStart(user, 0), tailText(id, totalPaid, "Refused"));
      this.#tailLengths[user * 2 + 1] = this.#write(this.tailStart(user, 1), tailText(id, totalPaid, "Paid"));
    }
  }

  headStart(user: number): number {
    return this.#start + user * userBytes;
  }

  /** @param paid 1 for Paid, 0 for Refused */
  tailStart(user: number, paid: number): number {
    return this.#start + user * userBytes + headBytes + paid * longestTail;
  }

  tailBytes(user: number, paid: number): number {
    return this.#tailLengths[user * 2 + paid] ?? 0;
  }

  /** Puts another user in the place of the first one, for records of one status. */
  replaceUser(id: string, totalPaid: number, paid: number): void {
    this.#write(this.headStart(0), id);
    this.#tailLengths[paid] = this.#write(this.tailStart(0, paid), tailText(id, totalPaid, paid === 1 ? "Paid" : "Refused"));
  }

  #write(position: number, text: string): number {
    for (let n = 0; n < text.length; n += 1) this.#buffer[position + n] = text.charCodeAt(n);
    return text.length;
  }
}
