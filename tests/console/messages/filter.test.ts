import { describe, expect, test } from "bun:test";
import { parseFilter } from "../../../src/console/messages/filter.ts";
import type { PathCondition } from "../../../src/console/messages/types.ts";

const condition = (text: string): PathCondition | undefined => parseFilter(text).conditions[0];

function mistakeOf(text: string): string {
  try {
    parseFilter(text);
  } catch (error) {
    expect(error).toMatchObject({ code: "usage" });
    return String(error).replace("StreamctlError: Cannot read the filter at ", "");
  }
  throw new Error(`${text} was accepted`);
}

describe("parseFilter()", () => {
  test("takes words without quotes and operators as a text", () => {
    for (const text of ["Paid", "two words", "key abc", "this and that", "50%", "a.b[0]", "exists"]) {
      expect(parseFilter(`  ${text} `)).toEqual({ texts: [text], keys: [], conditions: [] });
    }
  });

  test("reads texts, keys and conditions joined by and", () => {
    expect(parseFilter('"a" and text "b"').texts).toEqual(["a", "b"]);
    expect(parseFilter('text "a \\"b\\"" and key "" and total_paid >= 90 and status="Paid"')).toEqual({
      texts: ['a "b"'],
      keys: [""],
      conditions: [
        { path: ["total_paid"], operator: ">=", literal: 90 },
        { path: ["status"], operator: "=", literal: "Paid" },
      ],
    });
  });

  test("reads paths of names, indices and quoted names", () => {
    const paths = [
      "user.address[0].zip exists",
      '["a b"].c exists',
      "$ = 1",
      "$.a = 1",
      "$[2] = 1",
      "$x = 1",
      "0.1 = 1",
      "key = 1",
      "text.a = 1",
    ];
    expect(paths.map((text) => condition(text)?.path)).toEqual([
      ["user", "address", 0, "zip"],
      ["a b", "c"],
      [],
      ["a"],
      [2],
      ["$x"],
      ["0", "1"],
      ["key"],
      ["text", "a"],
    ]);
  });

  test("reads values as JSON scalars, and other words as text", () => {
    const values = ["1", "-2.5e3", "9007199254740993", "true", "null", '"1"', "Paid", "007"];
    expect(values.map((value) => condition(`a = ${value}`)?.literal)).toEqual([
      1,
      -2500,
      9007199254740993n,
      true,
      null,
      "1",
      "Paid",
      "007",
    ]);
  });

  test("says what is wrong, and where", () => {
    const filters = [
      'text "a',
      "a =",
      "= 1",
      "a = 1 2",
      "a b = 1",
      "a[0]b = 1",
      "a..b = 1",
      ".a = 1",
      "a exists 1",
      "a = 1 and",
      'a = "\\x"',
      "a [ = 1",
      '"a" = 1',
      'text "a" "b"',
    ];
    expect(filters.map((text) => `${text}   ${mistakeOf(text)}`)).toMatchInlineSnapshot(`
      [
        "text "a   character 6: the text has no closing quote",
        "a =   character 4: expected a value after =",
        "= 1   character 1: expected a path such as user.name",
        "a = 1 2   character 7: expected "and"",
        "a b = 1   character 3: expected an operator such as =",
        "a[0]b = 1   character 5: "b" is not a path",
        "a..b = 1   character 1: "a..b" is not a path",
        ".a = 1   character 1: ".a" is not a path",
        "a exists 1   character 10: expected "and"",
        "a = 1 and   character 10: a condition is missing beside "and"",
        "a = "\\x"   character 5: the text has an escape that JSON does not have",
        "a [ = 1   character 3: "[" is not expected",
        ""a" = 1   character 1: expected a path such as user.name",
        "text "a" "b"   character 10: expected "and"",
      ]
    `);
  });
});
