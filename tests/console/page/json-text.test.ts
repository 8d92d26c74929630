import { expect, test } from "bun:test";
import { assert, json, nat, property } from "fast-check";
import { readJson, writeJson } from "../../../src/console/page/json-text.ts";

const rewritten = (text: string, indent = 0): string | undefined => {
  const node = readJson(text);
  return node === undefined ? undefined : writeJson(node, indent);
};

test("readJson() and writeJson() keep each digit, each escape, duplicate keys and the order of keys", () => {
  const text = '{"b":12345678901234567890,"a":1.10,"a":-0.0e+10,"\\u0061":"\\u00e9\\/\\n","10":[],"2":{},"c":[true,false,null]}';
  expect(rewritten(text)).toBe(text);
});

test("readJson() decodes the texts of keys and strings", () => {
  expect(readJson('{"\\u0061":"x\\n"}')).toEqual({
    kind: "object",
    entries: [{ key: "a", rawKey: '"\\u0061"', value: { kind: "string", raw: '"x\\n"', text: "x\n" } }],
  });
});

test("readJson() accepts exactly what JSON.parse does", () => {
  const wrong = [
    "",
    " ",
    "01",
    "1.",
    ".5",
    "+1",
    "-",
    "1e",
    "'a'",
    "{a:1}",
    '{"a"}',
    "[1,]",
    "[,1]",
    '{"a":1,}',
    "nul",
    "truex",
    "1 2",
    '"\t"',
    '"\\x"',
    '"',
    "[",
    "{",
    "NaN",
    "//",
    "\u00a01",
  ];
  expect(wrong.filter((text) => readJson(text) !== undefined)).toEqual([]);
  assert(property(json(), (text) => rewritten(text) !== undefined));
  assert(
    property(json(), nat(), (text, position) => {
      const damaged = text.slice(0, position % (text.length + 1)) + text.slice((position % (text.length + 1)) + 1);
      let valid = true;
      try {
        JSON.parse(damaged);
      } catch {
        valid = false;
      }
      return (readJson(damaged) !== undefined) === valid;
    }),
  );
});

test("readJson() reads lone surrogates, and gives up on a nesting that would end the stack", () => {
  expect(readJson('"\ud800"')?.kind).toBe("string");
  expect(readJson(`${"[".repeat(150)}${"]".repeat(150)}`)?.kind).toBe("array");
  expect(readJson("[".repeat(100_000))).toBeUndefined();
});

test("writeJson() indents", () => {
  expect(rewritten('{"a":[1,{"b":2}],"c":{}}', 2)).toBe('{\n  "a": [\n    1,\n    {\n      "b": 2\n    }\n  ],\n  "c": {}\n}');
});
