/** What JSON readers treat differently from the contract. The table was recorded from a running Flink 2.3.0, one window per row. */

import { expect, test } from "bun:test";
import { ContractReader } from "../../src/record/contract-reader.ts";
import { AmbiguityFinder } from "../../src/record/json-ambiguity.ts";
import { limitTexts, type Quirk } from "../../src/record/json-reader.ts";
import { flinkJsonReader } from "../../src/processors/flink/json-reader.ts";
import { ksqldbJsonReader } from "../../src/processors/ksqldb/json-reader.ts";
import { exampleText } from "../example-record.ts";
import { onlyStream } from "../../src/spec/names.ts";
import type { Stream } from "../../src/spec/pipeline.ts";

const text = exampleText({ event_timestamp: "2026-01-01 00:00:00.500", transaction_id: 7, total_paid: 90 });
const start = Date.UTC(2026, 0, 1);
const bytes = (value: string, encoding: BufferEncoding = "latin1"): Uint8Array => Buffer.from(value, encoding);
const swapped = (value: string): Uint8Array => Buffer.from(value, "utf16le").swap16();
const wide = (value: string): Uint8Array => Buffer.from(Uint32Array.from(value, (letter) => letter.codePointAt(0) ?? 0).buffer);
const field = (json: string): string => text.replace("{", `{${json},`);
const after = (json: string): string => `${text.slice(0, -1)},${json}}`;
const paid = (json: string): string => text.replace('"total_paid":90', `"total_paid":${json}`);
const status = (json: string): string => text.replace('"status":"Paid"', json);
const nested = (depth: number): string => `"note":${"[".repeat(depth - 1)}${"]".repeat(depth - 1)}`;
const named = (name: string): string => `"${name}":1`;
const timed = (fraction: string): string => text.replace(".500", fraction);

/** What Flink does with a value, and its quirk. */
type Row = readonly [value: string | Uint8Array, flink: "counts" | "leaves out", quirk?: Quirk | Limit];

type Limit = "nesting deeper than 1000" | "a number of more than 1000 digits" | "a field name of more than 50,000 bytes";

