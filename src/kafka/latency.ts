/**
 * Delivery latencies as a histogram with logarithmic buckets, filled by native/latency.h. Histograms of several producers can be added,
 * percentiles cannot: so workers send histograms, and percentiles are computed once at the end.
 */

/**
 * Number of buckets: 16 per power of two, of 32-bit values in units of 10 µs. The array has one more element, the exact maximum in
 * milliseconds.
 */
export const latencyBuckets = 464;
const unitMs = 0.01;
const subBuckets = 16;

export interface LatencyMs {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** An empty histogram: `latencyBuckets` counts, then the maximum in milliseconds. The caller owns it. */
export function emptyLatency(): Float64Array {
  return new Float64Array(latencyBuckets + 1);
}

/** A new histogram with the entries of all the given ones. */
export function mergeLatency(histograms: Iterable<Float64Array>): Float64Array {
  const merged = emptyLatency();
  for (const histogram of histograms) {
    for (let bucket = 0; bucket < latencyBuckets; bucket += 1) {
      merged[bucket] = (merged[bucket] ?? 0) + (histogram[bucket] ?? 0);
    }
    merged[latencyBuckets] = Math.max(merged[latencyBuckets] ?? 0, histogram[latencyBuckets] ?? 0);
  }
  return merged;
}

/** Percentiles (accurate to 4 %) and the exact maximum, in milliseconds; all 0 for an empty histogram. */
export function latencyPercentiles(histogram: Float64Array): LatencyMs {
  const max = histogram[latencyBuckets] ?? 0;
  let total = 0;
  for (let bucket = 0; bucket < latencyBuckets; bucket += 1) total += histogram[bucket] ?? 0;
  const percentile = (share: number) => Math.min(max, valueAtRank(histogram, Math.ceil(total * share)));
  return { p50: percentile(0.5), p95: percentile(0.95), p99: percentile(0.99), max };
}

function valueAtRank(histogram: Float64Array, rank: number): number {
  let seen = 0;
  for (let bucket = 0; bucket < latencyBuckets; bucket += 1) {
    seen += histogram[bucket] ?? 0;
    if (seen >= rank && seen > 0) return bucketMiddleMs(bucket);
  }
  return 0;
}

/** Middle of a bucket in milliseconds. Below 16 units a bucket is one unit wide; above, 1/16 of its power of two. */
export function bucketMiddleMs(bucket: number): number {
  if (bucket < subBuckets) return (bucket + 0.5) * unitMs;
  const power = Math.floor(bucket / subBuckets) - 1;
  const low = (subBuckets + (bucket % subBuckets)) * 2 ** power;
  return (low + 2 ** power / 2) * unitMs;
}
