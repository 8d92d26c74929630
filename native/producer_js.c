/* The class Producer: the JavaScript interface of producer.h. */

#include <stdlib.h>

#include "js.h"
#include "producer.h"

/* Freed with its JavaScript object. The log is part of it, because the client writes to the log until it is closed. */
struct wrapped {
  struct resource resource;
  struct producer *producer;
  struct client_log log;
};

/* Returns NULL for NULL. */
static struct wrapped *from(struct resource *resource) {
  return (struct wrapped *)resource;
}

static void shut(struct resource *resource) {
  producer_close(from(resource)->producer);
}

static void release(struct resource *resource) {
  struct wrapped *wrapped = from(resource);
  js_unlink(resource);
  if (wrapped->producer) producer_free(wrapped->producer);
  log_destroy(&wrapped->log);
  free(wrapped);
}

static struct producer *open_producer(napi_env env, napi_value *arguments, struct client_log *log) {
  struct strings properties = {0};
  struct producer_options options = {0};
  struct failure failure = {0};
  struct producer *producer = NULL;
  char *topic = NULL;
  if (js_read_strings(env, arguments[0], &properties) && (topic = js_read_string(env, arguments[1])) &&
      js_read_integer(env, arguments[2], 1, 1000000000, &options.max_in_flight_messages) &&
      js_read_integer(env, arguments[3], 1, (int64_t)1 << 40, &options.max_in_flight_bytes) &&
      js_ok(env, napi_get_value_bool(env, arguments[4], &options.partition_here))) {
    options.topic = topic;
    rd_kafka_conf_t *conf = js_configuration(&properties, &failure);
    if (conf) producer = producer_open(conf, &options, log, &failure);
    if (!producer) js_throw(env, &failure);
  }
  free(topic);
  strings_free(&properties);
  return producer;
}

static napi_value construct(napi_env env, napi_callback_info info) {
  napi_value arguments[5], self = js_constructed(env, info, 5, arguments);
  if (!self) return NULL;
  struct wrapped *wrapped = calloc(1, sizeof *wrapped);
  if (!wrapped) return js_type_error(env, "out of memory");
  log_init(&wrapped->log);
  wrapped->resource = (struct resource){.shut = shut, .release = release};
  wrapped->producer = open_producer(env, arguments, &wrapped->log);
  if (wrapped->producer && js_wrap(env, self, kind_producer, &wrapped->resource)) return self;
  release(&wrapped->resource);
  return NULL;
}

static napi_value produce(napi_env env, napi_callback_info info) {
  napi_value arguments[6];
  struct wrapped *wrapped = from(js_method(env, info, kind_producer, 6, arguments));
  struct failure failure = {0};
  struct batch batch = {0};
  int64_t count, first, wait_ms;
  void *bytes, *offsets, *weights;
  if (!wrapped || !js_read_integer(env, arguments[0], 0, 1 << 30, &count) ||
      !js_read_array(env, arguments[1], napi_uint8_array, &bytes, &batch.bytes_length) ||
      !js_read_array(env, arguments[2], napi_uint32_array, &offsets, &batch.offsets_length) ||
      !js_read_array(env, arguments[3], napi_uint32_array, &weights, &batch.weights_length) ||
      !js_read_integer(env, arguments[4], 0, 1 << 30, &first) || !js_read_integer(env, arguments[5], 0, INT32_MAX, &wait_ms)) {
    return NULL;
  }
  batch.count = (uint32_t)count;
  batch.bytes = bytes;
  batch.offsets = offsets;
  batch.weights = weights;
  int64_t taken = producer_produce(wrapped->producer, &batch, (uint32_t)first, (int)wait_ms, &failure);
  if (taken >= 0) return js_number(env, (double)taken);
  js_throw(env, &failure);
  return NULL;
}

/* Layout of the statistics, read by src/kafka/producer.ts: 10 numbers, the histogram, and the maximum latency in ms. */
enum { place_histogram = 10, places = place_histogram + LATENCY_BUCKETS + 1 };

