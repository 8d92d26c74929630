#include "fuzz_batch.h"

#include <string.h>

struct input {
  const uint8_t *at, *end;
};

static uint32_t byte(struct input *input) {
  return input->at < input->end ? *input->at++ : 0;
}

static uint32_t word(struct input *input) {
  uint32_t number = 0;
  for (int i = 0; i < 4; i++)
    number = number << 8 | byte(input);
  return number;
}

static uint32_t number(struct input *input) {
  uint32_t small = byte(input);
  return small < 255 ? small : word(input);
}

/* Length of an array that needs `needed` elements; bounded, because counts may be huge. */
static size_t length(struct input *input, size_t needed) {
  enum { most = 4096 };
  size_t around = needed + byte(input);
  around = around < 128 ? 0 : around - 128;
  return around < most ? around : most;
}

static void *exactly(size_t size) {
  void *memory = malloc(size); /* NOLINT(clang-analyzer-optin.portability.UnixAPI): size 0 is intended */
  check(memory != NULL);
  return memory;
}

struct fuzz_batch fuzz_batch_read(const uint8_t *data, size_t size) {
  enum { most_bytes = 1 << 16 };
  struct input input = {data, data + size};
  struct fuzz_batch read = {0};
  struct batch *batch = &read.batch;
  batch->count = number(&input);
  read.first = number(&input);
  read.partitions = (int32_t)(number(&input) % 3000);
  batch->offsets_length = length(&input, 2 * (size_t)batch->count + 1);
  batch->weights_length = length(&input, batch->count);
  read.stamp = word(&input);

  read.offsets = exactly(batch->offsets_length * sizeof *read.offsets);
  uint32_t here = 0;
  for (size_t i = 0; i < batch->offsets_length; i++) {
    uint32_t distance = byte(&input);
    here = distance < 255 ? here + distance : word(&input);
    read.offsets[i] = here;
  }
  read.weights = exactly(batch->weights_length * sizeof *read.weights);
  for (size_t i = 0; i < batch->weights_length; i++)
    read.weights[i] = number(&input);

  size_t left = (size_t)(input.end - input.at);
  batch->bytes_length = left < here && here < most_bytes && read.stamp % 2 == 0 ? here : left;
  read.bytes = exactly(batch->bytes_length);
  if (left) memcpy(read.bytes, input.at, left);
  for (size_t i = left; i < batch->bytes_length; i++)
    read.bytes[i] = (uint8_t)(i * 7);
  batch->bytes = read.bytes;
  batch->offsets = read.offsets;
  batch->weights = read.weights;
  return read;
}

void fuzz_batch_free(struct fuzz_batch *read) {
  free(read->bytes);
  free(read->offsets);
  free(read->weights);
}

bool fuzz_batch_is_right(const struct fuzz_batch *read) {
  const struct batch *batch = &read->batch;
  if (read->first > batch->count || batch->weights_length < batch->count) return false;
  for (size_t i = read->first; i < batch->count; i++) {
    if (2 * i + 2 >= batch->offsets_length) return false;
    size_t key = read->offsets[2 * i], value = read->offsets[2 * i + 1], end = read->offsets[2 * i + 2];
    if (!(key <= value && value <= end && end <= batch->bytes_length)) return false;
  }
  size_t last = 2 * (size_t)batch->count;
  return last < batch->offsets_length && read->offsets[last] <= batch->bytes_length;
}

/* org.apache.kafka.common.utils.Utils.murmur2, step by step, in integers wide enough for each product. */
uint32_t fuzz_java_partition(const uint8_t *key, size_t length, uint32_t partitions) {
  const uint64_t m = 0x5bd1e995, whole = 0xffffffff;
  uint64_t h = 0x9747b28c ^ (length & whole);
  size_t words = length / 4;
  for (size_t i = 0; i < words; i++) {
    uint64_t k = 0;
    for (size_t place = 4; place-- > 0;)
      k = k * 256 + key[4 * i + place];
    k = k * m & whole;
    k = (k ^ k >> 24) * m & whole;
    h = (h * m & whole) ^ k;
  }
  const uint8_t *tail = key + 4 * words;
  switch (length % 4) {
  case 3:
    h ^= (uint64_t)tail[2] << 16;
    h ^= (uint64_t)tail[1] << 8;
    h = (h ^ tail[0]) * m & whole;
    break;
  case 2:
    h ^= (uint64_t)tail[1] << 8;
    h = (h ^ tail[0]) * m & whole;
    break;
  case 1:
    h = (h ^ tail[0]) * m & whole;
    break;
  default:
    break;
  }
  h = (h ^ h >> 13) * m & whole;
  h ^= h >> 15;
  return (uint32_t)((h & 0x7fffffff) % partitions);
}
