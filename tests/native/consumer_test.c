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

static struct reader *open_reader_with(rd_kafka_conf_t *conf, const struct consumer_position *positions, size_t count,
                                       bool with_headers) {
  struct consumer_options options = {"payments", positions, count, with_headers};
  struct reader *reader = calloc(1, sizeof *reader);
  check(reader != NULL);
  configure(conf, "enable.partition.eof", "true");
  configure(conf, "auto.offset.reset", "error");
  log_init(&reader->log);
  reader->consumer = consumer_open(conf, &options, &reader->log, &reader->failure);
  check(reader->consumer != NULL);
  return reader;
}

static struct reader *open_reader(rd_kafka_conf_t *conf, const struct consumer_position *positions, size_t count) {
  return open_reader_with(conf, positions, count, false);
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
    check(!read->flags[i] && read->timestamps_ms[i] > 0);
  }
}

static void reading(void) {
  static const struct {
    size_t messages, bytes;
  } portions[] = {{1, 1}, {7, 1 << 20}, {1 << 20, 1 << 20}, {1 << 20, 100}};
  static const struct consumer_position positions[] = {
      {0, 0, INT64_MAX, false, false}, {1, 0, INT64_MAX, false, false}, {2, 0, INT64_MAX, false, false}};
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

static bool headers_are_malformed;

/* NOLINTBEGIN(bugprone-reserved-identifier): names defined by the linker */
rd_kafka_resp_err_t __real_rd_kafka_message_headers(const rd_kafka_message_t *message, rd_kafka_headers_t **headers);
rd_kafka_resp_err_t __wrap_rd_kafka_message_headers(const rd_kafka_message_t *message, rd_kafka_headers_t **headers);
rd_kafka_resp_err_t __wrap_rd_kafka_message_headers(const rd_kafka_message_t *message, rd_kafka_headers_t **headers) {
  if (headers_are_malformed) return RD_KAFKA_RESP_ERR__BAD_MSG;
  return __real_rd_kafka_message_headers(message, headers);
}
/* NOLINTEND(bugprone-reserved-identifier) */

/* Sends six messages to partition 0: no headers; two of the same name; null, empty and large values; an empty key; a null key; a
 * null value. */
static void send_headers(const struct mock *mock, const char *large, size_t large_size) {
  char reason[256];
  rd_kafka_conf_t *conf = configuration(mock);
  configure(conf, "linger.ms", "50");
  rd_kafka_t *client = rd_kafka_new(RD_KAFKA_PRODUCER, conf, reason, sizeof reason);
  check(client != NULL);
#define SEND(...)                                                                                                                \
  check_equal(rd_kafka_producev(client, RD_KAFKA_V_TOPIC("payments"), RD_KAFKA_V_PARTITION(0), __VA_ARGS__, RD_KAFKA_V_END), 0)
  SEND(RD_KAFKA_V_KEY("k", 1), RD_KAFKA_V_VALUE("v", 1));
  SEND(RD_KAFKA_V_KEY("k", 1), RD_KAFKA_V_VALUE("v", 1), RD_KAFKA_V_HEADER("a", "1", 1), RD_KAFKA_V_HEADER("a", "\0\xff", 2));
  SEND(RD_KAFKA_V_KEY("k", 1), RD_KAFKA_V_VALUE("v", 1), RD_KAFKA_V_HEADER("none", NULL, 0), RD_KAFKA_V_HEADER("empty", "", 0),
       RD_KAFKA_V_HEADER("", large, large_size));
  SEND(RD_KAFKA_V_KEY("", 0), RD_KAFKA_V_VALUE("v", 1));
  SEND(RD_KAFKA_V_KEY(NULL, 0), RD_KAFKA_V_VALUE("v", 1));
  SEND(RD_KAFKA_V_KEY("k", 1), RD_KAFKA_V_VALUE(NULL, 0));
#undef SEND
  check_equal(rd_kafka_flush(client, 10000), 0);
  rd_kafka_destroy(client);
}

static uint8_t *expect(uint8_t *at, const void *data, uint32_t length) {
  for (int shift = 0; shift < 32; shift += 8)
    *at++ = (uint8_t)((data ? length : UINT32_MAX) >> shift);
  if (data) memcpy(at, data, length);
  return at + (data ? length : 0);
}

/* Reads the six messages in one or more batches, and returns the total length of headers. */
static size_t read_headers(const struct mock *mock, bool with_headers, uint8_t *flags, uint8_t *headers, uint32_t *lengths) {
  static const struct consumer_position start = {.end = INT64_MAX};
  struct reader *reader = open_reader_with(configuration(mock), &start, 1, with_headers);
  size_t found = 0, total = 0;
  while (found < 6) {
    check(read_some(reader, 6 - found, 1 << 20, 10000));
    const struct consumed *read = consumer_batch(reader->consumer);
    check_equal(!read->header_offsets, !with_headers);
    for (size_t i = 0; i < read->count; i++) {
      flags[found + i] = read->flags[i];
      lengths[found + i] = with_headers ? read->header_offsets[i + 1] - read->header_offsets[i] : 0;
    }
    if (read->header_bytes_length) memcpy(headers + total, read->header_bytes, read->header_bytes_length);
    total += read->header_bytes_length;
    found += read->count;
  }
  close_reader(reader);
  return total;
}

static void header_packing(void) {
  enum { large_size = 100000 };
  static char large[large_size];
  static uint8_t headers[2 * large_size], expected[2 * large_size];
  uint8_t flags[6], plain[6] = {0, 0, 0, 0, consumed_null_key, consumed_null_value};
  uint32_t lengths[6];
  memset(large, 'x', sizeof large);
  struct mock mock = mock_open(1);
  send_headers(&mock, large, large_size);

  uint8_t *at = expect(expect(expect(expect(expected, "a", 1), "1", 1), "a", 1), "\0\xff", 2), *middle = at;
  at = expect(expect(expect(expect(at, "none", 4), NULL, 0), "empty", 5), "", 0);
  at = expect(expect(at, "", 0), large, large_size);
  check_equal(read_headers(&mock, true, flags, headers, lengths), at - expected);
  check(memcmp(headers, expected, (size_t)(at - expected)) == 0);
  check(memcmp(flags, plain, sizeof flags) == 0);
  check_equal(lengths[0], 0);
  check_equal(lengths[1], middle - expected);
  check_equal(lengths[2], at - middle);

  check_equal(read_headers(&mock, false, flags, headers, lengths), 0);
  check(memcmp(flags, plain, sizeof flags) == 0);

  headers_are_malformed = true;
  check_equal(read_headers(&mock, true, flags, headers, lengths), 0);
  headers_are_malformed = false;
  for (size_t i = 0; i < sizeof flags; i++)
    check_equal(flags[i], plain[i] | consumed_unreadable_headers);
  mock_close(&mock);
}

static void end_offsets(void) {
  struct mock mock = mock_open(2);
  struct packed packed = pack(3000, 50);
  deliver(&mock, &packed.batch);
  const struct consumer_position positions[] = {{.partition = 0, .offset = 5, .end = 105},
                                                {.partition = 1, .offset = 7, .end = 7}};
  struct reader *reader = open_reader(configuration(&mock), positions, 2);
  size_t found = 0, count, reads = 0;
  while (read_some(reader, 30, 1 << 20, 10000) && (consumer_batch(reader->consumer)->count > 0 || reads < 2)) {
    const struct consumed *read = consumer_batch(reader->consumer);
    for (size_t i = 0; i < read->count; i++, found++) {
      check_equal(read->partitions[i], 0);
      check_equal(read->record_offsets[i], 5 + found);
    }
    reads++;
  }
  check_equal(found, 100);
  const struct consumer_position *ends = consumer_positions(reader->consumer, &count);
  check_equal(ends[0].offset, 105);
  check_equal(ends[1].offset, 7);
  check(ends[0].at_end && ends[1].at_end);
  close_reader(reader);
  unpack(&packed);
  mock_close(&mock);
}

static void failures(void) {
  struct mock mock = mock_open(1);
  struct reader *beyond = open_reader(configuration(&mock), &(struct consumer_position){.offset = 1000, .end = INT64_MAX}, 1);
  check(!read_some(beyond, 10, 1000, 10000));
  check(strcmp(beyond->failure.code, "_AUTO_OFFSET_RESET") == 0);
  check(!read_some(beyond, 10, 1000, 0));
  close_reader(beyond);

  struct reader *unknown = open_reader(configuration(&mock), &(struct consumer_position){.partition = 5, .end = INT64_MAX}, 1);
  read_some(unknown, 10, 1000, 100); /* librdkafka may report the unknown partition now, later or never */
  check_equal(consumer_batch(unknown->consumer)->count, 0);
  close_reader(unknown);

  struct reader *silent = open_reader(configuration(NULL), &(struct consumer_position){.end = INT64_MAX}, 1);
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
  struct reader *reader = open_reader(configuration(NULL), &(struct consumer_position){.end = INT64_MAX}, 1);
  wait_until_it_ends(reader, interrupted, consumer_interrupt);
  consumer_resume(reader->consumer);
  wait_until_it_ends(reader, interrupted, consumer_close);
  close_reader(reader);
}

const struct test consumer_tests[] = {
    {"consumer_read() packs each message once, in batches of any size", reading},
    {"consumer_read() fails repeatedly without a broker, topic or partition to read", failures},
    {"consumer_read() packs headers, and tells null from empty keys and values", header_packing},
    {"consumer_read() stops each partition at its end", end_offsets},
    {"consumer_interrupt() and consumer_close() end a read on another thread", endings},
    {NULL, NULL},
};
