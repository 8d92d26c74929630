/* Fuzzes batch.h: batch_check rejects exactly the invalid batches, and batch_group keeps all messages and their order. */

#include "fuzz_batch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Reads each byte, so that a sanitizer checks the access. */
static uint32_t touch(const void *memory, size_t length) {
  uint32_t sum = 0;
  for (size_t i = 0; i < length; i++)
    sum += ((const uint8_t *)memory)[i];
  return sum;
}

static void check_piece(const void *found, size_t length, const uint8_t *expected, size_t expected_length) {
  check_equal(length, expected_length);
  check(found == (length > 0 ? expected : NULL));
  check_equal(touch(found, length), touch(expected, length));
}

/* Checks that each message occurs once, in the group of its partition and in the order of the batch. */
static void check_groups(const struct batch_chunk *chunk, int32_t partitions, const uint32_t *starts,
                         const rd_kafka_message_t *messages) {
  uint32_t *next = malloc(((size_t)partitions + 1) * sizeof *next);
  check(next != NULL && partitions >= 0);
  for (int32_t group = 0; group <= partitions; group++)
    next[group] = starts[group];
  for (uint32_t i = 0; i < chunk->count; i++) {
    const uint32_t *place = chunk->offsets + 2 * (size_t)i;
    const uint8_t *key = chunk->bytes + place[0], *value = chunk->bytes + place[1];
    size_t key_length = place[1] - place[0];
    int32_t group = partitions;
    if (partitions > 0 && key_length > 0) group = (int32_t)fuzz_java_partition(key, key_length, (uint32_t)partitions);
    check(next[group] < starts[group + 1]);
    const rd_kafka_message_t *message = &messages[next[group]++];
    check_piece(message->key, message->key_len, key, key_length);
    check_piece(message->payload, message->len, value, place[2] - place[1]);
    check((uintptr_t)message->_private == ((uint64_t)chunk->stamp << 32 | chunk->weights[i]));
    check_equal(message->err, 0);
  }
  for (int32_t group = 0; group <= partitions; group++)
    check_equal(next[group], starts[group + 1]);
  check_equal(starts[0], 0);
  check_equal(starts[partitions + 1], chunk->count);
  free(next);
}

static void group(const struct fuzz_batch *read, const uint32_t *checked) {
  struct batch_chunk chunk = {
      .bytes = read->bytes,
      .offsets = checked,
      .weights = read->weights + read->first,
      .count = read->batch.count - read->first,
      .stamp = read->stamp,
  };
  int32_t *groups = malloc(chunk.count * sizeof *groups);
  uint32_t *starts = malloc(((size_t)read->partitions + 2) * sizeof *starts);
  rd_kafka_message_t *messages = malloc(chunk.count * sizeof *messages);
  check(groups && starts && messages);
  batch_group(&chunk, read->partitions, groups, starts, messages);
  check_groups(&chunk, read->partitions, starts, messages);
  free(groups);
  free(starts);
  free(messages);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct fuzz_batch read = fuzz_batch_read(data, size);
  size_t at, needed = 2 * ((size_t)read.batch.count - read.first) + 1;
  bool right = fuzz_batch_is_right(&read);
  uint32_t *checked = malloc(right ? needed * sizeof *checked : read.batch.offsets_length * sizeof *checked);
  check(checked != NULL);
  const char *wrong = batch_check(&read.batch, read.first, checked, &at);
  check(right == (wrong == NULL));
  if (right) group(&read, checked);
  free(checked);
  fuzz_batch_free(&read);
  return 0;
}
