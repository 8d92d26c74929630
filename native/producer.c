#include "producer.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "account.h"
#include "client.h"
#include "clock.h"
#include "partitions.h"
#include "thread.h"

enum {
  poll_ms = 100,         /* longest wait of the polling thread for an event */
  chunk_messages = 4096, /* messages passed to librdkafka at a time; bounds the scratch memory */
  retry_us = 5000000,
};

struct producer {
  rd_kafka_t *client; /* NULL once closed */
  rd_kafka_topic_t *handle;
  rd_kafka_queue_t *queue; /* delivery reports, errors and DescribeTopics results */
  struct client_log *log;  /* borrowed */
  char *topic;
  bool partition_here, ended;
  pthread_t poller;
  bool polled; /* the poller was started */
  atomic_bool stopping;
  struct account account;
  struct partitions partitions;

  /* Scratch memory of the producing thread. */
  uint32_t *offsets; /* checked copy of the batch's offsets */
  size_t offsets_capacity;
  rd_kafka_message_t *messages; /* chunk_messages, grouped by partition */
  int32_t *groups;              /* chunk_messages: the group of each message */
  uint32_t *starts;             /* start of each group; one element more than groups */
  size_t starts_capacity;
};

/* Polling thread. */
static void serve(struct producer *producer, rd_kafka_event_t *event) {
  switch (rd_kafka_event_type(event)) {
  case RD_KAFKA_EVENT_DR:
    account_reports(&producer->account, event);
    break;
  case RD_KAFKA_EVENT_ERROR:
    log_error(producer->log, rd_kafka_event_error(event), rd_kafka_event_error_string(event));
    break;
  case RD_KAFKA_EVENT_DESCRIBETOPICS_RESULT:
    partitions_answer(&producer->partitions, event);
    break;
  default:
    break;
  }
}

static void *poll_reports(void *argument) {
  struct producer *producer = argument;
  while (!atomic_load(&producer->stopping)) {
    if (producer->partition_here) {
      partitions_ask(&producer->partitions, producer->client, producer->topic, producer->queue);
    }
    rd_kafka_event_t *event = rd_kafka_queue_poll(producer->queue, poll_ms);
    if (!event) continue;
    serve(producer, event);
    rd_kafka_event_destroy(event);
  }
  return NULL;
}

static int start_poller(struct producer *producer) {
  int error = thread_start(&producer->poller, poll_reports, producer);
  producer->polled = error == 0;
  return error;
}

static struct producer *allocate(const struct producer_options *options, struct client_log *log) {
  struct producer *producer = calloc(1, sizeof *producer);
  if (!producer) return NULL;
  producer->log = log;
  producer->partition_here = options->partition_here;
  producer->topic = strdup(options->topic);
  producer->messages = malloc(chunk_messages * sizeof *producer->messages);
  producer->groups = malloc(chunk_messages * sizeof *producer->groups);
  if (!producer->topic || !producer->messages || !producer->groups) goto fail;
  if (account_init(&producer->account, options->max_in_flight_messages, options->max_in_flight_bytes)) goto fail;
  if (partitions_init(&producer->partitions)) {
    account_destroy(&producer->account);
    goto fail;
  }
  return producer;
fail:
  free(producer->groups);
  free(producer->messages);
  free(producer->topic);
  free(producer);
  return NULL;
}

struct producer *producer_open(rd_kafka_conf_t *conf, const struct producer_options *options, struct client_log *log,
                               struct failure *failure) {
  struct producer *producer = allocate(options, log);
  if (!producer) {
    rd_kafka_conf_destroy(conf);
    failure_set(failure, RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE, "out of memory");
    return NULL;
  }
  log_attach(log, conf);
  rd_kafka_conf_set_events(conf, RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_ERROR);
  producer->client = client_open(RD_KAFKA_PRODUCER, conf, failure);
  if (!producer->client) {
    producer_free(producer);
    return NULL;
  }
  producer->queue = rd_kafka_queue_get_main(producer->client);
  producer->handle = rd_kafka_topic_new(producer->client, producer->topic, NULL);
  if (!producer->handle) {
    failure_set(failure, rd_kafka_last_error(), NULL);
  } else if (start_poller(producer)) {
    failure_set(failure, RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE, "cannot create a thread for delivery reports");
  } else {
    return producer;
  }
  producer_free(producer);
  return NULL;
}

/* Grows *memory to at least `places` elements of `size` bytes. */
static bool reserve(void **memory, size_t *capacity, size_t places, size_t size) {
  if (places <= *capacity) return true;
  void *larger = realloc(*memory, places * size);
  if (!larger) return false;
  *memory = larger;
  *capacity = places;
  return true;
}

/* Moves refused messages that can be retried to the front and returns their number. Counts the other refused messages as failed.
 */
static uint32_t refused(struct producer *producer, rd_kafka_message_t *messages, uint32_t count, bool last_try,
                        bool *queue_full) {
  uint32_t kept = 0;
  *queue_full = false;
  for (uint32_t i = 0; i < count; i++) {
    rd_kafka_resp_err_t error = messages[i].err;
    if (!error) continue;
    bool full = error == RD_KAFKA_RESP_ERR__QUEUE_FULL;
    bool unknown = error == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION || error == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC;
    if ((full || unknown) && !last_try) {
      *queue_full |= full;
      messages[kept++] = messages[i];
    } else {
      account_refused(&producer->account, error, messages[i].len + messages[i].key_len);
    }
  }
  return kept;
}

/*
 * Passes one group to librdkafka. Our limits are below librdkafka's, so its queue should not fill up; if it does, wait for
 * reports and retry. If the partition no longer exists, use librdkafka's partitioner, which has the newest metadata.
 */
