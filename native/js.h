/*
 * Helpers for Node-API: reading arguments, throwing exceptions, and running blocking work off the JavaScript thread.
 *
 * Call everything on the JavaScript thread unless stated otherwise. Each environment (main thread, worker) initializes the addon
 * separately and has its own instance; there are no globals. When an environment ends (worker.terminate(), process exit), its
 * cleanup hook closes the resources that are still open.
 */
#ifndef STREAMCTL_JS_H
#define STREAMCTL_JS_H

#include <node_api.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "failure.h"
#include "log.h"

/* Type tag of an object of the addon. Checked by each method, because JavaScript can call any method on any object. */
enum kind { kind_none, kind_producer, kind_consumer, kind_mock_cluster, kind_request };

/*
 * The native part of a JavaScript object. The runtime stores its id, not its address, and each call looks up the id. The look-up
 * fails for an object of another environment and for a finalizer that a runtime calls twice.
 */
struct resource {
  struct resource *previous, *next; /* NULL if not linked */
  struct instance *instance;
  uintptr_t id; /* 0 after the object was finalized */
  bool open;    /* must be closed before the environment ends */
  enum kind kind;
  void (*shut)(struct resource *);    /* closes it; may block briefly; called at most once */
  void (*release)(struct resource *); /* the object was finalized; called once */
};

struct job;

/* One per environment. Freed after the environment has ended and the last resource is unlinked. */
struct instance {
  struct resource resources; /* head of a circular list */
  uintptr_t last_id;
  size_t users;                     /* reference count: instance data, cleanup hook, linked resources */
  struct job *jobs;                 /* started and not yet disposed of */
  napi_threadsafe_function answers; /* calls `answer` for finished jobs; NULL before the first job */
  pthread_mutex_t lock;             /* held while a job thread calls `answers`, and to set `closing` */
  bool closing;                     /* the environment accepts no more calls of `answers` */
};

/* Returns NULL if the environment has none. */
struct instance *js_instance(napi_env env);
/* Shuts all open resources. */
void js_shut_all(struct instance *instance);
/* Drops a reference; frees the instance with the last one. */
void js_leave(struct instance *instance);

/* Links the resource and binds it to the object. Returns false if an exception was thrown; the caller still owns the resource. */
bool js_wrap(napi_env env, napi_value object, enum kind kind, struct resource *resource);
/* Returns the object's resource. Throws and returns NULL if the object is of another kind or of another environment. */
struct resource *js_unwrap(napi_env env, napi_value object, enum kind kind);
/* Marks the resource as closed. Returns true if it was open: then the caller must close it. */
bool js_take_open(struct resource *resource);
/* Call it before freeing the resource. Does nothing if js_wrap failed. */
void js_unlink(struct resource *resource);

/* Returns true for napi_ok. Otherwise throws Node-API's last error, unless an exception is pending. */
bool js_ok(napi_env env, napi_status status);
void js_throw(napi_env env, const struct failure *failure);
/* Always returns NULL, for `return js_type_error(env, "...")`. */
void *js_type_error(napi_env env, const char *message);
void *js_range_error(napi_env env, const char *message);

/* Reads `this` and the first `count` arguments. Returns false if an exception was thrown, such as for too few arguments. */
bool js_arguments(napi_env env, napi_callback_info info, size_t count, napi_value *arguments, napi_value *self);

/* For a method: returns the resource of `this`, and the arguments. NULL if an exception was thrown. */
struct resource *js_method(napi_env env, napi_callback_info info, enum kind kind, size_t count, napi_value *arguments);
/* For a constructor: returns the new object, and the arguments. NULL if an exception was thrown. */
napi_value js_constructed(napi_env env, napi_callback_info info, size_t count, napi_value *arguments);

/* Sets a property. Returns false if an exception was thrown, or if value is NULL because creating it failed. */
bool js_set(napi_env env, napi_value object, const char *name, napi_value value);
napi_value js_string(napi_env env, const char *text);
napi_value js_number(napi_env env, double number);

/* Copies a string; the caller frees it. Returns NULL if an exception was thrown, such as for a NUL character. */
char *js_read_string(napi_env env, napi_value value);
/* Returns false if an exception was thrown, such as for a number that is not an integer within the range. */
bool js_read_integer(napi_env env, napi_value value, int64_t least, int64_t most, int64_t *result);

struct strings {
  char **items;
  size_t count;
};
/* Copies an array of strings; release it with strings_free. Returns false if an exception was thrown; nothing to release then. */
bool js_read_strings(napi_env env, napi_value value, struct strings *strings);
void strings_free(struct strings *strings);

/* Returns a view of a typed array's memory, valid as long as the array. False if an exception was thrown. */
bool js_read_array(napi_env env, napi_value value, napi_typedarray_type type, void **data, size_t *length);
/* Creates a typed array with a copy of the data. Returns NULL if an exception was thrown. */
napi_value js_copy_array(napi_env env, napi_typedarray_type type, const void *data, size_t length);

/* Creates a configuration from name, value, name, value, ... The caller owns it. Returns NULL and fills *failure on error. */
rd_kafka_conf_t *js_configuration(const struct strings *properties, struct failure *failure);

/* Empties the log and returns its lines as [severity, source, message][]. NULL if an exception was thrown. */
napi_value js_drain_log(napi_env env, struct client_log *log);

#define JS_METHOD(name, callback) {name, NULL, callback, NULL, NULL, NULL, napi_default_method, NULL}

/* Adds a class to the exports. Returns false if an exception was thrown. */
bool js_export_class(napi_env env, napi_value exports, const char *name, napi_callback construct, size_t count,
                     const napi_property_descriptor *methods);

/*
 * Blocking work on its own thread, with a promise for the result. Does not use the runtime's thread pool: its few threads also
 * serve file access, and jobs that wait for a broker would block that.
 * Embed it as the first member of a structure.
 */
struct job {
  void (*execute)(struct job *);                /* job thread, no Node-API; fills `failure` on error */
  napi_value (*answer)(napi_env, struct job *); /* after success: the promise's value; NULL with a failure or an exception */
  void (*dispose)(struct job *);                /* frees the job, without Node-API; last access to it */
  struct failure failure;
  struct instance *instance;
  struct job *previous, *next;
  pthread_t thread;
  napi_deferred deferred;
};
/* Starts the job and returns its promise. Returns NULL if an exception was thrown; the job is disposed of then. */
napi_value js_start(napi_env env, struct job *job);
/* Called when the environment ends, after js_shut_all: waits for the job threads and disposes of the jobs. Their promises stay
 * pending. */
void js_end_jobs(struct instance *instance);

/* Add the exports of each file. Return false if an exception was thrown. */
bool producer_export(napi_env env, napi_value exports);
bool consumer_export(napi_env env, napi_value exports);
bool admin_export(napi_env env, napi_value exports);
bool mock_export(napi_env env, napi_value exports);

#endif
