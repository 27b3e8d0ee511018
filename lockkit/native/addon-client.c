/*
 * A client of the queue as a JavaScript object. Everything here runs on the
 * JavaScript thread that opened it, except `wake`, which may run on any thread
 * and does nothing but ring that thread's threadsafe function.
 */
#include "addon-client.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "addon-values.h"
#include "queue.h"

#define LONGEST_PATH 4096 /* PATH_MAX */

typedef struct {
  lk_client *queue;
  napi_threadsafe_function bell;
  uint32_t pending; /* queued requests: while there are any, the bell keeps the event loop alive */
} client;

static void wake(void *data) {
  client *c = data;
  /* Non-blocking, unbounded queue: neither waits nor calls back. It fails only when the environment is closing,
     and then the cleanup hook frees what was granted. */
  (void)napi_call_threadsafe_function(c->bell, NULL, napi_tsfn_nonblocking);
}

static void one_more_pending(napi_env env, client *c) {
  if (c->pending++ == 0) napi_ref_threadsafe_function(env, c->bell);
}

static void one_less_pending(napi_env env, client *c) {
  if (--c->pending == 0) napi_unref_threadsafe_function(env, c->bell);
}

/* The bell rang: tells JavaScript of every settled request. */
static void on_bell(napi_env env, napi_value on_settled, void *context, void *data) {
  (void)data;
  if (env == NULL) return; /* the environment is gone, and the client with it */
  client *c = context;
  uint32_t id;
  int error;
  while (lk_settled(c->queue, &id, &error)) {
    one_less_pending(env, c);
    napi_value receiver, arguments[2];
    size_t count = 1;
    if (napi_get_undefined(env, &receiver) != napi_ok) return;
    if ((arguments[0] = lk_number(env, (int32_t)id)) == NULL) return;
    if (error != 0) {
      if ((arguments[1] = lk_system_error(env, error, "lock")) == NULL) return;
      count = 2;
    }
    if (napi_call_function(env, receiver, on_settled, count, arguments, NULL) != napi_ok) return;
  }
}

static void close_client(void *data) {
  client *c = data;
  lk_client_close(c->queue);
  free(c);
}

/* lock(path, name): the handle of a lock */
static napi_value js_lock(napi_env env, napi_callback_info info) {
  size_t count = 2;
  napi_value arguments[2];
  client *c;
  TRY(napi_get_cb_info(env, info, &count, arguments, NULL, (void **)&c));
  char *path = lk_copy_text(env, arguments[0]);
  char *name = path == NULL ? NULL : lk_copy_text(env, arguments[1]);
  uint32_t handle;
  int error = name == NULL ? 0 : strlen(path) >= LONGEST_PATH ? ENAMETOOLONG : lk_lock_open(c->queue, path, name, &handle);
  free(path);
  free(name);
  if (name == NULL) return NULL;
  return error == 0 ? lk_number(env, (int32_t)handle) : lk_throw(env, error, "open");
}

/* close(handle): whether the lock was forgotten; not while this thread has requests for it */
static napi_value js_close(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value argument;
  client *c;
  uint32_t handle;
  TRY(napi_get_cb_info(env, info, &count, &argument, NULL, (void **)&c));
  TRY(napi_get_value_uint32(env, argument, &handle));
  return lk_boolean(env, lk_lock_close(c->queue, handle) == 0);
}

/*
 * acquire(handle, mode, patience, budget in µs): id of a grant, minus the id of a queued request, or 0: not available.
 * mode and patience as in mode.h and queue.h. A wait of LK_SYNC that would be for this thread itself: 'held' or 'queued'.
 */
static napi_value js_acquire(napi_env env, napi_callback_info info) {
  size_t count = 4;
  napi_value arguments[4];
  client *c;
  uint32_t handle, mode, patience, budget;
  TRY(napi_get_cb_info(env, info, &count, arguments, NULL, (void **)&c));
  TRY(napi_get_value_uint32(env, arguments[0], &handle));
  TRY(napi_get_value_uint32(env, arguments[1], &mode));
  TRY(napi_get_value_uint32(env, arguments[2], &patience));
  TRY(napi_get_value_uint32(env, arguments[3], &budget));
  uint32_t id;
  int error;
  switch (lk_acquire(c->queue, handle, (lk_mode)mode, (lk_patience)patience, (uint64_t)budget * 1000, &id, &error)) {
    case LK_GRANTED: return lk_number(env, (int32_t)id);
    case LK_QUEUED:
      if (patience == LK_WAIT) one_more_pending(env, c);
      return lk_number(env, -(int32_t)id);
    case LK_BUSY: return lk_number(env, 0);
    case LK_DEADLOCK_HELD: return lk_text(env, "held");
    case LK_DEADLOCK_QUEUED: return lk_text(env, "queued");
    default: return lk_throw(env, error, "lock");
  }
}

