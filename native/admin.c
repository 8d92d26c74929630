#include "admin.h"

#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "log.h"

enum { poll_ms = 50, first_slice_ms = 100, longest_slice_ms = 2000, longest_operation_ms = 30000 };

struct admin_request {
  bool (*perform)(struct admin_request *, struct failure *);
  rd_kafka_conf_t *conf; /* until the client takes it over */
  rd_kafka_t *client;
  rd_kafka_queue_t *queue;
  char **values;
  size_t value_count;
  int timeout_ms;
  int64_t deadline_us;
  atomic_bool cancelled;
  struct answer answer;
  struct client_log log;
};

static int left_ms(const struct admin_request *request) {
  int64_t left = (request->deadline_us - clock_now_us()) / 1000;
  return left > 0 ? (int)left : 0;
}

static void give(struct answer *answer, const char *text) {
  if (answer->count == answer->capacity) {
    size_t capacity = answer->capacity * 2 + 16;
    char **items = realloc(answer->items, capacity * sizeof *items);
    if (!items) {
      answer->out_of_memory = true;
      return;
    }
    answer->items = items;
    answer->capacity = capacity;
  }
  char *copy = strdup(text);
  if (copy)
    answer->items[answer->count++] = copy;
  else
    answer->out_of_memory = true;
}

static void give_number(struct answer *answer, int64_t number) {
  char text[24];
  snprintf(text, sizeof text, "%lld", (long long)number);
  give(answer, text);
}

/* False where `error` is none; otherwise a failure which, where nobody answers, quotes the log: that says why. */
static bool failed(struct admin_request *request, struct failure *failure, rd_kafka_resp_err_t error, const char *message) {
  char reason[sizeof request->log.last_error] = "";
  if (!error) return false;
  bool silence = error == RD_KAFKA_RESP_ERR__TIMED_OUT || error == RD_KAFKA_RESP_ERR__TRANSPORT;
  if (silence) log_last_error(&request->log, reason, sizeof reason);
  failure_set(failure, error, *reason ? reason : message);
  return true;
}

/* Whether there is no use in waiting: the request was cancelled, or the brokers will not have this client. */
static bool hopeless(struct admin_request *request, struct failure *failure) {
  if (!atomic_load(&request->cancelled)) return log_refused(&request->log, failure);
  failure_set(failure, RD_KAFKA_RESP_ERR__INTR, "the request was cancelled");
  return true;
}

static rd_kafka_AdminOptions_t *options_for(struct admin_request *request, rd_kafka_admin_op_t operation) {
  char reason[128];
  int timeout_ms = left_ms(request);
  rd_kafka_AdminOptions_t *options = rd_kafka_AdminOptions_new(request->client, operation);
  rd_kafka_AdminOptions_set_request_timeout(options, timeout_ms > 0 ? timeout_ms : 1, reason, sizeof reason);
  if (operation == RD_KAFKA_ADMIN_OP_CREATETOPICS || operation == RD_KAFKA_ADMIN_OP_DELETETOPICS) {
    int wait_ms = timeout_ms < longest_operation_ms ? timeout_ms : longest_operation_ms;
    rd_kafka_AdminOptions_set_operation_timeout(options, wait_ms, reason, sizeof reason);
  }
  return options;
}

/* The event that answers the operation just started, owned by the caller; NULL: *failure. */
static rd_kafka_event_t *await(struct admin_request *request, rd_kafka_event_type_t type, struct failure *failure) {
  for (;;) {
    rd_kafka_event_t *event = rd_kafka_queue_poll(request->queue, poll_ms);
    rd_kafka_poll(request->client, 0); /* errors of the whole client, for the log */
    if (event && rd_kafka_event_type(event) == type) {
      if (!failed(request, failure, rd_kafka_event_error(event), rd_kafka_event_error_string(event))) return event;
      rd_kafka_event_destroy(event);
      return NULL;
    }
    if (event) rd_kafka_event_destroy(event);
    if (hopeless(request, failure)) return NULL;
    /* librdkafka ends the operation by itself at the deadline; this is for the case that it does not. */
    if (clock_now_us() > request->deadline_us + 1000000) {
      failed(request, failure, RD_KAFKA_RESP_ERR__TIMED_OUT, NULL);
      return NULL;
    }
  }
}

