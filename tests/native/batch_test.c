#include "batch.h"

#include <string.h>

#include "check.h"

/* Expected values from the Java client's tests. */
static void murmur2(void) {
  static const struct {
    const char *key;
    uint32_t length;
    int32_t hash;
  } known[] = {
      {"21", 2, -973932308},
      {"foobar", 6, -790332482},
      {"a-little-bit-long-string", 24, -985981536},
      {"a-little-bit-longer-string", 26, -1486304829},
      {"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", 48, -58897971},
      {"abc", 3, 479470107},
  };
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    uint8_t *key = malloc(known[i].length);
    check(key != NULL);
    memcpy(key, known[i].key, known[i].length);
    check_equal((int32_t)batch_murmur2(key, known[i].length), known[i].hash);
    free(key);
  }
}

static const char *verdict(const struct batch *batch, uint32_t first, size_t places, size_t *at) {
  uint32_t *checked = malloc((places + 1) * sizeof *checked);
  check(checked != NULL);
  const char *wrong = batch_check(batch, first, checked, at);
  free(checked);
  return wrong;
}

static void wrong_offsets(void) {
  struct packed packed = pack(10, 5);
  size_t at = 0;
  for (uint32_t first = 0; first <= 10; first++)
    check(verdict(&packed.batch, first, 21, &at) == NULL);
  for (size_t place = 0; place < 21; place++) {
    uint32_t right = packed.offsets[place];
    packed.offsets[place] = UINT32_MAX;
    check(verdict(&packed.batch, 0, 21, &at) != NULL);
    packed.offsets[place] = (uint32_t)packed.batch.bytes_length + 1;
    check(verdict(&packed.batch, 0, 21, &at) != NULL);
    if (place > 0) {
      packed.offsets[place] = packed.offsets[place - 1] - 1;
      check(verdict(&packed.batch, 0, 21, &at) != NULL);
    }
    packed.offsets[place] = right;
  }
  check(strstr(verdict(&packed.batch, 11, 1, &at), "beyond the batch") != NULL);
  packed.batch.bytes_length--;
  check(strstr(verdict(&packed.batch, 10, 1, &at), "beyond the bytes") != NULL);
  unpack(&packed);
}

static void wrong_lengths(void) {
  struct packed packed = pack(3, 5);
  struct batch batch = packed.batch;
  size_t at = 0;
  for (batch.offsets_length = 0; batch.offsets_length < 7; batch.offsets_length++)
    check(strcmp(verdict(&batch, 0, 7, &at), "too few offsets") == 0);
  for (batch.weights_length = 0; batch.weights_length < 3; batch.weights_length++)
    check(strcmp(verdict(&batch, 0, 7, &at), "too few weights") == 0);
  batch.count = UINT32_MAX;
  check(strcmp(verdict(&batch, UINT32_MAX, 7, &at), "too few offsets") == 0);
  unpack(&packed);
}

const struct test batch_tests[] = {
    {"batch_murmur2() equals the Java client's murmur2", murmur2},
    {"batch_check() rejects an invalid offset at any index", wrong_offsets},
    {"batch_check() rejects arrays that are too short, for any count", wrong_lengths},
    {NULL, NULL},
};
