import { expect, test } from "bun:test";
import { formatEventTimestamp, parseEventTimestamp } from "../../src/record/event-timestamp.ts";

test.each([
  ["1970-01-01 00:00:00.000", 0],
  ["2026-01-01 00:00:02.999", Date.UTC(2026, 0, 1, 0, 0, 2, 999)],
  ["2024-02-29 23:59:59", Date.UTC(2024, 1, 29, 23, 59, 59)],
  ["2026-01-01 00:00:00.5", Date.UTC(2026, 0, 1) + 500],
  ["2026-01-01 00:00:00.123456789", Date.UTC(2026, 0, 1) + 123],
  ["2026-01-01 00:00:00.", Date.UTC(2026, 0, 1)],
  ["2026-02-30 00:00:00", Date.UTC(2026, 1, 28)],
  ["2025-02-29 12:00:00", Date.UTC(2025, 1, 28, 12)],
  ["2026-04-31 00:00:00", Date.UTC(2026, 3, 30)],
  ["2026-12-31 24:00:00.000", Date.UTC(2027, 0, 1)],
  ["1969-12-31 23:59:59.999", -1],
  ["0099-03-01 00:00:00", new Date("0099-03-01T00:00:00Z").getTime()],
  ["0000-02-29 00:00:00", new Date("0000-02-29T00:00:00Z").getTime()],
])("parseEventTimestamp() reads %p in UTC", (text, timeMs) => {
  expect(parseEventTimestamp(text)).toBe(timeMs);
});

test.each([
  "",
  "2026-01-01",
  "2026-01-01T00:00:00.000",
  "2026-01-01 00:00:00Z",
  "2026-01-01 00:00:00.000+01:00",
  "2026-01-01 00:00:00.1234567890",
  "2026-01-01 00:00",
  "2026-1-1 0:0:0",
  "2026-13-01 00:00:00",
  "2026-00-10 00:00:00",
  "2026-01-00 00:00:00",
  "2026-01-01 24:00:01",
  "2026-01-01 24:00:00.000000001",
  "2026-01-32 00:00:00",
  "2026-01-01 00:60:00",
  "2026-01-01 00:00:60",
  " 2026-01-01 00:00:00",
  "2026-01-01 00:00:00\n",
  "+12026-01-01 00:00:00",
  "1767225600000",
])("parseEventTimestamp() rejects %p", (text) => {
  expect(parseEventTimestamp(text)).toBeUndefined();
});

test("parseEventTimestamp() reverses formatEventTimestamp()", () => {
  for (const timeMs of [0, 1, 999, Date.UTC(2026, 11, 31, 23, 59, 59, 7), Date.UTC(9999, 11, 31, 23, 59, 59, 999)]) {
    expect(parseEventTimestamp(formatEventTimestamp(timeMs))).toBe(timeMs);
  }
});
