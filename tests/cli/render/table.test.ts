import { describe, expect, test } from "bun:test";
import { renderTable } from "../../../src/cli/render/table.ts";
import { displayWidth, truncate } from "../../../src/cli/render/width.ts";

describe("renderTable()", () => {
  test("aligns numbers to the right and text to the left, and leaves a null empty", () => {
    const rows = [
      ["kafka", 1, 50.5],
      ["pinot", 12_345, null],
      [null, -3, 0.1],
    ];
    expect(renderTable(["name", "n", "average"], rows, { width: null })).toMatchInlineSnapshot(`
      "name       n  average
      ─────  ─────  ───────
      kafka      1     50.5
      pinot  12345
                -3      0.1
      "
    `);
  });

  test("names the columns of an answer without rows", () => {
    expect(renderTable(["START", "TOTAL_PAID"], [], { width: 80 })).toMatchInlineSnapshot(`
      "START  TOTAL_PAID
      ─────  ──────────
      "
    `);
  });

  test("measures wide characters in columns of the terminal", () => {
    const rows = [
      ["東京都", 1],
      ["👩‍👩‍👧 e\u0301", 2],
    ];
    expect(renderTable(["city", "n"], rows, { width: null })).toMatchInlineSnapshot(`
      "city    n
      ──────  ─
      東京都  1
      👩‍👩‍👧 é    2
      "
    `);
  });

  test("truncates the widest texts to the width of the terminal, and no number", () => {
    const rows = [["short", "x".repeat(40), "y".repeat(30), 1_234_567_890_123]];
    const table = renderTable(["a", "b", "c", "d"], rows, { width: 60 });
    expect(table).toMatchInlineSnapshot(`
      "a      b                   c                               d
      ─────  ──────────────────  ──────────────────  ─────────────
      short  xxxxxxxxxxxxxxxxx…  yyyyyyyyyyyyyyyyy…  1234567890123
      "
    `);
    expect(Math.max(...table.split("\n").map(displayWidth))).toBeLessThanOrEqual(60);
  });

  test("truncates nothing if the output is not a terminal, or its width is unknown", () => {
    for (const width of [null, Number.POSITIVE_INFINITY]) {
      expect(renderTable(["a"], [["x".repeat(200)]], { width })).toContain("x".repeat(200));
    }
  });

  test("truncates only texts wider than the terminal if the table cannot fit", () => {
    const row = ["2026-11-26 14:53:45", "y".repeat(90), 57.726_819_541_375_875, 1_795_704_825_000, 1_795_704_828_000];
    expect(renderTable(["START", "b", "AVERAGE_TRANSACTION_VALUE", "WINDOW_START", "WINDOW_END"], [row], { width: 60 })).toContain(
      `2026-11-26 14:53:45  ${"y".repeat(59)}…  `,
    );
  });

  test("writes control characters as escapes, in names too", () => {
    const rows = [["a\u001b[31mred\u009b0m\nnext\tcell\u202e"]];
    expect(renderTable(["na\u0007me"], rows, { width: null })).toMatchInlineSnapshot(`
      "na\\u0007me
      ────────────────────────────────────────
      a\\u001b[31mred\\u009b0m\\nnext\\tcell\\u202e
      "
    `);
  });

  test("prints arrays and objects as JSON, and integers beyond 2^53 in full", () => {
    expect(renderTable(["list", "big", "flag"], [[[1, "a"], 9_223_372_036_854_775_807n, true]], { width: null })).toMatchInlineSnapshot(`
      "list                     big  flag
      ───────  ───────────────────  ────
      [1,"a"]  9223372036854775807  true
      "
    `);
  });
});

test("truncate() does not split a character", () => {
  expect([truncate("東京都", 4), truncate("abc", 3), truncate("abcd", 3), truncate("🇩🇪🇫🇷", 3)]).toEqual(["東…", "abc", "ab…", "🇩🇪…"]);
});

test.each([
  ["half-width katakana", "ｱｲｳ", 3],
  ["Hangul in parts", "\u1112\u1161\u11ab", 2],
  ["an ideograph in a circle", "㊙", 2],
  ["a letter with two marks", "e\u0301\u0302", 1],
  ["a space of no width", "\u200b", 0],
  ["a flag and a keycap", "🇩🇪1️⃣", 4],
])("displayWidth() counts the columns of %s", (_, text, width) => {
  expect(displayWidth(text)).toBe(width);
});