const rows: Readonly<Record<string, Row>> = {
  "a transaction": [text, "counts"],
  "an amount in a string": [paid('"90"'), "counts", "a number in a string"],
  "an amount with spaces in a string": [paid('" 90 "'), "counts", "a number in a string"],
  "an amount as only Java writes it": [paid('"0x1p3"'), "counts", "a number in a string"],
  "an empty string as an amount": [paid('""'), "leaves out"],
  "NaN in a string": [paid('"NaN"'), "leaves out"],
  "true as an amount": [paid("true"), "leaves out"],
  "a list as an amount": [paid("[90]"), "leaves out"],
  "an id in a string": [text.replace(":7", ':"7"'), "counts", "a number in a string"],
  "a status in a list": [status('"status":["Paid"]'), "leaves out"],
  "a letter after the object": [`${text}x`, "counts", "text after the object"],
  "a comma after the object": [`${text},`, "counts", "text after the object"],
  "a zero after the object": [`${text}\0`, "counts", "text after the object"],
  "two objects": [`${text}\n${text}`, "counts", "text after the object"],
  "an array of two objects": [`[${text},${text}]`, "counts", "an array instead of the object"],
  "an array of an array": [`[[${text}]]`, "leaves out"],
  "a tab in a string": [field('"note":"a\tb"'), "counts", "a control character in a string"],
  "a line break in a string": [after('"note":"a\nb"'), "counts", "a control character in a string"],
  "overlong UTF-8": [bytes(field('"note":"\xC0\xAF"')), "counts", "ill-formed UTF-8"],
  "a surrogate in UTF-8": [bytes(field('"note":"\xED\xA0\x80"')), "counts", "ill-formed UTF-8"],
  "not UTF-8": [bytes(field('"note":"\xFF\xFE"')), "leaves out", "ill-formed UTF-8"],
  "UTF-16 with a byte order mark": [bytes(`\u{FEFF}${text}`, "utf16le"), "counts", "an encoding other than UTF-8"],
  "UTF-16": [bytes(text, "utf16le"), "counts", "an encoding other than UTF-8"],
  "UTF-16, big-endian": [swapped(text), "counts", "an encoding other than UTF-8"],
  "UTF-32": [wide(text), "counts", "an encoding other than UTF-8"],
  "UTF-8 with a byte order mark": [bytes(`\u{FEFF}${text}`, "utf8"), "counts"],
  "two amounts": [paid('10,"total_paid":90'), "leaves out", "a duplicate field"],
  "Refused, then Paid": [status('"status":"Refused","status":"Paid"'), "leaves out", "a duplicate field"],
  "Paid, then Refused": [status('"status":"Paid","status":"Refused"'), "counts", "a duplicate field"],
  "Paid, then an invalid status": [status('"status":"Paid","status":7'), "counts", "a duplicate field"],
  "the same id twice": [field('"transaction_id":7'), "leaves out", "a duplicate field"],
  "an unknown field twice": [field('"note":1,"note":2'), "counts"],
  "nesting of 1000": [field(nested(1000)), "counts"],
  "nesting of 1001": [field(nested(1001)), "leaves out", "nesting deeper than 1000"],
  "nesting of 5001 after the fields": [after(nested(5001)), "leaves out", "nesting deeper than 1000"],
  "1000 digits": [field(`"note":${"1".repeat(1000)}`), "counts"],
  "1001 digits": [field(`"note":${"1".repeat(1001)}`), "leaves out", "a number of more than 1000 digits"],
  "1001 digits of fraction": [paid(`90.${"0".repeat(1001)}`), "leaves out", "a number of more than 1000 digits"],
  "a name of 50,000": [field(named("n".repeat(50_000))), "counts"],
  "a name of 50,001": [field(named("n".repeat(50_001))), "leaves out", "a field name of more than 50,000 bytes"],
  "a name of 60,000 after the fields": [after(named("n".repeat(60_000))), "leaves out", "a field name of more than 50,000 bytes"],
  "a name of 60,000 at a deeper level": [
    field(`"note":{${named("n".repeat(60_000))}}`),
    "leaves out",
    "a field name of more than 50,000 bytes",
  ],
  "a name of 30,000 in two bytes each": [
    bytes(field(named("é".repeat(30_000))), "utf8"),
    "leaves out",
    "a field name of more than 50,000 bytes",
  ],
  "a name of 50,001 escapes": [field(named("\\u0061".repeat(50_001))), "leaves out", "a field name of more than 50,000 bytes"],
  "a number that overflows": [field('"note":1e400'), "counts"],
  "NaN, which is not JSON": [field('"note":NaN'), "leaves out"],
  "single quotes": [field("'note':1"), "leaves out"],
  "a comma before the end": [`${text.slice(0, -1)},}`, "leaves out"],
  "a comment": [`/* */${text}`, "leaves out"],
  "half an object": [text.slice(0, -1), "leaves out"],
  "half a surrogate": [field('"note":"\\ud800"'), "counts"],
  "an escape in a name": [status('"st\\u0061tus":"Paid"'), "counts"],
  "a form feed before the object": [`\f${text}`, "leaves out"],
  "no fraction": [timed(""), "leaves out"],
  "six digits of fraction": [timed(".500000"), "leaves out"],
  "a day that does not exist": [text.replace("01-01", "02-30"), "leaves out"],
  "a name in different case": [status('"Status":"Paid"'), "leaves out"],
};

const contract = new ContractReader(onlyStream);
const finders = {
  flink: new AmbiguityFinder(onlyStream, contract, flinkJsonReader),
  ksqldb: new AmbiguityFinder(onlyStream, contract, ksqldbJsonReader),
};
const find = (value: string | Uint8Array, reader: "flink" | "ksqldb" = "flink") => finders[reader].find(value, contract.read(value));

test.each(Object.entries(rows))("AmbiguityFinder predicts what Flink does with %s", (_, [value, flink, quirk]) => {
  const found = find(value);
  expect(found?.quirk).toBe(quirk);
  if (found !== undefined) expect(new Set(found.eventTimesMs)).toEqual(new Set([start + 500]));
  // Without a quirk, Flink and the contract agree.
  else expect(typeof contract.read(value) === "string" ? "leaves out" : "counts").toBe(flink);
});

test("AmbiguityFinder gives the same result for text and bytes", () => {
  for (const [value] of Object.values(rows)) {
    const asText = typeof value === "string" ? value : Buffer.from(value).toString("latin1");
    if (/^[\0-\x7F]*$/u.test(asText)) expect(find(asText)).toEqual(find(bytes(asText)));
  }
});