static bool metadata(struct admin_request *request, struct failure *failure) {
  const struct rd_kafka_metadata *found = NULL;
  rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR__TIMED_OUT;
  /* Growing slices: short ones notice a cancel, long ones give a slow broker its time. */
  for (int slice_ms = first_slice_ms; left_ms(request) > 0;
       slice_ms = slice_ms * 2 < longest_slice_ms ? slice_ms * 2 : longest_slice_ms) {
    int left = left_ms(request);
    error = rd_kafka_metadata(request->client, 1, NULL, &found, slice_ms < left ? slice_ms : left);
    rd_kafka_poll(request->client, 0);
    if (error && hopeless(request, failure)) return false;
    if (error != RD_KAFKA_RESP_ERR__TIMED_OUT && error != RD_KAFKA_RESP_ERR__TRANSPORT) break;
  }
  if (failed(request, failure, error, NULL)) return false;

  struct answer *answer = &request->answer;
  give_number(answer, rd_kafka_controllerid(request->client, 0));
  give_number(answer, found->broker_cnt);
  for (int i = 0; i < found->broker_cnt; i++) {
    give_number(answer, found->brokers[i].id);
    give(answer, found->brokers[i].host);
    give_number(answer, found->brokers[i].port);
  }
  for (int i = 0; i < found->topic_cnt; i++) {
    give(answer, found->topics[i].topic);
    give_number(answer, found->topics[i].partition_cnt);
  }
  rd_kafka_metadata_destroy(found);
  return true;
}

/* The number in a text that JavaScript made of one; -1, which Kafka refuses or takes for its default, where it is none. */
static int whole(const char *text) {
  char *end = NULL;
  long number = strtol(text, &end, 10);
  return *text && !*end && number >= INT_MIN && number <= INT_MAX ? (int)number : -1;
}

static bool create_topic(struct admin_request *request, struct failure *failure) {
  char reason[sizeof failure->message] = "";
  char **values = request->values;
  rd_kafka_NewTopic_t *topic = rd_kafka_NewTopic_new(values[0], whole(values[1]), whole(values[2]), reason, sizeof reason);
  if (!topic) {
    failure_set(failure, RD_KAFKA_RESP_ERR__INVALID_ARG, reason);
    return false;
  }
  for (size_t i = 3; i + 1 < request->value_count; i += 2)
    rd_kafka_NewTopic_set_config(topic, values[i], values[i + 1]);
  rd_kafka_AdminOptions_t *options = options_for(request, RD_KAFKA_ADMIN_OP_CREATETOPICS);
  rd_kafka_CreateTopics(request->client, &topic, 1, options, request->queue);
  rd_kafka_AdminOptions_destroy(options);
  rd_kafka_NewTopic_destroy(topic);

  rd_kafka_event_t *event = await(request, RD_KAFKA_EVENT_CREATETOPICS_RESULT, failure);
  if (!event) return false;
  size_t count = 0;
  const rd_kafka_topic_result_t **results =
      rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count);
  bool done = count == 1 &&
              !failed(request, failure, rd_kafka_topic_result_error(results[0]), rd_kafka_topic_result_error_string(results[0]));
  rd_kafka_event_destroy(event);
  return done;
}

static bool delete_topic(struct admin_request *request, struct failure *failure) {
  rd_kafka_DeleteTopic_t *topic = rd_kafka_DeleteTopic_new(request->values[0]);
  rd_kafka_AdminOptions_t *options = options_for(request, RD_KAFKA_ADMIN_OP_DELETETOPICS);
  rd_kafka_DeleteTopics(request->client, &topic, 1, options, request->queue);
  rd_kafka_AdminOptions_destroy(options);
  rd_kafka_DeleteTopic_destroy(topic);

  rd_kafka_event_t *event = await(request, RD_KAFKA_EVENT_DELETETOPICS_RESULT, failure);
  if (!event) return false;
  size_t count = 0;
  const rd_kafka_topic_result_t **results =
      rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(event), &count);
  bool done = count == 1 &&
              !failed(request, failure, rd_kafka_topic_result_error(results[0]), rd_kafka_topic_result_error_string(results[0]));
  rd_kafka_event_destroy(event);
  return done;
}

/* The event that describes the topic and, in it, the description; NULL: *failure. */
static rd_kafka_event_t *describe(struct admin_request *request, const rd_kafka_TopicDescription_t **description,
                                  struct failure *failure) {
  const char *name = request->values[0];
  rd_kafka_TopicCollection_t *topics = rd_kafka_TopicCollection_of_topic_names(&name, 1);
  rd_kafka_AdminOptions_t *options = options_for(request, RD_KAFKA_ADMIN_OP_DESCRIBETOPICS);
  rd_kafka_DescribeTopics(request->client, topics, options, request->queue);
  rd_kafka_AdminOptions_destroy(options);
  rd_kafka_TopicCollection_destroy(topics);

  rd_kafka_event_t *event = await(request, RD_KAFKA_EVENT_DESCRIBETOPICS_RESULT, failure);
  if (!event) return NULL;
  size_t count = 0;
  const rd_kafka_TopicDescription_t **found =
      rd_kafka_DescribeTopics_result_topics(rd_kafka_event_DescribeTopics_result(event), &count);
  const rd_kafka_error_t *error = count == 1 ? rd_kafka_TopicDescription_error(found[0]) : NULL;
  if (count == 1 && !failed(request, failure, rd_kafka_error_code(error), rd_kafka_error_string(error))) {
    *description = found[0];
    return event;
  }
  rd_kafka_event_destroy(event);
  return NULL;
}

