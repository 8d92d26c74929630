/*
 * A try-lock that can be closed permanently. With it, the JavaScript thread stops the work of a job thread: set a flag that the
 * work polls, then close the gate, which waits until the work has left.
 */
#ifndef STREAMCTL_GATE_H
#define STREAMCTL_GATE_H

#include <pthread.h>
#include <stdbool.h>

struct gate {
  pthread_mutex_t lock;
  pthread_cond_t left;
  bool inside, closed, cleaned;
};

static inline void gate_init(struct gate *gate) {
  pthread_mutex_init(&gate->lock, NULL);
  pthread_cond_init(&gate->left, NULL);
  gate->inside = gate->closed = gate->cleaned = false;
}

static inline void gate_destroy(struct gate *gate) {
  pthread_cond_destroy(&gate->left);
  pthread_mutex_destroy(&gate->lock);
}

/* Returns false if the gate is closed or occupied. After true, the caller must call gate_leave. */
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

/* Closes the gate and waits until it is empty. Returns true for the first call only: that caller cleans up, then calls
 * gate_cleaned. Later calls wait for that. */
static inline bool gate_close(struct gate *gate) {
  pthread_mutex_lock(&gate->lock);
  bool first = !gate->closed;
  gate->closed = true;
  while (gate->inside || (!first && !gate->cleaned))
    pthread_cond_wait(&gate->left, &gate->lock);
  pthread_mutex_unlock(&gate->lock);
  return first;
}

static inline void gate_cleaned(struct gate *gate) {
  pthread_mutex_lock(&gate->lock);
  gate->cleaned = true;
  pthread_cond_broadcast(&gate->left);
  pthread_mutex_unlock(&gate->lock);
}

#endif
