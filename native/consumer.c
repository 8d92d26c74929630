#include "consumer.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"
#include "clock.h"
#include "gate.h"

enum { slice_ms = 100, gather_ms = 2, chunk_messages = 512 };

struct consumer {
  rd_kafka_t *client; /* guarded by the gate */
  rd_kafka_topic_t *handle;
  rd_kafka_queue_t *queue; /* messages and events of all partitions */
  struct client_log *log;  /* borrowed */
  struct gate gate;
  atomic_bool interrupted, closing;
  struct consumer_position *positions;
  size_t position_count, started; /* started: number of leading positions whose fetch has started */
  struct consumed batch;
  struct failure pending; /* error of a partition; permanent, because the messages after it were dropped */
};

static bool start(struct consumer *consumer, const char *topic, struct failure *failure) {
  consumer->queue = rd_kafka_queue_new(consumer->client);
  consumer->handle = rd_kafka_topic_new(consumer->client, topic, NULL);
  if (!consumer->handle) {
    failure_set(failure, rd_kafka_last_error(), NULL);
    return false;
  }
  for (; consumer->started < consumer->position_count; consumer->started++) {
    const struct consumer_position *position = &consumer->positions[consumer->started];
    if (rd_kafka_consume_start_queue(consumer->handle, position->partition, position->offset, consumer->queue)) {
      failure_set(failure, rd_kafka_last_error(), NULL);
      return false;
    }
  }
  return true;
}

struct consumer *consumer_open(rd_kafka_conf_t *conf, const struct consumer_options *options, struct client_log *log,
                               struct failure *failure) {
  const struct consumer_position *positions = options->positions;
  size_t position_count = options->position_count;
  struct consumer *consumer = calloc(1, sizeof *consumer);
  if (consumer) consumer->positions = calloc(position_count + 1, sizeof *positions);
  if (!consumer || !consumer->positions) {
    free(consumer);
    rd_kafka_conf_destroy(conf);
    failure_set(failure, RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE, "out of memory");
    return NULL;
  }
  if (position_count) memcpy(consumer->positions, positions, position_count * sizeof *positions);
  consumer->position_count = position_count;
  consumer->batch.with_headers = options->with_headers;
  consumer->log = log;
  gate_init(&consumer->gate);
  log_attach(log, conf);
  consumer->client = client_open(RD_KAFKA_CONSUMER, conf, failure);
  if (consumer->client && start(consumer, options->topic, failure)) return consumer;
  consumer_free(consumer);
  return NULL;
}

static bool grow(void **memory, size_t places, size_t size) {
  void *larger = realloc(*memory, places * size);
  if (larger) *memory = larger;
  return larger != NULL;
}

static bool reserve(struct consumed *batch, size_t messages, size_t bytes) {
  if (batch->count + messages > batch->capacity) {
    size_t places = (batch->count + messages) * 2;
    if (!grow((void **)&batch->offsets, 2 * places + 1, sizeof *batch->offsets) ||
        !grow((void **)&batch->partitions, places, sizeof *batch->partitions) ||
        !grow((void **)&batch->record_offsets, places, sizeof *batch->record_offsets) ||
        !grow((void **)&batch->timestamps_ms, places, sizeof *batch->timestamps_ms) ||
        !grow((void **)&batch->flags, places, sizeof *batch->flags) ||
        (batch->with_headers && !grow((void **)&batch->header_offsets, places + 1, sizeof *batch->header_offsets))) {
      return false;
    }
    batch->capacity = places;
  }
  if (batch->bytes_length + bytes > UINT32_MAX) return false; /* offsets are 32-bit */
  if (batch->bytes_length + bytes > batch->bytes_capacity) {
    size_t capacity = (batch->bytes_length + bytes) * 2;
    if (!grow((void **)&batch->bytes, capacity, 1)) return false;
    batch->bytes_capacity = capacity;
  }
  return true;
}

static void pack_bytes(struct consumed *batch, const void *data, size_t length) {
  if (length) memcpy(batch->bytes + batch->bytes_length, data, length);
  batch->bytes_length += length;
}

static void pack(struct consumed *batch, const rd_kafka_message_t *message) {
  rd_kafka_timestamp_type_t kind;
  int64_t timestamp_ms = rd_kafka_message_timestamp(message, &kind);
  size_t i = batch->count++;
  pack_bytes(batch, message->key, message->key_len);
  batch->offsets[2 * i + 1] = (uint32_t)batch->bytes_length;
  pack_bytes(batch, message->payload, message->payload ? message->len : 0);
  batch->offsets[2 * i + 2] = (uint32_t)batch->bytes_length;
  batch->partitions[i] = message->partition;
  batch->record_offsets[i] = (double)message->offset;
  batch->timestamps_ms[i] = (double)timestamp_ms;
  batch->flags[i] = (message->payload ? 0 : consumed_null_value) | (message->key ? 0 : consumed_null_key);
}

