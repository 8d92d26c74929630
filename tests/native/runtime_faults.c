/*
 * Injects faults of runtimes into the addon of `make test-native` (--wrap): two of three thread-safe calls are refused, and each
 * finalizer is called twice.
 */

#include <node_api.h>
#include <stdatomic.h>
#include <stdlib.h>

/* NOLINTBEGIN(bugprone-reserved-identifier): names defined by the linker */
napi_status __real_napi_call_threadsafe_function(napi_threadsafe_function function, void *data,
                                                 napi_threadsafe_function_call_mode mode);
napi_status __wrap_napi_call_threadsafe_function(napi_threadsafe_function function, void *data,
                                                 napi_threadsafe_function_call_mode mode);
napi_status __real_napi_wrap(napi_env env, napi_value object, void *data, napi_finalize finalize, void *hint, napi_ref *result);
napi_status __wrap_napi_wrap(napi_env env, napi_value object, void *data, napi_finalize finalize, void *hint, napi_ref *result);

napi_status __wrap_napi_call_threadsafe_function(napi_threadsafe_function function, void *data,
                                                 napi_threadsafe_function_call_mode mode) {
  static atomic_uint calls;
  switch (atomic_fetch_add(&calls, 1) % 3) {
  case 0:
    return napi_queue_full;
  case 1:
    return napi_generic_failure;
  default:
    return __real_napi_call_threadsafe_function(function, data, mode);
  }
}

struct finalizer {
  napi_finalize finalize;
  void *hint;
};

static void finalize_twice(napi_env env, void *data, void *hint) {
  struct finalizer *finalizer = hint;
  finalizer->finalize(env, data, finalizer->hint);
  finalizer->finalize(env, data, finalizer->hint);
  free(finalizer);
}

napi_status __wrap_napi_wrap(napi_env env, napi_value object, void *data, napi_finalize finalize, void *hint, napi_ref *result) {
  struct finalizer *finalizer = malloc(sizeof *finalizer);
  if (!finalizer) return napi_generic_failure;
  *finalizer = (struct finalizer){.finalize = finalize, .hint = hint};
  napi_status status = __real_napi_wrap(env, object, data, finalize_twice, finalizer, result);
  if (status != napi_ok) free(finalizer);
  return status;
}
/* NOLINTEND(bugprone-reserved-identifier) */
