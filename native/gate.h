/*
 * One thread at a time works inside, until the gate is closed for good. Lets the JavaScript thread end what the thread of
 * a job is doing: raise a flag that the work looks at, then close the gate, which waits for the work to leave.
 */
#ifndef STREAMCTL_GATE_H
#define STREAMCTL_GATE_H

#include <pthread.h>
#include <stdbool.h>

struct gate {
  pthread_mutex_t lock;
  pthread_cond_t left;
  bool inside, closed;
};

static inline void gate_init(struct gate *gate) {
  pthread_mutex_init(&gate->lock, NULL);
  pthread_cond_init(&gate->left, NULL);
  gate->inside = gate->closed = false;
}

static inline void gate_destroy(struct gate *gate) {
  pthread_cond_destroy(&gate->left);
  pthread_mutex_destroy(&gate->lock);
}

/* False when the gate is closed or somebody is inside: the caller does nothing then. Otherwise gate_leave must follow. */
static inline bool gate_enter(struct gate *gate) {
  pthread_mutex_lock(&gate->lock);
  bool entered = !gate->closed && !gate->inside;
  if (entered) gate->inside = true;
  pthread_mutex_unlock(&gate->lock);
  return entered;
}

static inline void gate_leave(struct gate *gate) {
  pthread_mutex_lock(&gate->lock);
  gate->inside = false;
  pthread_cond_broadcast(&gate->left);
  pthread_mutex_unlock(&gate->lock);
}

/* Waits until nobody is inside. True for the one call that closed the gate: that caller cleans up. */
static inline bool gate_close(struct gate *gate) {
  pthread_mutex_lock(&gate->lock);
  bool first = !gate->closed;
  gate->closed = true;
  while (gate->inside)
    pthread_cond_wait(&gate->left, &gate->lock);
  pthread_mutex_unlock(&gate->lock);
  return first;
}

#endif
