#include <string.h>

#include "admin.h"
#include "consumer.h"
#include "schedule.h"

/* Reads in small batches and with interruptions. Any read may fail, because the schedule changes the topic. */
static void *read_on(void *argument) {
  struct disturbance *disturbance = argument;
  struct draw draw = {.state = disturbance->seed ^ 0x5eed};
  struct client_log *log = malloc(sizeof *log);
  check(log != NULL);
  while (!atomic_load(&disturbance->over)) {
    const struct consumer_position positions[] = {
        {.partition = 0, .end = draw_below(&draw, 3) == 0 ? draw_below(&draw, 1000) : INT64_MAX},
        {.partition = 1, .end = INT64_MAX}};
    struct failure failure = {0};
    rd_kafka_conf_t *conf = configuration(disturbance->mock);
    configure(conf, "enable.partition.eof", "true");
    configure(conf, "auto.offset.reset", "error");
    configure(conf, "fetch.wait.max.ms", "100");
    log_init(log);
    struct consumer *consumer = consumer_open(
        conf, &(struct consumer_options){"payments", positions, draw_between(&draw, 1, 2), draw_between(&draw, 0, 1) == 1}, log,
        &failure);
    check(consumer != NULL);
    for (uint32_t reads = draw_between(&draw, 1, 8); reads > 0 && !failure.code[0] && !atomic_load(&disturbance->over); reads--) {
      if (draw_below(&draw, 5) == 0) consumer_interrupt(consumer);
      if (consumer_read(consumer, draw_between(&draw, 1, 1000), 1 << 20, (int)draw_below(&draw, 100), &failure)) {
        const struct consumed *read = consumer_batch(consumer);
        check_equal(read->offsets[2 * read->count], read->bytes_length);
      } else if (strcmp(failure.code, "_INTR") == 0) {
        failure = (struct failure){0};
      }
      consumer_resume(consumer);
    }
    consumer_free(consumer);
    log_destroy(log);
  }
  free(log);
  return NULL;
}

static void *run_request(void *argument) {
  struct failure failure = {0};
  admin_run(argument, &failure);
  return NULL;
}

/* Sends requests, and cancels every third one while another thread runs it. */
static void *request_on(void *argument) {
  static const char *const kinds[] = {"metadata", "describeTopic", "listOffsets"};
  struct disturbance *disturbance = argument;
  struct draw draw = {.state = disturbance->seed ^ 0xad417};
  char *topic[] = {"payments"};
  while (!atomic_load(&disturbance->over)) {
    pthread_t thread;
    struct admin_request *request =
        admin_new(kinds[draw_below(&draw, 3)], configuration(disturbance->mock), topic, 1, (int)draw_between(&draw, 1, 400));
    check(request != NULL);
    check_equal(pthread_create(&thread, NULL, run_request, request), 0);
    if (draw_below(&draw, 3) == 0) admin_cancel(request);
    pthread_join(thread, NULL);
    admin_free(request);
  }
  return NULL;
}

void disturb_start(struct disturbance *disturbance, const struct mock *mock, uint64_t seed) {
  *disturbance = (struct disturbance){.mock = mock, .seed = seed};
  check_equal(pthread_create(&disturbance->reader, NULL, read_on, disturbance), 0);
  check_equal(pthread_create(&disturbance->requester, NULL, request_on, disturbance), 0);
}

void disturb_end(struct disturbance *disturbance) {
  atomic_store(&disturbance->over, true);
  pthread_join(disturbance->reader, NULL);
  pthread_join(disturbance->requester, NULL);
}
