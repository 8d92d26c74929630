/*
 * The account of a producer's messages: what was accepted, what became of it, and how much more may come. One lock guards it.
 * The producing thread takes the lock once per batch, the polling thread once per slice of a delivery event, whose reports it
 * has added up before. The sum accepted = delivered + failed + unresolved + in flight is true whenever the lock is free.
 */
#ifndef STREAMCTL_ACCOUNT_H
#define STREAMCTL_ACCOUNT_H

#include <pthread.h>

#include "producer.h"

struct account {
  pthread_mutex_t lock;
  pthread_cond_t reported; /* signalled when messages left the flight and somebody waits */
  bool waiting;
  int64_t max_messages, max_bytes;
  int64_t in_flight_bytes;
  struct producer_statistics counts;
};

/* 0, or an error number. */
int account_init(struct account *account, int64_t max_messages, int64_t max_bytes);
void account_destroy(struct account *account);

/*
 * Books the messages of the prefix that fits, waiting for room until the deadline. A quarter of the limits has to be free
 * before a waiting call goes on: otherwise each report would let a handful through. A message above the byte limit passes alone.
 * offsets: 2 * count + 1 checked positions. Producing thread.
 */
uint32_t account_admit(struct account *account, const uint32_t *offsets, uint32_t count, int64_t deadline_us);

/* One admitted message of that size was refused by librdkafka. Producing thread. */
void account_refused(struct account *account, rd_kafka_resp_err_t error, size_t bytes);

/* Books a delivery event's messages; the caller still owns the event. Polling thread. */
void account_reports(struct account *account, rd_kafka_event_t *event);

/* Waits until nothing is in flight. False when the deadline passed before. */
bool account_wait_empty(struct account *account, int64_t deadline_us);

/* Waits for some report, until the deadline. */
void account_wait_report(struct account *account, int64_t deadline_us);

/* Whatever is in flight becomes unresolved: no report can come any more. */
void account_abandon(struct account *account);

/* The time in latency units, for batch_opaque. */
static inline uint32_t account_stamp(int64_t now_us) {
  return (uint32_t)(now_us / LATENCY_UNIT_US);
}

#endif
