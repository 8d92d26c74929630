import { expect, test } from "bun:test";
import { maxLogLines, noLines, resumed, withLines } from "../../../src/console/page/log-lines.ts";

const event = (...lines: readonly string[]): Parameters<typeof withLines>[1] => ({ service: "s", lines, dropped: 0 });

test("withLines() replaces the lines when another connection sends the end of the log again", () => {
  const first = withLines(withLines(noLines, event("a", "b"), 1, false), event("c"), 1, false);
  expect(first.lines).toEqual(["a", "b", "c"]);
  expect(withLines(first, event("b", "c", "d"), 2, false).lines).toEqual(["b", "c", "d"]);
});

test("withLines() keeps what arrives during a pause until resumed() displays it", () => {
  const paused = withLines(withLines(noLines, event("a"), 1, false), event("b", "c"), 1, true);
  expect([paused.lines, paused.arrived]).toEqual([["a"], 2]);
  expect(resumed(paused)).toEqual({ connection: 1, lines: ["a", "b", "c"], dropped: 0, waiting: [], arrived: 0 });
});

test("withLines() is bounded, and counts what a long pause drops", () => {
  const many = Array.from({ length: maxLogLines + 10 }, String);
  const paused = withLines(withLines(noLines, event("a"), 1, false), event(...many), 1, true);
  const after = resumed(paused);
  expect([after.lines.length, after.dropped]).toEqual([maxLogLines, 10]);
});
