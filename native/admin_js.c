/* The exported functions request and cancel: the JavaScript interface of admin.h. */

#include <stdlib.h>

#include "admin.h"
#include "gate.h"
#include "js.h"

/* Reference-counted: used by its JavaScript object and by its job, which both release it on the JavaScript thread. */
struct wrapped {
  struct job job;
  struct resource resource; /* open until the job is done */
  struct admin_request *request;
  struct strings values; /* read by the request */
  struct gate gate;      /* held by the job while it runs */
  size_t users;
};

/* Returns NULL for NULL. */
static struct wrapped *from(struct resource *resource) {
  return resource ? (struct wrapped *)((char *)resource - offsetof(struct wrapped, resource)) : NULL;
}

/* Drops a reference; frees the request with the last one. */
static void leave(struct wrapped *wrapped) {
  if (--wrapped->users > 0) return;
  js_unlink(&wrapped->resource);
  if (wrapped->request) admin_free(wrapped->request);
  strings_free(&wrapped->values);
  gate_destroy(&wrapped->gate);
  free(wrapped);
}

/* Called when the environment ends while the request runs. */
static void shut(struct resource *resource) {
  struct wrapped *wrapped = from(resource);
  admin_cancel(wrapped->request);
  if (gate_close(&wrapped->gate)) gate_cleaned(&wrapped->gate);
}

static void release(struct resource *resource) {
  leave(from(resource));
}

/* Job thread. */
static void execute(struct job *job) {
  struct wrapped *wrapped = (struct wrapped *)job;
  if (!gate_enter(&wrapped->gate)) {
    failure_set(&job->failure, RD_KAFKA_RESP_ERR__INTR, NULL);
    return;
  }
  admin_run(wrapped->request, &job->failure);
  gate_leave(&wrapped->gate);
}

static napi_value answer(napi_env env, struct job *job) {
  const struct answer *found = admin_answer(((struct wrapped *)job)->request);
  napi_value list = NULL;
  if (!js_ok(env, napi_create_array_with_length(env, found->count, &list))) return NULL;
  for (size_t i = 0; i < found->count; i++) {
    napi_value text = js_string(env, found->items[i]);
    if (!text || !js_ok(env, napi_set_element(env, list, (uint32_t)i, text))) return NULL;
  }
  return list;
}

static void dispose(struct job *job) {
  struct wrapped *wrapped = (struct wrapped *)job;
  js_take_open(&wrapped->resource);
  leave(wrapped);
}

/* Creates the request from the arguments. Returns false if an exception was thrown. */
static bool prepare(napi_env env, napi_value *arguments, struct wrapped *wrapped) {
  struct strings properties = {0};
  struct failure failure = {0};
  int64_t timeout_ms;
  char *kind = js_read_string(env, arguments[0]);
  bool read = kind && js_read_strings(env, arguments[1], &properties) && js_read_strings(env, arguments[2], &wrapped->values) &&
              js_read_integer(env, arguments[3], 1, INT32_MAX, &timeout_ms);
  if (read) {
    rd_kafka_conf_t *conf = js_configuration(&properties, &failure);
    if (conf) wrapped->request = admin_new(kind, conf, wrapped->values.items, wrapped->values.count, (int)timeout_ms);
    if (conf && !wrapped->request) failure_set(&failure, RD_KAFKA_RESP_ERR__INVALID_ARG, "no such request");
    if (!wrapped->request) js_throw(env, &failure);
  }
  strings_free(&properties);
  free(kind);
  return wrapped->request != NULL;
}

static napi_value request(napi_env env, napi_callback_info info) {
  napi_value arguments[4], object = NULL;
  if (!js_arguments(env, info, 4, arguments, NULL)) return NULL;
  struct wrapped *wrapped = calloc(1, sizeof *wrapped);
  if (!wrapped) return js_type_error(env, "out of memory");
  wrapped->job = (struct job){.execute = execute, .answer = answer, .dispose = dispose};
  wrapped->resource = (struct resource){.shut = shut, .release = release};
  wrapped->users = 1;
  gate_init(&wrapped->gate);
  if (!prepare(env, arguments, wrapped) || !js_ok(env, napi_create_object(env, &object)) ||
      !js_wrap(env, object, kind_request, &wrapped->resource)) {
    leave(wrapped);
    return NULL;
  }
  wrapped->users++;
  napi_value promise = js_start(env, &wrapped->job);
  return js_set(env, object, "answer", promise) ? object : NULL;
}

static napi_value cancel(napi_env env, napi_callback_info info) {
  napi_value argument;
  struct wrapped *wrapped = js_arguments(env, info, 1, &argument, NULL) ? from(js_unwrap(env, argument, kind_request)) : NULL;
  if (wrapped) admin_cancel(wrapped->request);
  return NULL;
}

bool admin_export(napi_env env, napi_value exports) {
  napi_value functions[2] = {NULL, NULL};
  return js_ok(env, napi_create_function(env, "request", NAPI_AUTO_LENGTH, request, NULL, &functions[0])) &&
         js_ok(env, napi_create_function(env, "cancel", NAPI_AUTO_LENGTH, cancel, NULL, &functions[1])) &&
         js_set(env, exports, "request", functions[0]) && js_set(env, exports, "cancel", functions[1]);
}
