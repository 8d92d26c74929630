/*
 * Log lines and errors of one client, kept in a ring buffer of fixed size until JavaScript drains it. Nothing is printed.
 * Thread-safe: librdkafka's threads write, and the JavaScript thread reads.
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
  int level; /* syslog severity: 0 emergency ... 7 debug */
  char source[24];
  char message[512]; /* librdkafka's limit */
};

struct client_log {
  atomic_bool closing; /* the client is closing: its threads stop waiting for name look-ups (resolve.h) */
  pthread_mutex_t lock;
  struct log_line lines[LOG_LINES];
  size_t first, count;
  uint64_t dropped;       /* lines overwritten since the last drain */
  uint64_t outages;       /* number of ALL_BROKERS_DOWN errors */
  char last_error[512];   /* last connection failure, or last line of severity error or worse; empty if none */
  struct failure refusal; /* last authentication or TLS error; empty if none */
};

void log_init(struct client_log *log);
void log_destroy(struct client_log *log);

/* Call it before purging or destroying the client. Any thread. */
void log_closing(struct client_log *log);

/* Adds a line. Overwrites the oldest line of a full ring, and ignores a repetition of the last line. Any thread. */
void log_add(struct client_log *log, int level, const char *source, const char *message);

/* Adds a client error, which librdkafka reports separately from its log. Any thread. */
void log_error(struct client_log *log, rd_kafka_resp_err_t error, const char *reason);

/* Number of ALL_BROKERS_DOWN errors since log_init. Any thread. */
uint64_t log_outages(struct client_log *log);

/*
 * Returns true if all brokers are down and authentication or the TLS handshake with one of them failed. *failure is that error.
 * Any thread.
 */
bool log_refused(struct client_log *log, struct failure *failure);

/* Removes all lines, oldest first, preceded by a note if lines were dropped. Returns the number of lines. Any thread. */
size_t log_drain(struct client_log *log, struct log_line lines[LOG_LINES + 1]);

/* Copies last_error to buffer. Any thread. */
void log_last_error(struct client_log *log, char *buffer, size_t size);

/*
 * Makes a client with this configuration write to the log. The log must outlive the client. librdkafka calls log_cb on any of its
 * threads, and error_cb on the thread that polls the client.
 */
void log_attach(struct client_log *log, rd_kafka_conf_t *conf);

#endif
