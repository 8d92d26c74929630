import { expect, test } from "bun:test";
import { formatBytes, formatCount, formatDuration, formatElapsed, formatNumber, formatSeconds } from "../../src/core/units.ts";

test("formatDuration() keeps the two largest units that matter", () => {
  const durationsMs = [0, 850.4, 999, 1000, 4249, 59_999, 60_000, 184_000, 3_600_000, 7_500_000, 86_400_000, 273_600_000];
  expect(durationsMs.map(formatDuration)).toEqual([
    "0 ms",
    "850 ms",
    "999 ms",
    "1 s",
    "4.2 s",
    "59 s",
    "1 min",
    "3 min 4 s",
    "1 h",
    "2 h 5 min",
    "1 d",
    "3 d 4 h",
  ]);
});

test("formatBytes() counts in powers of a thousand", () => {
  expect([0, 999, 31_400, 312_345_678, 1_810_000_000].map((bytes) => formatBytes(bytes))).toEqual([
    "0 B",
    "999 B",
    "31 kB",
    "312 MB",
    "1.8 GB",
  ]);
});

test("formatBytes() rounds down where more would be said to be there than there is", () => {
  expect([999_999, 1_999_999, 1_990_000_000].map((bytes) => formatBytes(bytes, Math.floor))).toEqual(["999 kB", "1 MB", "1.9 GB"]);
});

test("formatElapsed() and formatSeconds() keep the digits of a measurement", () => {
  expect([0.4, 999, 1000, 4236, 38_140, 4_504_000].map(formatElapsed)).toEqual(["0 ms", "999 ms", "1 s", "4.24 s", "38.1 s", "75 min 4 s"]);
  expect([0, 449, 95_340].map(formatSeconds)).toEqual(["0.0 s", "0.4 s", "95.3 s"]);
});

test("formatNumber() groups thousands and keeps one decimal below ten", () => {
  expect([0, 3.14, 9.96, 10.4, 999, 1000, 1_234_567, 2 ** 53].map(formatNumber)).toEqual([
    "0",
    "3.1",
    "10",
    "10",
    "999",
    "1,000",
    "1,234,567",
    "9,007,199,254,740,992",
  ]);
});

test("formatCount() says one and many", () => {
  expect([formatCount(1, "record"), formatCount(1234, "record"), formatCount(2, "entry", "entries")]).toEqual([
    "1 record",
    "1,234 records",
    "2 entries",
  ]);
});
