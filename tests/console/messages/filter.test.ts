import { expect, test } from "bun:test";
import { parseFilter } from "../../../src/console/messages/filter.ts";
import type { PathCondition } from "../../../src/console/messages/types.ts";

const conditionsOf = (text: string): readonly PathCondition[] => parseFilter(text).conditions;
const literalsOf = (...texts: readonly string[]) => texts.map((text) => conditionsOf(`a = ${text}`)[0]?.literal);

function mistakeIn(text: string): unknown {
  try {
    return parseFilter(text);
  } catch (error) {
    return error instanceof Error ? [error.message.replace("Cannot read the filter at ", ""), Reflect.get(error, "facts")] : error;
  }
}

test("parseFilter() searches for plain words as they are", () => {
  expect(["  some words ", "hello and goodbye", "it exists?", "a.b[0]"].map((text) => parseFilter(text))).toEqual([
    { texts: ["some words"], keys: [], conditions: [] },
    { texts: ["hello and goodbye"], keys: [], conditions: [] },
    { texts: ["it exists?"], keys: [], conditions: [] },
    { texts: ["a.b[0]"], keys: [], conditions: [] },
  ]);
});

test("parseFilter() joins texts, keys and conditions by and", () => {
  expect(parseFilter(String.raw`text "say \"hi\"" and key "abc" and status = "Done" and text "and"`)).toEqual({
    texts: ['say "hi"', "and"],
    keys: ["abc"],
    conditions: [{ path: ["status"], operator: "=", literal: "Done" }],
  });
});

test("parseFilter() reads paths of names and indices", () => {
  const paths = ["user.name", "$.user.name", "$", "items[0].price", 'items[0]["a b"]', '$["x"]', '["a.b"]', "text", "a[0][1]"];
  expect(paths.map((path) => conditionsOf(`${path} exists`)[0]?.path)).toEqual([
    ["user", "name"],
    ["user", "name"],
    [],
    ["items", 0, "price"],
    ["items", 0, "a b"],
    ["x"],
    ["a.b"],
    ["text"],
    ["a", 0, 1],
  ]);
});

test("parseFilter() reads each operator, with or without spaces", () => {
  expect(["a=1", "a != 1", "a<1", "a <= 1", "a>1", "a>=1", "a contains 1"].map((text) => conditionsOf(text)[0]?.operator)).toEqual([
    "=",
    "!=",
    "<",
    "<=",
    ">",
    ">=",
    "contains",
  ]);
});

test("parseFilter() reads values: JSON scalars, integers beyond 2^53 exactly, and words", () => {
  expect(literalsOf('"1"', "true", "false", "null", "-5", "1.5e3", "9007199254740993", "Done", "007", "1.")).toEqual([
    "1",
    true,
    false,
    null,
    -5,
    1500,
    9_007_199_254_740_993n,
    "Done",
    "007",
    "1.",
  ]);
});

test("parseFilter() reports a mistake with its position, from 1", () => {
  expect(
    ['key "abc', 'a = "\\q"', "a ! = 1", "a = ", 'a = "x" b', "= 1", "a..b = 1", '"a" = 1', 'text "a" "b"', "a b = 1"].map(mistakeIn),
  ).toEqual([
    ["character 5: the text has no closing quote", { column: 5 }],
    ["character 5: the text has an escape that JSON does not have", { column: 5 }],
    ['character 3: "!" is not expected', { column: 3 }],
    ["character 5: expected a value after =", { column: 5 }],
    ['character 9: expected "and"', { column: 9 }],
    ["character 1: expected a path such as user.name", { column: 1 }],
    ['character 1: "a..b" is not a path', { column: 1 }],
    ["character 1: expected a path such as user.name", { column: 1 }],
    ['character 10: expected "and"', { column: 10 }],
    ["character 3: expected an operator such as =", { column: 3 }],
  ]);
  expect(["a = 1 and", "and a = 1", "a exists b", "a = = 1", 'a = 1 and b "c"', "a[x] = 1"].map(mistakeIn)).toEqual([
    ['character 10: a condition is missing beside "and"', { column: 10 }],
    ['character 10: a condition is missing beside "and"', { column: 10 }],
    ['character 10: expected "and"', { column: 10 }],
    ["character 5: expected a value", { column: 5 }],
    ["character 13: expected an operator such as =", { column: 13 }],
    ['character 2: "[" is not expected', { column: 2 }],
  ]);
});
