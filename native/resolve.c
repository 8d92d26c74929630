#include "resolve.h"

#include <netdb.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "log.h"
#include "thread.h"

enum { slice_us = 20000 };

/* Shared by the look-up thread and the waiting thread; the last user frees it. */
struct lookup {
  pthread_mutex_t lock;
  pthread_cond_t finished;
  int users;
  bool done;
  char *node, *service;
  struct addrinfo hints;
  int error;
  struct addrinfo *found; /* owned by the lookup until the waiting thread takes it */
};

/* Drops a reference. Caller holds the lock, which is released. */
static void leave(struct lookup *lookup) {
  bool last = --lookup->users == 0;
  pthread_mutex_unlock(&lookup->lock);
  if (!last) return;
  if (lookup->found) freeaddrinfo(lookup->found);
  pthread_cond_destroy(&lookup->finished);
  pthread_mutex_destroy(&lookup->lock);
  free(lookup->service);
  free(lookup->node);
  free(lookup);
}

static void *look_up(void *argument) {
  struct lookup *lookup = argument;
  struct addrinfo *found = NULL;
  int error = getaddrinfo(lookup->node, lookup->service, &lookup->hints, &found);
  pthread_mutex_lock(&lookup->lock);
  lookup->error = error;
  lookup->found = error ? NULL : found;
  lookup->done = true;
  pthread_cond_signal(&lookup->finished);
  leave(lookup);
  return NULL;
}

static struct lookup *new_lookup(const char *node, const char *service, const struct addrinfo *hints) {
  struct lookup *lookup = calloc(1, sizeof *lookup);
  if (!lookup) return NULL;
  lookup->users = 1;
  lookup->hints = *hints;
  lookup->node = strdup(node);
  lookup->service = service ? strdup(service) : NULL;
  if (lookup->node && (lookup->service || !service) && pthread_mutex_init(&lookup->lock, NULL) == 0) {
    if (clock_condition_init(&lookup->finished) == 0) return lookup;
    pthread_mutex_destroy(&lookup->lock);
  }
  free(lookup->service);
  free(lookup->node);
  free(lookup);
  return NULL;
}

/* Like getaddrinfo, but returns EAI_AGAIN when the client closes. */
static int await(struct lookup *lookup, const struct client_log *log, struct addrinfo **found) {
  pthread_t thread;
  pthread_mutex_lock(&lookup->lock);
  int error = EAI_AGAIN;
  if (thread_start(&thread, look_up, lookup) == 0) {
    pthread_detach(thread);
    lookup->users++;
    while (!lookup->done && !atomic_load(&log->closing))
      clock_wait_until(&lookup->finished, &lookup->lock, clock_now_us() + slice_us);
    if (lookup->done) {
      error = lookup->error;
      *found = lookup->found;
      lookup->found = NULL;
    }
  }
  leave(lookup);
  return error;
}

/* librdkafka's resolve_cb, called on broker threads. Without node and service, it frees the result of an earlier call. */
static int resolve(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **found, void *opaque) {
  if (!node && !service) {
    freeaddrinfo(*found);
    return 0;
  }
  /* Numeric addresses need no name server. */
  struct addrinfo numeric = *hints;
  numeric.ai_flags |= AI_NUMERICHOST;
  int error = getaddrinfo(node, service, &numeric, found);
  if (error != EAI_NONAME || !node) return error;
  struct lookup *lookup = new_lookup(node, service, hints);
  return lookup ? await(lookup, opaque, found) : EAI_MEMORY;
}

void resolve_attach(rd_kafka_conf_t *conf) {
  rd_kafka_conf_set_resolve_cb(conf, resolve);
}
