import { expect, test } from "bun:test";
import { visibleLine, visibleParts } from "../../../src/console/page/visible-text.ts";

test("visibleParts() names control characters and keeps tabs and line breaks", () => {
  expect(visibleParts("a\u001b[31mb\0\u007f\u0085\t\n")).toEqual([
    "a",
    { symbol: "ESC", code: "U+001B" },
    "[31mb",
    { symbol: "NUL", code: "U+0000" },
    { symbol: "DEL", code: "U+007F" },
    { symbol: "U+0085", code: "U+0085" },
    "\t\n",
  ]);
});

test("visibleParts() makes characters visible that change or hide the text around them", () => {
  const characters = ["\u202e", "\u2066", "\u200f", "\u061c", "\u200b", "\ufeff", "\u2028", "\u00ad", "\u{e0041}", "\ud800", "\r"];
  expect(characters.filter((character) => typeof visibleParts(`a${character}b`)[1] === "string")).toEqual([]);
});

test("visibleParts() leaves text of any language, emoji and markup as one part", () => {
  for (const text of ["<script>alert(1)</script>", "Zoë 東京 עברית 🎉", ""]) expect(visibleParts(text)).toEqual([text]);
});

test("visibleLine() displays line breaks and tabs too", () => {
  expect(visibleLine("a\tb\nc")).toEqual(["a", { symbol: "TAB", code: "U+0009" }, "b", { symbol: "LF", code: "U+000A" }, "c"]);
});
