#include "producer.h"

#include <string.h>

#include "check.h"

struct sender {
  struct producer *producer;
  struct client_log log;
};

static struct sender *open_sender(rd_kafka_conf_t *conf, struct producer_options options) {
  struct failure failure = {0};
  struct sender *sender = malloc(sizeof *sender);
  check(sender != NULL);
  log_init(&sender->log);
  if (!options.topic) options.topic = "payments";
  if (!options.max_in_flight_messages) options.max_in_flight_messages = 10000;
  if (!options.max_in_flight_bytes) options.max_in_flight_bytes = 1 << 20;
  sender->producer = producer_open(conf, &options, &sender->log, &failure);
  check(sender->producer != NULL);
  return sender;
}

static struct producer_statistics balanced(struct producer *producer) {
  struct producer_statistics now;
  uint64_t errors = 0;
  producer_statistics(producer, &now);
  for (size_t i = 0; i < now.error_count; i++)
    errors += now.errors[i].count;
  check_equal(now.delivered + now.failed + now.unresolved + now.in_flight, now.accepted);
  check_equal(errors, now.failed + now.unresolved);
  return now;
}

static void close_sender(struct sender *sender) {
  producer_close(sender->producer);
  check_equal(balanced(sender->producer).in_flight, 0);
  producer_free(sender->producer);
  log_destroy(&sender->log);
  free(sender);
}

static void send_all(struct producer *producer, const struct batch *batch) {
  struct failure failure = {0};
  for (uint32_t first = 0; first < batch->count;) {
    int64_t taken = producer_produce(producer, batch, first, 5000, &failure);
    check(taken >= 0);
    first += (uint32_t)taken;
  }
}

/* All sequences of four operations, with a check of the statistics after each one, on one cluster. */
static void any_order(void) {
  enum { operations = 4, steps = 4, rows = 256 };
  struct mock mock = mock_open(3);
  struct packed packed = pack(20, 30);
  for (int row = 0; row < rows; row++) {
    struct sender *sender = open_sender(configuration(&mock), (struct producer_options){.partition_here = row % 3 > 0});
    bool ended = false;
    for (int step = 0, rest = row; step < steps; step++, rest /= operations) {
      struct failure failure = {0};
      switch (rest % operations) {
      case 0:
        if (ended)
          check_equal(producer_produce(sender->producer, &packed.batch, 0, 0, &failure), -1);
        else
          send_all(sender->producer, &packed.batch);
        check_equal(failure.code[0] != '\0', ended);
        break;
      case 1:
        check(producer_flush(sender->producer, 10000));
        break;
      case 2:
        producer_purge(sender->producer, 5000);
        check_equal(balanced(sender->producer).in_flight, 0);
        ended = true;
        break;
      default:
        producer_close(sender->producer);
        ended = true;
      }
      balanced(sender->producer);
    }
    close_sender(sender);
  }
  unpack(&packed);
  mock_close(&mock);
}

static void delivery(void) {
  struct mock mock = mock_open(5);
  struct packed packed = pack(1000, 40);
  for (int here = 0; here < 2; here++) {
    struct sender *sender = open_sender(configuration(&mock), (struct producer_options){.partition_here = here});
    for (int i = 0; i < 20; i++)
      send_all(sender->producer, &packed.batch);
    check(producer_flush(sender->producer, 20000));
    struct producer_statistics now = balanced(sender->producer);
    check_equal(now.delivered, 20000);
    check_equal(now.bytes, 20 * packed.batch.bytes_length);
    check_equal(now.weighted_count, 20 * 666);
    check_equal(now.weight_sum, 20 * 999);
    close_sender(sender);
  }
  unpack(&packed);
  mock_close(&mock);
}

