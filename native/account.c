#include "account.h"

#include <string.h>

#include "clock.h"

/* Reports counted per acquisition of the lock. An event may hold tens of thousands; counting all of them at once would block the
 * producing thread. */
enum { slice_messages = 512 };

int account_init(struct account *account, int64_t max_messages, int64_t max_bytes) {
  memset(account, 0, sizeof *account);
  account->max_messages = max_messages;
  account->max_bytes = max_bytes;
  int error = pthread_mutex_init(&account->lock, NULL);
  if (error) return error;
  error = clock_condition_init(&account->reported);
  if (error) pthread_mutex_destroy(&account->lock);
  return error;
}

void account_destroy(struct account *account) {
  pthread_cond_destroy(&account->reported);
  pthread_mutex_destroy(&account->lock);
}

static int64_t prefix_bytes(const uint32_t *offsets, uint32_t count) {
  return (int64_t)offsets[2 * (size_t)count] - offsets[0];
}

/* Number of leading messages that fit within the limits now. Caller holds the lock. */
static uint32_t fitting(const struct account *account, const uint32_t *offsets, uint32_t count) {
  int64_t room = account->max_messages - (int64_t)account->counts.in_flight;
  if (room <= 0) return 0;
  uint32_t most = room < (int64_t)count ? (uint32_t)room : count;
  int64_t room_bytes = account->max_bytes - account->in_flight_bytes;
  if (prefix_bytes(offsets, most) <= room_bytes) return most;

  uint32_t fits = 0, too_many = most;
  while (fits + 1 < too_many) {
    uint32_t middle = fits + (too_many - fits) / 2;
    if (prefix_bytes(offsets, middle) <= room_bytes)
      fits = middle;
    else
      too_many = middle;
  }
  return fits == 0 && account->counts.in_flight == 0 ? 1 : fits;
}

static bool quarter_is_free(const struct account *account) {
  return (int64_t)account->counts.in_flight <= account->max_messages - account->max_messages / 4 &&
         account->in_flight_bytes <= account->max_bytes - account->max_bytes / 4;
}

/* Caller holds the lock. */
static void wait_for_reports(struct account *account, int64_t deadline_us) {
  account->waiting = true;
  clock_wait_until(&account->reported, &account->lock, deadline_us);
  account->waiting = false;
}

uint32_t account_admit(struct account *account, const uint32_t *offsets, uint32_t count, int64_t deadline_us) {
  if (count == 0) return 0;
  pthread_mutex_lock(&account->lock);
  uint32_t admitted = fitting(account, offsets, count);
  while (admitted < count && !(admitted > 0 && quarter_is_free(account)) && clock_now_us() < deadline_us) {
    wait_for_reports(account, deadline_us);
    admitted = fitting(account, offsets, count);
  }
  if (admitted > 0) {
    struct producer_statistics *counts = &account->counts;
    if (counts->first_enqueue_us == 0) counts->first_enqueue_us = clock_now_us();
    counts->accepted += admitted;
    counts->in_flight += admitted;
    account->in_flight_bytes += prefix_bytes(offsets, admitted);
  }
  pthread_mutex_unlock(&account->lock);
  return admitted;
}

static void count_error(struct producer_statistics *counts, rd_kafka_resp_err_t code) {
  size_t place = 0;
  while (place < counts->error_count && counts->errors[place].code != code)
    place++;
  if (place == counts->error_count) {
    if (place == PRODUCER_ERRORS) {
      place = PRODUCER_ERRORS - 1;
      counts->errors[place].code = RD_KAFKA_RESP_ERR__FAIL;
    } else {
      counts->errors[counts->error_count++] = (struct producer_error){.code = code};
    }
  }
  counts->errors[place].count++;
}

void account_refused(struct account *account, rd_kafka_resp_err_t error, size_t bytes) {
  pthread_mutex_lock(&account->lock);
  account->counts.failed++;
  account->counts.in_flight--;
  account->in_flight_bytes -= (int64_t)bytes;
  count_error(&account->counts, error);
  account->counts.last_report_us = clock_now_us();
  pthread_mutex_unlock(&account->lock);
}

