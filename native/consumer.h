/*
 * A consumer of given partitions from given offsets: no group, no commits. Packs what it reads. Knows nothing of JavaScript.
 *
 * Threads: consumer_read runs on any one thread at a time; consumer_interrupt and consumer_close may be called meanwhile from
 * another. What a read returned is valid until the next read or consumer_free.
 */
#ifndef STREAMCTL_CONSUMER_H
#define STREAMCTL_CONSUMER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "failure.h"
#include "log.h"

struct consumer;

struct consumer_position {
  int32_t partition;
  int64_t offset; /* of the next message to read; moves past transaction markers at the end of the partition */
  bool at_end;    /* the end was reported and nothing came since */
};

/* count messages in the layout of batch.h; arrays have count places, offsets 2 * count + 1. Null values are empty and flagged. */
struct consumed {
  size_t count, capacity;
  uint8_t *bytes;
  size_t bytes_length, bytes_capacity;
  uint32_t *offsets;
  int32_t *partitions;
  double *record_offsets;
  double *timestamps_ms; /* -1 where a message has none */
  uint8_t *null_values;
};

/* Takes over conf in any case, and writes to log, which must outlive the consumer. Copies positions. NULL: *failure. */
struct consumer *consumer_open(rd_kafka_conf_t *conf, const char *topic, const struct consumer_position *positions,
                               size_t position_count, struct client_log *log, struct failure *failure);

/*
 * Reads what is at hand, waiting up to timeout_ms for a first message; ends early with none when all partitions have just
 * come to their end. Stops adding once max_messages or max_bytes is reached. False: *failure, and nothing was read; where a
 * partition failed, every later read does too.
 */
bool consumer_read(struct consumer *consumer, size_t max_messages, size_t max_bytes, int timeout_ms, struct failure *failure);

/* What the last read found, and where each partition stands. Not while a read runs. */
const struct consumed *consumer_batch(const struct consumer *consumer);
const struct consumer_position *consumer_positions(const struct consumer *consumer, size_t *count);

/*
 * A running read ends within 100 ms, with RD_KAFKA_RESP_ERR__INTR unless it has read something; so does one that starts, until
 * consumer_resume. Any thread.
 */
void consumer_interrupt(struct consumer *consumer);
void consumer_resume(struct consumer *consumer);

/* Ends a running read and the client. Any thread; may be called again. */
void consumer_close(struct consumer *consumer);

/* Closes and frees. */
void consumer_free(struct consumer *consumer);

#endif
