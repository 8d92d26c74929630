/* The monotonic clock, and timed waits on it. */
#ifndef STREAMCTL_CLOCK_H
#define STREAMCTL_CLOCK_H

#include <pthread.h>
#include <stdint.h>
#include <time.h>

static inline int64_t clock_now_us(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* A condition variable whose timed waits follow the monotonic clock. Returns 0 or an errno value. */
static inline int clock_condition_init(pthread_cond_t *condition) {
  pthread_condattr_t attributes;
  int error = pthread_condattr_init(&attributes);
  if (error) return error;
  pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
  error = pthread_cond_init(condition, &attributes);
  pthread_condattr_destroy(&attributes);
  return error;
}

/* Waits until the condition is signalled or the deadline (clock_now_us) has passed. Caller holds the lock. May wake up early. */
static inline void clock_wait_until(pthread_cond_t *condition, pthread_mutex_t *lock, int64_t deadline_us) {
  struct timespec until = {.tv_sec = deadline_us / 1000000, .tv_nsec = deadline_us % 1000000 * 1000};
  pthread_cond_timedwait(condition, lock, &until);
}

#endif
