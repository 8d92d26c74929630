/* A batch read from a fuzzer's bytes, and what is to be said of it by a slow and obvious look. */
#ifndef STREAMCTL_FUZZ_BATCH_H
#define STREAMCTL_FUZZ_BATCH_H

#include <stdbool.h>

#include "check.h"

/*
 * The input, each number in as few bytes as it needs, and 0 where the input has ended:
 *
 *   count, first, partitions   1 byte; 255: 4 bytes follow
 *   offsets and weights        1 byte each: how many more there are than needed, minus 128
 *   stamp                      4 bytes
 *   offsets                    1 byte each: distance from the one before; 255: 4 bytes follow, the offset itself
 *   weights                    1 byte each; 255: 4 bytes follow
 *   bytes                      what is left; where that is less than the offsets say and the stamp is even: as many as they say
 *
 * Each array lies in memory of exactly its size.
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

/* Whether batch_check has nothing against it. */
bool fuzz_batch_is_right(const struct fuzz_batch *read);

/* The partition that the Java client's code gives a key, from its own steps. */
uint32_t fuzz_java_partition(const uint8_t *key, size_t length, uint32_t partitions);

#endif
