/*
 * The partition count of the producer's topic, refreshed periodically without blocking. The polling thread starts a request; the
 * result arrives as an event on the queue that it polls.
 */
#ifndef STREAMCTL_PARTITIONS_H
#define STREAMCTL_PARTITIONS_H

#include <pthread.h>
#include <rdkafka.h>
#include <stdbool.h>
#include <stdint.h>

struct partitions {
  pthread_mutex_t lock;
  pthread_cond_t answered;
  int32_t count;         /* 0 while unknown */
  int64_t next_us;       /* time of the next request */
  int64_t wait_until_us; /* deadline of waiting for the first result */
  bool asked;            /* a request is pending; polling thread only */
};

/* Returns 0 or an errno value. */
int partitions_init(struct partitions *partitions);
void partitions_destroy(struct partitions *partitions);

/* Starts a request if one is due. The result arrives on the queue. Polling thread. */
void partitions_ask(struct partitions *partitions, rd_kafka_t *client, const char *topic, rd_kafka_queue_t *queue);

/* Reads a RD_KAFKA_EVENT_DESCRIBETOPICS_RESULT. The caller keeps ownership of the event. Polling thread. */
void partitions_answer(struct partitions *partitions, const rd_kafka_event_t *event);

/*
 * Returns the partition count, or 0 if unknown. Waits for the first result until the deadline. *settled is false if the caller
 * should retry later instead of producing without a count. Producing thread.
 */
int32_t partitions_get(struct partitions *partitions, int64_t deadline_us, bool *settled);

/* Requests the count again soon. Call it when a partition does not exist. Producing thread. */
void partitions_refresh(struct partitions *partitions);

#endif
