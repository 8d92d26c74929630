/*
 * A producer for one topic: takes packed batches and counts delivery reports. Independent of Node-API.
 *
 * Threads: call all functions on one thread, the producing thread. The producer's polling thread polls librdkafka and counts
 * delivery reports. librdkafka's threads only write to the log. A lock guards the counts (account.h).
 * Invariant: accepted = delivered + failed + unresolved + in flight.
 */
#ifndef STREAMCTL_PRODUCER_H
#define STREAMCTL_PRODUCER_H

#include "batch.h"
#include "failure.h"
#include "latency.h"
#include "log.h"

struct producer;

struct producer_options {
  const char *topic;
  int64_t max_in_flight_messages; /* > 0; librdkafka's limits must be higher */
  int64_t max_in_flight_bytes;    /* > 0, of keys and values */
  bool partition_here;            /* partition keys as the Java client does; otherwise use librdkafka's partitioner */
};

/* Maximum number of distinct error codes; the last entry counts all further ones as "_FAIL". */
#define PRODUCER_ERRORS 32

struct producer_error {
  rd_kafka_resp_err_t code;
  uint64_t count;
};

struct producer_statistics {
  uint64_t accepted, delivered, failed, unresolved, in_flight;
  uint64_t bytes;                           /* of keys and values of delivered messages */
  uint64_t weighted_count, weight_sum;      /* of delivered messages; count of those with weight > 0 */
  int64_t first_enqueue_us, last_report_us; /* clock_now_us; 0 if none yet */
  struct latency latency;                   /* of delivered messages */
  struct producer_error errors[PRODUCER_ERRORS];
  size_t error_count;
};

/* Takes ownership of conf, also on failure. Writes to log, which must outlive the producer. Returns NULL and fills *failure on
 * error. */
struct producer *producer_open(rd_kafka_conf_t *conf, const struct producer_options *options, struct client_log *log,
                               struct failure *failure);

/*
 * Copies and enqueues as many of the messages first ... count - 1 as the in-flight limits allow. Blocks up to wait_ms for space.
 * Returns the number of messages taken. Returns -1 and fills *failure on error; then no message was taken.
 */
int64_t producer_produce(struct producer *producer, const struct batch *batch, uint32_t first, int wait_ms,
                         struct failure *failure);

/* Blocks until nothing is in flight, up to timeout_ms. Returns false on timeout. */
bool producer_flush(struct producer *producer, int timeout_ms);

/*
 * Discards the messages in flight and waits up to timeout_ms for their delivery reports. Messages that were never sent count as
 * failed; messages that were sent without a response count as unresolved. producer_produce fails afterwards.
 */
void producer_purge(struct producer *producer, int timeout_ms);

void producer_statistics(struct producer *producer, struct producer_statistics *statistics);

/* Destroys the client and ends its threads. Messages in flight count as unresolved. Statistics stay available. Idempotent. */
void producer_close(struct producer *producer);

void producer_free(struct producer *producer);

#endif
