/*
 * librdkafka's log lines and errors of one client, kept in a ring of fixed size until JavaScript asks for them. Nothing is
 * ever printed. Any thread of librdkafka writes, the JavaScript thread reads: a lock lies inside.
 */
#ifndef STREAMCTL_LOG_H
#define STREAMCTL_LOG_H

#include <pthread.h>
#include <rdkafka.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "failure.h"

#define LOG_LINES 128

struct log_line {
  int level; /* syslog's: 0 emergency ... 7 debug */
  char source[24];
  char message[512]; /* as long as librdkafka makes them */
};

struct client_log {
  atomic_bool closing; /* the client is given up: look-ups of its threads end (resolve.h) */
  pthread_mutex_t lock;
  struct log_line lines[LOG_LINES];
  size_t first, count;
  uint64_t dropped;       /* lines overwritten since the last drain */
  uint64_t outages;       /* how often all brokers were found to be down */
  char last_error[512];   /* why the newest connection failed, or the newest line of level error or worse; empty if none */
  struct failure refusal; /* newest error of credentials or certificates; empty if none */
};

void log_init(struct client_log *log);
void log_destroy(struct client_log *log);

/* To be called before the client is purged or destroyed. Any thread. */
void log_closing(struct client_log *log);

/* Adds a line, in place of the oldest one when the ring is full; not twice in a row. Any thread. */
void log_add(struct client_log *log, int level, const char *source, const char *message);

/* Adds an error of the whole client, which librdkafka reports apart from its log. Any thread. */
void log_error(struct client_log *log, rd_kafka_resp_err_t error, const char *reason);

/* How often all brokers were found to be down since the beginning. Any thread. */
uint64_t log_outages(struct client_log *log);

/*
 * Whether the brokers will not have this client: all are down, and one refused its credentials or certificates, or offered
 * ones that the client refuses. Then *failure says why. Any thread.
 */
bool log_refused(struct client_log *log, struct failure *failure);

/* Moves up to LOG_LINES lines out, oldest first, preceded by a note when lines were dropped. Returns their number. Any thread. */
size_t log_drain(struct client_log *log, struct log_line lines[LOG_LINES + 1]);

/* Copies why the newest connection failed, or the newest error line; leaves an empty string when there was none. Any thread. */
void log_last_error(struct client_log *log, char *buffer, size_t size);

/*
 * Makes a client with this configuration write to the log. The log must outlive the client. librdkafka calls log_cb from any
 * of its threads, and error_cb from the thread that polls the client.
 */
void log_attach(struct client_log *log, rd_kafka_conf_t *conf);

#endif
