/* Random schedules of operations and faults, drawn from a seed (schedule.c), with concurrent clients (disturb.c). */
#ifndef STREAMCTL_SCHEDULE_H
#define STREAMCTL_SCHEDULE_H

#include <pthread.h>
#include <stdatomic.h>

#include "check.h"
#include "log.h"

/* splitmix64: the same seed gives the same numbers on every machine. */
struct draw {
  uint64_t state;
};
uint32_t draw_below(struct draw *draw, uint32_t bound);
/* Both bounds are inclusive. */
uint32_t draw_between(struct draw *draw, uint32_t least, uint32_t most);

/* Runs one schedule on its own mock cluster. Returns the number of accepted messages. A failed check ends the program. */
uint64_t schedule_run(uint64_t seed);

/* Two threads on the producer's cluster: one interrupts the reads of a consumer, the other cancels admin requests. */
struct disturbance {
  const struct mock *mock;
  uint64_t seed;
  atomic_bool over;
  pthread_t reader, requester;
};
void disturb_start(struct disturbance *disturbance, const struct mock *mock, uint64_t seed);
void disturb_end(struct disturbance *disturbance);

#endif
