/**
 * Messages on their way to the broker, packed so that one native call takes thousands of them and no JavaScript object
 * stands for a single one. `native/batch.h` documents the same bytes; a test compares the two.
 */
export interface MessageBatch {
  /** Number of messages, n. */
  readonly count: number;
  /**
   * Keys and values one after another: key 0, value 0, key 1, value 1, … An empty key is sent as a null key, and an empty
   * value as a null value (a tombstone): the layout has one way to say "nothing".
   */
  readonly bytes: Uint8Array;
  /**
   * 2n + 1 positions in `bytes`: start of key 0, start of value 0, start of key 1, …, end of the last value. They may be more,
   * as may be the weights: arrays are reused for batches of different sizes.
   */
  readonly offsets: Uint32Array;
  /**
   * n amounts that the delivery reports add up (0 for a record that does not count), so that the sum of
   * what was delivered is known even where some messages failed.
   */
  readonly weights: Uint32Array;
}