/* Totals of up to slice_messages reports, computed before the lock is taken. */
struct tally {
  uint32_t delivered, failed, unresolved;
  uint64_t bytes, all_bytes; /* of delivered messages; of all messages */
  uint64_t weighted_count, weight_sum;
  uint32_t latencies[slice_messages];         /* of delivered messages */
  rd_kafka_resp_err_t errors[slice_messages]; /* of failed and unresolved messages */
};

static void tally_add(struct tally *tally, const rd_kafka_message_t *message, uint32_t now) {
  uint64_t opaque = (uint64_t)(uintptr_t)message->_private;
  uint32_t weight = (uint32_t)opaque;
  size_t bytes = message->len + message->key_len;
  tally->all_bytes += bytes;
  if (!message->err) {
    tally->bytes += bytes;
    tally->weighted_count += weight > 0;
    tally->weight_sum += weight;
    tally->latencies[tally->delivered++] = now - (uint32_t)(opaque >> 32);
    return;
  }
  tally->errors[tally->failed + tally->unresolved] = message->err;
  if (rd_kafka_message_status(message) == RD_KAFKA_MSG_STATUS_NOT_PERSISTED)
    tally->failed++;
  else
    tally->unresolved++;
}

static void count_tally(struct account *account, const struct tally *tally, int64_t now_us) {
  uint32_t errors = tally->failed + tally->unresolved;
  pthread_mutex_lock(&account->lock);
  struct producer_statistics *counts = &account->counts;
  counts->in_flight -= tally->delivered + errors;
  account->in_flight_bytes -= (int64_t)tally->all_bytes;
  counts->delivered += tally->delivered;
  counts->failed += tally->failed;
  counts->unresolved += tally->unresolved;
  counts->bytes += tally->bytes;
  counts->weighted_count += tally->weighted_count;
  counts->weight_sum += tally->weight_sum;
  for (uint32_t i = 0; i < tally->delivered; i++)
    latency_add(&counts->latency, tally->latencies[i]);
  for (uint32_t i = 0; i < errors; i++)
    count_error(counts, tally->errors[i]);
  counts->last_report_us = now_us;
  if (account->waiting) pthread_cond_broadcast(&account->reported);
  pthread_mutex_unlock(&account->lock);
}

void account_reports(struct account *account, rd_kafka_event_t *event) {
  int64_t now_us = clock_now_us();
  uint32_t now = account_stamp(now_us);
  const rd_kafka_message_t *message = rd_kafka_event_message_next(event);
  while (message) {
    struct tally tally;
    tally.delivered = tally.failed = tally.unresolved = 0;
    tally.bytes = tally.all_bytes = tally.weighted_count = tally.weight_sum = 0;
    for (uint32_t i = 0; message && i < slice_messages; i++) {
      tally_add(&tally, message, now);
      message = rd_kafka_event_message_next(event);
    }
    count_tally(account, &tally, now_us);
  }
}

bool account_wait_empty(struct account *account, int64_t deadline_us) {
  pthread_mutex_lock(&account->lock);
  while (account->counts.in_flight > 0 && clock_now_us() < deadline_us)
    wait_for_reports(account, deadline_us);
  bool empty = account->counts.in_flight == 0;
  pthread_mutex_unlock(&account->lock);
  return empty;
}

void account_wait_report(struct account *account, int64_t deadline_us) {
  pthread_mutex_lock(&account->lock);
  wait_for_reports(account, deadline_us);
  pthread_mutex_unlock(&account->lock);
}

void account_abandon(struct account *account) {
  pthread_mutex_lock(&account->lock);
  struct producer_statistics *counts = &account->counts;
  for (; counts->in_flight > 0; counts->in_flight--, counts->unresolved++)
    count_error(counts, RD_KAFKA_RESP_ERR__DESTROY);
  account->in_flight_bytes = 0;
  pthread_mutex_unlock(&account->lock);
}
