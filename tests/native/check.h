/* Shared by the tests of native/: checks, a mock cluster, batches of numbered messages. */
#ifndef STREAMCTL_CHECK_H
#define STREAMCTL_CHECK_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "batch.h"

#include <rdkafka_mock.h> /* after rdkafka.h */

/* Prints a failed condition and ends the program, as a sanitizer's report does. */
#define check(condition)                                                                                                         \
  do {                                                                                                                           \
    if (!(condition)) check_failed(__FILE__, __LINE__, #condition, 0, 0);                                                        \
  } while (0)

/* Checks that two integers are equal. */
#define check_equal(found, expected)                                                                                             \
  do {                                                                                                                           \
    long long check_found = (long long)(found), check_expected = (long long)(expected);                                          \
    if (check_found != check_expected) check_failed(__FILE__, __LINE__, #found, check_found, check_expected);                    \
  } while (0)

_Noreturn void check_failed(const char *file, int line, const char *what, long long found, long long expected);

/* A test: a sentence about a function, and the code. */
struct test {
  const char *sentence;
  void (*run)(void);
};

/* The tests of each file, terminated by a row without a name. */
extern const struct test account_tests[], admin_tests[], batch_tests[], consumer_tests[], deadline_tests[], latency_tests[],
    log_tests[], producer_tests[];

/* librdkafka's mock cluster, with the topic "payments". */
struct mock {
  rd_kafka_t *client;
  rd_kafka_mock_cluster_t *cluster;
};
struct mock mock_open(int partitions); /* one broker */
struct mock mock_open_brokers(int brokers, int partitions);
void mock_close(struct mock *mock);

/* A configuration for the cluster; if mock is NULL, for a port without a listener. */
rd_kafka_conf_t *configuration(const struct mock *mock);
void configure(rd_kafka_conf_t *conf, const char *name, const char *value);

/* Arrays of exactly the required size, so that a sanitizer detects any access beyond them. */
struct packed {
  struct batch batch;
  uint8_t *bytes;
  uint32_t *offsets, *weights;
};
/* `count` messages with distinct keys, values of value_bytes bytes and weights 0, 1, 2, 0, 1, ... */
struct packed pack(uint32_t count, uint32_t value_bytes);
void unpack(struct packed *packed);

#endif
