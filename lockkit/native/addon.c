/*
 * The Node-API door to the queue: what the addon exports.
 *
 * The library is linked with -z nodelete: Node unloads an addon when the last
 * worker that loaded it ends, while waiter threads may still run its code and
 * other threads' locks live in its memory.
 */
#include <node_api.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>

#include "addon-client.h"
#include "addon-values.h"
#include "file.h"
#include "queue.h"
#include "wait.h"

typedef struct {
  napi_env env;
  napi_value entries;
  uint32_t count;
} answer;

static void add_entry(const lk_entry *entry, void *data) {
  answer *a = data;
  napi_value object;
  if (napi_create_object(a->env, &object) != napi_ok) return;
  if (!lk_set(a->env, object, "name", lk_text(a->env, entry->name))) return;
  if (!lk_set(a->env, object, "mode", lk_text(a->env, entry->mode == LK_SHARED ? "shared" : "exclusive"))) return;
  if (!lk_set(a->env, object, "thread", lk_number(a->env, entry->thread))) return;
  if (!lk_set(a->env, object, "held", lk_boolean(a->env, entry->held))) return;
  if (napi_set_element(a->env, a->entries, a->count, object) == napi_ok) a->count++;
}

/* query(path?): every request of the process, for one file or for all */
static napi_value js_query(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value argument;
  answer a = {.env = env};
  TRY(napi_get_cb_info(env, info, &count, &argument, NULL, NULL));
  TRY(napi_create_array(env, &a.entries));
  char *path = NULL;
  if (count == 1 && (path = lk_copy_text(env, argument)) == NULL) return NULL;
  lk_query(path, add_entry, &a);
  free(path);
  return a.entries;
}

/* counts(): of the whole process */
static napi_value js_counts(napi_env env, napi_callback_info info) {
  (void)info;
  lk_counts now = lk_count();
  napi_value result;
  TRY(napi_create_object(env, &result));
  if (!lk_set(env, result, "locks", lk_number(env, (int32_t)now.locks))) return NULL;
  if (!lk_set(env, result, "open", lk_number(env, (int32_t)now.open))) return NULL;
  if (!lk_set(env, result, "waiters", lk_number(env, (int32_t)now.waiters))) return NULL;
  if (!lk_set(env, result, "requests", lk_number(env, (int32_t)now.requests))) return NULL;
  return result;
}

/* checkDirectory(path): throws a system error when files in it cannot be locked (file.h) */
static napi_value js_check_directory(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value argument;
  TRY(napi_get_cb_info(env, info, &count, &argument, NULL, NULL));
  char *path = lk_copy_text(env, argument);
  if (path == NULL) return NULL;
  int error = lk_file_check_directory(path);
  free(path);
  return error == 0 ? NULL : lk_throw(env, error, "flock");
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
  if (flags == -1) return lk_throw(env, EINVAL, "flock");
  int error = lk_flock(fd, flags);
  return error == 0 ? NULL : lk_throw(env, error, "flock");
}

static const lk_method of_module[] = {
    {"open", lk_open_client},   {"query", js_query}, {"counts", js_counts}, {"checkDirectory", js_check_directory},
    {"flock", js_flock},
};

/* To be raised with every change of what this file gives to src/addon.ts. */
#define INTERFACE 1

NAPI_MODULE_INIT() {
  if (!lk_set(env, exports, "interface", lk_number(env, INTERFACE))) return NULL;
  return lk_add_methods(env, exports, of_module, sizeof of_module / sizeof *of_module, NULL) ? exports : NULL;
}
