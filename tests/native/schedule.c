#include "schedule.h"

#include <string.h>

#include "producer.h"

enum { brokers = 3, largest_message = 4000 };

/* Errors that mean that nothing was appended to the log. */
static const rd_kafka_resp_err_t refusals[] = {
    RD_KAFKA_RESP_ERR_INVALID_MSG,         RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE,
    RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE,  RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS,   RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED,
    RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR,
};

enum { produce_request = 0 };

struct run {
  struct draw draw;
  struct mock mock;
  struct producer *producer;
  struct client_log log;
  struct producer_statistics before;
  int64_t max_in_flight_messages;
  uint64_t messages, bytes, large; /* taken by the producer */
  int partitions;
};

uint32_t draw_below(struct draw *draw, uint32_t bound) {
  uint64_t mixed = draw->state += 0x9e3779b97f4a7c15u;
  mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9u;
  mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111ebu;
  return (uint32_t)((mixed ^ mixed >> 31) % bound);
}

uint32_t draw_between(struct draw *draw, uint32_t least, uint32_t most) {
  return least + draw_below(draw, most - least + 1);
}

static const char *one_of(struct draw *draw, const char *const *values, uint32_t count) {
  return values[draw_below(draw, count)];
}

/* Checks the invariants of the statistics. */
static void check_statistics(struct run *run) {
  struct producer_statistics now;
  const struct producer_statistics *before = &run->before;
  uint64_t errors = 0, latencies = 0;
  producer_statistics(run->producer, &now);
  for (size_t i = 0; i < now.error_count; i++)
    errors += now.errors[i].count;
  for (size_t i = 0; i < LATENCY_BUCKETS; i++)
    latencies += now.latency.counts[i];
  check_equal(now.accepted, run->messages);
  check_equal(now.delivered + now.failed + now.unresolved + now.in_flight, now.accepted);
  check_equal(errors, now.failed + now.unresolved);
  check_equal(latencies, now.delivered);
  check_equal(now.weighted_count, now.delivered);
  check_equal(now.weight_sum, now.bytes);
  check(now.bytes <= run->bytes);
  check(now.in_flight <= (uint64_t)run->max_in_flight_messages);
  check(now.failed >= run->large);
  check(now.delivered >= before->delivered && now.failed >= before->failed && now.unresolved >= before->unresolved);
  run->before = now;
}

/* The weight of a message is its size in bytes, so the sums of weights and of bytes must be equal. */
static void produce(struct run *run) {
  uint32_t count = draw_between(&run->draw, 1, 600);
  bool large = draw_below(&run->draw, 4) == 0;
  uint32_t size = large ? largest_message + 1000 : draw_between(&run->draw, 1, 300);
  if (large) count = draw_between(&run->draw, 1, 5);
  struct packed packed = pack(count, size);
  for (uint32_t i = 0; i < count; i++)
    packed.weights[i] = 10 + size;
  for (uint32_t first = 0, idle = 0; first < count && idle < 2;) {
    struct failure failure = {0};
    int64_t taken = producer_produce(run->producer, &packed.batch, first, 20, &failure);
    check(taken >= 0);
    run->messages += (uint64_t)taken;
    run->bytes += (uint64_t)taken * (10 + size);
    if (large) run->large += (uint64_t)taken;
    first += (uint32_t)taken;
    idle = taken > 0 ? 0 : idle + 1;
  }
  unpack(&packed);
}

static void recreate_topic(struct run *run) {
  run->partitions = (int)draw_between(&run->draw, 1, 6);
  rd_kafka_mock_topic_delete(run->mock.cluster, "payments");
  check_equal(rd_kafka_mock_topic_create(run->mock.cluster, "payments", run->partitions, 1), 0);
}

static void set_round_trip(struct run *run, int ms) {
  for (int32_t broker = 1; broker <= brokers; broker++)
    rd_kafka_mock_broker_set_rtt(run->mock.cluster, broker, ms);
}

