/* The class Consumer: the JavaScript interface of consumer.h. */

#include <math.h>
#include <stdlib.h>

#include "consumer.h"
#include "js.h"

/* Reference-counted: used by its JavaScript object and by each job. References change on the JavaScript thread only. */
struct wrapped {
  struct resource resource;
  struct consumer *consumer;
  size_t users;
  bool reading; /* a nextBatch job is pending */
  bool closing; /* close was called; the job of an earlier nextBatch may not have started yet */
  struct client_log log;
};

struct read_job {
  struct job job;
  struct wrapped *wrapped;
  size_t max_messages, max_bytes;
  int timeout_ms;
};

struct close_job {
  struct job job;
  struct wrapped *wrapped;
};

/* Returns NULL for NULL. */
static struct wrapped *from(struct resource *resource) {
  return (struct wrapped *)resource;
}

/* Drops a reference; frees the consumer with the last one. */
static void leave(struct wrapped *wrapped) {
  if (--wrapped->users > 0) return;
  js_unlink(&wrapped->resource);
  if (wrapped->consumer) consumer_free(wrapped->consumer);
  log_destroy(&wrapped->log);
  free(wrapped);
}

static void shut(struct resource *resource) {
  consumer_close(from(resource)->consumer);
}

static void release(struct resource *resource) {
  leave(from(resource));
}

static const char not_a_position[] = "a position is not a partition, an offset and an end";

static const double most_offset = 9007199254740991.0;

static bool is_integer(double number, double most) {
  return number >= 0 && number <= most && floor(number) == number;
}

/* partition, offset, end, partition, offset, end, ...; Infinity for no end */
static struct consumer_position *read_positions(napi_env env, napi_value value, size_t *count) {
  void *data;
  size_t length;
  if (!js_read_array(env, value, napi_float64_array, &data, &length)) return NULL;
  if (length % 3 != 0) return js_range_error(env, not_a_position);
  const double *numbers = data;
  struct consumer_position *positions = calloc(length / 3 + 1, sizeof *positions);
  if (!positions) {
    js_type_error(env, "out of memory");
    return NULL;
  }
  *count = length / 3;
  for (size_t i = 0; i < *count; i++) {
    double partition = numbers[3 * i], offset = numbers[3 * i + 1], end = numbers[3 * i + 2];
    bool endless = isinf(end) && end > 0;
    if (!is_integer(partition, INT32_MAX) || !is_integer(offset, most_offset) || !(endless || is_integer(end, most_offset))) {
      free(positions);
      return js_range_error(env, not_a_position);
    }
    positions[i] = (struct consumer_position){
        .partition = (int32_t)partition,
        .offset = (int64_t)offset,
        .end = endless ? INT64_MAX : (int64_t)end,
    };
  }
  return positions;
}

static struct consumer *open_consumer(napi_env env, napi_value *arguments, struct client_log *log) {
  struct strings properties = {0};
  struct failure failure = {0};
  struct consumer *consumer = NULL;
  struct consumer_position *positions = NULL;
  size_t position_count = 0;
  bool with_headers;
  char *topic = NULL;
  if (js_read_strings(env, arguments[0], &properties) && (topic = js_read_string(env, arguments[1])) &&
      (positions = read_positions(env, arguments[2], &position_count)) &&
      js_ok(env, napi_get_value_bool(env, arguments[3], &with_headers))) {
    rd_kafka_conf_t *conf = js_configuration(&properties, &failure);
    struct consumer_options options = {topic, positions, position_count, with_headers};
    if (conf) consumer = consumer_open(conf, &options, log, &failure);
    if (!consumer) js_throw(env, &failure);
  }
  free(positions);
  free(topic);
  strings_free(&properties);
  return consumer;
}

static napi_value construct(napi_env env, napi_callback_info info) {
  napi_value arguments[4], self = js_constructed(env, info, 4, arguments);
  if (!self) return NULL;
  struct wrapped *wrapped = calloc(1, sizeof *wrapped);
  if (!wrapped) return js_type_error(env, "out of memory");
  log_init(&wrapped->log);
  wrapped->users = 1;
  wrapped->resource = (struct resource){.shut = shut, .release = release};
  wrapped->consumer = open_consumer(env, arguments, &wrapped->log);
  if (wrapped->consumer && js_wrap(env, self, kind_consumer, &wrapped->resource)) return self;
  leave(wrapped);
  return NULL;
}

/* Job thread. */
static void read_execute(struct job *job) {
  struct read_job *read = (struct read_job *)job;
  consumer_read(read->wrapped->consumer, read->max_messages, read->max_bytes, read->timeout_ms, &job->failure);
}

static napi_value positions_array(napi_env env, const struct consumer *consumer) {
  size_t count;
  const struct consumer_position *positions = consumer_positions(consumer, &count);
  double *flat = malloc((2 * count + 1) * sizeof *flat);
  if (!flat) return js_type_error(env, "out of memory");
  for (size_t i = 0; i < count; i++) {
    flat[2 * i] = positions[i].partition;
    flat[2 * i + 1] = (double)positions[i].offset;
  }
  napi_value array = js_copy_array(env, napi_float64_array, flat, 2 * count);
  free(flat);
  return array;
}

