/*
 * A latency histogram with logarithmic buckets, read by src/kafka/latency.ts. The unit is 10 microseconds. Values below 16 units
 * have one bucket each; above, there are 16 buckets per power of two. The middle of a bucket is within 3.2 % of each value in it.
 * Not thread-safe: the owner locks.
 */
#ifndef STREAMCTL_LATENCY_H
#define STREAMCTL_LATENCY_H

#include <stddef.h>
#include <stdint.h>

#define LATENCY_BUCKETS 464
#define LATENCY_UNIT_US 10

struct latency {
  uint64_t counts[LATENCY_BUCKETS];
  uint32_t max_units;
};

static inline size_t latency_bucket(uint32_t units) {
  if (units < 16) return units;
  unsigned power = 31u - (unsigned)__builtin_clz(units) - 4u;
  return (size_t)(power + 1) * 16 + (units >> power) - 16;
}

static inline void latency_add(struct latency *latency, uint32_t units) {
  latency->counts[latency_bucket(units)]++;
  if (units > latency->max_units) latency->max_units = units;
}

#endif
