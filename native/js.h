/*
 * Node-API without repetition: reading arguments, throwing, and running blocking work off the JavaScript thread.
 *
 * Everything here belongs to the JavaScript thread unless it says otherwise. Each environment (main thread, worker) loads the
 * addon for itself and has an instance of its own: there are no globals. What an environment leaves open when it ends
 * (worker.terminate(), process exit) is closed by its cleanup hook.
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

/* The type of an object of ours. JavaScript can call any method on any object: only this tells what is behind it. */
enum kind { kind_none, kind_producer, kind_consumer, kind_mock_cluster, kind_request };

/*
 * What is behind a JavaScript object of ours. The runtime holds its id, not its address, and every call looks the id up: an
 * object of another environment, or a finalizer that a runtime calls twice, finds nothing.
 */
struct resource {
  struct resource *previous, *next; /* NULL while not linked */
  struct instance *instance;
  uintptr_t id; /* 0 once the object is gone */
  bool open;    /* has to be closed before the environment ends */
  enum kind kind;
  void (*shut)(struct resource *);    /* closes; may block shortly; called at most once */
  void (*release)(struct resource *); /* the object is gone; called once */
};

struct job;

/* One per environment. Freed when the environment has ended and its last resource is unlinked. */
struct instance {
  struct resource resources; /* head of a ring */
  uintptr_t last_id;
  size_t users;                     /* the environment's data, its cleanup hook, and each linked resource */
  struct job *jobs;                 /* those that were started and not yet disposed of */
  napi_threadsafe_function answers; /* where their threads announce them; NULL before the first one */
  pthread_mutex_t lock;             /* held to announce */
  bool deaf;                        /* the environment takes no announcement any more */
};

/* NULL: the environment has none. */
struct instance *js_instance(napi_env env);
/* Shuts whatever is open. */
void js_shut_all(struct instance *instance);
/* One user less; the last one frees the instance. */
void js_leave(struct instance *instance);

/* Links the resource and makes the object stand for it. False: thrown, and the resource is the caller's. */
bool js_wrap(napi_env env, napi_value object, enum kind kind, struct resource *resource);
/* What is behind the object. NULL: thrown, it is not of this kind, or belongs to another environment. */
struct resource *js_unwrap(napi_env env, napi_value object, enum kind kind);
/* True if it was open: the caller closes it then, and nobody else will. */
bool js_take_open(struct resource *resource);
/* Before its memory is freed; does nothing where js_wrap has failed. */
void js_unlink(struct resource *resource);

/* True for napi_ok; otherwise throws what Node-API says, unless something is thrown already. */
bool js_ok(napi_env env, napi_status status);
void js_throw(napi_env env, const struct failure *failure);
/* Always NULL: `return js_type_error(env, "...")`. */
void *js_type_error(napi_env env, const char *message);
void *js_range_error(napi_env env, const char *message);

/* this and exactly `count` arguments. False: thrown. */
bool js_arguments(napi_env env, napi_callback_info info, size_t count, napi_value *arguments, napi_value *self);

/* For a method: what is behind `this`, and the arguments. NULL: thrown. */
struct resource *js_method(napi_env env, napi_callback_info info, enum kind kind, size_t count, napi_value *arguments);
/* For a constructor: the new object, and the arguments. NULL: thrown. */
napi_value js_constructed(napi_env env, napi_callback_info info, size_t count, napi_value *arguments);

/* A property of an object, set to a value that may be NULL where making it failed. False: thrown. */
bool js_set(napi_env env, napi_value object, const char *name, napi_value value);
napi_value js_string(napi_env env, const char *text);
napi_value js_number(napi_env env, double number);

/* Owned copy of a string without NUL characters, to be freed; NULL: thrown. */
char *js_read_string(napi_env env, napi_value value);
/* An integer within the range. False: thrown. */
bool js_read_integer(napi_env env, napi_value value, int64_t least, int64_t most, int64_t *result);

struct strings {
  char **items;
  size_t count;
};
/* Owned copy of an array of strings. False: thrown, and nothing to free. */
bool js_read_strings(napi_env env, napi_value value, struct strings *strings);
void strings_free(struct strings *strings);

/* View of a typed array's memory, valid as long as the array is. False: thrown. */
bool js_read_array(napi_env env, napi_value value, napi_typedarray_type type, void **data, size_t *length);
/* A new typed array holding a copy. NULL: thrown. */
napi_value js_copy_array(napi_env env, napi_typedarray_type type, const void *data, size_t length);

/* librdkafka configuration from name, value, name, value, ...; NULL and *failure when a property is refused. */
rd_kafka_conf_t *js_configuration(const struct strings *properties, struct failure *failure);

/* [severity, source, message][], emptying the log. */
napi_value js_drain_log(napi_env env, struct client_log *log);

/* For the list of a class's methods. */
#define JS_METHOD(name, callback) {name, NULL, callback, NULL, NULL, NULL, napi_default_method, NULL}

/* Adds a class of this name to the exports. False: thrown. */
bool js_export_class(napi_env env, napi_value exports, const char *name, napi_callback construct, size_t count,
                     const napi_property_descriptor *methods);

/*
 * Work on a thread of its own, answered by a promise. Not on the runtime's pool: that has as many threads as there are
 * processors, and two jobs that wait for a broker would hold up every file that the program reads.
 * Embed it first in a structure of one's own.
 */
struct job {
  void (*execute)(struct job *);                /* thread of its own: no Node-API; fills `failure` where it fails */
  napi_value (*answer)(napi_env, struct job *); /* after success: the promise's value, or NULL with a failure or an exception */
  void (*dispose)(struct job *);                /* frees it, without Node-API; nobody touches it afterwards */
  struct failure failure;
  struct instance *instance;
  struct job *previous, *next;
  pthread_t thread;
  napi_deferred deferred;
};
/* Starts the job and returns its promise. NULL: thrown, and the job was disposed of. */
napi_value js_start(napi_env env, struct job *job);
/* The environment ends and what jobs wait for was shut: waits for their threads and disposes of the jobs, unanswered. */
void js_end_jobs(struct instance *instance);

/* Each file's part of the exports. False: thrown. */
bool producer_export(napi_env env, napi_value exports);
bool consumer_export(napi_env env, napi_value exports);
bool admin_export(napi_env env, napi_value exports);
bool mock_export(napi_env env, napi_value exports);

#endif
