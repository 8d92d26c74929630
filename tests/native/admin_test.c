#include "admin.h"

#include <pthread.h>
#include <string.h>
#include <time.h>

#include "check.h"

/* Runs a request and returns its failure; the code is empty on success. */
static struct failure run(const struct mock *mock, const char *kind, char **values, size_t count, size_t *answers) {
  struct failure failure = {0};
  struct admin_request *request = admin_new(kind, configuration(mock), values, count, mock ? 10000 : 200);
  check(request != NULL);
  check_equal(admin_run(request, &failure), failure.code[0] == '\0');
  if (answers) *answers = admin_answer(request)->count;
  admin_free(request);
  return failure;
}

static void answers(void) {
  struct mock mock = mock_open(4);
  size_t count = 0;
  char *topic[] = {"payments"}, *missing[] = {"refunds"};
  check(!run(&mock, "metadata", NULL, 0, &count).code[0]);
  check_equal(count, 2 + 3 + 2);
  check(!run(&mock, "describeTopic", topic, 1, &count).code[0]);
  check_equal(count, 2);
  check(!run(&mock, "listOffsets", topic, 1, &count).code[0]);
  check_equal(count, 4 * 4);
  char *time[] = {"payments", "1700000000000"};
  check(!run(&mock, "offsetsForTime", time, 2, &count).code[0]);
  check_equal(count, 4 * 2);
  check(!run(&mock, "groupOffsets", topic, 1, &count).code[0]);
  check_equal(count, 0); /* not supported by the mock cluster; tests/e2e uses a real broker */
  check(strcmp(run(&mock, "describeTopic", missing, 1, NULL).code, "UNKNOWN_TOPIC_OR_PART") == 0);
  check(run(&mock, "listOffsets", missing, 1, NULL).code[0]);
  mock_close(&mock);
}

static void failures(void) {
  struct mock mock = mock_open(1);
  char *topic[] = {"windows", "3", "1", "cleanup.policy", "delete", "stray"}, *wrong[] = {"windows", "-7", "text"};
  char *empty[] = {"", "1", "1"};
  static const char *const kinds[] = {"metadata",    "createTopic",    "describeTopic", "deleteTopic", "describeConfig",
                                      "listOffsets", "offsetsForTime", "listGroups",    "groupOffsets"};
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
    check(run(NULL, kinds[i], topic, 6, NULL).code[0]);
  check(run(&mock, "createTopic", topic, 6, NULL).code[0]); /* the mock cluster does not support these requests */
  check(run(&mock, "deleteTopic", topic, 1, NULL).code[0]);
  check(run(&mock, "describeConfig", topic, 1, NULL).code[0]);
  check(run(&mock, "createTopic", wrong, 3, NULL).code[0]);
  check(run(&mock, "createTopic", empty, 3, NULL).code[0]);
  check(run(&mock, "describeTopic", empty, 1, NULL).code[0]);
  check(run(&mock, "listOffsets", empty, 1, NULL).code[0]);
  char *times[][2] = {{"payments", "-1"}, {"payments", "soon"}, {"payments", ""}, {"payments", "99999999999999999999"}};
  for (size_t i = 0; i < sizeof times / sizeof *times; i++)
    check(strcmp(run(&mock, "offsetsForTime", times[i], 2, NULL).code, "_INVALID_ARG") == 0);
  mock_close(&mock);

  check(admin_new("dropTopic", configuration(NULL), topic, 1, 100) == NULL);
  check(admin_new("createTopic", configuration(NULL), topic, 2, 100) == NULL);
  admin_free(admin_new("metadata", configuration(NULL), NULL, 0, 100));
}

struct running {
  struct admin_request *request;
  struct failure failure;
};

static void *run_request(void *argument) {
  struct running *running = argument;
  admin_run(running->request, &running->failure);
  return NULL;
}

static bool asked_for_metadata(const struct mock *mock, size_t times) {
  size_t count = 0, found = 0;
  rd_kafka_mock_request_t **requests = rd_kafka_mock_get_requests(mock->cluster, &count);
  for (size_t i = 0; i < count; i++)
    found += rd_kafka_mock_request_api_key(requests[i]) == 3;
  rd_kafka_mock_request_destroy_array(requests, count);
  return found >= times;
}

static void absent_controller(void) {
  struct mock mock = mock_open(1);
  char *topic[] = {"payments"};
  rd_kafka_mock_set_controller_id(mock.cluster, -1);
  rd_kafka_mock_start_request_tracking(mock.cluster);
  struct running running = {.request = admin_new("describeConfig", configuration(&mock), topic, 1, 15000)};
  pthread_t thread;
  check_equal(pthread_create(&thread, NULL, run_request, &running), 0);
  /* By itself librdkafka asks twice. */
  for (int i = 0; i < 1000 && !asked_for_metadata(&mock, 3); i++)
    nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
  rd_kafka_mock_set_controller_id(mock.cluster, 1);
  pthread_join(thread, NULL);
  /* The controller has answered: the mock cluster does not support the request. */
  check(strcmp(running.failure.code, "_UNSUPPORTED_FEATURE") == 0);
  admin_free(running.request);
  mock_close(&mock);
}

static void cancellations(void) {
  char *topic[] = {"payments"};
  static const char *const kinds[] = {"metadata", "describeTopic"};
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    struct running running = {.request = admin_new(kinds[i], configuration(NULL), topic, 1, 60000)};
    pthread_t thread;
    check_equal(pthread_create(&thread, NULL, run_request, &running), 0);
    admin_cancel(running.request);
    pthread_join(thread, NULL);
    check(strcmp(running.failure.code, "_INTR") == 0);
    admin_free(running.request);
  }
}

const struct test admin_tests[] = {
    {"admin_run() returns the cluster's response", answers},
    {"admin_run() fails for invalid values, without a broker, and for unsupported requests", failures},
    {"admin_run() finds a controller that the cluster gets later", absent_controller},
    {"admin_cancel() ends a request on another thread", cancellations},
    {NULL, NULL},
};
