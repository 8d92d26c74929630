/*
 * librdkafka blocks all signals in its threads, including synchronous ones such as SIGSEGV. A fault then ends the process without
 * the sanitizer's report. This wrapper, linked into the schedules (--wrap), keeps these signals unblocked.
 */

#include <signal.h>

#include "thread.h"

/* NOLINTBEGIN(bugprone-reserved-identifier): names defined by the linker */
int __real_pthread_sigmask(int how, const sigset_t *set, sigset_t *before);
int __wrap_pthread_sigmask(int how, const sigset_t *set, sigset_t *before);

int __wrap_pthread_sigmask(int how, const sigset_t *set, sigset_t *before) {
  sigset_t rest;
  if (!set || how == SIG_UNBLOCK) return __real_pthread_sigmask(how, set, before);
  rest = *set;
  thread_keep_faults(&rest);
  return __real_pthread_sigmask(how, &rest, before);
}
/* NOLINTEND(bugprone-reserved-identifier) */
