import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import { parseFilter } from "../../../src/console/messages/filter.ts";
import { matcherOf } from "../../../src/console/messages/matcher.ts";
import { packMessages } from "./fake-topic.ts";

type Pair = readonly [key: string | null, value: string | Uint8Array | null];

const batchOf = (pairs: readonly Pair[]) =>
  packMessages(
    pairs.map(([key, value], offset) => ({ partition: 0, offset, timestampMs: 0, key, value })),
    [],
  );
const matches = (filter: string, ...pairs: readonly Pair[]): readonly number[] => matcherOf(parseFilter(filter))(batchOf(pairs));
/** Indices of the values that meet a condition. */
const meeting = (filter: string, ...values: readonly string[]): readonly number[] =>
  matches(filter, ...values.map((value): Pair => [null, value]));

describe("matcherOf()", () => {
  test("matches every message without a filter, and with an empty text", () => {
    const batch = batchOf([
      ["a", "b"],
      [null, null],
    ]);
    expect([matcherOf(undefined)(batch), matcherOf(parseFilter('text ""'))(batch)]).toEqual([
      [0, 1],
      [0, 1],
    ]);
  });

  test("finds a text in keys and in values", () => {
    expect(matches("abc", ["xabc", "-"], ["-", "abcx"], ["ab", "bc"], [null, "abc abc"], ["abc", "abc"], ["-", null])).toEqual([
      0, 1, 3, 4,
    ]);
  });

  test("finds no text across the border of key and value, or of two messages", () => {
    expect(matches("abc", ["ab", "c"], ["-", "a"], ["bc", "-"], ["a", "bc"])).toEqual([]);
    expect(matches("aa", ["a", "aa"], ["a", "a"], ["aa", "a"])).toEqual([0, 2]);
  });

  test("finds texts as a comparison of each key and value would", () => {
    const part = fc.string({ unit: fc.constantFrom("a", "b", "ä", "\\"), maxLength: 6 });
    const anyPairs = fc.array(fc.tuple(part, part), { maxLength: 20 });
    const anyTexts = fc.array(fc.string({ unit: fc.constantFrom("a", "b", "ä"), minLength: 1, maxLength: 3 }), { maxLength: 2 });
    fc.assert(
      fc.property(anyPairs, anyTexts, (pairs, texts) => {
        const found = matcherOf({ texts, keys: [], conditions: [] })(batchOf(pairs));
        const wanted = pairs.flatMap((pair, index) => (texts.every((text) => pair.some((one) => one.includes(text))) ? [index] : []));
        expect(found).toEqual(wanted);
      }),
    );
  });

  test("compares whole keys", () => {
    expect(matches('key "ab"', ["ab", "x"], ["abc", "ab"], ["a", "b"], ["ab", null])).toEqual([0, 3]);
    expect(matches('key "ab" and text "x"', ["ab", "x"], ["ab", "y"])).toEqual([0]);
  });

  test("follows paths of names and indices", () => {
    const values = ['{"a":{"b":[1,{"c d":2}]}}', '{"a":{"b":[1,2]}}', '{"a":5}', "[]", "not json", '"a"'];
    expect(meeting('a.b[1]["c d"] = 2', ...values)).toEqual([0]);
    expect(meeting("a.b exists", ...values)).toEqual([0, 1]);
    expect(meeting("a.b[7] exists", ...values)).toEqual([]);
    expect(meeting("constructor exists", ...values)).toEqual([]);
    expect(meeting("$ exists", ...values)).toEqual([0, 1, 2, 3, 5]);
  });

  test("compares values of the same kind only", () => {
    const values = ['{"a":5}', '{"a":"5"}', '{"a":null}', '{"a":true}', '{"a":5.0}', "{}"];
    expect(meeting("a = 5", ...values)).toEqual([0, 4]);
    expect(meeting('a = "5"', ...values)).toEqual([1]);
    expect(meeting("a = null", ...values)).toEqual([2]);
    expect(meeting("a != 5", ...values)).toEqual([1, 2, 3, 5]);
    expect(meeting("a < 6", ...values)).toEqual([0, 4]);
    expect(meeting("a >= 5", ...values)).toEqual([0, 4]);
    expect(meeting("a > 5", ...values)).toEqual([]);
    expect(meeting('a <= "6"', ...values)).toEqual([1]);
  });

  test("contains finds a part of a text, and an element of a list", () => {
    expect(meeting('a contains "x y"', '{"a":"1 x y 2"}', '{"a":["x y"]}', '{"a":["x y z"]}', '{"a":{"x y":1}}', '"x y"')).toEqual([0, 1]);
    expect(meeting("a contains 5", '{"a":"150"}', '{"a":[1,5]}', '{"a":5}')).toEqual([0, 1]);
  });

  test("compares integers beyond 2^53 exactly", () => {
    const values = ['{"a":9007199254740993}', '{"a":9007199254740992}', '{"a":9007199254740994}', '{"a":5}'];
    expect(meeting("a = 9007199254740993", ...values)).toEqual([0]);
    expect(meeting("a > 9007199254740993", ...values)).toEqual([2]);
    expect(meeting("a < 9007199254740993", ...values)).toEqual([1, 3]);
    expect(meeting("a contains 9007199254740993", '{"a":[9007199254740993]}', '{"a":[9007199254740992]}')).toEqual([0]);
  });

  test("finds texts that JSON writes with escapes", () => {
    const values = [String.raw`{"a":"\u0044one"}`, '{"a":"Done"}', String.raw`{"a":"Do\"ne"}`, String.raw`{"\u0061":"Done"}`];
    expect(meeting('a = "Done"', ...values)).toEqual([0, 1, 3]);
    expect(meeting('a contains "on"', ...values)).toEqual([0, 1, 3]);
    expect(meeting(String.raw`a = "Do\"ne"`, ...values)).toEqual([2]);
  });

  test("meets no condition in bytes that are not JSON", () => {
    expect(matches("a != 1", [null, new Uint8Array([0xff, 0x7b])], [null, ""], [null, null], [null, "{}"])).toEqual([3]);
  });

  test("finds exact keys as a comparison of each key would, and tells an empty key from none", () => {
    const part = fc.option(fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 3 }));
    const anyKey = fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 3 });
    fc.assert(
      fc.property(fc.array(fc.tuple(part, part), { maxLength: 30 }), anyKey, (pairs, wanted) => {
        expect(matches(`key "${wanted}"`, ...pairs)).toEqual(pairs.flatMap(([key], index) => (key === wanted ? [index] : [])));
      }),
    );
    expect(matches('key "a" and key "b"', ["a", null], ["b", null])).toEqual([]);
  });

  test("finds an escaped value beside others that are not escaped, and bytes that are not UTF-8", () => {
    const values = [String.raw`{"\u0061":"\u0050aid"}`, '{"a":"Paid"}', '{"a":"paid"}', String.raw`{"a":"\/"}`];
    expect(meeting('a = "Paid"', ...values)).toEqual([0, 1]);
    expect(meeting('a contains "ai"', ...values)).toEqual([0, 1, 2]);
    expect(matches(String.raw`a = "\ufffd"`, [null, Buffer.from([...Buffer.from('{"a":"'), 0xff, ...Buffer.from('"}')])])).toEqual([0]);
  });
});
