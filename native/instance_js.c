/* Instances and resources (js.h). Everything runs on the JavaScript thread. */

#include <stdlib.h>

#include "js.h"

struct instance *js_instance(napi_env env) {
  void *instance = NULL;
  return napi_get_instance_data(env, &instance) == napi_ok ? instance : NULL;
}

void js_leave(struct instance *instance) {
  if (--instance->users > 0) return;
  pthread_mutex_destroy(&instance->lock);
  free(instance);
}

static void link(struct instance *instance, struct resource *resource) {
  resource->instance = instance;
  resource->id = ++instance->last_id;
  resource->previous = &instance->resources;
  resource->next = instance->resources.next;
  resource->next->previous = resource;
  instance->resources.next = resource;
  instance->users++;
}

void js_unlink(struct resource *resource) {
  if (!resource->next) return;
  resource->previous->next = resource->next;
  resource->next->previous = resource->previous;
  resource->previous = resource->next = NULL;
  js_leave(resource->instance);
}

static struct resource *find(const struct instance *instance, uintptr_t id) {
  for (struct resource *each = instance->resources.next; id && each != &instance->resources; each = each->next) {
    if (each->id == id) return each;
  }
  return NULL;
}

bool js_take_open(struct resource *resource) {
  bool open = resource->open;
  resource->open = false;
  return open;
}

void js_shut_all(struct instance *instance) {
  for (struct resource *each = instance->resources.next; each != &instance->resources; each = each->next) {
    if (js_take_open(each)) each->shut(each);
  }
}

/* Called when the object is collected or its environment ends. Some runtimes call it twice for one object. */
static void finalize(napi_env env, void *id, void *instance) {
  (void)env;
  struct resource *resource = find(instance, (uintptr_t)id);
  if (!resource) return;
  resource->id = 0;
  resource->release(resource);
}

/* A random number plus the kind, so that tags of other addons do not match. */
static napi_type_tag tag_of(enum kind kind) {
  return (napi_type_tag){.lower = 0x9d1f3c6ab07e4825, .upper = 0x6c0e85d2f1a94b00 + kind};
}

static struct instance *instance_of(napi_env env) {
  struct instance *instance = js_instance(env);
  return instance ? instance : js_type_error(env, "the addon is not loaded in this environment");
}

bool js_wrap(napi_env env, napi_value object, enum kind kind, struct resource *resource) {
  struct instance *instance = instance_of(env);
  napi_type_tag tag = tag_of(kind);
  if (!instance || !js_ok(env, napi_type_tag_object(env, object, &tag))) return false;
  link(instance, resource);
  /* NOLINTNEXTLINE(performance-no-int-to-ptr): the runtime only passes it back */
  if (js_ok(env, napi_wrap(env, object, (void *)resource->id, finalize, instance, NULL))) {
    resource->kind = kind;
    resource->open = true;
    return true;
  }
  js_unlink(resource);
  return false;
}

struct resource *js_unwrap(napi_env env, napi_value object, enum kind kind) {
  struct instance *instance = instance_of(env);
  napi_type_tag tag = tag_of(kind);
  bool same = false;
  void *id = NULL;
  if (!instance || !js_ok(env, napi_check_object_type_tag(env, object, &tag, &same))) return NULL;
  if (!same) return js_type_error(env, "the object is of another kind");
  if (!js_ok(env, napi_unwrap(env, object, &id))) return NULL;
  struct resource *resource = find(instance, (uintptr_t)id);
  return resource && resource->kind == kind ? resource : js_type_error(env, "the object belongs to another environment");
}

struct resource *js_method(napi_env env, napi_callback_info info, enum kind kind, size_t count, napi_value *arguments) {
  napi_value self = NULL;
  return js_arguments(env, info, count, arguments, &self) ? js_unwrap(env, self, kind) : NULL;
}
