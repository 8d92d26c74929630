import { expect, test } from "bun:test";
import { shardShare, workerShare, type Share } from "../../src/data/shares.ts";

function indices({ first, stride, count }: Share): number[] {
  return Array.from({ length: count ?? 0 }, (_, n) => first + n * stride);
}

test.each([0, 1, 2, 3, 10, 97, 1000])("shares of %d records contain each index exactly once, and differ by one at most", (count) => {
  for (const shards of [1, 2, 3, 5, 7]) {
    for (const workers of [1, 2, 3, 8]) {
      const parts = Array.from({ length: shards }, (_, shard) => shardShare(count, { number: shard + 1, of: shards })).flatMap((share) =>
        Array.from({ length: workers }, (_, worker) => workerShare(share, worker, workers)),
      );
      const all = parts.flatMap(indices).toSorted((one, other) => one - other);
      expect(all).toEqual(Array.from({ length: count }, (_, index) => index));
    }
    const sizes = Array.from({ length: shards }, (_, shard) => shardShare(count, { number: shard + 1, of: shards }).count ?? 0);
    expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
  }
});

test("shares without a count have a stride", () => {
  const shard = shardShare(null, { number: 2, of: 3 });
  expect(shard).toEqual({ first: 1, stride: 3, count: null });
  expect(workerShare(shard, 1, 2)).toEqual({ first: 4, stride: 6, count: null });
});
