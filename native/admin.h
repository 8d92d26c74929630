/*
 * Requests to a cluster, each with a client of its own that lives as long as the request. Knows nothing of JavaScript.
 *
 * Threads: admin_run blocks, on any thread, until the answer or the deadline; admin_cancel may be called meanwhile from another.
 */
#ifndef STREAMCTL_ADMIN_H
#define STREAMCTL_ADMIN_H

#include <stdbool.h>
#include <stddef.h>

#include "failure.h"

/* Texts in a row; their meaning depends on the request. Owned copies. */
struct answer {
  char **items;
  size_t count, capacity;
  bool out_of_memory;
};

struct admin_request;

/*
 * Kinds, with their values and answers, one text each:
 *
 * - metadata: nothing; the controller's id, the number of brokers, then id, host, port of each, topic, partitions of each
 * - createTopic: topic, partitions, replication, then name, value of each property; nothing
 * - describeTopic: topic; its id, partitions
 * - deleteTopic: topic; nothing
 * - describeConfig: topic; name, value of each property
 * - listOffsets: topic; partition, low, last stable offset, high of each
 * - listGroups: nothing; id and state of each consumer group
 * - groupOffsets: group; topic, partition, committed offset of each partition that has one
 *
 * Takes over conf in any case; values must outlive the request. NULL: the kind or its values are wrong, or memory is short.
 */
struct admin_request *admin_new(const char *kind, rd_kafka_conf_t *conf, char **values, size_t value_count, int timeout_ms);

/* Once. False: *failure. */
bool admin_run(struct admin_request *request, struct failure *failure);

/* After a successful run; belongs to the request. */
const struct answer *admin_answer(const struct admin_request *request);

/* A run ends soon (within 2 s at worst, where a broker does not answer) with RD_KAFKA_RESP_ERR__INTR. Any thread. */
void admin_cancel(struct admin_request *request);

/* Not while it runs. */
void admin_free(struct admin_request *request);

#endif
