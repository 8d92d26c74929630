#include "admin_request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"

enum { poll_ms = 50, first_slice_ms = 100, longest_slice_ms = 2000, grace_us = 100000, longest_operation_ms = 30000 };
enum { lookup_interval_us = 1000000, lookup_ms = 100 };

int admin_left_ms(const struct admin_request *request) {
  int64_t left = (request->deadline_us - clock_now_us()) / 1000;
  return left > 0 ? (int)left : 0;
}

int admin_next_slice_ms(struct admin_request *request) {
  int left = admin_left_ms(request), next = request->slice_ms ? request->slice_ms * 2 : first_slice_ms;
  request->slice_ms = next < longest_slice_ms ? next : longest_slice_ms;
  return request->slice_ms < left ? request->slice_ms : left;
}

void answer_add(struct answer *answer, const char *text) {
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

void answer_add_number(struct answer *answer, int64_t number) {
  char text[24];
  snprintf(text, sizeof text, "%lld", (long long)number);
  answer_add(answer, text);
}

bool admin_no_response(rd_kafka_resp_err_t error) {
  return error == RD_KAFKA_RESP_ERR__TIMED_OUT || error == RD_KAFKA_RESP_ERR__TRANSPORT ||
         error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN;
}

bool admin_failed(struct admin_request *request, struct failure *failure, rd_kafka_resp_err_t error, const char *message) {
  char reason[sizeof request->log.last_error] = "";
  if (!error) return false;
  if (admin_no_response(error)) log_last_error(&request->log, reason, sizeof reason);
  failure_set(failure, error, *reason ? reason : message);
  return true;
}

bool admin_aborted(struct admin_request *request, struct failure *failure) {
  if (!atomic_load(&request->cancelled)) return log_refused(&request->log, failure);
  failure_set(failure, RD_KAFKA_RESP_ERR__INTR, "the request was cancelled");
  return true;
}

rd_kafka_AdminOptions_t *admin_options(struct admin_request *request, rd_kafka_admin_op_t operation) {
  char reason[128];
  int timeout_ms = admin_left_ms(request);
  rd_kafka_AdminOptions_t *options = rd_kafka_AdminOptions_new(request->client, operation);
  rd_kafka_AdminOptions_set_request_timeout(options, timeout_ms > 0 ? timeout_ms : 1, reason, sizeof reason);
  if (operation == RD_KAFKA_ADMIN_OP_CREATETOPICS || operation == RD_KAFKA_ADMIN_OP_DELETETOPICS) {
    int wait_ms = timeout_ms < longest_operation_ms ? timeout_ms : longest_operation_ms;
    rd_kafka_AdminOptions_set_operation_timeout(options, wait_ms, reason, sizeof reason);
  }
  return options;
}

void admin_ask_for_metadata(rd_kafka_t *client, int timeout_ms) {
  const struct rd_kafka_metadata *found = NULL;
  if (!rd_kafka_metadata(client, 0, NULL, &found, timeout_ms)) rd_kafka_metadata_destroy(found);
}

/*
 * While it waits, it asks for the controller from time to time. librdkafka asks only when the state of a broker changes: if the
 * cluster has no controller then, as while a single broker that was frozen registers again, an operation would wait until its
 * timeout.
 */
rd_kafka_event_t *admin_await(struct admin_request *request, rd_kafka_event_type_t type, struct failure *failure) {
  int64_t asked_us = clock_now_us();
  for (;;) {
    if (clock_now_us() - asked_us > lookup_interval_us) {
      admin_ask_for_metadata(request->client, lookup_ms);
      asked_us = clock_now_us();
    }
    rd_kafka_event_t *event = rd_kafka_queue_poll(request->queue, poll_ms);
    rd_kafka_poll(request->client, 0); /* serves error_cb, which writes to the log */
    if (event && rd_kafka_event_type(event) == type) {
      if (!admin_failed(request, failure, rd_kafka_event_error(event), rd_kafka_event_error_string(event))) return event;
      rd_kafka_event_destroy(event);
      return NULL;
    }
    if (event) rd_kafka_event_destroy(event);
    if (admin_aborted(request, failure)) return NULL;
    /* Fallback: librdkafka should time out the operation at the deadline itself. */
    if (clock_now_us() > request->deadline_us + grace_us) {
      admin_failed(request, failure, RD_KAFKA_RESP_ERR__TIMED_OUT, NULL);
      return NULL;
    }
  }
}
