/*
 * Counts a producer's messages by result and enforces its in-flight limits. One lock guards all fields. The producing thread
 * takes the lock once per batch. The polling thread takes it once per slice of a delivery event, after adding up the slice.
 * Invariant while the lock is free: accepted = delivered + failed + unresolved + in flight.
 */
#ifndef STREAMCTL_ACCOUNT_H
#define STREAMCTL_ACCOUNT_H

#include <pthread.h>

#include "producer.h"

struct account {
  pthread_mutex_t lock;
  pthread_cond_t reported; /* signalled after delivery reports if `waiting` is set */
  bool waiting;
  int64_t max_messages, max_bytes;
  int64_t in_flight_bytes;
  struct producer_statistics counts;
};

/* Returns 0 or an errno value. */
int account_init(struct account *account, int64_t max_messages, int64_t max_bytes);
void account_destroy(struct account *account);

/*
 * Admits the longest prefix that fits within the limits and returns its length. Waits for space until the deadline. Before the
 * deadline, a waiting call returns a partial prefix only if a quarter of both limits is free; otherwise each report would admit
 * only a few messages. A message larger than the byte limit is admitted if nothing is in flight.
 * offsets: 2 * count + 1 checked positions. Producing thread.
 */
uint32_t account_admit(struct account *account, const uint32_t *offsets, uint32_t count, int64_t deadline_us);

/* Counts an admitted message that librdkafka refused as failed. Producing thread. */
void account_refused(struct account *account, rd_kafka_resp_err_t error, size_t bytes);

/* Counts the messages of a delivery event. The caller keeps ownership of the event. Polling thread. */
void account_reports(struct account *account, rd_kafka_event_t *event);

/* Waits until nothing is in flight. Returns false at the deadline. */
bool account_wait_empty(struct account *account, int64_t deadline_us);

/* Waits for the next report, at most until the deadline. */
void account_wait_report(struct account *account, int64_t deadline_us);

/* Counts all messages in flight as unresolved. Call it when no more reports can arrive. */
void account_abandon(struct account *account);

/* Converts a time to latency units, for batch_opaque. */
static inline uint32_t account_stamp(int64_t now_us) {
  return (uint32_t)(now_us / LATENCY_UNIT_US);
}

#endif
