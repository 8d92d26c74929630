/*
 * A producer for one topic: takes packed batches, counts delivery reports. Knows nothing of JavaScript.
 *
 * Threads: every function here is called by the one thread that owns the producer. A thread of the producer's own polls
 * librdkafka and counts reports; librdkafka's threads only write to the log. What both sides touch lies under one lock.
 * Always: accepted = delivered + failed + unresolved + in flight.
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
  int64_t max_in_flight_messages; /* > 0; librdkafka's own limits must be higher */
  int64_t max_in_flight_bytes;    /* > 0, of keys and values */
  bool partition_here;            /* spread keys as the Java client does; otherwise librdkafka's partitioner decides */
};

/* Errors are told apart by librdkafka's code; beyond this many kinds they are counted as "_FAIL". */
#define PRODUCER_ERRORS 32

struct producer_error {
  rd_kafka_resp_err_t code;
  uint64_t count;
};

struct producer_statistics {
  uint64_t accepted, delivered, failed, unresolved, in_flight;
  uint64_t bytes;                           /* keys and values of delivered messages */
  uint64_t weighted_count, weight_sum;      /* delivered messages of a weight above 0 */
  int64_t first_enqueue_us, last_report_us; /* clock_now_us; 0 before the event */
  struct latency latency;                   /* of delivered messages */
  struct producer_error errors[PRODUCER_ERRORS];
  size_t error_count;
};

/* Takes over conf in any case, and writes to log, which must outlive the producer. NULL and *failure when refused. */
struct producer *producer_open(rd_kafka_conf_t *conf, const struct producer_options *options, struct client_log *log,
                               struct failure *failure);

/*
 * Takes as many of the messages first ... count - 1 as the limits allow and copies them. Blocks for up to wait_ms while there
 * is no room. Returns their number, or -1 with *failure: then nothing was taken.
 */
int64_t producer_produce(struct producer *producer, const struct batch *batch, uint32_t first, int wait_ms,
                         struct failure *failure);

/* Blocks until nothing is in flight, for up to timeout_ms. False when the time was too short. */
bool producer_flush(struct producer *producer, int timeout_ms);

/*
 * Gives up on what is in flight, waiting up to timeout_ms for librdkafka to return it: never sent is failed, sent without an
 * answer is unresolved. Nothing can be produced afterwards.
 */
void producer_purge(struct producer *producer, int timeout_ms);

void producer_statistics(struct producer *producer, struct producer_statistics *statistics);

/* Ends the client and its threads; what is in flight becomes unresolved. Statistics remain. May be called again. */
void producer_close(struct producer *producer);

/* Closes and frees. */
void producer_free(struct producer *producer);

#endif