static void send_group(struct producer *producer, int32_t partition, rd_kafka_message_t *messages, uint32_t count) {
  int64_t retry_until_us = clock_now_us() + retry_us;
  for (;;) {
    int taken = rd_kafka_produce_batch(producer->handle, partition, RD_KAFKA_MSG_F_COPY, messages, (int)count);
    if (taken == (int)count) return;
    bool queue_full, unassigned = partition == RD_KAFKA_PARTITION_UA;
    count = refused(producer, messages, count, clock_now_us() >= retry_until_us, &queue_full);
    if (count == 0) return;
    if (queue_full) {
      account_wait_report(&producer->account, clock_now_us() + 10000);
    } else {
      partitions_refresh(&producer->partitions);
      if (unassigned) retry_until_us = 0;
      partition = RD_KAFKA_PARTITION_UA;
    }
  }
}

static void send_chunk(struct producer *producer, const uint8_t *bytes, const uint32_t *offsets, const uint32_t *weights,
                       uint32_t count, int32_t partitions, uint32_t stamp) {
  struct batch_chunk chunk = {.bytes = bytes, .offsets = offsets, .weights = weights, .count = count, .stamp = stamp};
  batch_group(&chunk, partitions, producer->groups, producer->starts, producer->messages);
  for (int32_t g = 0; g <= partitions; g++) {
    uint32_t start = producer->starts[g], end = producer->starts[g + 1];
    if (end > start) send_group(producer, g < partitions ? g : RD_KAFKA_PARTITION_UA, producer->messages + start, end - start);
  }
}

int64_t producer_produce(struct producer *producer, const struct batch *batch, uint32_t first, int wait_ms,
                         struct failure *failure) {
  int64_t deadline_us = clock_now_us() + (int64_t)wait_ms * 1000;
  if (!producer->client || producer->ended) {
    failure_set(failure, RD_KAFKA_RESP_ERR__STATE, "the producer is closed");
    return -1;
  }
  size_t at = 0, places = first < batch->count ? 2 * (size_t)(batch->count - first) + 1 : 1;
  if (places > batch->offsets_length) places = batch->offsets_length; /* batch->count is not validated yet */
  if (!reserve((void **)&producer->offsets, &producer->offsets_capacity, places, sizeof *producer->offsets)) {
    failure_set(failure, RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE, "out of memory");
    return -1;
  }
  const char *wrong = batch_check(batch, first, producer->offsets, &at);
  if (wrong) {
    failure_set(failure, RD_KAFKA_RESP_ERR__INVALID_ARG, NULL);
    snprintf(failure->message, sizeof failure->message, "%s (%zu)", wrong, at);
    return -1;
  }

  bool settled = true;
  int32_t partitions = producer->partition_here ? partitions_get(&producer->partitions, deadline_us, &settled) : 0;
  if (!settled) return 0;
  if (!reserve((void **)&producer->starts, &producer->starts_capacity, (size_t)partitions + 2, sizeof *producer->starts)) {
    failure_set(failure, RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE, "out of memory");
    return -1;
  }
  uint32_t admitted = account_admit(&producer->account, producer->offsets, batch->count - first, deadline_us);
  uint32_t stamp = account_stamp(clock_now_us());
  for (uint32_t done = 0; done < admitted;) {
    uint32_t count = admitted - done < chunk_messages ? admitted - done : chunk_messages;
    send_chunk(producer, batch->bytes, producer->offsets + 2 * (size_t)done, batch->weights + first + done, count, partitions,
               stamp);
    done += count;
  }
  return admitted;
}

bool producer_flush(struct producer *producer, int timeout_ms) {
  int64_t deadline_us = clock_now_us() + (int64_t)timeout_ms * 1000;
  if (producer->client) rd_kafka_flush(producer->client, timeout_ms);
  return account_wait_empty(&producer->account, deadline_us);
}

void producer_purge(struct producer *producer, int timeout_ms) {
  producer->ended = true;
  if (!producer->client) return;
  int64_t deadline_us = clock_now_us() + (int64_t)timeout_ms * 1000;
  log_closing(producer->log);
  /* Without NON_BLOCKING, librdkafka waits for its broker threads without a deadline. Wait for the delivery reports instead. */
  rd_kafka_purge(producer->client, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT | RD_KAFKA_PURGE_F_NON_BLOCKING);
  if (!account_wait_empty(&producer->account, deadline_us)) producer_close(producer);
}

void producer_statistics(struct producer *producer, struct producer_statistics *statistics) {
  pthread_mutex_lock(&producer->account.lock);
  *statistics = producer->account.counts;
  pthread_mutex_unlock(&producer->account.lock);
}

void producer_close(struct producer *producer) {
  producer->ended = true;
  if (!producer->client) return;
  log_closing(producer->log);
  atomic_store(&producer->stopping, true);
  if (producer->polled) {
    rd_kafka_queue_yield(producer->queue);
    pthread_join(producer->poller, NULL);
  }
  account_abandon(&producer->account);
  if (producer->handle) rd_kafka_topic_destroy(producer->handle);
  rd_kafka_queue_destroy(producer->queue);
  rd_kafka_destroy(producer->client);
  producer->client = NULL;
}

void producer_free(struct producer *producer) {
  producer_close(producer);
  partitions_destroy(&producer->partitions);
  account_destroy(&producer->account);
  free(producer->starts);
  free(producer->groups);
  free(producer->messages);
  free(producer->offsets);
  free(producer->topic);
  free(producer);
}
