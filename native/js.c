#include "js.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool js_ok(napi_env env, napi_status status) {
  if (status == napi_ok) return true;
  const napi_extended_error_info *info = NULL;
  napi_get_last_error_info(env, &info);
  const char *message = info && info->error_message ? info->error_message : "Node-API call failed";
  bool pending = false;
  napi_is_exception_pending(env, &pending);
  if (!pending) napi_throw_error(env, NULL, message);
  return false;
}

void js_throw(napi_env env, const struct failure *failure) {
  napi_throw_error(env, failure->code, failure->message);
}

void *js_type_error(napi_env env, const char *message) {
  napi_throw_type_error(env, NULL, message);
  return NULL;
}

void *js_range_error(napi_env env, const char *message) {
  napi_throw_range_error(env, NULL, message);
  return NULL;
}

bool js_arguments(napi_env env, napi_callback_info info, size_t count, napi_value *arguments, napi_value *self) {
  size_t given = count;
  if (!js_ok(env, napi_get_cb_info(env, info, &given, arguments, self, NULL))) return false;
  if (given >= count) return true;
  js_type_error(env, "too few arguments");
  return false;
}

napi_value js_constructed(napi_env env, napi_callback_info info, size_t count, napi_value *arguments) {
  napi_value self = NULL, target = NULL;
  napi_valuetype type = napi_undefined;
  if (!js_arguments(env, info, count, arguments, &self) || !js_ok(env, napi_get_new_target(env, info, &target))) return NULL;
  /* Without `new`, the target is NULL; in Deno, it is the value undefined. */
  if (target && !js_ok(env, napi_typeof(env, target, &type))) return NULL;
  return type == napi_undefined ? js_type_error(env, "a class constructor was called without new") : self;
}

bool js_set(napi_env env, napi_value object, const char *name, napi_value value) {
  return value && js_ok(env, napi_set_named_property(env, object, name, value));
}

napi_value js_string(napi_env env, const char *text) {
  napi_value value = NULL;
  return js_ok(env, napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &value)) ? value : NULL;
}

napi_value js_number(napi_env env, double number) {
  napi_value value = NULL;
  return js_ok(env, napi_create_double(env, number, &value)) ? value : NULL;
}

char *js_read_string(napi_env env, napi_value value) {
  size_t length = 0;
  if (!js_ok(env, napi_get_value_string_utf8(env, value, NULL, 0, &length))) return NULL;
  char *text = malloc(length + 1);
  if (!text) {
    napi_throw_error(env, NULL, "out of memory");
  } else if (!js_ok(env, napi_get_value_string_utf8(env, value, text, length + 1, &length))) {
    free(text);
    text = NULL;
  } else if (strlen(text) != length) {
    js_type_error(env, "the string contains a NUL character");
    free(text);
    text = NULL;
  }
  return text;
}

bool js_read_integer(napi_env env, napi_value value, int64_t least, int64_t most, int64_t *result) {
  double number = 0;
  if (!js_ok(env, napi_get_value_double(env, value, &number))) return false;
  if (!(number >= (double)least && number <= (double)most && floor(number) == number)) {
    js_range_error(env, "a number is not an integer within its range");
    return false;
  }
  *result = (int64_t)number;
  return true;
}

bool js_read_strings(napi_env env, napi_value value, struct strings *strings) {
  uint32_t length = 0;
  *strings = (struct strings){0};
  if (!js_ok(env, napi_get_array_length(env, value, &length))) return false;
  strings->items = calloc((size_t)length + 1, sizeof *strings->items);
  if (!strings->items) {
    napi_throw_error(env, NULL, "out of memory");
    return false;
  }
  for (uint32_t i = 0; i < length; i++) {
    napi_value item = NULL;
    char *text = js_ok(env, napi_get_element(env, value, i, &item)) ? js_read_string(env, item) : NULL;
    if (!text) {
      strings_free(strings);
      return false;
    }
    strings->items[strings->count++] = text;
  }
  return true;
}

void strings_free(struct strings *strings) {
  for (size_t i = 0; i < strings->count; i++)
    free(strings->items[i]);
  free(strings->items);
  *strings = (struct strings){0};
}

bool js_read_array(napi_env env, napi_value value, napi_typedarray_type type, void **data, size_t *length) {
  bool is_typed = false;
  napi_typedarray_type actual;
  if (!js_ok(env, napi_is_typedarray(env, value, &is_typed))) return false;
  if (is_typed && !js_ok(env, napi_get_typedarray_info(env, value, &actual, length, data, NULL, NULL))) return false;
  if (is_typed && actual == type) return true;
  js_type_error(env, "a typed array is of the wrong kind");
  return false;
}

static size_t element_size(napi_typedarray_type type) {
  switch (type) {
  case napi_uint8_array:
    return 1;
  case napi_int32_array:
  case napi_uint32_array:
    return 4;
  default:
    return 8;
  }
}

napi_value js_copy_array(napi_env env, napi_typedarray_type type, const void *data, size_t length) {
  void *memory = NULL;
  napi_value buffer = NULL, array = NULL;
  size_t size = length * element_size(type);
  if (!js_ok(env, napi_create_arraybuffer(env, size, &memory, &buffer))) return NULL;
  if (size) memcpy(memory, data, size);
  return js_ok(env, napi_create_typedarray(env, type, length, buffer, 0, &array)) ? array : NULL;
}

rd_kafka_conf_t *js_configuration(const struct strings *properties, struct failure *failure) {
  char reason[sizeof failure->message] = "";
  if (properties->count % 2 != 0) {
    failure_set(failure, RD_KAFKA_RESP_ERR__INVALID_ARG, "the last property is a name without a value");
    return NULL;
  }
  rd_kafka_conf_t *conf = rd_kafka_conf_new();
  for (size_t i = 0; i < properties->count; i += 2) {
    if (rd_kafka_conf_set(conf, properties->items[i], properties->items[i + 1], reason, sizeof reason) != RD_KAFKA_CONF_OK) {
      failure_set(failure, RD_KAFKA_RESP_ERR__INVALID_ARG, reason);
      rd_kafka_conf_destroy(conf);
      return NULL;
    }
  }
  return conf;
}

napi_value js_drain_log(napi_env env, struct client_log *log) {
  napi_value list = NULL;
  struct log_line *lines = malloc((LOG_LINES + 1) * sizeof *lines);
  if (!lines) return js_type_error(env, "out of memory");
  size_t count = log_drain(log, lines);
  if (!js_ok(env, napi_create_array_with_length(env, count, &list))) list = NULL;
  for (size_t i = 0; list && i < count; i++) {
    napi_value line = NULL,
               parts[] = {js_number(env, lines[i].level), js_string(env, lines[i].source), js_string(env, lines[i].message)};
    bool made = js_ok(env, napi_create_array_with_length(env, 3, &line));
    for (uint32_t part = 0; made && part < 3; part++) {
      made = parts[part] && js_ok(env, napi_set_element(env, line, part, parts[part]));
    }
    if (!made || !js_ok(env, napi_set_element(env, list, (uint32_t)i, line))) list = NULL;
  }
  free(lines);
  return list;
}

bool js_export_class(napi_env env, napi_value exports, const char *name, napi_callback construct, size_t count,
                     const napi_property_descriptor *methods) {
  napi_value class = NULL;
  return js_ok(env, napi_define_class(env, name, NAPI_AUTO_LENGTH, construct, NULL, count, methods, &class)) &&
         js_set(env, exports, name, class);
}
