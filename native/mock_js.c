/* The class MockCluster: librdkafka's mock cluster, for tests. Listens on ports of 127.0.0.1. */

#include <rdkafka.h>
#include <rdkafka_mock.h>
#include <stdlib.h>

#include "js.h"
#include "thread.h"

struct wrapped {
  struct resource resource;
  rd_kafka_t *client; /* NULL once closed */
  rd_kafka_mock_cluster_t *cluster;
  int brokers; /* numbered from 1 */
  struct client_log log;
};

/* Returns NULL for NULL. */
static struct wrapped *from(struct resource *resource) {
  return (struct wrapped *)resource;
}

static void shut(struct resource *resource) {
  struct wrapped *wrapped = from(resource);
  log_closing(&wrapped->log);
  if (wrapped->cluster) rd_kafka_mock_cluster_destroy(wrapped->cluster);
  if (wrapped->client) rd_kafka_destroy(wrapped->client);
  wrapped->cluster = NULL;
  wrapped->client = NULL;
}

static void release(struct resource *resource) {
  struct wrapped *wrapped = from(resource);
  js_unlink(resource);
  shut(resource);
  log_destroy(&wrapped->log);
  free(wrapped);
}

/* librdkafka blocks signals in the threads of a client, but not in the thread of a mock cluster. */
static rd_kafka_mock_cluster_t *new_cluster(rd_kafka_t *client, int brokers) {
  sigset_t before;
  thread_block_signals(&before);
  rd_kafka_mock_cluster_t *cluster = rd_kafka_mock_cluster_new(client, brokers);
  thread_restore_signals(&before);
  return cluster;
}

static bool open_cluster(napi_env env, struct wrapped *wrapped) {
  struct failure failure = {0};
  rd_kafka_conf_t *conf = rd_kafka_conf_new();
  log_attach(&wrapped->log, conf);
  wrapped->client = rd_kafka_new(RD_KAFKA_PRODUCER, conf, failure.message, sizeof failure.message);
  if (!wrapped->client)
    rd_kafka_conf_destroy(conf);
  else
    wrapped->cluster = new_cluster(wrapped->client, wrapped->brokers);
  /* By default the controller is broker 0, which does not exist. */
  if (wrapped->cluster) rd_kafka_mock_set_controller_id(wrapped->cluster, 1);
  if (wrapped->cluster) return true;
  failure_set(&failure, RD_KAFKA_RESP_ERR__FAIL, "cannot create a mock cluster");
  js_throw(env, &failure);
  return false;
}

static napi_value construct(napi_env env, napi_callback_info info) {
  napi_value argument, self = js_constructed(env, info, 1, &argument);
  int64_t brokers;
  if (!self || !js_read_integer(env, argument, 1, 100, &brokers)) return NULL;
  struct wrapped *wrapped = calloc(1, sizeof *wrapped);
  if (!wrapped) return js_type_error(env, "out of memory");
  log_init(&wrapped->log);
  wrapped->resource = (struct resource){.shut = shut, .release = release};
  wrapped->brokers = (int)brokers;
  if (open_cluster(env, wrapped) &&
      js_set(env, self, "brokers", js_string(env, rd_kafka_mock_cluster_bootstraps(wrapped->cluster))) &&
      js_wrap(env, self, kind_mock_cluster, &wrapped->resource)) {
    return self;
  }
  release(&wrapped->resource);
  return NULL;
}

static struct wrapped *unwrap(napi_env env, napi_callback_info info, size_t count, napi_value *arguments) {
  struct wrapped *wrapped = from(js_method(env, info, kind_mock_cluster, count, arguments));
  if (!wrapped || wrapped->cluster) return wrapped;
  js_type_error(env, "the cluster is closed");
  return NULL;
}

static void throw_if(napi_env env, rd_kafka_resp_err_t error) {
  struct failure failure = {0};
  if (!error) return;
  failure_set(&failure, error, NULL);
  js_throw(env, &failure);
}

