import { describe, expect, test } from "bun:test";
import { array, assert, constantFrom, option, property, string, tuple } from "fast-check";
import { parseFilter } from "../../../src/console/messages/filter.ts";
import { matcherOf } from "../../../src/console/messages/matcher.ts";
import { packBatch } from "./fake-source.ts";

type Message = readonly [key: string | null, value: string | null];

function batchOf(messages: readonly Message[]) {
  return packBatch(messages.map(([key, value], offset) => ({ partition: 0, offset, timestampMs: 0, key, value })));
}

const matches = (filter: string, messages: readonly Message[]): readonly number[] => matcherOf(parseFilter(filter))(batchOf(messages));

/** Indices of the values that meet a filter. */
const among = (filter: string, ...values: readonly (string | null)[]): readonly number[] =>
  matches(
    filter,
    values.map((value): Message => ["k", value]),
  );

describe("matcherOf()", () => {
  test("finds a text in keys and values, but not across them", () => {
    const text = string({ unit: constantFrom("a", "b", "\u00e4"), maxLength: 5 });
    const message = tuple(option(text), option(text));
    assert(
      property(
        array(message, { maxLength: 30 }),
        string({ unit: constantFrom("a", "b", "\u00e4"), minLength: 1, maxLength: 3 }),
        (messages, wanted) => {
          const expected = messages.flatMap(([key, value], index) =>
            key?.includes(wanted) === true || value?.includes(wanted) === true ? [index] : [],
          );
          expect(matches(`text "${wanted}"`, messages)).toEqual(expected);
        },
      ),
      { numRuns: 500 },
    );
  });

  test("finds exact keys, and tells an empty key from none", () => {
    const text = string({ unit: constantFrom("a", "b"), maxLength: 3 });
    assert(
      property(array(tuple(option(text), option(text)), { maxLength: 30 }), text, (messages, wanted) => {
        const expected = messages.flatMap(([key], index) => (key === wanted ? [index] : []));
        expect(matches(`key "${wanted}"`, messages)).toEqual(expected);
      }),
      { numRuns: 500 },
    );
  });

  test("compares JSON values", () => {
    const rows = ['{"a":1}', '{"a":"1"}', '{"a":null}', '{"a":[1,"x"]}', "{}", "no JSON", null, '{"a":2.5}', '{"a":true}', '{"a":"xyz"}'];
    const filters = [
      "a = 1",
      'a = "1"',
      "a != 1",
      "a exists",
      "a > 1",
      "a <= 1",
      'a >= "x"',
      "a contains 1",
      'a contains "x"',
      "a = null",
      "a[1] = x",
      "a = true",
      "$ exists",
    ];
    expect(Object.fromEntries(filters.map((filter) => [filter, among(filter, ...rows)]))).toMatchInlineSnapshot(`
      {
        "$ exists": [
          0,
          1,
          2,
          3,
          4,
          7,
          8,
          9,
        ],
        "a != 1": [
          1,
          2,
          3,
          4,
          7,
          8,
          9,
        ],
        "a <= 1": [
          0,
        ],
        "a = \\"1\\"": [
          1,
        ],
        "a = 1": [
          0,
        ],
        "a = null": [
          2,
        ],
        "a = true": [
          8,
        ],
        "a > 1": [
          7,
        ],
        "a >= \\"x\\"": [
          9,
        ],
        "a contains \\"x\\"": [
          3,
          9,
        ],
        "a contains 1": [
          1,
          3,
        ],
        "a exists": [
          0,
          1,
          2,
          3,
          7,
          8,
          9,
        ],
        "a[1] = x": [
          3,
        ],
      }
    `);
  });

  test("compares integers beyond 2^53 exactly", () => {
    const rows = ["9007199254740992", "9007199254740993", "9007199254740994", "1e16"].map((number) => `{"id":${number}}`);
    expect(among("id = 9007199254740993", ...rows)).toEqual([1]);
    expect(among("id > 9007199254740993", ...rows)).toEqual([2, 3]);
    expect(among("id <= 9007199254740992", ...rows)).toEqual([0]);
  });

  test("finds names and values that are written with escapes", () => {
    const escaped = ['{"\\u0061":"\\u0050aid"}', '{"a":"P\\u0061id","b":"\\n"}', '{"a":"Paid"}', '{"a":"paid"}', '{"a":"\\/"}'];
    expect(among('a = "Paid"', ...escaped)).toEqual([0, 1, 2]);
    expect(among('a contains "ai"', ...escaped)).toEqual([0, 1, 2, 3]);
  });

  test("meets all parts of a filter", () => {
    const messages: Message[] = [
      ["k", '{"a":1,"b":"x"}'],
      ["k", '{"a":2,"b":"x"}'],
      ["other", '{"a":1,"b":"x"}'],
      ["k", '{"a":1,"b":"y"}'],
    ];
    expect(matches('key "k" and a = 1 and b = "x" and text "b"', messages)).toEqual([0]);
    expect(matches('key "k" and key "other"', messages)).toEqual([]);
    expect(matcherOf(undefined)(batchOf(messages))).toEqual([0, 1, 2, 3]);
  });

  test("finds bytes that are not UTF-8 as the character that stands for them", () => {
    const batch = batchOf([
      ["k", '{"a":"?"}'],
      ["k", '{"a":"x"}'],
    ]);
    batch.bytes[batch.bytes.indexOf(0x3f)] = 0xff;
    expect(matcherOf(parseFilter('a = "\ufffd"'))(batch)).toEqual([0]);
  });
});
