/*
 * librdkafka blocks every signal in its threads, those of a thread's own faults too: the process then ends without the
 * sanitizer's report. Linked into the schedules (--wrap), this leaves these signals unblocked.
 */

#include <signal.h>

/* NOLINTBEGIN(bugprone-reserved-identifier): the linker's names */
int __real_pthread_sigmask(int how, const sigset_t *set, sigset_t *before);
int __wrap_pthread_sigmask(int how, const sigset_t *set, sigset_t *before);

int __wrap_pthread_sigmask(int how, const sigset_t *set, sigset_t *before) {
  sigset_t rest;
  if (!set || how == SIG_UNBLOCK) return __real_pthread_sigmask(how, set, before);
  rest = *set;
  sigdelset(&rest, SIGSEGV);
  sigdelset(&rest, SIGBUS);
  sigdelset(&rest, SIGFPE);
  sigdelset(&rest, SIGILL);
  sigdelset(&rest, SIGABRT);
  return __real_pthread_sigmask(how, &rest, before);
}
/* NOLINTEND(bugprone-reserved-identifier) */
