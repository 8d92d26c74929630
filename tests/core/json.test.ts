import { expect, test } from "bun:test";
import { exactInteger, parseJson } from "../../src/core/json.ts";

test("parseJson() answers undefined for a text that is not JSON", () => {
  expect(["{", "", "\u{FEFF}1", "undefined", "null", '{"a":[1]}'].map((text) => parseJson(text))).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
    null,
    { a: [1] },
  ]);
});

test("parseJson() keeps integers beyond 2^53 with exactInteger()", () => {
  expect(parseJson("[9007199254740993, -1, 0.5, 1e300]", exactInteger)).toEqual([9007199254740993n, -1, 0.5, 1e300]);
  expect(parseJson("[9007199254740993", exactInteger)).toBeUndefined();
});
