/*
 * The Node-API door to the queue. Everything here runs on the JavaScript
 * thread that opened the client, except `wake`, which may run on any thread
 * and does nothing but ring that thread's threadsafe function.
 *
 * The library is linked with -z nodelete: Node unloads an addon when the last
 * worker that loaded it ends, while waiter threads may still run its code and
 * other threads' locks live in its memory.
 */
#define NAPI_VERSION 8
#include <node_api.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>

#include "queue.h"

typedef struct {
  lk_client *queue;
  napi_threadsafe_function bell;
  uint32_t pending; /* queued requests: while there are any, the bell keeps the event loop alive */
} client;

/* A failed Node-API call has an exception pending, or the environment is going down: return to JavaScript. */
#define TRY(call) \
  if ((call) != napi_ok) return NULL

static const char *name_of(int error) {
  switch (error) {
    case EACCES: return "EACCES";
    case EBADF: return "EBADF";
    case EINTR: return "EINTR";
    case EINVAL: return "EINVAL";
    case EIO: return "EIO";
    case ELOOP: return "ELOOP";
    case EMFILE: return "EMFILE";
    case ENFILE: return "ENFILE";
    case ENAMETOOLONG: return "ENAMETOOLONG";
    case ENOENT: return "ENOENT";
    case ENOLCK: return "ENOLCK";
    case ENOMEM: return "ENOMEM";
    case ENOSPC: return "ENOSPC";
    case ENOTDIR: return "ENOTDIR";
    case EPERM: return "EPERM";
    case EROFS: return "EROFS";
    case EAGAIN: return "EAGAIN";
    default: return "UNKNOWN";
  }
}

/* The shape of Node's own system errors: code, errno (negative), syscall. */
static napi_value system_error(napi_env env, int error, const char *syscall) {
  char text[256];
  snprintf(text, sizeof text, "%s: %s, %s", name_of(error), strerror(error), syscall);
  napi_value code, message, number, call, result;
  TRY(napi_create_string_utf8(env, name_of(error), NAPI_AUTO_LENGTH, &code));
  TRY(napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &message));
  TRY(napi_create_int32(env, -error, &number));
  TRY(napi_create_string_utf8(env, syscall, NAPI_AUTO_LENGTH, &call));
  TRY(napi_create_error(env, code, message, &result));
  TRY(napi_set_named_property(env, result, "errno", number));
  TRY(napi_set_named_property(env, result, "syscall", call));
  return result;
}

static napi_value throw_system_error(napi_env env, int error, const char *syscall) {
  napi_value value = system_error(env, error, syscall);
  if (value != NULL) napi_throw(env, value);
  return NULL;
}

/* Ids are whole numbers below 2^53 (see queue.c). */
static napi_value number(napi_env env, double value) {
  napi_value result;
  TRY(napi_create_double(env, value, &result));
  return result;
}

static void wake(void *data) {
  client *c = data;
  /* Non-blocking, unbounded queue: neither waits nor calls back. It fails only when the environment is closing,
     and then the cleanup hook frees what was granted. */
  (void)napi_call_threadsafe_function(c->bell, NULL, napi_tsfn_nonblocking);
}

static void one_less_pending(napi_env env, client *c) {
  if (--c->pending == 0) napi_unref_threadsafe_function(env, c->bell);
}

