import { expect, test } from "bun:test";
import { wholeNumber } from "../../src/core/option-text.ts";

test("wholeNumber() takes both ends of its range, and without one whatever a number can count", () => {
  expect(["1", "007", "64"].map((text) => wholeNumber("--workers", text, 1, 64))).toEqual([1, 7, 64]);
  expect(wholeNumber("-n", "9007199254740991", 1)).toBe(Number.MAX_SAFE_INTEGER);
  expect(() => wholeNumber("-n", "9007199254740992", 1)).toThrow(expect.objectContaining({ hint: "Give -n a whole number of at least 1" }));
});

test.each([
  ["65", 'Cannot use "65" for --workers: it is above 64'],
  ["0", 'Cannot use "0" for --workers: it is below 1'],
  ["-1", 'Cannot use "-1" for --workers: it is below 1'],
  ["1.5", 'Cannot use "1.5" for --workers: it is not a whole number in digits'],
  ["", 'Cannot use "" for --workers: it is not a whole number in digits'],
])("wholeNumber() refuses %p and names the option", (text, message) => {
  expect(() => wholeNumber("--workers", text, 1, 64)).toThrow(
    expect.objectContaining({ code: "usage", message, hint: "Give --workers a whole number from 1 to 64" }),
  );
});

test("wholeNumber() writes out what was meant", () => {
  expect(() => wholeNumber("-n", "1e3", 1)).toThrow(expect.objectContaining({ hint: "Write it out: -n 1000" }));
});
