import { expect, test } from "bun:test";
import {
  formatExact,
  formatFact,
  formatFactName,
  formatIso,
  formatLocalInput,
  formatRate,
  formatShort,
  formatTimestamp,
  parseLocalInput,
} from "../../../src/console/page/format.ts";

test("formatExact() groups digits and loses none", () => {
  expect([0, 999, 1000, -1_234_567.25, "12345678901234567890", "-1000.0010", 1e21, "abc", Number.NaN].map(formatExact)).toEqual([
    "0",
    "999",
    "1,000",
    "-1,234,567.25",
    "12,345,678,901,234,567,890",
    "-1,000.0010",
    "1e+21",
    "abc",
    "NaN",
  ]);
});

test("formatRate() shows one decimal of small rates only", () => {
  expect([null, 0, 0.04, 0.333, 9.96, 12.4, 48_123.7].map(formatRate)).toEqual(["–", "0", "0", "0.3", "10", "12", "48,124"]);
});

test("formatShort() keeps three digits", () => {
  expect([0, 0.1234, 999, 1234, 48_000_000, 2.5e9, -1500].map(formatShort)).toEqual(["0", "0.123", "999", "1.23k", "48M", "2.5G", "-1.5k"]);
});

test("formatTimestamp() has the same width for each time", () => {
  const ms = new Date(2026, 0, 2, 3, 4, 5, 6).getTime();
  expect(formatTimestamp(ms)).toBe("2026-01-02 03:04:05.006");
  expect(formatIso(Number.NaN)).toBe("");
  expect(formatTimestamp(1e20)).toBe("100000000000000000000 –");
});

test("parseLocalInput() reads what formatLocalInput() wrote", () => {
  const ms = new Date(2026, 10, 27, 14, 3, 7).getTime();
  expect(parseLocalInput(formatLocalInput(ms))).toBe(ms);
  expect(["", "x"].map(parseLocalInput)).toEqual([undefined, undefined]);
});

test("formatFactName() and formatFact() write names as words, and values in their unit", () => {
  const facts = { completedCheckpoints: 1234, lastCheckpointMs: 4250, stateBytes: 31_400, state: "ok", "Last checkpoint": 3 };
  expect(Object.entries(facts).map(([name, value]) => `${formatFactName(name)}: ${formatFact(name, value)}`)).toEqual([
    "Completed checkpoints: 1,234",
    "Last checkpoint: 4.2 s",
    "State: 31 kB",
    "State: ok",
    "Last checkpoint: 3",
  ]);
  expect(`${formatFactName("lastCheckpointAtMs")}: ${formatFact("lastCheckpointAtMs", new Date(2026, 0, 2).getTime())}`).toBe(
    "Last checkpoint: 2026-01-02 00:00:00.000",
  );
});
