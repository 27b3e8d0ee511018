/* JavaScript values, and errors as such. Where a function returns NULL or false, an exception is pending. */
#ifndef LOCKKIT_ADDON_VALUES_H
#define LOCKKIT_ADDON_VALUES_H

#include <node_api.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A failed Node-API call has an exception pending, or the environment is going down: return to JavaScript. */
#define TRY(call) \
  if ((call) != napi_ok) return NULL

napi_value lk_number(napi_env env, int32_t value);
napi_value lk_boolean(napi_env env, bool value);
napi_value lk_text(napi_env env, const char *value);

/* A string of JavaScript; the caller frees it. */
char *lk_copy_text(napi_env env, napi_value value);

/* The shape of Node's own system errors: code, errno (negative), syscall. */
napi_value lk_system_error(napi_env env, int error, const char *syscall);

/* Throws one; NULL, for the caller to return. */
napi_value lk_throw(napi_env env, int error, const char *syscall);

/* A value of NULL is passed on as false. */
bool lk_set(napi_env env, napi_value object, const char *name, napi_value value);

typedef struct {
  const char *name;
  napi_callback call;
} lk_method;

bool lk_add_methods(napi_env env, napi_value object, const lk_method *methods, size_t count, void *data);

#endif