/* Tiny limits, messages larger than the limits, empty keys and values. */
static void limits(void) {
  static const struct producer_options small[] = {
      {.max_in_flight_messages = 1, .partition_here = true},
      {.max_in_flight_messages = 3, .max_in_flight_bytes = 60},
      {.max_in_flight_bytes = 1, .partition_here = true},
  };
  struct mock mock = mock_open(3);
  struct packed packed = pack(60, 20);
  for (size_t i = 0; i < 10; i++)
    packed.offsets[2 * i + 1] = packed.offsets[2 * i]; /* empty key */
  for (size_t i = 10; i < 20; i++)
    packed.offsets[2 * i + 1] = packed.offsets[2 * i + 2]; /* empty value */
  for (size_t i = 0; i < sizeof small / sizeof *small; i++) {
    rd_kafka_conf_t *conf = configuration(&mock);
    configure(conf, "linger.ms", "0");
    struct sender *sender = open_sender(conf, small[i]);
    send_all(sender->producer, &packed.batch);
    check(producer_flush(sender->producer, 10000));
    check_equal(balanced(sender->producer).delivered, 60);
    close_sender(sender);
  }
  unpack(&packed);
  mock_close(&mock);
}

static void wrong_batches(void) {
  struct mock mock = mock_open(3);
  struct packed packed = pack(10, 20);
  struct sender *sender = open_sender(configuration(&mock), (struct producer_options){.partition_here = true});
  for (uint32_t place = 0; place <= 20; place++) {
    struct failure failure = {0};
    uint32_t right = packed.offsets[place];
    packed.offsets[place] = UINT32_MAX - place;
    check_equal(producer_produce(sender->producer, &packed.batch, 0, 5000, &failure), -1);
    check(strcmp(failure.code, "_INVALID_ARG") == 0);
    packed.offsets[place] = right;
  }
  struct failure failure = {0};
  check_equal(producer_produce(sender->producer, &packed.batch, 11, 0, &failure), -1);
  check_equal(producer_produce(sender->producer, &packed.batch, UINT32_MAX, 0, &failure), -1);
  check_equal(producer_produce(sender->producer, &packed.batch, 10, 5000, &failure), 0);
  check_equal(balanced(sender->producer).accepted, 0);
  close_sender(sender);
  unpack(&packed);
  mock_close(&mock);
}

static void too_large(void) {
  struct mock mock = mock_open(3);
  struct packed large = pack(30, 3000), small = pack(30, 100);
  rd_kafka_conf_t *conf = configuration(&mock);
  configure(conf, "message.max.bytes", "2000");
  struct sender *sender = open_sender(conf, (struct producer_options){.partition_here = true});
  send_all(sender->producer, &small.batch);
  send_all(sender->producer, &large.batch);
  check(producer_flush(sender->producer, 10000));
  struct producer_statistics now = balanced(sender->producer);
  check_equal(now.delivered, 30);
  check_equal(now.failed, 30);
  check_equal(now.errors[0].code, RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE);
  close_sender(sender);
  unpack(&large);
  unpack(&small);
  mock_close(&mock);
}

