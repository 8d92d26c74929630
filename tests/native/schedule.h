/* Random schedules of what happens to a producer, drawn from a seed (schedule.c), and the threads that disturb it (disturb.c). */
#ifndef STREAMCTL_SCHEDULE_H
#define STREAMCTL_SCHEDULE_H

#include <pthread.h>
#include <stdatomic.h>

#include "check.h"
#include "log.h"

/* splitmix64: the same numbers on every machine. */
struct draw {
  uint64_t state;
};
uint32_t draw_below(struct draw *draw, uint32_t bound);
/* Inclusive. */
uint32_t draw_between(struct draw *draw, uint32_t least, uint32_t most);

/* Runs one schedule on a mock cluster of its own. Returns how many messages the producer accepted; ends the program where a check
 * fails. */
uint64_t schedule_run(uint64_t seed);

/* Two threads beside the producer: a consumer that is interrupted, and requests that are cancelled, both on the same cluster. */
struct disturbance {
  const struct mock *mock;
  uint64_t seed;
  atomic_bool over;
  pthread_t reader, requester;
};
void disturb_start(struct disturbance *disturbance, const struct mock *mock, uint64_t seed);
void disturb_end(struct disturbance *disturbance);

#endif
