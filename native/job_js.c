/* Jobs (js.h): blocking work on separate threads. */

#include <time.h>

#include "js.h"
#include "thread.h"

static void link_job(struct job *job) {
  struct instance *instance = job->instance;
  job->previous = NULL;
  job->next = instance->jobs;
  if (job->next) job->next->previous = job;
  instance->jobs = job;
}

static void dispose(struct job *job) {
  if (job->next) job->next->previous = job->previous;
  if (job->previous)
    job->previous->next = job->next;
  else
    job->instance->jobs = job->next;
  job->dispose(job);
}

enum { retry_pause_ns = 5000000 };

/*
 * Queues the finished job for the JavaScript thread. Retries when the runtime refuses the call (full queue, out of memory),
 * because the promise would otherwise stay pending. Stops when the environment ends. Job thread.
 */
static void queue_answer(struct job *job) {
  struct instance *instance = job->instance;
  for (;;) {
    pthread_mutex_lock(&instance->lock);
    napi_status status = napi_closing;
    if (!instance->closing) status = napi_call_threadsafe_function(instance->answers, job, napi_tsfn_nonblocking);
    if (status == napi_closing) instance->closing = true;
    pthread_mutex_unlock(&instance->lock);
    if (status == napi_ok || status == napi_closing) return;
    nanosleep(&(struct timespec){.tv_nsec = retry_pause_ns}, NULL);
  }
}

/* Job thread. */
static void *work(void *argument) {
  struct job *job = argument;
  job->execute(job);
  queue_answer(job);
  return NULL;
}

static napi_value rejection(napi_env env, const struct job *job) {
  napi_value error = NULL, code = NULL, message = NULL;
  bool pending = false;
  napi_is_exception_pending(env, &pending);
  if (pending) {
    napi_get_and_clear_last_exception(env, &error);
  } else if ((code = js_string(env, job->failure.code)) && (message = js_string(env, job->failure.message))) {
    napi_create_error(env, code, message, &error);
  }
  return error;
}

/* JavaScript thread. If env is NULL, the environment is ending and js_end_jobs disposes of the job. */
static void answer(napi_env env, napi_value function, void *context, void *data) {
  struct job *job = data;
  (void)function;
  (void)context;
  if (!env) return;
  struct instance *instance = job->instance;
  pthread_join(job->thread, NULL);
  napi_value value = job->failure.code[0] ? NULL : job->answer(env, job);
  if (value)
    napi_resolve_deferred(env, job->deferred, value);
  else if ((value = rejection(env, job)))
    napi_reject_deferred(env, job->deferred, value);
  dispose(job);
  /* Only pending jobs keep the event loop alive. */
  if (!instance->jobs) napi_unref_threadsafe_function(env, instance->answers);
}

static bool open_answers(napi_env env, struct instance *instance) {
  if (instance->answers) return js_ok(env, napi_ref_threadsafe_function(env, instance->answers));
  napi_value name = js_string(env, "streamctl:jobs");
  return name &&
         js_ok(env, napi_create_threadsafe_function(env, NULL, NULL, name, 0, 1, NULL, NULL, NULL, answer, &instance->answers));
}

napi_value js_start(napi_env env, struct job *job) {
  struct instance *instance = js_instance(env);
  napi_value promise = NULL;
  if (!instance) {
    job->dispose(job);
    return js_type_error(env, "the addon is not loaded in this environment");
  }
  bool only = !instance->jobs;
  job->instance = instance;
  link_job(job);
  if ((!only || open_answers(env, instance)) && js_ok(env, napi_create_promise(env, &job->deferred, &promise))) {
    if (thread_start(&job->thread, work, job) == 0) return promise;
    napi_throw_error(env, NULL, "cannot create a thread for the request");
  }
  if (only && instance->answers) napi_unref_threadsafe_function(env, instance->answers);
  dispose(job);
  return NULL;
}

void js_end_jobs(struct instance *instance) {
  pthread_mutex_lock(&instance->lock);
  bool accepts_calls = instance->answers && !instance->closing;
  instance->closing = true;
  pthread_mutex_unlock(&instance->lock);
  while (instance->jobs) {
    pthread_join(instance->jobs->thread, NULL);
    dispose(instance->jobs);
  }
  if (accepts_calls) napi_release_threadsafe_function(instance->answers, napi_tsfn_abort);
}
