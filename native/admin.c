#include "admin.h"

#include <stdlib.h>
#include <string.h>

#include "admin_request.h"
#include "client.h"
#include "clock.h"

static const struct {
  const char *kind;
  size_t least_values;
  bool (*perform)(struct admin_request *, struct failure *);
} kinds[] = {
    {"metadata", 0, admin_metadata},
    {"createTopic", 3, admin_create_topic},
    {"describeTopic", 1, admin_describe_topic},
    {"deleteTopic", 1, admin_delete_topic},
    {"describeConfig", 1, admin_describe_config},
    {"listOffsets", 1, admin_list_offsets},
    {"offsetsForTime", 2, admin_offsets_for_time},
    {"listGroups", 0, admin_list_groups},
    {"groupOffsets", 1, admin_group_offsets},
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
  request->deadline_us = clock_now_us() + (int64_t)request->timeout_ms * 1000;
  log_attach(&request->log, request->conf);
  /* For the last stable offsets of listOffsets; the other kinds do not depend on it. */
  rd_kafka_conf_set(request->conf, "isolation.level", "read_committed", NULL, 0);
  request->client = client_open(RD_KAFKA_PRODUCER, request->conf, failure);
  request->conf = NULL;
  if (!request->client) return false;
  request->queue = rd_kafka_queue_new(request->client);
  bool done = request->perform(request, failure);
  if (!done && !failure->code[0]) failure_set(failure, RD_KAFKA_RESP_ERR__BAD_MSG, "unexpected response from the cluster");
  if (done && request->answer.out_of_memory) {
    failure_set(failure, RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE, "out of memory");
    done = false;
  }
  log_closing(&request->log);
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
