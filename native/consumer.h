/*
 * A consumer of given partitions from given offsets, without a group and without commits. Packs messages in the layout of
 * batch.h. Independent of Node-API.
 *
 * Threads: consumer_read may run on any thread, one call at a time. Meanwhile, consumer_interrupt and consumer_close may be
 * called from another thread. The batch is valid until the next read or consumer_free.
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
  int64_t offset; /* of the next message to read; skips transaction markers at the end of the partition */
  int64_t end;    /* where to stop reading; INT64_MAX to read new messages as they arrive */
  bool at_end;    /* end of partition reported and no message since, or stopped at `end` */
  bool stopped;   /* set by the consumer */
};

enum { consumed_null_value = 1, consumed_null_key = 2, consumed_unreadable_headers = 4 };

/*
 * count messages in the layout of batch.h. Arrays have count elements, offsets 2 * count + 1. flags has bits of the enum above.
 *
 * The headers of message i are at header_offsets[i] ... header_offsets[i + 1] in header_bytes, in the order of the message:
 *
 *   length of the name (32 bits, little-endian), name, length of the value (32 bits, little-endian; all ones for null), value
 *
 * Without `with_headers`, neither array is allocated.
 */
struct consumed {
  size_t count, capacity;
  uint8_t *bytes;
  size_t bytes_length, bytes_capacity;
  uint32_t *offsets;
  int32_t *partitions;
  double *record_offsets;
  double *timestamps_ms; /* -1 if a message has none */
  uint8_t *flags;
  bool with_headers;
  uint8_t *header_bytes;
  size_t header_bytes_length, header_bytes_capacity;
  uint32_t *header_offsets; /* count + 1 */
};

struct consumer_options {
  const char *topic;
  const struct consumer_position *positions; /* copied */
  size_t position_count;
  bool with_headers; /* also read the headers of messages */
};

/* Takes ownership of conf, also on failure. Writes to log, which must outlive the consumer. Returns NULL and fills *failure on
 * error. */
struct consumer *consumer_open(rd_kafka_conf_t *conf, const struct consumer_options *options, struct client_log *log,
                               struct failure *failure);

/*
 * Reads available messages. Waits up to timeout_ms for the first one; returns early without messages when the last partition
 * reaches its end. A partition that reaches its `end` is fetched no more. Stops at max_messages, or once keys, values and headers
 * reach max_bytes. Returns false and fills *failure on error; then nothing was read. After an error of a partition, all later
 * reads fail.
 */
bool consumer_read(struct consumer *consumer, size_t max_messages, size_t max_bytes, int timeout_ms, struct failure *failure);

/* Messages of the last read, and the position of each partition. Must not be called during a read. */
const struct consumed *consumer_batch(const struct consumer *consumer);
const struct consumer_position *consumer_positions(const struct consumer *consumer, size_t *count);

/*
 * Makes a running read return within 100 ms; it fails with RD_KAFKA_RESP_ERR__INTR if it has read nothing. Applies to new reads
 * too, until consumer_resume. Any thread.
 */
void consumer_interrupt(struct consumer *consumer);
void consumer_resume(struct consumer *consumer);

/* Ends a running read, waits for it and destroys the client. Any thread. Idempotent. */
void consumer_close(struct consumer *consumer);

void consumer_free(struct consumer *consumer);

#endif