/* The bell rang: tells JavaScript of every settled request. */
static void on_bell(napi_env env, napi_value on_settled, void *context, void *data) {
  (void)data;
  if (env == NULL) return; /* the environment is gone, and the client with it */
  client *c = context;
  uint64_t id;
  int error;
  while (lk_settled(c->queue, &id, &error)) {
    one_less_pending(env, c);
    napi_value receiver, arguments[2];
    size_t count = 1;
    if (napi_get_undefined(env, &receiver) != napi_ok) return;
    if ((arguments[0] = number(env, (double)id)) == NULL) return;
    if (error != 0) {
      if ((arguments[1] = system_error(env, error, "lock")) == NULL) return;
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

/* acquire(path, ifAvailable, budgetMs): id of a grant, minus the id of a queued request, or 0: not available */
static napi_value js_acquire(napi_env env, napi_callback_info info) {
  size_t count = 3, length;
  napi_value arguments[3];
  client *c;
  char path[4096]; /* PATH_MAX */
  bool if_available;
  double budget;
  TRY(napi_get_cb_info(env, info, &count, arguments, NULL, (void **)&c));
  TRY(napi_get_value_string_utf8(env, arguments[0], path, sizeof path, &length));
  TRY(napi_get_value_bool(env, arguments[1], &if_available));
  TRY(napi_get_value_double(env, arguments[2], &budget));
  if (length == sizeof path - 1) return throw_system_error(env, ENAMETOOLONG, "open");
  uint64_t id;
  int error;
  switch (lk_acquire(c->queue, path, if_available, (uint64_t)(budget * 1e6), &id, &error)) {
    case LK_GRANTED: return number(env, (double)id);
    case LK_QUEUED:
      if (c->pending++ == 0) napi_ref_threadsafe_function(env, c->bell);
      return number(env, -(double)id);
    case LK_BUSY: return number(env, 0);
    default: return throw_system_error(env, error, "open");
  }
}

static bool get_id(napi_env env, napi_callback_info info, client **c, uint64_t *id) {
  size_t count = 1;
  napi_value argument;
  double value;
  if (napi_get_cb_info(env, info, &count, &argument, NULL, (void **)c) != napi_ok) return false;
  if (napi_get_value_double(env, argument, &value) != napi_ok) return false;
  *id = (uint64_t)value;
  return true;
}

/* release(id): id of a request of this client that holds the lock now, or 0 */
static napi_value js_release(napi_env env, napi_callback_info info) {
  client *c;
  uint64_t id;
  if (!get_id(env, info, &c, &id)) return NULL;
  uint64_t next = lk_release(c->queue, id);
  if (next != 0) one_less_pending(env, c);
  return number(env, (double)next);
}

/* cancel(id): -1 there is nothing to withdraw; else it is withdrawn, and the result is release()'s */
static napi_value js_cancel(napi_env env, napi_callback_info info) {
  client *c;
  uint64_t id, next;
  if (!get_id(env, info, &c, &id)) return NULL;
  if (!lk_cancel(c->queue, id, &next)) return number(env, -1);
  one_less_pending(env, c);
  if (next != 0) one_less_pending(env, c);
  return number(env, (double)next);
}

/* token(id): the fencing token, raised now */
static napi_value js_token(napi_env env, napi_callback_info info) {
  client *c;
  uint64_t id, token;
  if (!get_id(env, info, &c, &id)) return NULL;
  int error = lk_token(c->queue, id, &token);
  if (error != 0) return throw_system_error(env, error, "write");
  napi_value result;
  TRY(napi_create_bigint_uint64(env, token, &result));
  return result;
}

static napi_value js_freshen(napi_env env, napi_callback_info info) {
  (void)env;
  (void)info;
  lk_freshen();
  return NULL;
}

/* counts(): of the whole process */
static napi_value js_counts(napi_env env, napi_callback_info info) {
  (void)info;
  lk_counts now = lk_count();
  napi_value result;
  TRY(napi_create_object(env, &result));
  TRY(napi_set_named_property(env, result, "locks", number(env, now.locks)));
  TRY(napi_set_named_property(env, result, "waiters", number(env, now.waiters)));
  TRY(napi_set_named_property(env, result, "requests", number(env, now.requests)));
  return result;
}

/* flock(fd, operation): flock(2) as it is, on the calling thread */
static napi_value js_flock(napi_env env, napi_callback_info info) {
  size_t count = 2, length;
  napi_value arguments[2];
  int32_t fd;
  char operation[8];
  TRY(napi_get_cb_info(env, info, &count, arguments, NULL, NULL));
  TRY(napi_get_value_int32(env, arguments[0], &fd));
  TRY(napi_get_value_string_utf8(env, arguments[1], operation, sizeof operation, &length));
  int flags = strcmp(operation, "sh") == 0     ? LOCK_SH
              : strcmp(operation, "ex") == 0   ? LOCK_EX
              : strcmp(operation, "shnb") == 0 ? LOCK_SH | LOCK_NB
              : strcmp(operation, "exnb") == 0 ? LOCK_EX | LOCK_NB
              : strcmp(operation, "un") == 0   ? LOCK_UN
                                               : -1;
  if (flags == -1) return throw_system_error(env, EINVAL, "flock");
  int error;
  do error = flock(fd, flags) == 0 ? 0 : errno;
  while (error == EINTR);
  return error == 0 ? NULL : throw_system_error(env, error, "flock");
}

static napi_value method(napi_env env, napi_value object, const char *name, napi_callback call, void *data) {
  napi_value function;
  TRY(napi_create_function(env, name, NAPI_AUTO_LENGTH, call, data, &function));
  TRY(napi_set_named_property(env, object, name, function));
  return object;
}

/* open(onSettled): a client of this thread. onSettled(id, error?) is called for each queued request, once. */
static napi_value js_open(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value on_settled, name, object;
  TRY(napi_get_cb_info(env, info, &count, &on_settled, NULL, NULL));
  TRY(napi_create_string_utf8(env, "lockkit", NAPI_AUTO_LENGTH, &name));
  client *c = calloc(1, sizeof *c);
  if (c == NULL) return throw_system_error(env, ENOMEM, "open");
  c->queue = lk_client_open(wake, c);
  if (c->queue == NULL) {
    free(c);
    return throw_system_error(env, ENOMEM, "open");
  }
  /* Hooks run last to first: the client is closed before the bell that its wake rings. */
  if (napi_create_threadsafe_function(env, on_settled, NULL, name, 0, 1, NULL, NULL, c, on_bell, &c->bell) !=
      napi_ok) {
    close_client(c);
    return NULL;
  }
  TRY(napi_unref_threadsafe_function(env, c->bell));
  TRY(napi_add_env_cleanup_hook(env, close_client, c));
  TRY(napi_create_object(env, &object));
  if (method(env, object, "acquire", js_acquire, c) == NULL) return NULL;
  if (method(env, object, "release", js_release, c) == NULL) return NULL;
  if (method(env, object, "cancel", js_cancel, c) == NULL) return NULL;
  if (method(env, object, "token", js_token, c) == NULL) return NULL;
  return object;
}

NAPI_MODULE_INIT() {
  if (method(env, exports, "open", js_open, NULL) == NULL) return NULL;
  if (method(env, exports, "freshen", js_freshen, NULL) == NULL) return NULL;
  if (method(env, exports, "counts", js_counts, NULL) == NULL) return NULL;
  if (method(env, exports, "flock", js_flock, NULL) == NULL) return NULL;
  return exports;
}
