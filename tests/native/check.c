#include "check.h"

#include <string.h>

void check_failed(const char *file, int line, const char *what, long long found, long long expected) {
  fprintf(stderr, "%s:%d: check failed: %s", file, line, what);
  if (found != expected) fprintf(stderr, " is %lld, expected %lld", found, expected);
  fputc('\n', stderr);
  abort();
}

void configure(rd_kafka_conf_t *conf, const char *name, const char *value) {
  char reason[256] = "";
  if (rd_kafka_conf_set(conf, name, value, reason, sizeof reason) == RD_KAFKA_CONF_OK) return;
  fprintf(stderr, "%s\n", reason);
  abort();
}

struct mock mock_open(int partitions) {
  return mock_open_brokers(1, partitions);
}

struct mock mock_open_brokers(int brokers, int partitions) {
  char reason[256];
  rd_kafka_conf_t *conf = rd_kafka_conf_new();
  configure(conf, "log_level", "3"); /* no warnings about missing brokers on stderr */
  struct mock mock = {.client = rd_kafka_new(RD_KAFKA_PRODUCER, conf, reason, sizeof reason)};
  check(mock.client != NULL);
  mock.cluster = rd_kafka_mock_cluster_new(mock.client, brokers);
  check(mock.cluster != NULL);
  rd_kafka_mock_set_controller_id(mock.cluster, 1);
  check_equal(rd_kafka_mock_topic_create(mock.cluster, "payments", partitions, 1), 0);
  return mock;
}

void mock_close(struct mock *mock) {
  rd_kafka_mock_cluster_destroy(mock->cluster);
  rd_kafka_destroy(mock->client);
}

rd_kafka_conf_t *configuration(const struct mock *mock) {
  rd_kafka_conf_t *conf = rd_kafka_conf_new();
  configure(conf, "bootstrap.servers", mock ? rd_kafka_mock_cluster_bootstraps(mock->cluster) : "127.0.0.1:1");
  return conf;
}

struct packed pack(uint32_t count, uint32_t value_bytes) {
  enum { key_bytes = 10 };
  size_t each = key_bytes + value_bytes, total = count * each;
  struct packed packed = {
      .bytes = malloc(total),
      .offsets = malloc((2 * (size_t)count + 1) * sizeof *packed.offsets),
      .weights = malloc(count * sizeof *packed.weights),
  };
  check((packed.bytes || !total) && packed.offsets && (packed.weights || !count));
  for (size_t i = 0; i < count; i++) {
    char key[key_bytes + 1];
    snprintf(key, sizeof key, "%010u", (unsigned)i);
    memcpy(packed.bytes + i * each, key, key_bytes);
    memset(packed.bytes + i * each + key_bytes, '.', value_bytes);
    packed.offsets[2 * i] = (uint32_t)(i * each);
    packed.offsets[2 * i + 1] = (uint32_t)(i * each + key_bytes);
    packed.weights[i] = (uint32_t)(i % 3);
  }
  packed.offsets[2 * (size_t)count] = (uint32_t)total;
  packed.batch = (struct batch){
      .count = count,
      .bytes = packed.bytes,
      .bytes_length = total,
      .offsets = packed.offsets,
      .offsets_length = 2 * (size_t)count + 1,
      .weights = packed.weights,
      .weights_length = count,
  };
  return packed;
}

void unpack(struct packed *packed) {
  free(packed->bytes);
  free(packed->offsets);
  free(packed->weights);
}
