/*
 * The schedules of tests/kafka/ledger-property.test.ts without a JavaScript runtime: only the C core and librdkafka, built with a
 * sanitizer, three schedules at a time. Separates faults of the C core and librdkafka from faults of the runtime.
 *
 *   schedules <seconds> [<seed>]   a failure prints the running seeds; <seconds> = 0 runs only the schedule of <seed>
 */

#include <inttypes.h>
#include <time.h>

#include "clock.h"
#include "schedule.h"

enum { at_once = 3 };

struct work {
  atomic_uint_fast64_t next, schedules, messages;
  int64_t until_us;
};

static void *run_schedules(void *argument) {
  struct work *work = argument;
  do {
    uint64_t seed = atomic_fetch_add(&work->next, 1);
    fprintf(stderr, "seed %" PRIu64 "\n", seed);
    atomic_fetch_add(&work->messages, schedule_run(seed));
    atomic_fetch_add(&work->schedules, 1);
  } while (clock_now_us() < work->until_us);
  return NULL;
}

int main(int count, char **arguments) {
  int64_t seconds = count > 1 ? strtoll(arguments[1], NULL, 10) : 10;
  struct work work = {.until_us = clock_now_us() + seconds * 1000000};
  pthread_t threads[at_once];
  int started = seconds > 0 ? at_once : 1;
  atomic_store(&work.next, count > 2 ? strtoull(arguments[2], NULL, 10) : (uint64_t)time(NULL) * 1000);
  for (int i = 0; i < started; i++)
    check_equal(pthread_create(&threads[i], NULL, run_schedules, &work), 0);
  for (int i = 0; i < started; i++)
    pthread_join(threads[i], NULL);
  printf("%" PRIuFAST64 " schedules, %" PRIuFAST64 " messages\n", atomic_load(&work.schedules), atomic_load(&work.messages));
  check(atomic_load(&work.messages) > 0 || seconds == 0);
  return 0;
}
