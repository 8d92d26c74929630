import { expect, test } from "bun:test";
import { parseCount, parseInteger, parsePortOffset } from "../../src/cli/integers.ts";

test("parseInteger() takes both ends of its range", () => {
  expect(["1", "007", "64"].map((text) => parseInteger(text, { option: "--workers", min: 1, max: 64 }))).toEqual([1, 7, 64]);
});

test.each([
  ["65", 'Cannot use "65" for --workers: it is above 64'],
  ["0", 'Cannot use "0" for --workers: it is below 1'],
  ["-1", 'Cannot use "-1" for --workers: it is below 1'],
  ["1e3", 'Cannot use "1e3" for --workers: it is not a whole number'],
  ["1.5", 'Cannot use "1.5" for --workers: it is not a whole number'],
  ["", 'Cannot use "" for --workers: it is not a whole number'],
])("parseInteger() refuses %p and names the option", (text, message) => {
  expect(() => parseInteger(text, { option: "--workers", min: 1, max: 64 })).toThrow(
    expect.objectContaining({ code: "usage", message, hint: "Give --workers a whole number from 1 to 64" }),
  );
});

test("parseCount() takes anything from one to what a number can count", () => {
  expect(parseCount("9007199254740991", "-n")).toBe(Number.MAX_SAFE_INTEGER);
  expect(() => parseCount("9007199254740992", "-n")).toThrow(expect.objectContaining({ hint: "Give -n a whole number of at least 1" }));
});

test("parsePortOffset() ends where the highest port would no longer be one", () => {
  expect([parsePortOffset("0"), parsePortOffset("56442")]).toEqual([0, 65_535 - 9093]);
  expect(() => parsePortOffset("56443")).toThrow('Cannot use "56443" for --port-offset: it is above 56442');
});
