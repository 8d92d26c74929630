/*
 * Threads of the addon. The runtime handles signals, so these threads block all of them except the synchronous ones (SIGSEGV
 * and similar): with those blocked, a fault would end the process without the handler that reports it.
 */
#ifndef STREAMCTL_THREAD_H
#define STREAMCTL_THREAD_H

#include <pthread.h>
#include <signal.h>

/* Removes the synchronous signals from the set. */
static inline void thread_keep_faults(sigset_t *blocked) {
  sigdelset(blocked, SIGSEGV);
  sigdelset(blocked, SIGBUS);
  sigdelset(blocked, SIGFPE);
  sigdelset(blocked, SIGILL);
  sigdelset(blocked, SIGABRT);
}

/* A thread inherits the signal mask of its creator: block, create, restore. */
static inline void thread_block_signals(sigset_t *before) {
  sigset_t blocked;
  sigfillset(&blocked);
  thread_keep_faults(&blocked);
  pthread_sigmask(SIG_SETMASK, &blocked, before);
}

static inline void thread_restore_signals(const sigset_t *before) {
  pthread_sigmask(SIG_SETMASK, before, NULL);
}

/* Returns 0 or the error of pthread_create. */
static inline int thread_start(pthread_t *thread, void *(*work)(void *), void *argument) {
  sigset_t before;
  thread_block_signals(&before);
  int error = pthread_create(thread, NULL, work, argument);
  thread_restore_signals(&before);
  return error;
}

#endif
