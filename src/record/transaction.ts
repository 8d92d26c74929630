/**
 * The transaction is what the pipeline is about: the generator writes it, `verify` reads it back, the declarations of the
 * processors name its fields. The contract of a record's value stands here and nowhere else.
 */

import { isObject, type JsonObject } from "../core/json.ts";
import { eventTimeRange, parseEventTimestamp } from "./event-timestamp.ts";

/** Names in the JSON object of a record's value; the key of a record is its user's id. */
export const transactionFields = {
  eventTimestamp: "event_timestamp",
  transactionId: "transaction_id",
  userId: "user_id",
  totalPaid: "total_paid",
  status: "status",
} as const;

export type TransactionStatus = "Paid" | "Refused";

export const maxTransactionId = 1_000_000;

export interface Transaction {
  /** Milliseconds since the epoch. */
  readonly eventTimeMs: number;
  /** 1 to 1,000,000; not unique. */
  readonly transactionId: number;
  /** UUID. */
  readonly userId: string;
  /** Whole units, exact below 2^53. */
  readonly totalPaid: number;
  readonly status: TransactionStatus;
}

/** Why a value is not a transaction. */
export type ContractBreach = "tombstone" | "not-json" | "not-an-object" | FieldBreach;
type FieldName = (typeof transactionFields)[keyof typeof transactionFields];
type FieldBreach = `${FieldName} is ${"missing" | "null" | "of the wrong type" | "out of range" | "malformed" | "unknown"}`;

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/iu;
const utf8 = new TextDecoder("utf-8", { fatal: true });

/**
 * Reads a record's value by the contract; `null` is a tombstone. Pure, never throws. Answers the first breach that it finds,
 * looking at the fields in the order in which they are written. Fields beyond the contract are ignored.
 *
 * The statements of the processors filter by the same contract; where their JSON readers differ from it, json-readers.ts knows.
 */
export function parseTransaction(value: Uint8Array | string | null): Transaction | ContractBreach {
  if (value === null) return "tombstone";
  let json: unknown;
  try {
    json = JSON.parse(typeof value === "string" ? value : utf8.decode(value));
  } catch {
    return "not-json";
  }
  return isObject(json) ? readFields(json) : "not-an-object";
}

/** As `parseTransaction`, from the object of a value. */
export function readFields(json: JsonObject): Transaction | FieldBreach {
  const timestamp = json[transactionFields.eventTimestamp];
  if (typeof timestamp !== "string") return absence("event_timestamp", timestamp);
  const eventTimeMs = parseEventTimestamp(timestamp);
  if (eventTimeMs === undefined) return "event_timestamp is malformed";
  if (eventTimeMs < eventTimeRange.firstMs || eventTimeMs > eventTimeRange.lastMs) return "event_timestamp is out of range";

  const transactionId = json[transactionFields.transactionId];
  if (typeof transactionId !== "number") return absence("transaction_id", transactionId);
  if (!Number.isInteger(transactionId) || transactionId < 1 || transactionId > maxTransactionId) return "transaction_id is out of range";

  const userId = json[transactionFields.userId];
  if (typeof userId !== "string") return absence("user_id", userId);
  if (!uuid.test(userId)) return "user_id is malformed";

  const totalPaid = json[transactionFields.totalPaid];
  if (typeof totalPaid !== "number") return absence("total_paid", totalPaid);
  if (!Number.isSafeInteger(totalPaid)) return "total_paid is out of range";

  const status = json[transactionFields.status];
  if (typeof status !== "string") return absence("status", status);
  if (status !== "Paid" && status !== "Refused") return "status is unknown";

  return { eventTimeMs, transactionId, userId, totalPaid, status };
}

function absence(field: FieldName, value: unknown): FieldBreach {
  if (value === undefined) return `${field} is missing`;
  return value === null ? `${field} is null` : `${field} is of the wrong type`;
}
