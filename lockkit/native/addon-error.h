/* Errors as JavaScript values. */
#ifndef LOCKKIT_ADDON_ERROR_H
#define LOCKKIT_ADDON_ERROR_H

#include <node_api.h>

/* The shape of Node's own system errors: code, errno (negative), syscall. NULL: an exception is pending. */
napi_value lk_system_error(napi_env env, int error, const char *syscall);

/* Throws one; NULL, for the caller to return. */
napi_value lk_throw(napi_env env, int error, const char *syscall);

#endif
