/*
 * How many partitions the producer's topic has, asked for again and again without ever blocking: the polling thread starts
 * a request, and its answer comes as an event of the queue that the thread polls anyway.
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
  int32_t count;       /* 0 as long as nobody knows */
  int64_t next_us;     /* when to ask again */
  int64_t patience_us; /* until when a first answer is worth waiting for */
  bool asked;          /* a request is on its way; polling thread only */
};

/* 0, or an error number. */
int partitions_init(struct partitions *partitions);
void partitions_destroy(struct partitions *partitions);

/* Asks when it is time to. The answer arrives on the queue. Polling thread. */
void partitions_ask(struct partitions *partitions, rd_kafka_t *client, const char *topic, rd_kafka_queue_t *queue);

/* Takes a RD_KAFKA_EVENT_DESCRIBETOPICS_RESULT; the caller still owns it. Polling thread. */
void partitions_answer(struct partitions *partitions, const rd_kafka_event_t *event);

/*
 * The count, waiting for a first answer until the deadline. 0: not known, and *settled says whether it is time to go on
 * without it. Producing thread.
 */
int32_t partitions_get(struct partitions *partitions, int64_t deadline_us, bool *settled);

/* A partition turned out not to exist: ask again soon. Producing thread. */
void partitions_doubt(struct partitions *partitions);

#endif