static void no_topic(void) {
  struct mock mock = mock_open(3);
  struct packed packed = pack(50, 20);
  rd_kafka_mock_topic_set_error(mock.cluster, "payments", RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
  rd_kafka_conf_t *conf = configuration(&mock);
  configure(conf, "topic.metadata.propagation.max.ms", "10");
  struct sender *sender = open_sender(conf, (struct producer_options){.partition_here = true});
  struct failure failure = {0};
  check_equal(producer_produce(sender->producer, &packed.batch, 0, 0, &failure), 0);
  send_all(sender->producer, &packed.batch);
  check(producer_flush(sender->producer, 10000));
  check_equal(balanced(sender->producer).failed, 50);
  close_sender(sender);
  unpack(&packed);
  mock_close(&mock);
}

/* The topic is recreated with fewer partitions than the producer knows. */
static void fewer_partitions(void) {
  struct mock mock = mock_open(9);
  struct packed packed = pack(100, 20);
  rd_kafka_conf_t *conf = configuration(&mock);
  configure(conf, "topic.metadata.refresh.interval.ms", "20");
  configure(conf, "enable.idempotence", "false");
  struct sender *sender = open_sender(conf, (struct producer_options){.partition_here = true});
  send_all(sender->producer, &packed.batch);
  check(producer_flush(sender->producer, 10000));
  rd_kafka_resp_err_t made;
  do { /* retry: a metadata request in between makes the mock auto-create the topic with its default partitions */
    check_equal(rd_kafka_mock_topic_delete(mock.cluster, "payments"), 0);
    made = rd_kafka_mock_topic_create(mock.cluster, "payments", 2, 1);
  } while (made == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS);
  check_equal(made, 0);
  for (int i = 0; i < 20; i++) {
    send_all(sender->producer, &packed.batch);
    producer_flush(sender->producer, 50);
  }
  check(producer_flush(sender->producer, 20000));
  struct producer_statistics now = balanced(sender->producer);
  check(now.delivered >= 100);
  check_equal(now.unresolved, 0);
  close_sender(sender);
  unpack(&packed);
  mock_close(&mock);
}

/* Close and purge, while a request waits for its response and while no broker is available. */
static void in_flight(void) {
  struct mock mock = mock_open(3);
  struct packed packed = pack(100, 20);
  for (int row = 0; row < 8; row++) {
    bool purged = row & 1, silent = row & 2, here = row & 4;
    rd_kafka_mock_broker_set_rtt(mock.cluster, 1, 0);
    struct sender *sender = open_sender(configuration(silent ? NULL : &mock), (struct producer_options){.partition_here = here});
    send_all(sender->producer, &packed.batch);
    if (!silent) {
      check(producer_flush(sender->producer, 10000));
      rd_kafka_mock_broker_set_rtt(mock.cluster, 1, 60000);
      send_all(sender->producer, &packed.batch);
    }
    check(!producer_flush(sender->producer, 50));
    if (purged) producer_purge(sender->producer, 5000);
    producer_close(sender->producer);
    struct producer_statistics now = balanced(sender->producer);
    check_equal(now.delivered, silent ? 0 : 100);
    check_equal(now.failed, purged && silent ? 100 : 0);
    close_sender(sender);
  }
  unpack(&packed);
  mock_close(&mock);
}

static void refusals(void) {
  struct failure failure = {0};
  struct client_log *log = malloc(sizeof *log);
  check(log != NULL);
  log_init(log);
  struct producer_options options = {.topic = "payments", .max_in_flight_messages = 10, .max_in_flight_bytes = 10};
  rd_kafka_conf_t *conf = configuration(NULL);
  if (rd_kafka_conf_set(conf, "security.protocol", "SSL", NULL, 0) == RD_KAFKA_CONF_OK) {
    configure(conf, "ssl.ca.location", "/nowhere");
  } else { /* without TLS, use a conflicting property */
    configure(conf, "enable.idempotence", "true");
    configure(conf, "acks", "1");
  }
  check(producer_open(conf, &options, log, &failure) == NULL);
  check(failure.code[0] != '\0' && failure.message[0] != '\0');
  log_destroy(log);
  free(log);
}

const struct test producer_tests[] = {
    {"producer_open() fails if librdkafka refuses the properties, and leaks nothing", refusals},
    {"a producer's statistics add up after any order of produce, flush, purge and close", any_order},
    {"producer_produce() delivers messages with their bytes and weights", delivery},
    {"producer_produce() makes progress under the smallest limits, without keys and without values", limits},
    {"producer_produce() takes no message of a batch with an invalid offset", wrong_batches},
    {"producer_produce() counts messages that are too large as failed, in a batch of only such messages", too_large},
    {"producer_produce() counts messages as failed if the topic is unknown", no_topic},
    {"producer_produce() continues after the topic is recreated with fewer partitions", fewer_partitions},
    {"producer_close() and producer_purge() end a producer with messages in flight", in_flight},
    {NULL, NULL},
};
