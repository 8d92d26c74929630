import assert from "node:assert/strict";
import { test } from "node:test";
import { loadAddon } from "../../../src/kafka/addon.ts";

/** From the Java client's UtilsTest: murmur2 of these strings, as signed 32-bit integers. */
const javaHashes: Readonly<Record<string, number>> = {
  "21": -973932308,
  foobar: -790332482,
  "a-little-bit-long-string": -985981536,
  "a-little-bit-longer-string": -1486304829,
  lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8: -58897971,
  abc: 479470107,
};

test("partitionOf() equals the Java client's toPositive(murmur2(key)) modulo the partition count", () => {
  const addon = loadAddon();
  for (const [key, hash] of Object.entries(javaHashes)) {
    for (const partitions of [1, 3, 7, 1000, 0x7fffffff]) {
      assert.equal(addon.partitionOf(new TextEncoder().encode(key), partitions), (hash & 0x7fffffff) % partitions);
    }
  }
});
