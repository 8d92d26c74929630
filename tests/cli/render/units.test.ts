import { expect, test } from "bun:test";
import { formatBytes, formatCount, formatDuration } from "../../../src/cli/render/units.ts";

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
  expect([0, 999, 31_400, 312_345_678, 1_810_000_000].map(formatBytes)).toEqual(["0 B", "999 B", "31 kB", "312 MB", "1.8 GB"]);
});

test("formatCount() says one and many", () => {
  expect([formatCount(1, "record"), formatCount(0, "record"), formatCount(2, "entry", "entries")]).toEqual([
    "1 record",
    "0 records",
    "2 entries",
  ]);
});