test.each<[string, Quirk | undefined]>([
  [text, undefined],
  [timed(""), undefined],
  [status('"Status":"Paid"'), "a field name in different case"],
  [paid('"90"'), "a number in a string"],
  [`${text}x`, "text after the object"],
  [field('"note":"a\tb"'), undefined],
  [`[${text}]`, undefined],
  [status('"status":"Refused","status":"Paid"'), undefined],
])("AmbiguityFinder follows the source of ksqlDB: %#", (value, quirk) => {
  expect(find(value, "ksqldb")?.quirk).toBe(quirk);
});

test("AmbiguityFinder reports no record that the processor drops too", () => {
  for (const value of [paid('"ninety"'), `[${status('"status":"Maybe"')}]`, `${text.replace("2026", "1969")}x`, "", "x", "[]", '"\\']) {
    expect(find(value)).toBeUndefined();
  }
});

test("AmbiguityFinder reports no record that readWritten() accepts, for any reader", () => {
  for (const [value] of Object.values(rows)) {
    const written = typeof value === "string" && contract.readWritten(value) !== undefined;
    if (written) expect([find(value), find(value, "ksqldb")]).toEqual([undefined, undefined]);
  }
  expect(contract.readWritten(text)).toBeDefined();
});

test("AmbiguityFinder reports a second field in different case when the first one is valid", () => {
  for (const value of [field('"Status":"Refused"'), field('"STATUS": "Refused"').replaceAll(",", ", "), after('"st\\u0061tus":"Paid"')]) {
    const isEscaped = value.includes("\\");
    expect(find(value, "ksqldb")?.quirk).toBe(isEscaped ? undefined : "a field name in different case");
  }
  expect(find(text.replaceAll(",", ", "), "ksqldb")).toBeUndefined();
});

test("AmbiguityFinder takes limits from the reader", () => {
  const limits = { depth: 3, digits: 12_000, nameBytes: 5 };
  const finder = new AmbiguityFinder(onlyStream, contract, { ...flinkJsonReader, limits });
  const quirkOf = (value: string): string | undefined => finder.find(value, contract.read(value))?.quirk;
  expect(quirkOf(field(nested(4)))).toBe("nesting deeper than 3");
  expect(limitTexts.digits(12_000)).toBe("a number of more than 12,000 digits");
});

/** The same numbers below `limit` on every run: a linear congruential generator. */
function seededRandom(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

test("AmbiguityFinder and readWritten() take no short cut that a close look would not confirm", () => {
  const random = seededRandom(20_260_101);
  const pieces = [
    ...'{}[],:"\\ .-+09eEPS\t'.split(""),
    '"status":"Paid"',
    '"Status":"Refused"',
    '"total_paid":1',
    ":00",
    "null",
    "1e3",
    "\\u0061",
    ".",
  ];
  let written = 0;
  for (let round = 0; round < 20_000; round++) {
    let value = text;
    for (let edits = random(3); edits >= 0; edits--) {
      const at = random(value.length + 1);
      value = value.slice(0, at) + (pieces[random(pieces.length)] ?? "") + value.slice(at + random(3));
    }
    const read = contract.read(value);
    const fast = contract.readWritten(value);
    if (fast !== undefined) {
      written++;
      expect(read).toEqual(fast);
    }
    for (const reader of ["flink", "ksqldb"] as const) {
      // Bytes are always looked at closely.
      const close = find(bytes(value), reader);
      expect([value, find(value, reader)]).toEqual([value, close]);
      if (fast !== undefined) expect(close).toBeUndefined();
    }
  }
  expect(written).toBeGreaterThan(50);
});

test.each(["constructor", "toString", "__proto__"])("AmbiguityFinder finds a number in a string in a field that is called %s", (name) => {
  const time = onlyStream.fields.filter((one) => one.name === onlyStream.eventTime);
  const stream: Stream = {
    ...onlyStream,
    fields: [...time, { name, generator: null, contract: { type: "int", min: 1, max: 9, optional: false } }],
  };
  const reader = new ContractReader(stream);
  const finder = new AmbiguityFinder(stream, reader, flinkJsonReader);
  const quirkOf = (json: string): string | undefined => finder.find(json, reader.read(json))?.quirk;
  const withField = (json: string): string => `{"${onlyStream.eventTime}":"2026-01-01 00:00:00.500"${json}}`;
  expect(quirkOf(withField(`,"${name}":"7"`))).toBe("a number in a string");
  expect(quirkOf(withField(`,"${name}":7,"note":"a\tb"`))).toBe("a control character in a string");
  // Neither counts for anybody.
  expect(quirkOf(withField(`,"note":"a\tb"`))).toBeUndefined();
  expect(quirkOf(withField(`,"${name}":"x"`))).toBeUndefined();
});
