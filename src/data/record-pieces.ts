/** The constant parts of a record's bytes, prepared once so that a message is a few copies within one buffer. */

import { maxTransactionId, transactionFields as fields, type TransactionStatus } from "../model/transaction.ts";
import { fixedUsers, randomTotalPaid } from "../model/users.ts";

export const keyBytes = 36;
export const timestampBytes = 23;
const beforeTimestamp = `{"${fields.eventTimestamp}":"`;
const beforeUserId = `,"${fields.userId}":"`;
const placeholder = "0".repeat(timestampBytes);

/** Where the timestamp stands after the start of a record's key, and where the user's id stands in the middle piece. */
export const timestampAt = keyBytes + beforeTimestamp.length;
export const middleUserIdAt = beforeUserId.length;

/** Key and value up to the transaction's id. */
function headText(userId: string): string {
  return `${userId}${beforeTimestamp}${placeholder}","${fields.transactionId}":`;
}

/** From behind the transaction's id up to the amount. */
function middleText(userId: string): string {
  return `${beforeUserId}${userId}","${fields.totalPaid}":`;
}

/** From behind the amount to the end. */
function endText(status: TransactionStatus): string {
  return `,"${fields.status}":"${status}"}`;
}

/** Every user id has 36 bytes, so these lengths hold for any user. */
export const headLength = headText(fixedUsers[0]?.id ?? "").length;
export const middleLength = middleText(fixedUsers[0]?.id ?? "").length;
export const paidLength = endText("Paid").length;
export const refusedLength = endText("Refused").length;

const userLength = headLength + middleLength;
const longestAmount = Math.max(randomTotalPaid.max, ...fixedUsers.map((user) => user.totalPaid));

/** Longest key and value of one record. */
export const maxRecordBytes = userLength + String(maxTransactionId).length + String(longestAmount).length + refusedLength;

/** Positions of the pieces in a buffer: two ends, then head and middle of each user. */
export class RecordPieces {
  readonly paidStart: number;
  readonly refusedStart: number;
  readonly #usersStart: number;

  /** Writes the pieces for these users at a position of the buffer; `piecesBytes` bytes of room are needed. */
  constructor(buffer: Uint8Array, start: number, userIds: readonly string[]) {
    this.paidStart = start;
    this.refusedStart = this.paidStart + paidLength;
    this.#usersStart = this.refusedStart + refusedLength;
    const users = userIds.map((userId) => headText(userId) + middleText(userId)).join("");
    new TextEncoder().encodeInto(endText("Paid") + endText("Refused") + users, buffer.subarray(start));
  }

  headStart(user: number): number {
    return this.#usersStart + user * userLength;
  }

  middleStart(user: number): number {
    return this.headStart(user) + headLength;
  }
}

/** Room that the pieces of so many users take. */
export function piecesBytes(users: number): number {
  return paidLength + refusedLength + users * userLength;
}