/* [code, message, count][] */
static napi_value list_errors(napi_env env, const struct producer_statistics *now) {
  napi_value list = NULL;
  if (!js_ok(env, napi_create_array_with_length(env, now->error_count, &list))) return NULL;
  for (uint32_t i = 0; i < now->error_count; i++) {
    napi_value error = NULL,
               parts[] = {js_string(env, rd_kafka_err2name(now->errors[i].code)),
                          js_string(env, rd_kafka_err2str(now->errors[i].code)), js_number(env, (double)now->errors[i].count)};
    if (!js_ok(env, napi_create_array_with_length(env, 3, &error))) return NULL;
    for (uint32_t part = 0; part < 3; part++) {
      if (!parts[part] || !js_ok(env, napi_set_element(env, error, part, parts[part]))) return NULL;
    }
    if (!js_ok(env, napi_set_element(env, list, i, error))) return NULL;
  }
  return list;
}

static napi_value statistics(napi_env env, napi_callback_info info) {
  napi_value argument;
  struct wrapped *wrapped = from(js_method(env, info, kind_producer, 1, &argument));
  struct producer_statistics now;
  void *data;
  size_t length;
  if (!wrapped || !js_read_array(env, argument, napi_float64_array, &data, &length)) return NULL;
  if (length < places) return js_type_error(env, "the array is too short for statistics");
  producer_statistics(wrapped->producer, &now);
  double *numbers = data;
  numbers[0] = (double)now.accepted;
  numbers[1] = (double)now.delivered;
  numbers[2] = (double)now.failed;
  numbers[3] = (double)now.unresolved;
  numbers[4] = (double)now.in_flight;
  numbers[5] = (double)now.bytes;
  numbers[6] = (double)now.weighted_count;
  numbers[7] = (double)now.weight_sum;
  numbers[8] = (double)now.first_enqueue_us / 1000;
  numbers[9] = (double)now.last_report_us / 1000;
  for (size_t i = 0; i < LATENCY_BUCKETS; i++)
    numbers[place_histogram + i] = (double)now.latency.counts[i];
  numbers[place_histogram + LATENCY_BUCKETS] = (double)now.latency.max_units * LATENCY_UNIT_US / 1000;
  return list_errors(env, &now);
}

static napi_value flush(napi_env env, napi_callback_info info) {
  napi_value argument, result = NULL;
  int64_t timeout_ms;
  struct wrapped *wrapped = from(js_method(env, info, kind_producer, 1, &argument));
  if (!wrapped || !js_read_integer(env, argument, 0, INT32_MAX, &timeout_ms)) return NULL;
  bool empty = producer_flush(wrapped->producer, (int)timeout_ms);
  return js_ok(env, napi_get_boolean(env, empty, &result)) ? result : NULL;
}

static napi_value purge(napi_env env, napi_callback_info info) {
  napi_value argument;
  int64_t timeout_ms;
  struct wrapped *wrapped = from(js_method(env, info, kind_producer, 1, &argument));
  if (wrapped && js_read_integer(env, argument, 0, INT32_MAX, &timeout_ms)) producer_purge(wrapped->producer, (int)timeout_ms);
  return NULL;
}

static napi_value drain_log(napi_env env, napi_callback_info info) {
  struct wrapped *wrapped = from(js_method(env, info, kind_producer, 0, NULL));
  return wrapped ? js_drain_log(env, &wrapped->log) : NULL;
}

static napi_value close_producer(napi_env env, napi_callback_info info) {
  struct wrapped *wrapped = from(js_method(env, info, kind_producer, 0, NULL));
  if (wrapped && js_take_open(&wrapped->resource)) producer_close(wrapped->producer);
  return NULL;
}

bool producer_export(napi_env env, napi_value exports) {
  const napi_property_descriptor methods[] = {
      JS_METHOD("produce", produce), JS_METHOD("statistics", statistics), JS_METHOD("flush", flush),
      JS_METHOD("purge", purge),     JS_METHOD("drainLog", drain_log),    JS_METHOD("close", close_producer),
  };
  return js_export_class(env, exports, "Producer", construct, sizeof methods / sizeof *methods, methods) &&
         js_set(env, exports, "statisticsLength", js_number(env, places));
}
