/*
 * Admin requests. Each has its own client, which is destroyed at the end of the run. Independent of Node-API.
 *
 * Threads: admin_run may run on any thread and blocks until the response or the deadline. Meanwhile, admin_cancel may be called
 * from another thread.
 */
#ifndef STREAMCTL_ADMIN_H
#define STREAMCTL_ADMIN_H

#include <stdbool.h>
#include <stddef.h>

#include "failure.h"

/* A list of strings, owned. Their meaning depends on the kind of request. */
struct answer {
  char **items;
  size_t count, capacity;
  bool out_of_memory;
};

struct admin_request;

/*
 * Kinds of requests, in the form "values -> answer". Each item is one string.
 *
 * - metadata: none -> controller id, number of brokers, then id, host, port of each broker, then name, partitions of each topic
 * - createTopic: topic, partitions, replication factor, then name, value of each property -> none
 * - describeTopic: topic -> topic id, partitions
 * - deleteTopic: topic -> none
 * - describeConfig: topic -> name, value of each property
 * - listOffsets: topic -> partition, low watermark, last stable offset, high watermark of each partition
 * - offsetsForTime: topic, ms -> partition, offset of its first message with that timestamp or a later one, or its last stable
 *   offset if there is none
 * - listGroups: none -> id, state of each consumer group
 * - groupOffsets: group -> topic, partition, committed offset of each partition with a committed offset
 *
 * Takes ownership of conf, also on failure. values must outlive the request. Returns NULL for an unknown kind, too few values or
 * lack of memory.
 */
struct admin_request *admin_new(const char *kind, rd_kafka_conf_t *conf, char **values, size_t value_count, int timeout_ms);

/* May be called once per request. Returns false and fills *failure on error. */
bool admin_run(struct admin_request *request, struct failure *failure);

/* Valid after a successful run; owned by the request. */
const struct answer *admin_answer(const struct admin_request *request);

/* Makes the run fail with RD_KAFKA_RESP_ERR__INTR, within 2 s even if a broker does not respond. Any thread. */
void admin_cancel(struct admin_request *request);

/* Must not be called during admin_run. */
void admin_free(struct admin_request *request);

#endif
