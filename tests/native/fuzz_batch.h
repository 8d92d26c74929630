/* A batch decoded from a fuzzer's input, and slow, simple reference implementations to compare with. */
#ifndef STREAMCTL_FUZZ_BATCH_H
#define STREAMCTL_FUZZ_BATCH_H

#include <stdbool.h>

#include "check.h"

/*
 * Format of the input. Numbers have a variable length; missing bytes are 0.
 *
 *   count, first, partitions   1 byte; 255: 4 bytes follow
 *   offsets and weights        1 byte each: number of elements beyond the required ones, plus 128
 *   stamp                      4 bytes
 *   offsets                    1 byte each: distance from the previous one; 255: 4 bytes follow, the absolute offset
 *   weights                    1 byte each; 255: 4 bytes follow
 *   bytes                      the rest; if shorter than the offsets require and the stamp is even: extended to that length
 *
 * Each array has its own allocation of exactly its size.
 */
struct fuzz_batch {
  struct batch batch;
  uint32_t first, stamp;
  int32_t partitions;
  uint8_t *bytes;
  uint32_t *offsets, *weights;
};

struct fuzz_batch fuzz_batch_read(const uint8_t *data, size_t size);
void fuzz_batch_free(struct fuzz_batch *read);

/* Returns true if batch_check must accept the batch. */
bool fuzz_batch_is_right(const struct fuzz_batch *read);

/* Partition of a key, by a transcription of the Java client's code. */
uint32_t fuzz_java_partition(const uint8_t *key, size_t length, uint32_t partitions);

#endif