/* Sets no property if the consumer does not read headers. */
static bool set_headers(napi_env env, napi_value object, const struct consumed *batch) {
  if (!batch->with_headers) return true;
  napi_value bytes = js_copy_array(env, napi_uint8_array, batch->header_bytes, batch->header_bytes_length);
  return js_set(env, object, "headerBytes", bytes) &&
         js_set(env, object, "headerOffsets", js_copy_array(env, napi_uint32_array, batch->header_offsets, batch->count + 1));
}

static napi_value read_answer(napi_env env, struct job *job) {
  const struct consumer *consumer = ((struct read_job *)job)->wrapped->consumer;
  const struct consumed *batch = consumer_batch(consumer);
  size_t count = batch->count;
  napi_value object = NULL;
  bool made = js_ok(env, napi_create_object(env, &object)) && js_set(env, object, "count", js_number(env, (double)count)) &&
              js_set(env, object, "bytes", js_copy_array(env, napi_uint8_array, batch->bytes, batch->bytes_length)) &&
              js_set(env, object, "offsets", js_copy_array(env, napi_uint32_array, batch->offsets, 2 * count + 1)) &&
              js_set(env, object, "partitions", js_copy_array(env, napi_int32_array, batch->partitions, count)) &&
              js_set(env, object, "recordOffsets", js_copy_array(env, napi_float64_array, batch->record_offsets, count)) &&
              js_set(env, object, "timestampsMs", js_copy_array(env, napi_float64_array, batch->timestamps_ms, count)) &&
              js_set(env, object, "flags", js_copy_array(env, napi_uint8_array, batch->flags, count)) &&
              set_headers(env, object, batch) && js_set(env, object, "positions", positions_array(env, consumer));
  return made ? object : NULL;
}

static void read_dispose(struct job *job) {
  struct read_job *read = (struct read_job *)job;
  read->wrapped->reading = false;
  leave(read->wrapped);
  free(read);
}

static napi_value next_batch(napi_env env, napi_callback_info info) {
  napi_value arguments[3];
  int64_t max_messages, max_bytes, timeout_ms;
  struct wrapped *wrapped = from(js_method(env, info, kind_consumer, 3, arguments));
  if (!wrapped || !js_read_integer(env, arguments[0], 1, 1 << 24, &max_messages) ||
      !js_read_integer(env, arguments[1], 1, 1 << 30, &max_bytes) ||
      !js_read_integer(env, arguments[2], 0, INT32_MAX, &timeout_ms)) {
    return NULL;
  }
  if (wrapped->closing) return js_type_error(env, "the consumer is closed");
  if (wrapped->reading) return js_type_error(env, "a batch is being read already");
  struct read_job *read = calloc(1, sizeof *read);
  if (!read) return js_type_error(env, "out of memory");
  *read = (struct read_job){
      .job = {.execute = read_execute, .answer = read_answer, .dispose = read_dispose},
      .wrapped = wrapped,
      .max_messages = (size_t)max_messages,
      .max_bytes = (size_t)max_bytes,
      .timeout_ms = (int)timeout_ms,
  };
  wrapped->users++;
  wrapped->reading = true;
  consumer_resume(wrapped->consumer);
  return js_start(env, &read->job);
}

static napi_value interrupt(napi_env env, napi_callback_info info) {
  struct wrapped *wrapped = from(js_method(env, info, kind_consumer, 0, NULL));
  if (wrapped) consumer_interrupt(wrapped->consumer);
  return NULL;
}

static napi_value drain_log(napi_env env, napi_callback_info info) {
  struct wrapped *wrapped = from(js_method(env, info, kind_consumer, 0, NULL));
  return wrapped ? js_drain_log(env, &wrapped->log) : NULL;
}

/* Job thread. */
static void close_execute(struct job *job) {
  consumer_close(((struct close_job *)job)->wrapped->consumer);
}

static napi_value close_answer(napi_env env, struct job *job) {
  napi_value nothing = NULL;
  js_take_open(&((struct close_job *)job)->wrapped->resource);
  return js_ok(env, napi_get_undefined(env, &nothing)) ? nothing : NULL;
}

static void close_dispose(struct job *job) {
  leave(((struct close_job *)job)->wrapped);
  free(job);
}

static napi_value close_consumer(napi_env env, napi_callback_info info) {
  struct wrapped *wrapped = from(js_method(env, info, kind_consumer, 0, NULL));
  struct close_job *job = wrapped ? calloc(1, sizeof *job) : NULL;
  if (!job) return wrapped ? js_type_error(env, "out of memory") : NULL;
  *job = (struct close_job){
      .job = {.execute = close_execute, .answer = close_answer, .dispose = close_dispose},
      .wrapped = wrapped,
  };
  wrapped->users++;
  wrapped->closing = true;
  return js_start(env, &job->job);
}

bool consumer_export(napi_env env, napi_value exports) {
  const napi_property_descriptor methods[] = {
      JS_METHOD("nextBatch", next_batch),
      JS_METHOD("interrupt", interrupt),
      JS_METHOD("drainLog", drain_log),
      JS_METHOD("close", close_consumer),
  };
  return js_export_class(env, exports, "Consumer", construct, sizeof methods / sizeof *methods, methods);
}
