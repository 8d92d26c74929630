/* Deadlines hold when the name servers do not respond. getaddrinfo is replaced (--wrap). */

#include <netdb.h>
#include <string.h>
#include <unistd.h>

#include "admin.h"
#include "check.h"
#include "clock.h"
#include "consumer.h"
#include "producer.h"

enum { silence_s = 30, bound_us = 10000000 };

/* NOLINTBEGIN(bugprone-reserved-identifier): names defined by the linker */
int __real_getaddrinfo(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **found);
int __wrap_getaddrinfo(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **found);

/* Blocks for the host "silent", as if no name server responded. */
int __wrap_getaddrinfo(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **found) {
  if (!node || strcmp(node, "silent") != 0 || hints->ai_flags & AI_NUMERICHOST)
    return __real_getaddrinfo(node, service, hints, found);
  sleep(silence_s);
  return EAI_AGAIN;
}
/* NOLINTEND(bugprone-reserved-identifier) */

static rd_kafka_conf_t *silent(void) {
  rd_kafka_conf_t *conf = configuration(NULL);
  configure(conf, "bootstrap.servers", "silent:9092");
  return conf;
}

static struct client_log *new_log(void) {
  struct client_log *log = malloc(sizeof *log);
  check(log != NULL);
  log_init(log);
  return log;
}

static void free_log(struct client_log *log) {
  log_destroy(log);
  free(log);
}

/* Gives the look-up time to start: a client closed before has nothing to wait for. */
static void allow_lookup_to_start(void) {
  usleep(200000);
}

static void producing(void) {
  int64_t start_us = clock_now_us();
  struct failure failure = {0};
  struct client_log *log = new_log();
  struct packed packed = pack(20, 20);
  struct producer_options options = {.topic = "payments", .max_in_flight_messages = 10, .max_in_flight_bytes = 10000};
  struct producer *producer = producer_open(silent(), &options, log, &failure);
  check(producer != NULL);
  allow_lookup_to_start();
  check_equal(producer_produce(producer, &packed.batch, 0, 50, &failure), 10);
  check_equal(producer_produce(producer, &packed.batch, 10, 50, &failure), 0);
  check(!producer_flush(producer, 50));
  producer_purge(producer, 1000);
  producer_free(producer);
  check(clock_now_us() - start_us < bound_us);
  unpack(&packed);
  free_log(log);
}

static void reading(void) {
  int64_t start_us = clock_now_us();
  struct failure failure = {0};
  struct client_log *log = new_log();
  struct consumer *consumer = consumer_open(
      silent(), &(struct consumer_options){"payments", &(struct consumer_position){.end = INT64_MAX}, 1, false}, log, &failure);
  check(consumer != NULL);
  consumer_read(consumer, 10, 1000, 300, &failure);
  check_equal(consumer_batch(consumer)->count, 0);
  consumer_free(consumer);
  check(clock_now_us() - start_us < bound_us);
  free_log(log);
}

static void requests(void) {
  static const char *const kinds[] = {"metadata", "describeTopic", "listOffsets", "listGroups"};
  char *topic[] = {"payments"};
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    int64_t start_us = clock_now_us();
    struct failure failure = {0};
    struct admin_request *request = admin_new(kinds[i], silent(), topic, 1, 300);
    check(request != NULL);
    check(!admin_run(request, &failure));
    check(clock_now_us() - start_us < bound_us);
    admin_free(request);
  }
}

const struct test deadline_tests[] = {
    {"producer_produce(), producer_flush(), producer_purge() and producer_close() do not wait for name servers that do not "
     "respond",
     producing},
    {"consumer_read() and consumer_close() do not wait for name servers that do not respond", reading},
    {"admin_run() meets its deadline if the name servers do not respond", requests},
    {NULL, NULL},
};
