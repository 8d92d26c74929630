/*
 * A batch of messages as packed by JavaScript (MessageBatch in src/kafka/batch.ts), so that one call passes thousands.
 *
 *   bytes    keys and values one after another: key 0, value 0, key 1, value 1, ...
 *   offsets  2 * count + 1 positions in bytes: start of key 0, start of value 0, start of key 1, ..., end of the last value
 *   weights  count amounts, summed over delivered messages
 *
 * Message i has its key at offsets[2i] ... offsets[2i + 1] and its value at offsets[2i + 1] ... offsets[2i + 2]. An empty key
 * is sent as a null key, and an empty value as a null value (a tombstone): the layout
 * cannot distinguish empty from null.
 */
#ifndef STREAMCTL_BATCH_H
#define STREAMCTL_BATCH_H

#include <rdkafka.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A view of memory owned by JavaScript, valid during one call. */
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
 * Copies the offsets of messages first ... count - 1 to checked (2 * (count - first) + 1 elements) and validates them.
 * Use only the copy afterwards: another thread may write to the original (SharedArrayBuffer).
 * Returns NULL if the batch is valid; otherwise a static error message, with the index of the error in *at.
 */
const char *batch_check(const struct batch *batch, uint32_t first, uint32_t *checked, size_t *at);

/*
 * A message's opaque passes its weight and enqueue time to the delivery report. Upper 32 bits: time in latency units, which wraps
 * after 11.9 hours. Lower 32 bits: weight.
 */
static inline void *batch_opaque(uint32_t stamp, uint32_t weight) {
  _Static_assert(sizeof(void *) == 8, "the opaque must have 64 bits");
  return (void *)(uintptr_t)((uint64_t)stamp << 32 | weight);
}

/* Consecutive messages of a batch: checked offsets (2 * count + 1), weights, and the enqueue time in latency units. */
struct batch_chunk {
  const uint8_t *bytes;
  const uint32_t *offsets;
  const uint32_t *weights;
  uint32_t count;
  uint32_t stamp;
};

/*
 * Writes the chunk's messages grouped by partition. Group g < partitions contains the messages of partition g. The last group
 * (number `partitions`) is left to librdkafka's partitioner: messages without a key, or all messages if partitions is 0. The
 * order within a group is kept. groups is scratch memory of count elements. Group g is at starts[g] ... starts[g + 1], so
 * starts has partitions + 2 elements. Messages point into bytes.
 */
void batch_group(const struct batch_chunk *chunk, int32_t partitions, int32_t *groups, uint32_t *starts,
                 rd_kafka_message_t *messages);

/* Kafka's murmur2 with the Java client's seed. */
uint32_t batch_murmur2(const uint8_t *key, size_t length);

/* Partition of a key under the Java client's default partitioner. partitions > 0. */
static inline int32_t batch_partition(const uint8_t *key, size_t length, int32_t partitions) {
  return (int32_t)((batch_murmur2(key, length) & 0x7fffffffu) % (uint32_t)partitions);
}

#endif
