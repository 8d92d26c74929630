import { expect, test } from "bun:test";
import { type ContractBreach, ContractReader } from "../../src/record/contract-reader.ts";
import { exampleRecord } from "../example-record.ts";
import type { Contract } from "../../src/spec/contract.ts";
import { onlyStream } from "../../src/spec/names.ts";
import type { Stream } from "../../src/spec/pipeline.ts";

const contract = new ContractReader(onlyStream);

const good = exampleRecord({ event_timestamp: "2026-01-01 00:00:00.123", transaction_id: 1_000_000, total_paid: 90 });
const text = JSON.stringify(good);
const transaction = [Date.UTC(2026, 0, 1) + 123, 1_000_000, String(good["user_id"]), 90, "Paid"];

test("ContractReader.read() reads a valid record from text and from bytes", () => {
  expect(contract.read(text)).toEqual(transaction);
  expect(contract.read(new TextEncoder().encode(text))).toEqual(transaction);
});

test("ContractReader.read() skips a byte order mark, as the processors do", () => {
  expect(contract.read(new TextEncoder().encode(`\u{FEFF}${text}`))).toEqual(transaction);
});

test("ContractReader.read() reads fields in any order, with spaces, and ignores additional fields", () => {
  const { status, ...rest } = good;
  expect(contract.read(` ${JSON.stringify({ extra: [1], status, ...rest }, null, 2)}\n`)).toEqual(transaction);
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
])("ContractReader.read() returns for %p: %s", (value, breach) => {
  expect(contract.read(value)).toBe(breach);
});

test.each([
  ["event_timestamp", null, "event_timestamp is null"],
  ["event_timestamp", 1_767_225_600_000, "event_timestamp is of the wrong type"],
  ["event_timestamp", "2026-01-01T00:00:00.123Z", "event_timestamp is malformed"],
  ["event_timestamp", "1969-12-31 23:59:59.999", "event_timestamp is out of range"],
  ["event_timestamp", "9999-12-31 24:00:00.000", "event_timestamp is malformed"],
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
] as const)("ContractReader.read() answers for %s = %p: %s", (field, value, breach) => {
  expect(contract.read(JSON.stringify({ ...good, [field]: value }))).toBe(breach);
});

test("ContractReader.read() rejects a number that overflows", () => {
  expect(contract.read(text.replace("90", "1e999"))).toBe("total_paid is out of range");
});

test("ContractReader.readWritten() reads records as data writes them", () => {
  expect(contract.readWritten(text)).toEqual(transaction);
  expect(contract.readWritten(text.replace("90", "-9007199254740991"))?.[3]).toBe(-9_007_199_254_740_991);
  expect(contract.readWritten(text.replace("Paid", "Refused"))?.[4]).toBe("Refused");
});

test.each([
  "",
  "{}",
  ` ${text}`,
  `${text}\n`,
  `${text}x`,
  `\u{FEFF}${text}`,
  text.replace(",", ", "),
  text.replace("{", '{"note":1,'),
  text.replace("Paid", "P\\u0061id"),
  text.replace("Paid", "Pending"),
  text.replace(":90", ":90.0"),
  text.replace(":90", ":9e1"),
  text.replace(":90", ":090"),
  text.replace(":90", ":-0"),
  text.replace(":90", ':"90"'),
  text.replace(":90", ":9007199254740992"),
  text.replace(":1000000", ":1000001"),
  text.replace(".123", ""),
  text.replace(".123", ".123456"),
  text.replace("00:00:00", "24:00:00"),
  text.replace("00:00:00", "00:60:00"),
  text.replace("2026-01-01", "2026-13-01"),
  text.replace("2026-01-01", "1969-12-31"),
  text.replace("-4000-", "-g000-"),
  text.replace("status", "Status"),
])("ContractReader.readWritten() leaves %p to read()", (value) => {
  expect(contract.readWritten(value)).toBeUndefined();
});

test("ContractReader.readWritten() agrees with read() on every day and millisecond that it reads", () => {
  for (let step = 0; step < 3000; step++) {
    // Steps of a prime number of milliseconds, forwards and backwards, so that days, seconds and fractions all change.
    const timeMs = ((step * 86_028_157_021) % 253_402_300_799_999) * (step % 7 === 0 ? 1 : 0.5);
    const time = new Date(Math.floor(timeMs)).toISOString().replace("T", " ").slice(0, -1);
    const value = text.replace("2026-01-01 00:00:00.123", time);
    expect(contract.readWritten(value)?.[0]).toBe(Math.floor(timeMs));
    expect(contract.read(value)).toEqual(contract.readWritten(value) ?? "");
  }
});

