#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "admin_request.h"

/* Parses a decimal int. Returns -1 if the text is not one; Kafka refuses -1 or uses its default. */
static int parse_int(const char *text) {
  char *end = NULL;
  long number = strtol(text, &end, 10);
  return *text && !*end && number >= INT_MIN && number <= INT_MAX ? (int)number : -1;
}

bool admin_create_topic(struct admin_request *request, struct failure *failure) {
  char reason[sizeof failure->message] = "";
  char **values = request->values;
  rd_kafka_NewTopic_t *topic =
      rd_kafka_NewTopic_new(values[0], parse_int(values[1]), parse_int(values[2]), reason, sizeof reason);
  if (!topic) {
    failure_set(failure, RD_KAFKA_RESP_ERR__INVALID_ARG, reason);
    return false;
  }
  for (size_t i = 3; i + 1 < request->value_count; i += 2)
    rd_kafka_NewTopic_set_config(topic, values[i], values[i + 1]);
  rd_kafka_AdminOptions_t *options = admin_options(request, RD_KAFKA_ADMIN_OP_CREATETOPICS);
  rd_kafka_CreateTopics(request->client, &topic, 1, options, request->queue);
  rd_kafka_AdminOptions_destroy(options);
  rd_kafka_NewTopic_destroy(topic);

  rd_kafka_event_t *event = admin_await(request, RD_KAFKA_EVENT_CREATETOPICS_RESULT, failure);
  if (!event) return false;
  size_t count = 0;
  const rd_kafka_topic_result_t **results =
      rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count);
  bool done = count == 1 && !admin_failed(request, failure, rd_kafka_topic_result_error(results[0]),
                                          rd_kafka_topic_result_error_string(results[0]));
  rd_kafka_event_destroy(event);
  return done;
}

bool admin_delete_topic(struct admin_request *request, struct failure *failure) {
  rd_kafka_DeleteTopic_t *topic = rd_kafka_DeleteTopic_new(request->values[0]);
  rd_kafka_AdminOptions_t *options = admin_options(request, RD_KAFKA_ADMIN_OP_DELETETOPICS);
  rd_kafka_DeleteTopics(request->client, &topic, 1, options, request->queue);
  rd_kafka_AdminOptions_destroy(options);
  rd_kafka_DeleteTopic_destroy(topic);

  rd_kafka_event_t *event = admin_await(request, RD_KAFKA_EVENT_DELETETOPICS_RESULT, failure);
  if (!event) return false;
  size_t count = 0;
  const rd_kafka_topic_result_t **results =
      rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(event), &count);
  bool done = count == 1 && !admin_failed(request, failure, rd_kafka_topic_result_error(results[0]),
                                          rd_kafka_topic_result_error_string(results[0]));
  rd_kafka_event_destroy(event);
  return done;
}

rd_kafka_event_t *admin_describe(struct admin_request *request, const rd_kafka_TopicDescription_t **description,
                                 struct failure *failure) {
  const char *name = request->values[0];
  rd_kafka_TopicCollection_t *topics = rd_kafka_TopicCollection_of_topic_names(&name, 1);
  rd_kafka_AdminOptions_t *options = admin_options(request, RD_KAFKA_ADMIN_OP_DESCRIBETOPICS);
  rd_kafka_DescribeTopics(request->client, topics, options, request->queue);
  rd_kafka_AdminOptions_destroy(options);
  rd_kafka_TopicCollection_destroy(topics);

  rd_kafka_event_t *event = admin_await(request, RD_KAFKA_EVENT_DESCRIBETOPICS_RESULT, failure);
  if (!event) return NULL;
  size_t count = 0;
  const rd_kafka_TopicDescription_t **found =
      rd_kafka_DescribeTopics_result_topics(rd_kafka_event_DescribeTopics_result(event), &count);
  const rd_kafka_error_t *error = count == 1 ? rd_kafka_TopicDescription_error(found[0]) : NULL;
  if (count == 1 && !admin_failed(request, failure, rd_kafka_error_code(error), rd_kafka_error_string(error))) {
    *description = found[0];
    return event;
  }
  rd_kafka_event_destroy(event);
  return NULL;
}

bool admin_describe_topic(struct admin_request *request, struct failure *failure) {
  const rd_kafka_TopicDescription_t *topic = NULL;
  rd_kafka_event_t *event = admin_describe(request, &topic, failure);
  if (!event) return false;
  char id[32] = "";
  snprintf(id, sizeof id, "%s", rd_kafka_Uuid_base64str(rd_kafka_TopicDescription_topic_id(topic)));
  /* Kafka's tools print topic ids in URL-safe base64. */
  for (char *letter = id; *letter; letter++) {
    if (*letter == '+') *letter = '-';
    if (*letter == '/') *letter = '_';
  }
  size_t partitions = 0;
  rd_kafka_TopicDescription_partitions(topic, &partitions);
  answer_add(&request->answer, id);
  answer_add_number(&request->answer, (int64_t)partitions);
  rd_kafka_event_destroy(event);
  return true;
}

bool admin_describe_config(struct admin_request *request, struct failure *failure) {
  rd_kafka_ConfigResource_t *resource = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, request->values[0]);
  rd_kafka_AdminOptions_t *options = admin_options(request, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS);
  rd_kafka_DescribeConfigs(request->client, &resource, 1, options, request->queue);
  rd_kafka_AdminOptions_destroy(options);
  rd_kafka_ConfigResource_destroy(resource);

  rd_kafka_event_t *event = admin_await(request, RD_KAFKA_EVENT_DESCRIBECONFIGS_RESULT, failure);
  if (!event) return false;
  size_t count = 0, entries = 0;
  const rd_kafka_ConfigResource_t **found =
      rd_kafka_DescribeConfigs_result_resources(rd_kafka_event_DescribeConfigs_result(event), &count);
  bool done = count == 1 && !admin_failed(request, failure, rd_kafka_ConfigResource_error(found[0]),
                                          rd_kafka_ConfigResource_error_string(found[0]));
  const rd_kafka_ConfigEntry_t **configs = done ? rd_kafka_ConfigResource_configs(found[0], &entries) : NULL;
  for (size_t i = 0; i < entries; i++) {
    const char *value = rd_kafka_ConfigEntry_value(configs[i]);
    if (!value) continue;
    answer_add(&request->answer, rd_kafka_ConfigEntry_name(configs[i]));
    answer_add(&request->answer, value);
  }
  rd_kafka_event_destroy(event);
  return done;
}
