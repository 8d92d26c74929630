#include "latency.h"

#include "check.h"

static void buckets(void) {
  size_t before = 0;
  for (uint64_t units = 0; units <= UINT32_MAX; units += 1 + units / 1000) {
    size_t bucket = latency_bucket((uint32_t)units);
    check(bucket == before || bucket == before + 1);
    before = bucket;
  }
  check_equal(latency_bucket(UINT32_MAX), LATENCY_BUCKETS - 1);
  check_equal(latency_bucket(15), 15);
  check_equal(latency_bucket(16), 16);
}

static void additions(void) {
  struct latency *latency = calloc(1, sizeof *latency);
  check(latency != NULL);
  latency_add(latency, 0);
  latency_add(latency, UINT32_MAX);
  latency_add(latency, 7);
  check_equal(latency->counts[0] + latency->counts[7] + latency->counts[LATENCY_BUCKETS - 1], 3);
  check_equal(latency->max_units, UINT32_MAX);
  free(latency);
}

const struct test latency_tests[] = {
    {"latency_bucket() skips no bucket from 0 to UINT32_MAX", buckets},
    {"latency_add() counts each latency and keeps the maximum", additions},
    {NULL, NULL},
};
