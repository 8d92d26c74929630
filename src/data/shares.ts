/**
 * Who makes which record. The indices of a run are dealt out like cards: shard s of n takes every n-th index, and within the
 * shard each worker every w-th. So every index has exactly one owner whatever the numbers are, shares differ by one record
 * at most, and simulated time advances evenly in all of them.
 */

export interface Shard {
  /** From 1. */
  readonly number: number;
  readonly of: number;
}

export interface Share {
  /** First index; the next ones follow in steps of `stride`. */
  readonly first: number;
  readonly stride: number;
  /** Number of indices; null without an end. */
  readonly count: number | null;
}

/** The indices of one shard of a run of `count` records (null: without end). */
export function shardShare(count: number | null, shard: Shard): Share {
  return deal({ first: 0, stride: 1, count }, shard.number - 1, shard.of);
}

/** The indices of one worker (from 0) within a shard. */
export function workerShare(share: Share, worker: number, workers: number): Share {
  return deal(share, worker, workers);
}

function deal({ first, stride, count }: Share, hand: number, hands: number): Share {
  return {
    first: first + hand * stride,
    stride: stride * hands,
    count: count === null ? null : Math.max(0, Math.ceil((count - hand) / hands)),
  };
}
