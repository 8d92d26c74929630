/*
 * Threads of our own beside the runtime's. Signals are the runtime's business, so these threads take none, but for those that
 * their own faults raise: blocked, such a one would end the process past the handler that says where it happened.
 */
#ifndef STREAMCTL_THREAD_H
#define STREAMCTL_THREAD_H

#include <pthread.h>
#include <signal.h>

/* 0, or the error of pthread_create. */
static inline int thread_start(pthread_t *thread, void *(*work)(void *), void *argument) {
  sigset_t blocked, before;
  sigfillset(&blocked);
  sigdelset(&blocked, SIGSEGV);
  sigdelset(&blocked, SIGBUS);
  sigdelset(&blocked, SIGFPE);
  sigdelset(&blocked, SIGILL);
  sigdelset(&blocked, SIGABRT);
  pthread_sigmask(SIG_SETMASK, &blocked, &before);
  int error = pthread_create(thread, NULL, work, argument);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return error;
}

#endif
