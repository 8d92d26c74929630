/*
 * Internals of an admin request, for the files that implement the kinds of admin.h: admin_cluster.c, admin_topics.c,
 * admin_offsets.c and admin_groups.c. All functions run on the thread of admin_run.
 */
#ifndef STREAMCTL_ADMIN_REQUEST_H
#define STREAMCTL_ADMIN_REQUEST_H

#include <rdkafka.h>
#include <stdatomic.h>
#include <stdint.h>

#include "admin.h"
#include "log.h"

struct admin_request {
  bool (*perform)(struct admin_request *, struct failure *);
  rd_kafka_conf_t *conf; /* owned until admin_run creates the client */
  rd_kafka_t *client;
  rd_kafka_queue_t *queue;
  char **values;
  size_t value_count;
  int timeout_ms;
  int64_t deadline_us;
  int slice_ms; /* last result of admin_next_slice_ms, before the deadline was applied */
  atomic_bool cancelled;
  struct answer answer;
  struct client_log log;
};

/* The kinds of admin.h. Return false and fill *failure on error. */
bool admin_metadata(struct admin_request *request, struct failure *failure);
bool admin_create_topic(struct admin_request *request, struct failure *failure);
bool admin_delete_topic(struct admin_request *request, struct failure *failure);
bool admin_describe_topic(struct admin_request *request, struct failure *failure);
bool admin_describe_config(struct admin_request *request, struct failure *failure);
bool admin_list_offsets(struct admin_request *request, struct failure *failure);
bool admin_offsets_for_time(struct admin_request *request, struct failure *failure);
bool admin_list_groups(struct admin_request *request, struct failure *failure);
bool admin_group_offsets(struct admin_request *request, struct failure *failure);

/* Milliseconds until the deadline; 0 after it. */
int admin_left_ms(const struct admin_request *request);

/*
 * Timeout of the next attempt of a blocking call. Starts short, so that a cancellation is noticed soon, and doubles up to 2 s, so
 * that a slow broker can respond. Never exceeds the deadline.
 */
int admin_next_slice_ms(struct admin_request *request);

/* Appends a string to the answer. Sets out_of_memory on failure. */
void answer_add(struct answer *answer, const char *text);
void answer_add_number(struct answer *answer, int64_t number);

/* Returns true if the error means that the brokers do not respond. */
bool admin_no_response(rd_kafka_resp_err_t error);

/* Returns false if `error` is no error. Otherwise fills *failure. If the brokers do not respond, the message is the client's last
 * logged error, which gives the cause. */
bool admin_failed(struct admin_request *request, struct failure *failure, rd_kafka_resp_err_t error, const char *message);

/* Returns true and fills *failure if the request was cancelled or the brokers refuse this client: stop waiting. */
bool admin_aborted(struct admin_request *request, struct failure *failure);

/* Creates options with timeouts that end at the deadline. The caller destroys them. */
rd_kafka_AdminOptions_t *admin_options(struct admin_request *request, rd_kafka_admin_op_t operation);

/* Asks for the brokers and the controller, and waits for the answer. An answer that arrives later is used too. */
void admin_ask_for_metadata(rd_kafka_t *client, int timeout_ms);

/* Waits for the result of the operation just started. The caller owns the event. Returns NULL and fills *failure on error. */
rd_kafka_event_t *admin_await(struct admin_request *request, rd_kafka_event_type_t type, struct failure *failure);

/* Describes topic values[0]. The caller owns the event, and the event owns *description. Returns NULL and fills *failure on
 * error. */
rd_kafka_event_t *admin_describe(struct admin_request *request, const rd_kafka_TopicDescription_t **description,
                                 struct failure *failure);

#endif