static bool describe_topic(struct admin_request *request, struct failure *failure) {
  const rd_kafka_TopicDescription_t *topic = NULL;
  rd_kafka_event_t *event = describe(request, &topic, failure);
  if (!event) return false;
  char id[32] = "";
  snprintf(id, sizeof id, "%s", rd_kafka_Uuid_base64str(rd_kafka_TopicDescription_topic_id(topic)));
  /* Kafka's own tools write ids in the alphabet that is safe in addresses. */
  for (char *letter = id; *letter; letter++) {
    if (*letter == '+') *letter = '-';
    if (*letter == '/') *letter = '_';
  }
  size_t partitions = 0;
  rd_kafka_TopicDescription_partitions(topic, &partitions);
  give(&request->answer, id);
  give_number(&request->answer, (int64_t)partitions);
  rd_kafka_event_destroy(event);
  return true;
}

static bool describe_config(struct admin_request *request, struct failure *failure) {
  rd_kafka_ConfigResource_t *resource = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, request->values[0]);
  rd_kafka_AdminOptions_t *options = options_for(request, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS);
  rd_kafka_DescribeConfigs(request->client, &resource, 1, options, request->queue);
  rd_kafka_AdminOptions_destroy(options);
  rd_kafka_ConfigResource_destroy(resource);

  rd_kafka_event_t *event = await(request, RD_KAFKA_EVENT_DESCRIBECONFIGS_RESULT, failure);
  if (!event) return false;
  size_t count = 0, entries = 0;
  const rd_kafka_ConfigResource_t **found =
      rd_kafka_DescribeConfigs_result_resources(rd_kafka_event_DescribeConfigs_result(event), &count);
  bool done = count == 1 &&
              !failed(request, failure, rd_kafka_ConfigResource_error(found[0]), rd_kafka_ConfigResource_error_string(found[0]));
  const rd_kafka_ConfigEntry_t **configs = done ? rd_kafka_ConfigResource_configs(found[0], &entries) : NULL;
  for (size_t i = 0; i < entries; i++) {
    const char *value = rd_kafka_ConfigEntry_value(configs[i]);
    if (!value) continue;
    give(&request->answer, rd_kafka_ConfigEntry_name(configs[i]));
    give(&request->answer, value);
  }
  rd_kafka_event_destroy(event);
  return done;
}

/* Sets the offsets of all partitions in the list to those at an end of the log, as the isolation shows it. False: *failure. */
static bool offsets_at(struct admin_request *request, rd_kafka_topic_partition_list_t *list, rd_kafka_OffsetSpec_t end,
                       rd_kafka_IsolationLevel_t isolation, int64_t *offsets, struct failure *failure) {
  for (int i = 0; i < list->cnt; i++)
    list->elems[i].offset = end;
  rd_kafka_AdminOptions_t *options = options_for(request, RD_KAFKA_ADMIN_OP_LISTOFFSETS);
  rd_kafka_error_destroy(rd_kafka_AdminOptions_set_isolation_level(options, isolation));
  rd_kafka_ListOffsets(request->client, list, options, request->queue);
  rd_kafka_AdminOptions_destroy(options);

  rd_kafka_event_t *event = await(request, RD_KAFKA_EVENT_LISTOFFSETS_RESULT, failure);
  if (!event) return false;
  size_t count = 0;
  const rd_kafka_ListOffsetsResultInfo_t **infos =
      rd_kafka_ListOffsets_result_infos(rd_kafka_event_ListOffsets_result(event), &count);
  bool done = count == (size_t)list->cnt;
  for (size_t i = 0; done && i < count; i++) {
    const rd_kafka_topic_partition_t *found = rd_kafka_ListOffsetsResultInfo_topic_partition(infos[i]);
    done = !failed(request, failure, found->err, NULL);
    if (done && found->partition >= 0 && found->partition < list->cnt) offsets[found->partition] = found->offset;
  }
  rd_kafka_event_destroy(event);
  return done;
}

