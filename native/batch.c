#include "batch.h"

#include <string.h>

const char *batch_check(const struct batch *batch, uint32_t first, uint32_t *checked, size_t *at) {
  *at = first;
  if (first > batch->count) return "the first message lies beyond the batch";
  *at = batch->offsets_length;
  if (batch->offsets_length / 2 < batch->count || batch->offsets_length < 2 * (size_t)batch->count + 1) return "too few offsets";
  *at = batch->weights_length;
  if (batch->weights_length < batch->count) return "too few weights";

  size_t places = 2 * (size_t)(batch->count - first) + 1;
  memcpy(checked, batch->offsets + 2 * (size_t)first, places * sizeof *checked);
  uint32_t before = checked[0];
  for (size_t place = 1; place < places; place++) {
    uint32_t here = checked[place];
    if (here < before) {
      *at = 2 * (size_t)first + place;
      return "an offset is below the one before it";
    }
    before = here;
  }
  *at = 2 * (size_t)batch->count;
  return before > batch->bytes_length ? "an offset lies beyond the bytes" : NULL;
}

void batch_group(const struct batch_chunk *chunk, int32_t partitions, int32_t *groups, uint32_t *starts,
                 rd_kafka_message_t *messages) {
  memset(starts, 0, ((size_t)partitions + 2) * sizeof *starts);
  for (uint32_t i = 0; i < chunk->count; i++) {
    const uint32_t *place = chunk->offsets + 2 * (size_t)i;
    size_t key_length = place[1] - place[0];
    groups[i] = partitions;
    if (partitions > 0 && key_length > 0) groups[i] = batch_partition(chunk->bytes + place[0], key_length, partitions);
    starts[groups[i] + 1]++;
  }
  for (int32_t group = 0; group <= partitions; group++)
    starts[group + 1] += starts[group];

  /* Filling advances each start to the end of its group, which is the start of the next group. memmove restores them. */
  for (uint32_t i = 0; i < chunk->count; i++) {
    const uint32_t *place = chunk->offsets + 2 * (size_t)i;
    rd_kafka_message_t *message = &messages[starts[groups[i]]++];
    message->key = place[1] > place[0] ? (void *)(uintptr_t)(chunk->bytes + place[0]) : NULL;
    message->key_len = place[1] - place[0];
    message->payload = place[2] > place[1] ? (void *)(uintptr_t)(chunk->bytes + place[1]) : NULL;
    message->len = place[2] - place[1];
    message->err = RD_KAFKA_RESP_ERR_NO_ERROR;
    message->_private = batch_opaque(chunk->stamp, chunk->weights[i]);
  }
  memmove(starts + 1, starts, ((size_t)partitions + 1) * sizeof *starts);
  starts[0] = 0;
}

uint32_t batch_murmur2(const uint8_t *key, size_t length) {
  const uint32_t m = 0x5bd1e995;
  uint32_t hash = 0x9747b28cu ^ (uint32_t)length;
  for (; length >= 4; key += 4, length -= 4) {
    uint32_t word = (uint32_t)key[0] | (uint32_t)key[1] << 8 | (uint32_t)key[2] << 16 | (uint32_t)key[3] << 24;
    word *= m;
    word ^= word >> 24;
    hash = hash * m ^ word * m;
  }
  if (length == 3) hash ^= (uint32_t)key[2] << 16;
  if (length >= 2) hash ^= (uint32_t)key[1] << 8;
  if (length >= 1) hash = (hash ^ key[0]) * m;
  hash = (hash ^ hash >> 13) * m;
  return hash ^ hash >> 15;
}
