/**
 * Random numbers as a pure function of (seed, index) instead of a sequence, so that any number of workers generates the same records. Uses 32-bit
 * integer arithmetic only, because it runs once per message.
 */

/** Combines the seed with the indices of one block of 2^32. */
export interface RandomKey {
  readonly first: number;
  readonly second: number;
}

/** 2^32 divided by the golden ratio: its multiples are spread evenly over 32 bits. */
export const goldenRatio = 0x9e3779b9;

/** A bijection of 32-bit integers in which every input bit flips each output bit with a probability near one half. */
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

/** The first 32 random bits of the record at an index, as a signed integer; only the lower 32 bits of the index are used. */
export function firstBits(key: RandomKey, index: number): number {
  return mix32((index | 0) ^ key.first);
}

/** The 32 random bits that follow `previous` in the same record. */
export function nextBits(key: RandomKey, previous: number): number {
  return mix32((previous + key.second) | 0);
}

/** 32 random bits as an integer from 0 to `range` − 1; `range` is at most 2^21, so that the product is exact. */
export function below(range: number, bits: number): number {
  return Math.floor(((bits >>> 0) * range) / 2 ** 32);
}
