/*
 * Lists offsets with rd_kafka_offsets_for_times, not rd_kafka_ListOffsets. In 2.15.1, the latter looks up the leaders on the
 * calling thread while librdkafka's main thread may already complete and free the same operation (a use after free, found by
 * tests/native/schedules.c). rd_kafka_offsets_for_times sends the same request and blocks. It takes the isolation level from the
 * client's configuration, so two clients are needed.
 */

#include <errno.h>
#include <stdlib.h>

#include "admin_request.h"
#include "client.h"

/* DescribeTopics has just returned the partitions, so a partition that librdkafka does not find has no leader. */
static rd_kafka_resp_err_t without_leader(rd_kafka_resp_err_t error) {
  bool unknown = error == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION || error == RD_KAFKA_RESP_ERR__IN_PROGRESS;
  return unknown ? RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE : error;
}

/*
 * Waits until the client is connected. Otherwise, rd_kafka_offsets_for_times often fails only after its timeout: it does not wait
 * for a connection, and 2.15.1 drops its request for the leaders when the first response replaces the bootstrap broker.
 */
static void await_connection(struct admin_request *request, rd_kafka_t *client) {
  admin_ask_for_metadata(client, admin_next_slice_ms(request));
}

/* Returns the first offset of each partition at `moment`, a timestamp or an rd_kafka_OffsetSpec_t, at the client's isolation
 * level. The offset is RD_KAFKA_OFFSET_END if no message has that timestamp or a later one. The caller owns the list. Returns
 * NULL and fills *failure on error. */
static rd_kafka_topic_partition_list_t *offsets_at(struct admin_request *request, rd_kafka_t *client, int32_t partitions,
                                                   int64_t moment, struct failure *failure) {
  rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(partitions);
  rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR__TIMED_OUT;
  for (int32_t i = 0; i < partitions; i++)
    rd_kafka_topic_partition_list_add(list, request->values[0], i);
  while (admin_no_response(error) && admin_left_ms(request) > 0) {
    for (int32_t i = 0; i < partitions; i++)
      list->elems[i].offset = moment;
    error = rd_kafka_offsets_for_times(client, list, admin_next_slice_ms(request));
    rd_kafka_poll(client, 0); /* serves error_cb, which writes to the log */
    if (admin_no_response(error) && admin_aborted(request, failure)) break;
  }
  for (int32_t i = 0; !error && i < partitions; i++) {
    const rd_kafka_topic_partition_t *found = &list->elems[i];
    bool missing = found->offset < 0 && !(moment >= 0 && found->offset == RD_KAFKA_OFFSET_END);
    error = found->err ? found->err : missing ? RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE : RD_KAFKA_RESP_ERR_NO_ERROR;
  }
  if (!error) return list;
  if (!failure->code[0]) admin_failed(request, failure, without_leader(error), NULL);
  rd_kafka_topic_partition_list_destroy(list);
  return NULL;
}

/* Creates a second client, with isolation.level=read_uncommitted. Returns NULL and fills *failure on error. */
static rd_kafka_t *open_uncommitted(struct admin_request *request, struct failure *failure) {
  rd_kafka_conf_t *conf = rd_kafka_conf_dup(rd_kafka_conf(request->client));
  rd_kafka_conf_set(conf, "isolation.level", "read_uncommitted", NULL, 0);
  return client_open(RD_KAFKA_PRODUCER, conf, failure);
}

/* Returns the number of partitions of topic values[0]; 0 after an error. */
static int32_t count_partitions(struct admin_request *request, struct failure *failure) {
  const rd_kafka_TopicDescription_t *topic = NULL;
  rd_kafka_event_t *event = admin_describe(request, &topic, failure);
  size_t count = 0;
  if (!event) return 0;
  rd_kafka_TopicDescription_partitions(topic, &count);
  rd_kafka_event_destroy(event);
  return (int32_t)count;
}

static void add_offsets(struct admin_request *request, const rd_kafka_topic_partition_list_t *low,
                        const rd_kafka_topic_partition_list_t *stable, const rd_kafka_topic_partition_list_t *high) {
  for (int i = 0; i < low->cnt; i++) {
    answer_add_number(&request->answer, i);
    answer_add_number(&request->answer, low->elems[i].offset);
    answer_add_number(&request->answer, stable->elems[i].offset);
    answer_add_number(&request->answer, high->elems[i].offset);
  }
}

bool admin_list_offsets(struct admin_request *request, struct failure *failure) {
  int32_t partitions = count_partitions(request, failure);
  rd_kafka_t *uncommitted = partitions > 0 ? open_uncommitted(request, failure) : NULL;
  if (!uncommitted) return false;
  await_connection(request, request->client);
  await_connection(request, uncommitted);

  /* Query the stable offset first: it only grows, so it cannot exceed a high watermark that is queried later. */
  rd_kafka_topic_partition_list_t *low = NULL, *stable = NULL, *high = NULL;
  bool done = (low = offsets_at(request, request->client, partitions, RD_KAFKA_OFFSET_SPEC_EARLIEST, failure)) &&
              (stable = offsets_at(request, request->client, partitions, RD_KAFKA_OFFSET_SPEC_LATEST, failure)) &&
              (high = offsets_at(request, uncommitted, partitions, RD_KAFKA_OFFSET_SPEC_LATEST, failure));
  if (done) add_offsets(request, low, stable, high);
  if (low) rd_kafka_topic_partition_list_destroy(low);
  if (stable) rd_kafka_topic_partition_list_destroy(stable);
  if (high) rd_kafka_topic_partition_list_destroy(high);
  log_closing(&request->log);
  rd_kafka_destroy(uncommitted);
  return done;
}

static bool parse_timestamp(const char *text, int64_t *ms) {
  char *end;
  errno = 0;
  *ms = strtoll(text, &end, 10);
  return errno == 0 && end != text && !*end && *ms >= 0;
}

bool admin_offsets_for_time(struct admin_request *request, struct failure *failure) {
  int64_t ms;
  if (!parse_timestamp(request->values[1], &ms)) {
    failure_set(failure, RD_KAFKA_RESP_ERR__INVALID_ARG, "the timestamp is not a number of milliseconds since 1970");
    return false;
  }
  int32_t partitions = count_partitions(request, failure);
  if (partitions == 0) return false;
  await_connection(request, request->client);

  /* Query the end first: a message that arrives in between is then found, or not skipped. */
  rd_kafka_topic_partition_list_t *end = NULL, *found = NULL;
  bool done = (end = offsets_at(request, request->client, partitions, RD_KAFKA_OFFSET_SPEC_LATEST, failure)) &&
              (found = offsets_at(request, request->client, partitions, ms, failure));
  for (int32_t i = 0; done && i < partitions; i++) {
    bool none = found->elems[i].offset == RD_KAFKA_OFFSET_END;
    answer_add_number(&request->answer, i);
    answer_add_number(&request->answer, none ? end->elems[i].offset : found->elems[i].offset);
  }
  if (end) rd_kafka_topic_partition_list_destroy(end);
  if (found) rd_kafka_topic_partition_list_destroy(found);
  return done;
}
