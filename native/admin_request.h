/*
 * The inside of an admin request, for the files that perform the kinds of admin.h: admin_cluster.c, admin_topics.c,
 * admin_offsets.c and admin_groups.c. Everything runs on the thread of admin_run.
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
  rd_kafka_conf_t *conf; /* until the client takes it over */
  rd_kafka_t *client;
  rd_kafka_queue_t *queue;
  char **values;
  size_t value_count;
  int timeout_ms;
  int64_t deadline_us;
  int slice_ms; /* of the newest admin_next_slice_ms */
  atomic_bool cancelled;
  struct answer answer;
  struct client_log log;
};

/* The kinds of admin.h. False: *failure. */
bool admin_metadata(struct admin_request *request, struct failure *failure);
bool admin_create_topic(struct admin_request *request, struct failure *failure);
bool admin_delete_topic(struct admin_request *request, struct failure *failure);
bool admin_describe_topic(struct admin_request *request, struct failure *failure);
bool admin_describe_config(struct admin_request *request, struct failure *failure);
bool admin_list_offsets(struct admin_request *request, struct failure *failure);
bool admin_list_groups(struct admin_request *request, struct failure *failure);
bool admin_group_offsets(struct admin_request *request, struct failure *failure);

/* Milliseconds until the deadline, 0 after it. */
int admin_left_ms(const struct admin_request *request);

/*
 * How long the next try of a blocking call may take: short at first, so that a cancel is noticed soon, then longer, so that a
 * slow broker gets its time; never beyond the deadline.
 */
int admin_next_slice_ms(struct admin_request *request);

/* A client with this configuration, which it takes over in any case. NULL: *failure. */
rd_kafka_t *admin_open_client(rd_kafka_conf_t *conf, struct failure *failure);

/* One more text of the answer. */
void admin_give(struct answer *answer, const char *text);
void admin_give_number(struct answer *answer, int64_t number);

/* False where `error` is none; otherwise a failure which, where nobody answers, quotes the log: that says why. */
bool admin_failed(struct admin_request *request, struct failure *failure, rd_kafka_resp_err_t error, const char *message);

/* Whether waiting is useless: the request was cancelled, or the brokers refuse this client. Then *failure says which. */
bool admin_hopeless(struct admin_request *request, struct failure *failure);

/* Options whose timeouts end at the deadline; the caller destroys them. */
rd_kafka_AdminOptions_t *admin_options(struct admin_request *request, rd_kafka_admin_op_t operation);

/* The event that answers the operation just started, owned by the caller; NULL: *failure. */
rd_kafka_event_t *admin_await(struct admin_request *request, rd_kafka_event_type_t type, struct failure *failure);

/* The event that describes topic values[0], owned by the caller, and the description in it; NULL: *failure. */
rd_kafka_event_t *admin_describe(struct admin_request *request, const rd_kafka_TopicDescription_t **description,
                                 struct failure *failure);

#endif