static napi_value create_topic(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  int64_t partitions;
  struct wrapped *wrapped = unwrap(env, info, 2, arguments);
  char *name = wrapped ? js_read_string(env, arguments[0]) : NULL;
  if (name && js_read_integer(env, arguments[1], 1, 1000, &partitions)) {
    throw_if(env, rd_kafka_mock_topic_create(wrapped->cluster, name, (int)partitions, 1));
  }
  free(name);
  return NULL;
}

static napi_value delete_topic(napi_env env, napi_callback_info info) {
  napi_value argument;
  struct wrapped *wrapped = unwrap(env, info, 1, &argument);
  char *name = wrapped ? js_read_string(env, argument) : NULL;
  if (name) throw_if(env, rd_kafka_mock_topic_delete(wrapped->cluster, name));
  free(name);
  return NULL;
}

static napi_value fail_requests(napi_env env, napi_callback_info info) {
  napi_value arguments[3];
  int64_t api_key, error, count;
  struct wrapped *wrapped = unwrap(env, info, 3, arguments);
  if (wrapped && js_read_integer(env, arguments[0], 0, 100, &api_key) &&
      js_read_integer(env, arguments[1], -1000, 1000, &error) && js_read_integer(env, arguments[2], 0, 100000, &count)) {
    for (int64_t i = 0; i < count; i++) {
      rd_kafka_mock_push_request_errors(wrapped->cluster, (int16_t)api_key, 1, (rd_kafka_resp_err_t)error);
    }
  }
  return NULL;
}

static napi_value set_round_trip(napi_env env, napi_callback_info info) {
  napi_value argument;
  int64_t ms;
  struct wrapped *wrapped = unwrap(env, info, 1, &argument);
  if (!wrapped || !js_read_integer(env, argument, 0, 3600000, &ms)) return NULL;
  for (int broker = 1; broker <= wrapped->brokers; broker++)
    rd_kafka_mock_broker_set_rtt(wrapped->cluster, broker, (int)ms);
  return NULL;
}

static napi_value set_broker_up(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  int64_t broker;
  bool up;
  struct wrapped *wrapped = unwrap(env, info, 2, arguments);
  if (!wrapped || !js_read_integer(env, arguments[0], -1, wrapped->brokers, &broker) ||
      !js_ok(env, napi_get_value_bool(env, arguments[1], &up))) {
    return NULL;
  }
  throw_if(env, up ? rd_kafka_mock_broker_set_up(wrapped->cluster, (int32_t)broker)
                   : rd_kafka_mock_broker_set_down(wrapped->cluster, (int32_t)broker));
  return NULL;
}

static napi_value set_leader(napi_env env, napi_callback_info info) {
  napi_value arguments[3];
  int64_t partition, broker;
  struct wrapped *wrapped = unwrap(env, info, 3, arguments);
  char *topic = wrapped ? js_read_string(env, arguments[0]) : NULL;
  if (topic && js_read_integer(env, arguments[1], 0, 1000, &partition) &&
      js_read_integer(env, arguments[2], 1, wrapped->brokers, &broker)) {
    throw_if(env, rd_kafka_mock_partition_set_leader(wrapped->cluster, topic, (int32_t)partition, (int32_t)broker));
  }
  free(topic);
  return NULL;
}

static napi_value close_cluster(napi_env env, napi_callback_info info) {
  struct wrapped *wrapped = from(js_method(env, info, kind_mock_cluster, 0, NULL));
  if (wrapped && js_take_open(&wrapped->resource)) shut(&wrapped->resource);
  return NULL;
}

bool mock_export(napi_env env, napi_value exports) {
  const napi_property_descriptor methods[] = {
      JS_METHOD("createTopic", create_topic),   JS_METHOD("deleteTopic", delete_topic),
      JS_METHOD("failRequests", fail_requests), JS_METHOD("setRoundTripMs", set_round_trip),
      JS_METHOD("setBrokerUp", set_broker_up),  JS_METHOD("setLeader", set_leader),
      JS_METHOD("close", close_cluster),
  };
  return js_export_class(env, exports, "MockCluster", construct, sizeof methods / sizeof *methods, methods);
}
