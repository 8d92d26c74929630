import { expect, test } from "bun:test";
import { duration, nameList, wholeNumber } from "../../src/core/option-text.ts";

test("wholeNumber() accepts both ends of its range, and any safe integer without an upper end", () => {
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

test("wholeNumber() suggests the number in plain digits", () => {
  expect(() => wholeNumber("-n", "1e3", 1)).toThrow(expect.objectContaining({ hint: "Write it out: -n 1000" }));
});

test("nameList() separates names at commas, and refuses an empty one with an example", () => {
  expect(nameList("--services", "kafka, pinot", "NAME,NAME")).toEqual(["kafka", "pinot"]);
  for (const text of ["", "kafka,", "a,,b"]) {
    expect(() => nameList("--services", text, "NAME,NAME")).toThrow(
      expect.objectContaining({ code: "usage", hint: "Separate names by commas: --services NAME,NAME" }),
    );
  }
});

test("duration() reads every unit as milliseconds", () => {
  const read = ["500ms", "60s", "2m", "1h", "1.5s", "1.1s", "1.5ms", "0s"].map((text) => duration("--wait", text));
  expect(read).toEqual([500, 60_000, 120_000, 3_600_000, 1500, 1100, 1.5, 0]);
});

test.each([
  ["60", "it has no unit"],
  ["6 days", "it is not a duration"],
  ["6d", '"d" is not a unit of time'],
  ["6us", '"us" is not a unit of time'],
  ["-1s", "it is not a duration"],
  ["", "it is not a duration"],
  ["5ms", "it is shorter than 10 ms"],
  ["597h", "it is longer than 596h"],
])("duration() refuses %p and names the option", (text, why) => {
  const message = `Cannot use "${text}" for --wait: ${why}`;
  expect(() => duration("--wait", text, 10)).toThrow(
    expect.objectContaining({ code: "usage", message, hint: "Write a number and a unit: --wait 60s (ms, s, m or h)" }),
  );
});