static bool get_id(napi_env env, napi_callback_info info, client **c, uint32_t *id) {
  size_t count = 1;
  napi_value argument;
  if (napi_get_cb_info(env, info, &count, &argument, NULL, (void **)c) != napi_ok) return false;
  return napi_get_value_uint32(env, argument, id) == napi_ok;
}

/* waitSync(id, ms): whether it holds the lock now */
static napi_value js_wait_sync(napi_env env, napi_callback_info info) {
  size_t count = 2;
  napi_value arguments[2];
  client *c;
  uint32_t id;
  double limit;
  TRY(napi_get_cb_info(env, info, &count, arguments, NULL, (void **)&c));
  TRY(napi_get_value_uint32(env, arguments[0], &id));
  TRY(napi_get_value_double(env, arguments[1], &limit));
  int error = lk_wait_sync(c->queue, id, (uint64_t)(limit * 1e6));
  if (error != 0 && error != EAGAIN) return lk_throw(env, error, "lock");
  return lk_boolean(env, error == 0);
}

/* release(id): id of a request of this client that holds the lock now, or 0 */
static napi_value js_release(napi_env env, napi_callback_info info) {
  client *c;
  uint32_t id, next;
  if (!get_id(env, info, &c, &id)) return NULL;
  int error = lk_release(c->queue, id, &next);
  if (error != 0) return lk_throw(env, error, "flock");
  if (next != 0) one_less_pending(env, c);
  return lk_number(env, (int32_t)next);
}

static napi_value cancel(napi_env env, napi_callback_info info, bool was_pending) {
  client *c;
  uint32_t id, next;
  if (!get_id(env, info, &c, &id)) return NULL;
  if (!lk_cancel(c->queue, id, &next)) return lk_number(env, -1);
  if (was_pending) one_less_pending(env, c);
  if (next != 0) one_less_pending(env, c);
  return lk_number(env, (int32_t)next);
}

/* cancel(id): -1 there is nothing to withdraw; else it is withdrawn, and the result is release()'s */
static napi_value js_cancel(napi_env env, napi_callback_info info) { return cancel(env, info, true); }

/* cancelSync(id): the same for a request of LK_SYNC */
static napi_value js_cancel_sync(napi_env env, napi_callback_info info) { return cancel(env, info, false); }

/* token(id): the fencing token, raised now */
static napi_value js_token(napi_env env, napi_callback_info info) {
  client *c;
  uint32_t id;
  uint64_t token;
  if (!get_id(env, info, &c, &id)) return NULL;
  int error = lk_token(c->queue, id, &token);
  if (error != 0) return lk_throw(env, error, "write");
  napi_value result;
  TRY(napi_create_bigint_uint64(env, token, &result));
  return result;
}

/* lost(id): whether the lock file under this grant is not at its path any more */
static napi_value js_lost(napi_env env, napi_callback_info info) {
  client *c;
  uint32_t id;
  if (!get_id(env, info, &c, &id)) return NULL;
  return lk_boolean(env, lk_lost(c->queue, id));
}

/* freshen(): sets the times of the lock files that this client holds */
static napi_value js_freshen(napi_env env, napi_callback_info info) {
  client *c;
  TRY(napi_get_cb_info(env, info, NULL, NULL, NULL, (void **)&c));
  lk_freshen(c->queue);
  return NULL;
}

static const lk_method of_client[] = {
    {"lock", js_lock},       {"close", js_close},   {"acquire", js_acquire}, {"waitSync", js_wait_sync},
    {"release", js_release}, {"cancel", js_cancel}, {"token", js_token},     {"cancelSync", js_cancel_sync},
    {"lost", js_lost},       {"freshen", js_freshen},
};

napi_value lk_open_client(napi_env env, napi_callback_info info) {
  size_t count = 2;
  napi_value arguments[2], name, object;
  uint32_t thread;
  TRY(napi_get_cb_info(env, info, &count, arguments, NULL, NULL));
  TRY(napi_get_value_uint32(env, arguments[0], &thread));
  if ((name = lk_text(env, "lockkit")) == NULL) return NULL;
  client *c = calloc(1, sizeof *c);
  if (c == NULL) return lk_throw(env, ENOMEM, "malloc");
  c->queue = lk_client_open(thread, wake, c);
  if (c->queue == NULL) {
    free(c);
    return lk_throw(env, ENOMEM, "malloc");
  }
  /* Hooks run last to first: the client is closed before the bell that its wake rings. */
  if (napi_create_threadsafe_function(env, arguments[1], NULL, name, 0, 1, NULL, NULL, c, on_bell, &c->bell) !=
      napi_ok) {
    close_client(c);
    return NULL;
  }
  TRY(napi_unref_threadsafe_function(env, c->bell));
  TRY(napi_add_env_cleanup_hook(env, close_client, c));
  TRY(napi_create_object(env, &object));
  return lk_add_methods(env, object, of_client, sizeof of_client / sizeof *of_client, c) ? object : NULL;
}
