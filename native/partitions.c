#include "partitions.h"

#include "clock.h"

enum { first_wait_us = 2000000, known_us = 60000000, unknown_us = 500000, request_timeout_ms = 10000 };

int partitions_init(struct partitions *partitions) {
  *partitions = (struct partitions){.wait_until_us = clock_now_us() + first_wait_us};
  int error = pthread_mutex_init(&partitions->lock, NULL);
  if (error) return error;
  error = clock_condition_init(&partitions->answered);
  if (error) pthread_mutex_destroy(&partitions->lock);
  return error;
}

void partitions_destroy(struct partitions *partitions) {
  pthread_cond_destroy(&partitions->answered);
  pthread_mutex_destroy(&partitions->lock);
}

void partitions_ask(struct partitions *partitions, rd_kafka_t *client, const char *topic, rd_kafka_queue_t *queue) {
  pthread_mutex_lock(&partitions->lock);
  bool due = !partitions->asked && clock_now_us() >= partitions->next_us;
  pthread_mutex_unlock(&partitions->lock);
  if (!due) return;

  char reason[128];
  rd_kafka_AdminOptions_t *options = rd_kafka_AdminOptions_new(client, RD_KAFKA_ADMIN_OP_DESCRIBETOPICS);
  rd_kafka_AdminOptions_set_request_timeout(options, request_timeout_ms, reason, sizeof reason);
  rd_kafka_TopicCollection_t *topics = rd_kafka_TopicCollection_of_topic_names(&topic, 1);
  rd_kafka_DescribeTopics(client, topics, options, queue);
  rd_kafka_TopicCollection_destroy(topics);
  rd_kafka_AdminOptions_destroy(options);
  partitions->asked = true;
}

static int32_t count_in(const rd_kafka_event_t *event) {
  const rd_kafka_DescribeTopics_result_t *result = rd_kafka_event_DescribeTopics_result((rd_kafka_event_t *)event);
  size_t topics = 0, count = 0;
  if (!result) return 0;
  const rd_kafka_TopicDescription_t **descriptions = rd_kafka_DescribeTopics_result_topics(result, &topics);
  if (topics != 1 || rd_kafka_error_code(rd_kafka_TopicDescription_error(descriptions[0]))) return 0;
  rd_kafka_TopicDescription_partitions(descriptions[0], &count);
  return (int32_t)count;
}

void partitions_answer(struct partitions *partitions, const rd_kafka_event_t *event) {
  int32_t count = count_in(event);
  pthread_mutex_lock(&partitions->lock);
  partitions->asked = false;
  if (count > 0) partitions->count = count; /* a failed request does not change the known count */
  partitions->next_us = clock_now_us() + (count > 0 ? known_us : unknown_us);
  pthread_cond_broadcast(&partitions->answered);
  pthread_mutex_unlock(&partitions->lock);
}

int32_t partitions_get(struct partitions *partitions, int64_t deadline_us, bool *settled) {
  pthread_mutex_lock(&partitions->lock);
  int64_t until = deadline_us < partitions->wait_until_us ? deadline_us : partitions->wait_until_us;
  while (partitions->count == 0 && clock_now_us() < until)
    clock_wait_until(&partitions->answered, &partitions->lock, until);
  int32_t count = partitions->count;
  *settled = count > 0 || clock_now_us() >= partitions->wait_until_us;
  pthread_mutex_unlock(&partitions->lock);
  return count;
}

void partitions_refresh(struct partitions *partitions) {
  pthread_mutex_lock(&partitions->lock);
  int64_t soon = clock_now_us() + unknown_us;
  if (partitions->next_us > soon) partitions->next_us = soon;
  pthread_mutex_unlock(&partitions->lock);
}
