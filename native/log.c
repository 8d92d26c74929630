#include "log.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "resolve.h"

enum { level_error = 3, level_warning = 4 };

void log_init(struct client_log *log) {
  pthread_mutex_init(&log->lock, NULL);
  atomic_init(&log->closing, false);
  log->first = log->count = 0;
  log->dropped = 0;
  log->outages = 0;
  log->last_error[0] = '\0';
  log->refusal = (struct failure){0};
}

void log_destroy(struct client_log *log) {
  pthread_mutex_destroy(&log->lock);
}

void log_closing(struct client_log *log) {
  atomic_store(&log->closing, true);
}

/* A client that cannot connect logs the same line repeatedly. */
static bool is_repeated(const struct client_log *log, const char *source, const char *message) {
  const struct log_line *newest = &log->lines[(log->first + log->count - 1) % LOG_LINES];
  return log->count > 0 && strncmp(newest->source, source, sizeof newest->source - 1) == 0 &&
         strncmp(newest->message, message, sizeof newest->message - 1) == 0;
}

void log_add(struct client_log *log, int level, const char *source, const char *message) {
  pthread_mutex_lock(&log->lock);
  if (is_repeated(log, source, message)) {
    pthread_mutex_unlock(&log->lock);
    return;
  }
  if (log->count == LOG_LINES) {
    log->first = (log->first + 1) % LOG_LINES;
    log->count--;
    log->dropped++;
  }
  struct log_line *line = &log->lines[(log->first + log->count++) % LOG_LINES];
  line->level = level;
  snprintf(line->source, sizeof line->source, "%s", source);
  snprintf(line->message, sizeof line->message, "%s", message);
  /* librdkafka does not log a connection closed by the peer as an error, but it is often the only sign of a wrong protocol. */
  if (level <= level_error || strcmp(source, "FAIL") == 0) snprintf(log->last_error, sizeof log->last_error, "%s", message);
  pthread_mutex_unlock(&log->lock);
}

size_t log_drain(struct client_log *log, struct log_line lines[LOG_LINES + 1]) {
  size_t drained = 0;
  pthread_mutex_lock(&log->lock);
  if (log->dropped) {
    struct log_line *note = &lines[drained++];
    note->level = level_warning;
    snprintf(note->source, sizeof note->source, "LOG");
    snprintf(note->message, sizeof note->message, "%" PRIu64 " earlier lines were dropped", log->dropped);
    log->dropped = 0;
  }
  for (; log->count; log->count--) {
    lines[drained++] = log->lines[log->first];
    log->first = (log->first + 1) % LOG_LINES;
  }
  pthread_mutex_unlock(&log->lock);
  return drained;
}

void log_last_error(struct client_log *log, char *buffer, size_t size) {
  pthread_mutex_lock(&log->lock);
  snprintf(buffer, size, "%s", log->last_error);
  pthread_mutex_unlock(&log->lock);
}

/* librdkafka's log_cb. Called on any thread of librdkafka, also before rd_kafka_new returns. */
static void on_log(const rd_kafka_t *client, int level, const char *source, const char *message) {
  struct client_log *log = client ? rd_kafka_opaque(client) : NULL;
  if (log) log_add(log, level, source, message);
}

void log_error(struct client_log *log, rd_kafka_resp_err_t error, const char *reason) {
  /* ALL_BROKERS_DOWN follows lines with the cause. Log it as a warning, so that last_error keeps the cause. */
  int level = error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN ? level_warning : level_error;
  bool refusal = error == RD_KAFKA_RESP_ERR__AUTHENTICATION || error == RD_KAFKA_RESP_ERR__SSL;
  log_add(log, level, rd_kafka_err2name(error), reason);
  pthread_mutex_lock(&log->lock);
  if (refusal) failure_set(&log->refusal, error, reason);
  if (level != level_error) log->outages++;
  pthread_mutex_unlock(&log->lock);
}

bool log_refused(struct client_log *log, struct failure *failure) {
  pthread_mutex_lock(&log->lock);
  bool refused = log->outages > 0 && log->refusal.code[0];
  if (refused) *failure = log->refusal;
  pthread_mutex_unlock(&log->lock);
  return refused;
}

uint64_t log_outages(struct client_log *log) {
  pthread_mutex_lock(&log->lock);
  uint64_t outages = log->outages;
  pthread_mutex_unlock(&log->lock);
  return outages;
}

/* librdkafka's error_cb. Called on the thread that polls the client. */
static void on_error(rd_kafka_t *client, int error, const char *reason, void *opaque) {
  (void)client;
  log_error(opaque, (rd_kafka_resp_err_t)error, reason);
}

void log_attach(struct client_log *log, rd_kafka_conf_t *conf) {
  rd_kafka_conf_set_opaque(conf, log);
  rd_kafka_conf_set_log_cb(conf, on_log);
  rd_kafka_conf_set_error_cb(conf, on_error);
  resolve_attach(conf);
}