static bool reserve_headers(struct consumed *batch, size_t bytes) {
  size_t needed = batch->header_bytes_length + bytes;
  if (needed > UINT32_MAX) return false; /* offsets are 32-bit */
  if (needed <= batch->header_bytes_capacity) return true;
  if (!grow((void **)&batch->header_bytes, needed * 2, 1)) return false;
  batch->header_bytes_capacity = needed * 2;
  return true;
}

static void pack_part(struct consumed *batch, const void *data, size_t length) {
  uint32_t number = data ? (uint32_t)length : UINT32_MAX;
  for (int shift = 0; shift < 32; shift += 8)
    batch->header_bytes[batch->header_bytes_length++] = (uint8_t)(number >> shift);
  if (!data || !length) return;
  memcpy(batch->header_bytes + batch->header_bytes_length, data, length);
  batch->header_bytes_length += length;
}

/* Packs the headers of the message that was just packed. Returns false without memory. */
static bool pack_headers(struct consumed *batch, const rd_kafka_message_t *message) {
  size_t i = batch->count - 1, start = batch->header_bytes_length, size;
  rd_kafka_headers_t *headers = NULL;
  const char *name;
  const void *value;
  rd_kafka_resp_err_t error = rd_kafka_message_headers(message, &headers);
  if (error && error != RD_KAFKA_RESP_ERR__NOENT) batch->flags[i] |= consumed_unreadable_headers;
  for (size_t at = 0; !error && !rd_kafka_header_get_all(headers, at, &name, &value, &size); at++) {
    size_t name_length = strlen(name);
    if (!reserve_headers(batch, 2 * sizeof(uint32_t) + name_length + size)) {
      batch->header_bytes_length = start;
      return false;
    }
    pack_part(batch, name, name_length);
    pack_part(batch, value, size);
  }
  batch->header_offsets[i + 1] = (uint32_t)batch->header_bytes_length;
  return true;
}

static struct consumer_position *position_of(struct consumer *consumer, int32_t partition) {
  for (size_t i = 0; i < consumer->position_count; i++) {
    if (consumer->positions[i].partition == partition) return &consumer->positions[i];
  }
  return NULL;
}

/* Ends the fetch of a partition. Messages that are in the queue are dropped by librdkafka, those already taken by
 * process_message. */
static void stop_at_end(struct consumer *consumer, struct consumer_position *position) {
  if (position->offset < position->end) return;
  position->at_end = position->stopped = true;
  rd_kafka_consume_stop(consumer->handle, position->partition);
}

/* Processes one message or event of the queue. */
static void process_message(struct consumer *consumer, const rd_kafka_message_t *message) {
  struct consumer_position *position = position_of(consumer, message->partition);
  struct failure *failure = &consumer->pending;
  bool end = message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF;
  if (message->err && !end) {
    if (!failure->code[0]) failure_set(failure, message->err, rd_kafka_message_errstr(message));
  } else if (failure->code[0] || !position || position->stopped) {
    return; /* drop messages after an error: delivering them would leave a gap */
  } else if (end) {
    if (message->offset > position->offset) position->offset = message->offset;
    position->at_end = true;
  } else if (message->offset >= position->end) {
    position->offset = position->end; /* the offsets before it have no messages */
    stop_at_end(consumer, position);
  } else if (!reserve(&consumer->batch, 1, message->key_len + message->len)) {
    failure_set(failure, RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE, "out of memory");
  } else {
    pack(&consumer->batch, message);
    if (consumer->batch.with_headers && !pack_headers(&consumer->batch, message)) {
      consumer->batch.count--;
      consumer->batch.bytes_length = consumer->batch.offsets[2 * consumer->batch.count];
      failure_set(failure, RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE, "out of memory");
      return;
    }
    position->offset = message->offset + 1;
    position->at_end = false;
    stop_at_end(consumer, position);
  }
}

static bool all_at_end(const struct consumer *consumer) {
  for (size_t i = 0; i < consumer->position_count; i++) {
    if (!consumer->positions[i].at_end) return false;
  }
  return true;
}

/* Polls the queue once. Returns the number of messages and events. */
static size_t poll_queue(struct consumer *consumer, size_t most, int wait_ms) {
  rd_kafka_message_t *messages[chunk_messages];
  rd_kafka_poll(consumer->client, 0); /* serves error_cb, which writes to the log */
  ssize_t found = rd_kafka_consume_batch_queue(consumer->queue, wait_ms, messages, most);
  for (ssize_t i = 0; i < found; i++) {
    process_message(consumer, messages[i]);
    rd_kafka_message_destroy(messages[i]);
  }
  return found > 0 ? (size_t)found : 0;
}

