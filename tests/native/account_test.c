#include "account.h"

#include <pthread.h>

#include "check.h"
#include "clock.h"

/* Offsets of `count` messages of 10 bytes each. */
static uint32_t *tens(uint32_t count) {
  uint32_t *offsets = malloc((2 * (size_t)count + 1) * sizeof *offsets);
  check(offsets != NULL);
  for (size_t i = 0; i < count; i++) {
    offsets[2 * i] = (uint32_t)(10 * i);
    offsets[2 * i + 1] = (uint32_t)(10 * i + 3);
  }
  offsets[2 * (size_t)count] = 10 * count;
  return offsets;
}

static void check_balance(const struct account *account) {
  const struct producer_statistics *counts = &account->counts;
  uint64_t errors = 0;
  for (size_t i = 0; i < counts->error_count; i++)
    errors += counts->errors[i].count;
  check_equal(counts->delivered + counts->failed + counts->unresolved + counts->in_flight, counts->accepted);
  check_equal(errors, counts->failed + counts->unresolved);
}

static void admission(void) {
  static const struct {
    int64_t messages, bytes;
    uint32_t expected;
  } limits[] = {{100, 1000, 20}, {7, 1000, 7}, {100, 199, 19}, {100, 200, 20}, {100, 10, 1}, {1, 1, 1}, {100, 9, 1}};
  uint32_t *offsets = tens(20);
  for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
    struct account account;
    check_equal(account_init(&account, limits[i].messages, limits[i].bytes), 0);
    check_equal(account_admit(&account, offsets, 20, 0), limits[i].expected);
    check_equal(account.counts.in_flight, limits[i].expected);
    check_equal(account.in_flight_bytes, limits[i].expected * 10);
    check_equal(account_admit(&account, offsets, 0, 0), 0);
    account_abandon(&account);
    check_balance(&account);
    account_destroy(&account);
  }
  free(offsets);
}

static void full(void) {
  struct account account;
  uint32_t *offsets = tens(8);
  check_equal(account_init(&account, 8, 1000), 0);
  check_equal(account_admit(&account, offsets, 8, 0), 8);
  int64_t deadline_us = clock_now_us() + 20000;
  check_equal(account_admit(&account, offsets, 8, deadline_us), 0);
  check(clock_now_us() >= deadline_us);
  check(!account_wait_empty(&account, clock_now_us() + 1000));
  account_refused(&account, RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, 10);
  check_equal(account_admit(&account, offsets, 8, clock_now_us() + 1000), 1);
  account_abandon(&account);
  check(account_wait_empty(&account, 0));
  check_balance(&account);
  account_destroy(&account);
  free(offsets);
}

static void kinds_of_errors(void) {
  enum { kinds = PRODUCER_ERRORS + 20 };
  struct account account;
  uint32_t *offsets = tens(kinds);
  check_equal(account_init(&account, kinds, 100000), 0);
  check_equal(account_admit(&account, offsets, kinds, 0), kinds);
  for (int code = 1; code <= kinds; code++) {
    account_refused(&account, (rd_kafka_resp_err_t)code, 10);
    check_balance(&account);
  }
  check_equal(account.counts.error_count, PRODUCER_ERRORS);
  check_equal(account.counts.errors[PRODUCER_ERRORS - 1].code, RD_KAFKA_RESP_ERR__FAIL);
  check_equal(account.counts.errors[PRODUCER_ERRORS - 1].count, kinds - PRODUCER_ERRORS + 1);
  check_equal(account.in_flight_bytes, 0);
  account_destroy(&account);
  free(offsets);
}

enum { moved = 20000 };

static void *refuse_all(void *argument) {
  struct account *account = argument;
  for (int refused = 0; refused < moved;) {
    pthread_mutex_lock(&account->lock);
    uint64_t in_flight = account->counts.in_flight;
    if (account->waiting) pthread_cond_broadcast(&account->reported);
    pthread_mutex_unlock(&account->lock);
    for (; in_flight > 0; in_flight--, refused++)
      account_refused(account, RD_KAFKA_RESP_ERR__FAIL, 10);
  }
  return NULL;
}

static void two_threads(void) {
  struct account account;
  pthread_t refuser;
  uint32_t *offsets = tens(50);
  check_equal(account_init(&account, 32, 200), 0);
  check_equal(pthread_create(&refuser, NULL, refuse_all, &account), 0);
  for (uint32_t sent = 0; sent < moved;) {
    uint32_t most = moved - sent < 50 ? moved - sent : 50;
    sent += account_admit(&account, offsets, most, clock_now_us() + 1000000);
  }
  pthread_join(refuser, NULL);
  check_equal(account.counts.failed, moved);
  check_balance(&account);
  account_destroy(&account);
  free(offsets);
}

const struct test account_tests[] = {
    {"account_admit() admits the longest prefix within both limits, and a message above the limit alone", admission},
    {"account_admit() waits until its deadline if nothing fits", full},
    {"account_refused() counts errors beyond PRODUCER_ERRORS codes together", kinds_of_errors},
    {"account_admit() continues as another thread's reports free space", two_threads},
    {NULL, NULL},
};