/** A stream with an event time and one other field. */
function reading(field: Contract): (json: string) => unknown {
  const time = { name: "at", generator: null, contract: { type: "time", as: "epoch_ms", optional: false } } as const;
  const stream: Stream = { ...onlyStream, key: null, eventTime: "at", fields: [time, { name: "f", generator: null, contract: field }] };
  const reader = new ContractReader(stream);
  return (json) => {
    const value = json === "" ? '{"at":0}' : `{"at":0,"f":${json}}`;
    const read = reader.read(value);
    const written = reader.readWritten(value);
    // Both paths read a record in the form that data writes alike.
    if (written !== undefined) expect(written).toEqual(typeof read === "string" ? [] : read);
    return typeof read === "string" ? read : read[1];
  };
}

const required = { optional: false } as const;

test.each<[Contract, ...(readonly [json: string, value: unknown])[]]>([
  [
    { type: "decimal", min: 0, max: 10_000, places: 2, ...required },
    ["19.99", 1999],
    ["0", 0],
    ["100", 10_000],
    ["100.01", "f is out of range"],
    ["0.001", "f is out of range"],
    ["-0.01", "f is out of range"],
    ['"1"', "f is of the wrong type"],
  ],
  [{ type: "bool", ...required }, ["true", true], ["false", false], ['"true"', "f is of the wrong type"], ["null", "f is null"]],
  [
    { type: "text", maxCodePoints: 3, ...required },
    ['"abc"', "abc"],
    ['"👩👩👩"', "👩👩👩"],
    ['"abcd"', "f is out of range"],
    [String.raw`"\"\n"`, '"\n'],
    ["7", "f is of the wrong type"],
  ],
  [
    { type: "pattern", pattern: String.raw`A.-##\#?`, ...required },
    ['"A.-42#Z"', "A.-42#Z"],
    ['"AB-42#Z"', "f is malformed"],
    ['"A.-42#z"', "f is malformed"],
    ['"A.-42#Z "', "f is malformed"],
  ],
  [
    { type: "one_of", values: ["a|b", 'say "x"'], ...required },
    ['"a|b"', "a|b"],
    ['"a"', "f is unknown"],
    [String.raw`"say \"x\""`, 'say "x"'],
  ],
  [{ type: "one_of", values: ['"'], ...required }, ['""', "f is unknown"], [String.raw`"\""`, '"']],
  [
    { type: "time", as: "iso", ...required },
    ['"2026-01-01T00:00:00.500Z"', 1_767_225_600_500],
    ['"2026-02-30T00:00:00.000Z"', "f is malformed"],
    ['"2026-01-01T00:00:00Z"', "f is malformed"],
    ['"1969-12-31T23:59:59.999Z"', "f is out of range"],
  ],
  [{ type: "time", as: "epoch_ms", ...required }, ["1", 1], ["-1", "f is out of range"], ["0.5", "f is out of range"]],
  [{ type: "time", as: "epoch_s", ...required }, ["1767225600", 1_767_225_600_000], ["253402300800", "f is out of range"]],
  [
    { type: "int", min: 1, max: 9, optional: true },
    ["7", 7],
    ["null", null],
    ["", null],
    ["0", "f is out of range"],
    ['"7"', "f is of the wrong type"],
  ],
])("ContractReader follows the contract %p", (field, ...rows) => {
  const read = reading(field);
  for (const [json, value] of rows) expect([json, read(json)]).toEqual([json, value]);
});

test.each(["constructor", "toString", "__proto__", "hasOwnProperty"])("ContractReader reads a field that is called %s", (name) => {
  const optional: Stream = {
    ...onlyStream,
    fields: [{ name, generator: null, contract: { type: "int", min: 1, max: 9, optional: true } }],
  };
  const reader = new ContractReader(optional);
  expect([`{"${name}":7}`, `{"${name}":null}`, "{}", '{"x":{}}'].map((value) => reader.read(value))).toEqual([[7], [null], [null], [null]]);
  expect(reader.readWritten(`{"${name}":7}`)).toEqual([7]);
  const mandatory: Stream = {
    ...onlyStream,
    fields: [{ name, generator: null, contract: { type: "int", min: 1, max: 9, optional: false } }],
  };
  expect(new ContractReader(mandatory).read("{}")).toBe(`${name} is missing`);
});
