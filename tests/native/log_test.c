#include "log.h"

#include <pthread.h>
#include <string.h>

#include "check.h"

struct bench {
  struct client_log log;
  struct log_line lines[LOG_LINES + 1];
};

static struct bench *open_bench(void) {
  struct bench *bench = malloc(sizeof *bench);
  check(bench != NULL);
  log_init(&bench->log);
  return bench;
}

static void close_bench(struct bench *bench) {
  log_destroy(&bench->log);
  free(bench);
}

static void add_numbered(struct client_log *log, int count) {
  for (int i = 0; i < count; i++) {
    char text[32];
    snprintf(text, sizeof text, "line %d", i);
    log_add(log, 6, "TEST", text);
  }
}

static void ring(void) {
  struct bench *bench = open_bench();
  add_numbered(&bench->log, LOG_LINES + 10);
  check_equal(log_drain(&bench->log, bench->lines), LOG_LINES + 1);
  check(strcmp(bench->lines[0].message, "10 earlier lines were dropped") == 0);
  check(strcmp(bench->lines[1].message, "line 10") == 0);
  check(strcmp(bench->lines[LOG_LINES].message, "line 137") == 0);
  check_equal(log_drain(&bench->log, bench->lines), 0);
  add_numbered(&bench->log, 3);
  check_equal(log_drain(&bench->log, bench->lines), 3);
  close_bench(bench);
}

static void long_lines(void) {
  struct bench *bench = open_bench();
  char text[4096], copy[sizeof bench->log.last_error];
  memset(text, 'x', sizeof text - 1);
  text[sizeof text - 1] = '\0';
  log_add(&bench->log, 3, text, text);
  log_add(&bench->log, 3, text, text);
  check_equal(log_drain(&bench->log, bench->lines), 1);
  check_equal(strlen(bench->lines[0].message), sizeof bench->lines[0].message - 1);
  check_equal(strlen(bench->lines[0].source), sizeof bench->lines[0].source - 1);
  log_last_error(&bench->log, copy, sizeof copy);
  check_equal(strlen(copy), sizeof copy - 1);
  close_bench(bench);
}

static void outages(void) {
  struct bench *bench = open_bench();
  char reason[64];
  log_error(&bench->log, RD_KAFKA_RESP_ERR__TRANSPORT, "refused");
  log_error(&bench->log, RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, "all are down");
  check_equal(log_outages(&bench->log), 1);
  log_last_error(&bench->log, reason, sizeof reason);
  check(strcmp(reason, "refused") == 0);
  close_bench(bench);
}

static void *write_many(void *log) {
  add_numbered(log, 20000);
  return NULL;
}

static void threads(void) {
  struct bench *bench = open_bench();
  pthread_t writers[2];
  for (int i = 0; i < 2; i++)
    check_equal(pthread_create(&writers[i], NULL, write_many, &bench->log), 0);
  for (int i = 0; i < 200; i++)
    check(log_drain(&bench->log, bench->lines) <= LOG_LINES + 1);
  for (int i = 0; i < 2; i++)
    pthread_join(writers[i], NULL);
  close_bench(bench);
}

const struct test log_tests[] = {
    {"log_add() keeps the newest lines, and log_drain() reports the number of dropped lines", ring},
    {"log_add() truncates long lines and ignores repetitions", long_lines},
    {"log_error() counts outages and keeps the error before them", outages},
    {"log_add() and log_drain() may be called from several threads", threads},
    {NULL, NULL},
};
