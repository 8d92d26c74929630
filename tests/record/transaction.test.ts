import { expect, test } from "bun:test";
import { type ContractBreach, parseTransaction } from "../../src/record/transaction.ts";

const good = {
  event_timestamp: "2026-01-01 00:00:00.123",
  transaction_id: 1_000_000,
  user_id: "95d1d6aa-9e42-412d-b74e-c005e523279c",
  total_paid: 90,
  status: "Paid",
};
const text = JSON.stringify(good);
const transaction = {
  eventTimeMs: Date.UTC(2026, 0, 1) + 123,
  transactionId: 1_000_000,
  userId: good.user_id,
  totalPaid: 90,
  status: "Paid",
} as const;

test("parseTransaction() reads a value by the contract, from text and from bytes", () => {
  expect(parseTransaction(text)).toEqual(transaction);
  expect(parseTransaction(new TextEncoder().encode(text))).toEqual(transaction);
});

test("parseTransaction() reads over a byte order mark, as the processors do", () => {
  expect(parseTransaction(new TextEncoder().encode(`\u{FEFF}${text}`))).toEqual(transaction);
});

test("parseTransaction() reads fields in any order, with spaces, and ignores those beyond the contract", () => {
  const { status, ...rest } = good;
  expect(parseTransaction(` ${JSON.stringify({ extra: [1], status, ...rest }, null, 2)}\n`)).toEqual(transaction);
});

test.each<[Uint8Array | string | null, ContractBreach]>([
  [null, "tombstone"],
  ["", "not-json"],
  ["{", "not-json"],
  [`${text}x`, "not-json"],
  [`${text}${text}`, "not-json"],
  [text.replace("90", "NaN"), "not-json"],
  [new Uint8Array([0x22, 0xff, 0x22]), "not-json"],
  ["null", "not-an-object"],
  ["17", "not-an-object"],
  [`[${text}]`, "not-an-object"],
  ["{}", "event_timestamp is missing"],
])("parseTransaction() answers for %p: %s", (value, breach) => {
  expect(parseTransaction(value)).toBe(breach);
});

test.each([
  ["event_timestamp", null, "event_timestamp is null"],
  ["event_timestamp", 1_767_225_600_000, "event_timestamp is of the wrong type"],
  ["event_timestamp", "2026-01-01T00:00:00.123Z", "event_timestamp is malformed"],
  ["event_timestamp", "1969-12-31 23:59:59.999", "event_timestamp is out of range"],
  ["event_timestamp", "9999-12-31 24:00:00", "event_timestamp is out of range"],
  ["transaction_id", undefined, "transaction_id is missing"],
  ["transaction_id", "7", "transaction_id is of the wrong type"],
  ["transaction_id", 0, "transaction_id is out of range"],
  ["transaction_id", 1_000_001, "transaction_id is out of range"],
  ["transaction_id", 1.5, "transaction_id is out of range"],
  ["user_id", undefined, "user_id is missing"],
  ["user_id", 7, "user_id is of the wrong type"],
  ["user_id", "somebody", "user_id is malformed"],
  ["total_paid", undefined, "total_paid is missing"],
  ["total_paid", null, "total_paid is null"],
  ["total_paid", "90", "total_paid is of the wrong type"],
  ["total_paid", true, "total_paid is of the wrong type"],
  ["total_paid", [90], "total_paid is of the wrong type"],
  ["total_paid", 90.5, "total_paid is out of range"],
  ["total_paid", 2 ** 53, "total_paid is out of range"],
  ["status", undefined, "status is missing"],
  ["status", "paid", "status is unknown"],
  ["status", "Pending", "status is unknown"],
  ["status", true, "status is of the wrong type"],
] as const)("parseTransaction() answers for %s = %p: %s", (field, value, breach) => {
  expect(parseTransaction(JSON.stringify({ ...good, [field]: value }))).toBe(breach);
});

test("parseTransaction() refuses a number beyond all numbers", () => {
  expect(parseTransaction(text.replace("90", "1e999"))).toBe("total_paid is out of range");
});
