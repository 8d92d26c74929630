/* Fuzzes producer_produce: for any input, the statistics match the messages that it took. */

#include "fuzz_batch.h"
#include "producer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { lifetime = 300 }; /* executions of one producer */

/* The current producer. Every second producer has no broker and is purged; the others deliver to a mock cluster. */
static struct {
  unsigned executions, generation;
  bool silent;
  struct mock mock;
  struct producer *producer;
  struct client_log log;
  uint64_t taken, bytes, weight_sum;
} run;

static void end(void);

static void end_last(void) {
  if (run.producer) end();
}

static void begin(void) {
  struct producer_options options = {.topic = "payments", .max_in_flight_messages = 20000, .max_in_flight_bytes = 4 << 20};
  struct failure failure = {0};
  run.silent = run.generation++ % 2 > 0;
  run.taken = run.bytes = run.weight_sum = 0;
  options.partition_here = !run.silent;
  log_init(&run.log);
  run.mock = mock_open(7);
  run.producer = producer_open(configuration(run.silent ? NULL : &run.mock), &options, &run.log, &failure);
  check(run.producer != NULL);
  if (run.generation == 1) atexit(end_last); /* registered after OpenSSL's handler, so it runs before it */
}

static void end(void) {
  struct producer_statistics now;
  if (run.silent)
    producer_purge(run.producer, 10000);
  else
    check(producer_flush(run.producer, 30000));
  producer_statistics(run.producer, &now);
  check_equal(now.accepted, run.taken);
  check_equal(run.silent ? now.failed : now.delivered, run.taken);
  if (!run.silent) {
    check_equal(now.bytes, run.bytes);
    check_equal(now.weight_sum, run.weight_sum);
  }
  producer_free(run.producer);
  mock_close(&run.mock);
  log_destroy(&run.log);
  run.producer = NULL;
}

static void count_taken(const struct fuzz_batch *read, uint32_t taken) {
  run.taken += taken;
  run.bytes += read->offsets[2 * (size_t)(read->first + taken)] - read->offsets[2 * (size_t)read->first];
  for (uint32_t i = 0; i < taken; i++)
    run.weight_sum += read->weights[read->first + i];
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (!run.producer) begin();
  struct failure failure = {0};
  struct fuzz_batch read = fuzz_batch_read(data, size);
  int64_t taken = producer_produce(run.producer, &read.batch, read.first, run.silent ? 0 : 10000, &failure);
  check(fuzz_batch_is_right(&read) == (taken >= 0));
  check((failure.code[0] != '\0') == (taken < 0));
  if (taken >= 0) {
    check(taken <= (int64_t)read.batch.count - read.first);
    count_taken(&read, (uint32_t)taken);
  }
  fuzz_batch_free(&read);
  if (++run.executions % lifetime == 0) end();
  return 0;
}
