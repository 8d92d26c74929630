#include "consumer.h"

#include <pthread.h>
#include <string.h>

#include "check.h"
#include "producer.h"

struct reader {
  struct consumer *consumer;
  struct failure failure;
  struct client_log log;
};

static struct reader *open_reader(rd_kafka_conf_t *conf, const struct consumer_position *positions, size_t count) {
  struct reader *reader = calloc(1, sizeof *reader);
  check(reader != NULL);
  configure(conf, "enable.partition.eof", "true");
  configure(conf, "auto.offset.reset", "error");
  log_init(&reader->log);
  reader->consumer = consumer_open(conf, "payments", positions, count, &reader->log, &reader->failure);
  check(reader->consumer != NULL);
  return reader;
}

static void close_reader(struct reader *reader) {
  consumer_free(reader->consumer);
  log_destroy(&reader->log);
  free(reader);
}

static bool read_some(struct reader *reader, size_t messages, size_t bytes, int timeout_ms) {
  reader->failure = (struct failure){0};
  return consumer_read(reader->consumer, messages, bytes, timeout_ms, &reader->failure);
}

static void deliver(const struct mock *mock, const struct batch *batch) {
  struct failure failure = {0};
  struct client_log *log = malloc(sizeof *log);
  struct producer_options options = {"payments", 100000, 1 << 24, true};
  check(log != NULL);
  log_init(log);
  struct producer *producer = producer_open(configuration(mock), &options, log, &failure);
  check(producer != NULL);
  check_equal(producer_produce(producer, batch, 0, 5000, &failure), batch->count);
  check(producer_flush(producer, 10000));
  producer_free(producer);
  log_destroy(log);
  free(log);
}

static void check_consumed(const struct consumed *read, const struct batch *batch) {
  check_equal(read->offsets[0], 0);
  check_equal(read->offsets[2 * read->count], read->bytes_length);
  for (size_t i = 0; i < read->count; i++) {
    const uint32_t *place = read->offsets + 2 * i;
    check_equal(place[1] - place[0], 10);
    check_equal(place[2] - place[1], (batch->bytes_length / batch->count) - 10);
    check(!read->null_values[i] && read->timestamps_ms[i] > 0);
  }
}

static void reading(void) {
  static const struct {
    size_t messages, bytes;
  } portions[] = {{1, 1}, {7, 1 << 20}, {1 << 20, 1 << 20}, {1 << 20, 100}};
  static const struct consumer_position positions[] = {{0, 0, false}, {1, 0, false}, {2, 0, false}};
  struct mock mock = mock_open(3);
  struct packed packed = pack(300, 50);
  deliver(&mock, &packed.batch);
  for (size_t i = 0; i < sizeof portions / sizeof *portions; i++) {
    struct reader *reader = open_reader(configuration(&mock), positions, 3);
    size_t found = 0;
    while (found < 300) {
      check(read_some(reader, portions[i].messages, portions[i].bytes, 10000));
      const struct consumed *read = consumer_batch(reader->consumer);
      check(read->count <= portions[i].messages);
      check_consumed(read, &packed.batch);
      found += read->count;
    }
    check_equal(found, 300);
    size_t count;
    int64_t sum = 0;
    const struct consumer_position *ends = consumer_positions(reader->consumer, &count);
    for (size_t place = 0; place < count; place++)
      sum += ends[place].offset;
    check_equal(sum, 300);
    close_reader(reader);
  }
  unpack(&packed);
  mock_close(&mock);
}

static void failures(void) {
  struct mock mock = mock_open(1);
  struct reader *beyond = open_reader(configuration(&mock), &(struct consumer_position){.offset = 1000}, 1);
  check(!read_some(beyond, 10, 1000, 10000));
  check(strcmp(beyond->failure.code, "_AUTO_OFFSET_RESET") == 0);
  check(!read_some(beyond, 10, 1000, 0));
  close_reader(beyond);

  struct reader *unknown = open_reader(configuration(&mock), &(struct consumer_position){.partition = 5}, 1);
  read_some(unknown, 10, 1000, 100); /* librdkafka may report the unknown partition now, later or never */
  check_equal(consumer_batch(unknown->consumer)->count, 0);
  close_reader(unknown);

  struct reader *silent = open_reader(configuration(NULL), &(struct consumer_position){0}, 1);
  check(!read_some(silent, 10, 1000, 2000));
  close_reader(silent);

  struct reader *nothing = open_reader(configuration(&mock), NULL, 0);
  check(read_some(nothing, 10, 1000, 50));
  check_equal(consumer_batch(nothing->consumer)->count, 0);
  consumer_close(nothing->consumer);
  consumer_close(nothing->consumer);
  check(!read_some(nothing, 10, 1000, 50));
  close_reader(nothing);
  mock_close(&mock);
}

static void *read_long(void *argument) {
  struct reader *reader = argument;
  read_some(reader, 10, 1000, 30000);
  return NULL;
}

static void wait_until_it_ends(struct reader *reader, bool (*has_ended)(struct reader *), void (*end)(struct consumer *)) {
  pthread_t thread;
  check_equal(pthread_create(&thread, NULL, read_long, reader), 0);
  end(reader->consumer);
  pthread_join(thread, NULL);
  check(has_ended(reader));
}

static bool interrupted(struct reader *reader) {
  return strcmp(reader->failure.code, "_INTR") == 0;
}

static void endings(void) {
  struct reader *reader = open_reader(configuration(NULL), &(struct consumer_position){0}, 1);
  wait_until_it_ends(reader, interrupted, consumer_interrupt);
  consumer_resume(reader->consumer);
  wait_until_it_ends(reader, interrupted, consumer_close);
  close_reader(reader);
}

const struct test consumer_tests[] = {
    {"consumer_read() packs each message once, in batches of any size", reading},
    {"consumer_read() fails repeatedly without a broker, topic or partition to read", failures},
    {"consumer_interrupt() and consumer_close() end a read on another thread", endings},
    {NULL, NULL},
};
