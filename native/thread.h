/*
 * Threads beside the runtime's. Handling signals is the runtime's business, so these threads take none, except those that their
 * own faults raise: if such a signal were blocked, the process would end without the handler that reports where it happened.
 */
#ifndef STREAMCTL_THREAD_H
#define STREAMCTL_THREAD_H

#include <pthread.h>
#include <signal.h>

/* A thread inherits the mask of the one that creates it: block, create, restore. */
static inline void thread_block_signals(sigset_t *before) {
  sigset_t blocked;
  sigfillset(&blocked);
  sigdelset(&blocked, SIGSEGV);
  sigdelset(&blocked, SIGBUS);
  sigdelset(&blocked, SIGFPE);
  sigdelset(&blocked, SIGILL);
  sigdelset(&blocked, SIGABRT);
  pthread_sigmask(SIG_SETMASK, &blocked, before);
}

static inline void thread_restore_signals(const sigset_t *before) {
  pthread_sigmask(SIG_SETMASK, before, NULL);
}

/* 0, or the error of pthread_create. */
static inline int thread_start(pthread_t *thread, void *(*work)(void *), void *argument) {
  sigset_t before;
  thread_block_signals(&before);
  int error = pthread_create(thread, NULL, work, argument);
  thread_restore_signals(&before);
  return error;
}

#endif
