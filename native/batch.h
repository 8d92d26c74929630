/*
 * A batch of messages as JavaScript packs it (src/kafka/batch.ts, MessageBatch), so that one call hands over thousands.
 *
 *   bytes    keys and values one after another: key 0, value 0, key 1, value 1, ...
 *   offsets  2 * count + 1 positions in bytes: start of key 0, start of value 0, start of key 1, ..., end of the last value
 *   weights  count amounts, which delivery reports add up
 *
 * Message i has its key at offsets[2i] ... offsets[2i + 1] and its value at offsets[2i + 1] ... offsets[2i + 2]. An empty key
 * is sent as a null key, and an empty value as a null value (a tombstone): the layout has one way to say "nothing".
 */
#ifndef STREAMCTL_BATCH_H
#define STREAMCTL_BATCH_H

#include <rdkafka.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A view of memory that belongs to JavaScript and is valid during one call. */
struct batch {
  uint32_t count;
  const uint8_t *bytes;
  size_t bytes_length;
  const uint32_t *offsets;
  size_t offsets_length;
  const uint32_t *weights;
  size_t weights_length;
};

/*
 * Copies the offsets of messages first ... count - 1 to checked (2 * (count - first) + 1 places) and checks each of them.
 * Only the copy may be used afterwards: the original may lie in memory that another thread writes to.
 * Returns NULL, or what is wrong in the form "...", with the place in *at.
 */
const char *batch_check(const struct batch *batch, uint32_t first, uint32_t *checked, size_t *at);

/* Kafka's murmur2 with the Java client's seed. */
uint32_t batch_murmur2(const uint8_t *key, size_t length);

/* Partition of a key under the Java client's default partitioner. partitions > 0. */
static inline int32_t batch_partition(const uint8_t *key, size_t length, int32_t partitions) {
  return (int32_t)((batch_murmur2(key, length) & 0x7fffffffu) % (uint32_t)partitions);
}

#endif
