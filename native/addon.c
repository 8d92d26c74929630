/* Entry point: creates the exports (src/kafka/native.ts) for one environment, and closes its open resources when it ends. */

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "batch.h"
#include "js.h"

/* Called when the environment ends (terminated worker or exiting process), on its thread, before its objects are finalized. */
static void close_everything(struct instance *instance) {
  js_shut_all(instance);
  js_end_jobs(instance);
}

/* Runtimes differ in the order of the cleanup hook and the finalizer of the instance data, so both close everything. */
static void on_cleanup(void *data) {
  close_everything(data);
  js_leave(data);
}

static void on_data_free(napi_env env, void *data, void *hint) {
  (void)env;
  (void)hint;
  close_everything(data);
  js_leave(data);
}

/* Called at process exit, because only Node runs cleanup hooks then. */
static napi_value close_clients(napi_env env, napi_callback_info info) {
  (void)info;
  struct instance *instance = js_instance(env);
  if (instance) js_shut_all(instance);
  return NULL;
}

static napi_value partition_of(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  void *key;
  size_t length;
  int64_t partitions;
  if (!js_arguments(env, info, 2, arguments, NULL) || !js_read_array(env, arguments[0], napi_uint8_array, &key, &length) ||
      !js_read_integer(env, arguments[1], 1, INT32_MAX, &partitions)) {
    return NULL;
  }
  return js_number(env, batch_partition(key, length, (int32_t)partitions));
}

/* Sets FD_CLOEXEC on all descriptors except the standard three, so that child processes do not inherit them. The runtimes differ
 * in which descriptors they mark themselves. Returns the number of descriptors changed. */
static napi_value keep_descriptors(napi_env env, napi_callback_info info) {
  (void)info;
  DIR *folder = opendir("/proc/self/fd");
  if (!folder) return js_number(env, 0);
  int marked = 0;
  for (struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
    char *end;
    const long descriptor = strtol(entry->d_name, &end, 10);
    if (*end != '\0' || end == entry->d_name || descriptor <= STDERR_FILENO) continue;
    const int flags = fcntl((int)descriptor, F_GETFD);
    if (flags >= 0 && !(flags & FD_CLOEXEC) && fcntl((int)descriptor, F_SETFD, flags | FD_CLOEXEC) == 0) marked += 1;
  }
  closedir(folder);
  return js_number(env, marked);
}

static napi_value features(napi_env env) {
  char text[1024] = "";
  size_t size = sizeof text;
  rd_kafka_conf_t *conf = rd_kafka_conf_new();
  rd_kafka_conf_get(conf, "builtin.features", text, &size);
  rd_kafka_conf_destroy(conf);
  return js_string(env, text);
}

NAPI_MODULE_INIT(/* napi_env env, napi_value exports */) {
  struct instance *instance = calloc(1, sizeof *instance);
  if (!instance) return js_type_error(env, "out of memory");
  instance->users = 2;
  instance->resources.previous = instance->resources.next = &instance->resources;
  pthread_mutex_init(&instance->lock, NULL);
  if (!js_ok(env, napi_set_instance_data(env, instance, on_data_free, NULL))) {
    free(instance);
    return NULL;
  }
  napi_value function = NULL;
  bool made = js_ok(env, napi_add_env_cleanup_hook(env, on_cleanup, instance)) &&
              js_ok(env, napi_create_function(env, "partitionOf", NAPI_AUTO_LENGTH, partition_of, NULL, &function)) &&
              js_set(env, exports, "partitionOf", function) &&
              js_ok(env, napi_create_function(env, "closeClients", NAPI_AUTO_LENGTH, close_clients, NULL, &function)) &&
              js_set(env, exports, "closeClients", function) &&
              js_ok(env, napi_create_function(env, "keepDescriptors", NAPI_AUTO_LENGTH, keep_descriptors, NULL, &function)) &&
              js_set(env, exports, "keepDescriptors", function) &&
              js_set(env, exports, "librdkafkaVersion", js_string(env, rd_kafka_version_str())) &&
              js_set(env, exports, "features", features(env)) && producer_export(env, exports) && consumer_export(env, exports) &&
              admin_export(env, exports) && mock_export(env, exports);
  return made ? exports : NULL;
}
