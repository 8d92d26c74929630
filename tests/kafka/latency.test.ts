import { expect, test } from "bun:test";
import { bucketMiddleMs, emptyLatency, latencyBuckets, latencyPercentiles, mergeLatency } from "../../src/kafka/latency.ts";

function histogramOf(counts: Readonly<Record<number, number>>, maxMs: number): Float64Array {
  const histogram = emptyLatency();
  for (const [bucket, count] of Object.entries(counts)) histogram[Number(bucket)] = count;
  histogram[latencyBuckets] = maxMs;
  return histogram;
}

test("latencyPercentiles() returns zeros for an empty histogram", () => {
  expect(latencyPercentiles(emptyLatency())).toEqual({ p50: 0, p95: 0, p99: 0, max: 0 });
});

test("latencyPercentiles() returns the middle of the bucket at the rank, and the exact maximum", () => {
  const histogram = histogramOf({ 10: 94, 100: 4, 200: 2 }, 700);
  expect(latencyPercentiles(histogram)).toEqual({ p50: bucketMiddleMs(10), p95: bucketMiddleMs(100), p99: bucketMiddleMs(200), max: 700 });
});

test("latencyPercentiles() never exceeds the maximum", () => {
  expect(latencyPercentiles(histogramOf({ 100: 1 }, 6.4))).toEqual({ p50: 6.4, p95: 6.4, p99: 6.4, max: 6.4 });
});

test("bucketMiddleMs() grows by at most a sixteenth of a bucket's value above 16 units, so the middle is within 4 %", () => {
  for (let bucket = 17; bucket < latencyBuckets; bucket += 1) {
    const step = bucketMiddleMs(bucket) / bucketMiddleMs(bucket - 1);
    expect(step).toBeGreaterThan(1);
    expect(step).toBeLessThan(1.08);
  }
});

test("mergeLatency() adds the counts and keeps the larger maximum", () => {
  const merged = mergeLatency([histogramOf({ 3: 1, 20: 2 }, 1), histogramOf({ 20: 5 }, 9)]);
  expect(merged).toEqual(histogramOf({ 3: 1, 20: 7 }, 9));
});
