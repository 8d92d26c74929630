/*
 * The speed of librdkafka itself, measured as its performance program does: one rd_kafka_produce per message with a constant
 * value that is never copied, a delivery callback that counts, and a poll every thousand messages. The reference for the other
 * producers.
 *
 * loop <brokers> <topic> <count> [one-key|ten-keys] [property=value …]
 *
 * Prints {"delivered", "elapsedMs"}. The time excludes the first message, which is sent and awaited separately, because a newly
 * connected client waits half a second for the id of its idempotent producer. Exits with 1 unless all messages were delivered.
 */
#include <inttypes.h>
#include <rdkafka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { value_bytes = 150, poll_every = 1000, patience_ms = 30000 };

/* The users of `streamctl data`. */
static const char *const keys[] = {"02e88613-6e3f-4305-bafe-9b48ef89c5c0", "1c86ce27-24b5-47dd-948b-7747c5007a0b",
                                   "26ed8be3-6adc-47cf-a717-1da3682c69c4", "34cc50a5-811f-4122-bb54-e4137a92f420",
                                   "4038ac85-0882-4467-8142-6ff3085fc17a", "5484ec1c-c9e2-4ef5-85b8-58385b022a8a",
                                   "655f9ecd-c3fd-428f-b680-fc073eaf32a3", "79f5bc60-9814-4d51-9221-b428dd85ba8a",
                                   "868debd4-8f6e-47b5-a767-34e614d7a88a", "95d1d6aa-9e42-412d-b74e-c005e523279c"};
enum { key_count = sizeof keys / sizeof keys[0] };

/* The settings of `streamctl data`. */
static const char *const properties[] = {"enable.idempotence=true",  "acks=all",           "linger.ms=5",
                                         "batch.num.messages=10000", "batch.size=1000000", "partitioner=murmur2_random"};

struct reports {
  uint64_t delivered, failed;
};

/* Called on the thread that polls, which also produces. */
static void count_report(rd_kafka_t *client, const rd_kafka_message_t *message, void *opaque) {
  struct reports *reports = opaque;
  (void)client;
  if (message->err)
    reports->failed++;
  else
    reports->delivered++;
}

static void fail(const char *what, const char *why) {
  fprintf(stderr, "loop: %s: %s\n", what, why);
  exit(1);
}

static void set(rd_kafka_conf_t *conf, const char *name, const char *value) {
  char reason[512];
  if (rd_kafka_conf_set(conf, name, value, reason, sizeof reason) != RD_KAFKA_CONF_OK) fail(name, reason);
}

static void set_pair(rd_kafka_conf_t *conf, const char *pair) {
  char name[128];
  const char *equals = strchr(pair, '=');
  if (!equals || (size_t)(equals - pair) >= sizeof name) fail(pair, "not property=value");
  memcpy(name, pair, (size_t)(equals - pair));
  name[equals - pair] = '\0';
  set(conf, name, equals + 1);
}

static rd_kafka_t *connect_producer(const char *brokers, char **pairs, struct reports *reports) {
  char reason[512];
  rd_kafka_conf_t *conf = rd_kafka_conf_new();
  set(conf, "bootstrap.servers", brokers);
  for (size_t i = 0; i < sizeof properties / sizeof properties[0]; i++)
    set_pair(conf, properties[i]);
  for (; *pairs; pairs++)
    set_pair(conf, *pairs);
  rd_kafka_conf_set_opaque(conf, reports);
  rd_kafka_conf_set_dr_msg_cb(conf, count_report);
  rd_kafka_t *client = rd_kafka_new(RD_KAFKA_PRODUCER, conf, reason, sizeof reason);
  if (!client) fail("rd_kafka_new", reason);
  return client;
}

static double now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void produce(rd_kafka_t *client, rd_kafka_topic_t *topic, uint64_t count, size_t kinds_of_keys) {
  char value[value_bytes];
  memset(value, 'x', sizeof value);
  size_t turn = 0;
  for (uint64_t sent = 0; sent < count; sent++) {
    const char *key = keys[turn];
    if (++turn == kinds_of_keys) turn = 0;
    while (rd_kafka_produce(topic, RD_KAFKA_PARTITION_UA, 0, value, sizeof value, key, strlen(key), NULL)) {
      rd_kafka_resp_err_t error = rd_kafka_last_error();
      if (error != RD_KAFKA_RESP_ERR__QUEUE_FULL) fail("rd_kafka_produce", rd_kafka_err2str(error));
      rd_kafka_poll(client, 10);
    }
    if (sent % poll_every == 0) rd_kafka_poll(client, 0);
  }
  /* The value is on the stack of this function: no message may be in flight when it returns. */
  if (rd_kafka_flush(client, patience_ms)) fail("rd_kafka_flush", "messages are still in flight");
}

int main(int argc, char **argv) {
  if (argc < 4) fail("usage", "loop <brokers> <topic> <count> [one-key|ten-keys] [property=value ...]");
  uint64_t count = strtoull(argv[3], NULL, 10);
  if (count == 0) fail(argv[3], "not a number of messages");
  const char *mode = argc > 4 ? argv[4] : "one-key";
  size_t kinds_of_keys = strcmp(mode, "ten-keys") == 0 ? key_count : 1;
  if (kinds_of_keys == 1 && strcmp(mode, "one-key") != 0) fail(mode, "neither one-key nor ten-keys");

  struct reports reports = {0};
  rd_kafka_t *client = connect_producer(argv[1], argc > 5 ? argv + 5 : argv + argc, &reports);
  rd_kafka_topic_t *topic = rd_kafka_topic_new(client, argv[2], NULL);
  if (!topic) fail("rd_kafka_topic_new", rd_kafka_err2str(rd_kafka_last_error()));

  produce(client, topic, 1, 1);
  double started_ms = now_ms();
  produce(client, topic, count - 1, kinds_of_keys);
  double elapsed_ms = now_ms() - started_ms;

  rd_kafka_topic_destroy(topic);
  rd_kafka_destroy(client);
  printf("{\"delivered\":%" PRIu64 ",\"elapsedMs\":%.1f}\n", reports.delivered, elapsed_ms);
  return reports.delivered == count ? 0 : 1;
}
