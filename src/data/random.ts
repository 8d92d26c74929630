/**
 * Randomness by position instead of by sequence: a pure function of (seed, index), so that a worker can start anywhere and
 * any number of workers makes the same records. 32-bit integer arithmetic only: it runs once for every message.
 */

/** What mixes the seed into the indices of one block of 2^32. */
export interface RandomKey {
  readonly first: number;
  readonly second: number;
}

/** 2^32 divided by the golden ratio: steps of it fill the range of 32 bits evenly. */
export const goldenRatio = 0x9e3779b9;

/** A bijection of 32-bit integers in which every bit of the input flips each bit of the output with a chance near one half. */
export function mix32(input: number): number {
  let bits = input ^ (input >>> 16);
  bits = Math.imul(bits, 0x7feb352d);
  bits ^= bits >>> 15;
  bits = Math.imul(bits, 0x846ca68b);
  return bits ^ (bits >>> 16);
}

/** The key for a seed (0 to 2^53 − 1) and the upper word of the indices, `Math.floor(index / 2^32)`. */
export function randomKey(seed: number, indexHigh: number): RandomKey {
  const low = mix32(seed ^ goldenRatio);
  const high = mix32(Math.floor(seed / 2 ** 32) ^ low);
  const first = mix32(indexHigh ^ high);
  return { first, second: mix32(first + goldenRatio) ^ low };
}

/** First 32 random bits of the record at an index, as a signed integer; only the lower word of the index counts. */
export function firstBits(key: RandomKey, index: number): number {
  return mix32((index | 0) ^ key.first);
}

/** The next 32 random bits after `previous` ones of the same record. */
export function nextBits(key: RandomKey, previous: number): number {
  return mix32((previous + key.second) | 0);
}

/** 32 random bits as an integer from 0 to `range` − 1; `range` is at most 2^21, so that the product is exact. */
export function below(range: number, bits: number): number {
  return Math.floor(((bits >>> 0) * range) / 2 ** 32);
}
