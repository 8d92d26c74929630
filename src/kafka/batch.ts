/**
 * Messages for the producer, packed so that one native call takes thousands of them without a JavaScript object per message.
 * `native/batch.h` documents the same layout; a test compares the two.
 */
export interface MessageBatch {
  /** Number of messages, n. */
  readonly count: number;
  /**
   * Keys and values one after another: key 0, value 0, key 1, value 1, … An empty key is sent as a null key, and an empty
   * value as a null value (a tombstone): the layout cannot distinguish empty from null.
   */
  readonly bytes: Uint8Array;
  /**
   * 2n + 1 positions in `bytes`: start of key 0, start of value 0, start of key 1, …, end of the last value. Both this
   * array and `weights` may be longer, because arrays are reused for batches of different sizes.
   */
  readonly offsets: Uint32Array;
  /**
   * n amounts that are added up for delivered messages (0 for a record that does not count), so that the delivered sum is
   * known even when some messages failed.
   */
  readonly weights: Uint32Array;
}