static bool list_offsets(struct admin_request *request, struct failure *failure) {
  const rd_kafka_TopicDescription_t *topic = NULL;
  rd_kafka_event_t *event = describe(request, &topic, failure);
  if (!event) return false;
  size_t partitions = 0;
  rd_kafka_TopicDescription_partitions(topic, &partitions);
  rd_kafka_event_destroy(event);

  int64_t *low = calloc(partitions + 1, sizeof *low), *stable = calloc(partitions + 1, sizeof *stable),
          *high = calloc(partitions + 1, sizeof *high);
  rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)partitions);
  for (size_t i = 0; i < partitions; i++)
    rd_kafka_topic_partition_list_add(list, request->values[0], (int32_t)i);
  const rd_kafka_IsolationLevel_t every = RD_KAFKA_ISOLATION_LEVEL_READ_UNCOMMITTED;
  const rd_kafka_IsolationLevel_t committed = RD_KAFKA_ISOLATION_LEVEL_READ_COMMITTED;
  /* The stable offset first: it only grows, so it is never beyond a high watermark that was asked for later. */
  bool done = low && stable && high && offsets_at(request, list, RD_KAFKA_OFFSET_SPEC_EARLIEST, every, low, failure) &&
              offsets_at(request, list, RD_KAFKA_OFFSET_SPEC_LATEST, committed, stable, failure) &&
              offsets_at(request, list, RD_KAFKA_OFFSET_SPEC_LATEST, every, high, failure);
  for (size_t i = 0; done && i < partitions; i++) {
    give_number(&request->answer, (int64_t)i);
    give_number(&request->answer, low[i]);
    give_number(&request->answer, stable[i]);
    give_number(&request->answer, high[i]);
  }
  if (!low || !stable || !high) failure_set(failure, RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE, "out of memory");
  rd_kafka_topic_partition_list_destroy(list);
  free(low);
  free(stable);
  free(high);
  return done;
}

static const struct {
  const char *kind;
  size_t least_values;
  bool (*perform)(struct admin_request *, struct failure *);
} kinds[] = {
    {"metadata", 0, metadata},        {"createTopic", 3, create_topic},       {"describeTopic", 1, describe_topic},
    {"deleteTopic", 1, delete_topic}, {"describeConfig", 1, describe_config}, {"listOffsets", 1, list_offsets},
};

struct admin_request *admin_new(const char *kind, rd_kafka_conf_t *conf, char **values, size_t value_count, int timeout_ms) {
  struct admin_request *request = calloc(1, sizeof *request);
  for (size_t i = 0; request && i < sizeof kinds / sizeof *kinds; i++) {
    if (strcmp(kinds[i].kind, kind) == 0 && value_count >= kinds[i].least_values) request->perform = kinds[i].perform;
  }
  if (!request || !request->perform) {
    free(request);
    rd_kafka_conf_destroy(conf);
    return NULL;
  }
  request->conf = conf;
  request->values = values;
  request->value_count = value_count;
  request->timeout_ms = timeout_ms;
  log_init(&request->log);
  return request;
}

bool admin_run(struct admin_request *request, struct failure *failure) {
  char reason[sizeof failure->message] = "";
  request->deadline_us = clock_now_us() + (int64_t)request->timeout_ms * 1000;
  log_attach(&request->log, request->conf);
  request->client = rd_kafka_new(RD_KAFKA_PRODUCER, request->conf, reason, sizeof reason);
  if (!request->client) {
    failure_set(failure, rd_kafka_last_error(), reason);
    return false;
  }
  request->conf = NULL;
  request->queue = rd_kafka_queue_new(request->client);
  bool done = request->perform(request, failure);
  if (!done && !failure->code[0]) failure_set(failure, RD_KAFKA_RESP_ERR__BAD_MSG, "the cluster answered something else");
  if (done && request->answer.out_of_memory) {
    failure_set(failure, RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE, "out of memory");
    done = false;
  }
  rd_kafka_queue_destroy(request->queue);
  rd_kafka_destroy(request->client);
  request->client = NULL;
  return done;
}

const struct answer *admin_answer(const struct admin_request *request) {
  return &request->answer;
}

void admin_cancel(struct admin_request *request) {
  atomic_store(&request->cancelled, true);
}

void admin_free(struct admin_request *request) {
  if (request->conf) rd_kafka_conf_destroy(request->conf);
  for (size_t i = 0; i < request->answer.count; i++)
    free(request->answer.items[i]);
  free(request->answer.items);
  log_destroy(&request->log);
  free(request);
}
