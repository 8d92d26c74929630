/**
 * Divides the indices of a run: each of n shards takes every n-th index, and each of the w workers of a shard every w-th of these. So every
 * index belongs to exactly one worker, shares differ by one record at most, and simulated time advances evenly in all of them.
 */

export interface Shard {
  /** From 1 to `of`. */
  readonly number: number;
  readonly of: number;
}

export interface Share {
  /** First index; `stride` is the step to each next one. */
  readonly first: number;
  readonly stride: number;
  /** Number of indices; null for no limit. */
  readonly count: number | null;
}

/** The indices of one shard of a run of `count` records; null for no limit. */
export function shardShare(count: number | null, shard: Shard): Share {
  return everyNth({ first: 0, stride: 1, count }, shard.number - 1, shard.of);
}

/** The indices of one worker (from 0) within a shard. */
export function workerShare(share: Share, worker: number, workers: number): Share {
  return everyNth(share, worker, workers);
}

function everyNth({ first, stride, count }: Share, offset: number, n: number): Share {
  return {
    first: first + offset * stride,
    stride: stride * n,
    count: count === null ? null : Math.max(0, Math.ceil((count - offset) / n)),
  };
}