static bool stopped(const struct consumer *consumer) {
  return atomic_load(&consumer->interrupted) || atomic_load(&consumer->closing);
}

static void gather(struct consumer *consumer, size_t max_messages, size_t max_bytes, int64_t deadline_us) {
  const struct consumed *batch = &consumer->batch;
  while (batch->count < max_messages && batch->bytes_length + batch->header_bytes_length < max_bytes &&
         !consumer->pending.code[0] && !stopped(consumer)) {
    /* librdkafka waits until it has the requested number of messages, so request the first one alone. */
    bool first = batch->count == 0;
    int64_t left_ms = (deadline_us - clock_now_us()) / 1000;
    size_t room = max_messages - batch->count, most = first ? 1 : room < chunk_messages ? room : chunk_messages;
    int wait_ms = !first ? gather_ms : left_ms < 0 ? 0 : left_ms < slice_ms ? (int)left_ms : slice_ms;
    size_t found = poll_queue(consumer, most, wait_ms);
    if (first ? found > 0 && batch->count == 0 && all_at_end(consumer) : found < most) return;
    if (found == 0 && clock_now_us() >= deadline_us) return;
  }
}

bool consumer_read(struct consumer *consumer, size_t max_messages, size_t max_bytes, int timeout_ms, struct failure *failure) {
  if (!gate_enter(&consumer->gate)) {
    failure_set(failure, RD_KAFKA_RESP_ERR__INTR, "the consumer was closed");
    return false;
  }
  uint64_t outages = log_outages(consumer->log);
  consumer->batch.count = consumer->batch.bytes_length = consumer->batch.header_bytes_length = 0;
  bool reserved = reserve(&consumer->batch, 1, 1);
  if (reserved) {
    consumer->batch.offsets[0] = 0;
    if (consumer->batch.with_headers) consumer->batch.header_offsets[0] = 0;
    gather(consumer, max_messages, max_bytes, clock_now_us() + (int64_t)timeout_ms * 1000);
  }
  if (!reserved) {
    failure_set(failure, RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE, "out of memory");
  } else if (consumer->batch.count > 0) {
    /* Return these messages, because the positions are already past them. The next read returns the error. */
  } else if (stopped(consumer)) {
    failure_set(failure, RD_KAFKA_RESP_ERR__INTR, "the read was interrupted");
  } else if (consumer->pending.code[0]) {
    *failure = consumer->pending;
  } else if (log_outages(consumer->log) > outages) {
    char reason[sizeof consumer->log->last_error];
    log_last_error(consumer->log, reason, sizeof reason);
    failure_set(failure, RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, reason);
  }
  gate_leave(&consumer->gate);
  return !failure->code[0];
}

const struct consumed *consumer_batch(const struct consumer *consumer) {
  return &consumer->batch;
}

const struct consumer_position *consumer_positions(const struct consumer *consumer, size_t *count) {
  *count = consumer->position_count;
  return consumer->positions;
}

void consumer_interrupt(struct consumer *consumer) {
  atomic_store(&consumer->interrupted, true);
}
void consumer_resume(struct consumer *consumer) {
  atomic_store(&consumer->interrupted, false);
}

void consumer_close(struct consumer *consumer) {
  atomic_store(&consumer->closing, true);
  if (!gate_close(&consumer->gate)) return;
  log_closing(consumer->log);
  for (; consumer->started > 0; consumer->started--) {
    const struct consumer_position *position = &consumer->positions[consumer->started - 1];
    if (!position->stopped) rd_kafka_consume_stop(consumer->handle, position->partition);
  }
  if (consumer->queue) rd_kafka_queue_destroy(consumer->queue);
  if (consumer->handle) rd_kafka_topic_destroy(consumer->handle);
  if (consumer->client) rd_kafka_destroy(consumer->client);
  consumer->client = NULL;
  gate_cleaned(&consumer->gate);
}

void consumer_free(struct consumer *consumer) {
  consumer_close(consumer);
  gate_destroy(&consumer->gate);
  free(consumer->batch.bytes);
  free(consumer->batch.offsets);
  free(consumer->batch.partitions);
  free(consumer->batch.record_offsets);
  free(consumer->batch.timestamps_ms);
  free(consumer->batch.flags);
  free(consumer->batch.header_bytes);
  free(consumer->batch.header_offsets);
  free(consumer->positions);
  free(consumer);
}