static void step(struct run *run) {
  rd_kafka_mock_cluster_t *cluster = run->mock.cluster;
  uint32_t kind = draw_below(&run->draw, 17);
  if (kind < 6) {
    produce(run);
  } else if (kind < 9) {
    rd_kafka_resp_err_t refusal = refusals[draw_below(&run->draw, sizeof refusals / sizeof *refusals)];
    for (uint32_t left = draw_between(&run->draw, 1, 6); left > 0; left--)
      rd_kafka_mock_push_request_errors(cluster, produce_request, 1, refusal);
  } else if (kind < 11) {
    int32_t partition = (int32_t)draw_below(&run->draw, (uint32_t)run->partitions);
    rd_kafka_mock_partition_set_leader(cluster, "payments", partition, (int32_t)draw_between(&run->draw, 1, brokers));
  } else if (kind < 13) {
    int32_t broker = (int32_t)draw_below(&run->draw, brokers + 1);
    if (broker == 0) broker = -1; /* all brokers */
    if (draw_below(&run->draw, 2))
      rd_kafka_mock_broker_set_up(cluster, broker);
    else
      rd_kafka_mock_broker_set_down(cluster, broker);
  } else if (kind < 14) {
    set_round_trip(run, (int)draw_below(&run->draw, 61));
  } else if (kind < 15) {
    recreate_topic(run);
  } else {
    producer_flush(run->producer, (int)draw_below(&run->draw, 81));
  }
}

/* The properties of src/kafka/properties.ts, some of them replaced by random values. */
static rd_kafka_conf_t *drawn_configuration(struct run *run) {
  static const char *const truth[] = {"true", "false"}, *const linger[] = {"0", "5", "20"}, *const batch[] = {"1", "7", "10000"},
                           *const timeout[] = {"150", "1000", "3000"}, *const compression[] = {"none", "lz4"};
  rd_kafka_conf_t *conf = configuration(&run->mock);
  configure(conf, "enable.metrics.push", "false");
  configure(conf, "reconnect.backoff.ms", "50");
  configure(conf, "reconnect.backoff.max.ms", "1000");
  configure(conf, "acks", "all");
  configure(conf, "max.in.flight", "2");
  configure(conf, "partitioner", "murmur2_random");
  configure(conf, "allow.auto.create.topics", "false");
  configure(conf, "message.max.bytes", "4000");
  configure(conf, "enable.idempotence", one_of(&run->draw, truth, 2));
  configure(conf, "linger.ms", one_of(&run->draw, linger, 3));
  configure(conf, "batch.num.messages", one_of(&run->draw, batch, 3));
  configure(conf, "message.timeout.ms", one_of(&run->draw, timeout, 3));
  configure(conf, "compression.type", one_of(&run->draw, compression, 2));
  return conf;
}

static void open_producer(struct run *run) {
  struct failure failure = {0};
  bool tight = draw_below(&run->draw, 2), tight_bytes = draw_below(&run->draw, 2);
  struct producer_options options = {
      .topic = "payments",
      .max_in_flight_messages = tight ? draw_between(&run->draw, 1, 50) : draw_between(&run->draw, 50, 5000),
      .max_in_flight_bytes = tight_bytes ? draw_between(&run->draw, 1, 2000) : draw_between(&run->draw, 2000, 1000000),
      .partition_here = draw_below(&run->draw, 4) > 0,
  };
  run->max_in_flight_messages = options.max_in_flight_messages;
  log_init(&run->log);
  run->producer = producer_open(drawn_configuration(run), &options, &run->log, &failure);
  check(run->producer != NULL);
}

/* Flushes, purges or closes the producer with messages in flight. */
static void finish(struct run *run) {
  uint32_t how = draw_below(&run->draw, 3);
  if (how == 0) producer_purge(run->producer, 5000);
  if (how == 1) {
    rd_kafka_mock_broker_set_up(run->mock.cluster, -1);
    set_round_trip(run, 0);
    check(producer_flush(run->producer, 60000)); /* allows for sanitizers and a busy machine */
  }
  producer_close(run->producer);
  check_statistics(run);
  check_equal(run->before.in_flight, 0);
  if (run->before.delivered == run->messages) check_equal(run->before.bytes, run->bytes);
}

uint64_t schedule_run(uint64_t seed) {
  struct run *run = calloc(1, sizeof *run);
  struct disturbance disturbance;
  check(run != NULL);
  run->draw.state = seed;
  run->partitions = (int)draw_between(&run->draw, 1, 4);
  run->mock = mock_open_brokers(brokers, run->partitions);
  open_producer(run);
  disturb_start(&disturbance, &run->mock, seed);
  for (uint32_t left = draw_between(&run->draw, 1, 14); left > 0; left--) {
    step(run);
    check_statistics(run);
  }
  finish(run);
  disturb_end(&disturbance);
  uint64_t messages = run->messages;
  producer_free(run->producer);
  log_destroy(&run->log);
  mock_close(&run->mock);
  free(run);
  return messages;
}
