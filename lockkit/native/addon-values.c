#include "addon-values.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
  int error;
  const char *name;
} names[] = {
    {EACCES, "EACCES"},   {EAGAIN, "EAGAIN"},   {EBADF, "EBADF"},   {EBUSY, "EBUSY"},
    {EDEADLK, "EDEADLK"}, {EDQUOT, "EDQUOT"},   {EINTR, "EINTR"},   {EINVAL, "EINVAL"},
    {EIO, "EIO"},         {EISDIR, "EISDIR"},   {ELOOP, "ELOOP"},   {EMFILE, "EMFILE"},
    {EMLINK, "EMLINK"},   {ENAMETOOLONG, "ENAMETOOLONG"},           {ENFILE, "ENFILE"},
    {ENODEV, "ENODEV"},   {ENOENT, "ENOENT"},   {ENOLCK, "ENOLCK"}, {ENOMEM, "ENOMEM"},
    {ENOSPC, "ENOSPC"},   {ENOSYS, "ENOSYS"},   {ENOTDIR, "ENOTDIR"}, {ENXIO, "ENXIO"},
    {EOPNOTSUPP, "EOPNOTSUPP"}, {EPERM, "EPERM"}, {EROFS, "EROFS"}, {ESTALE, "ESTALE"},
};

static const char *name_of(int error) {
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (names[i].error == error) return names[i].name;
  return "UNKNOWN";
}

napi_value lk_system_error(napi_env env, int error, const char *syscall) {
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

napi_value lk_throw(napi_env env, int error, const char *syscall) {
  napi_value value = lk_system_error(env, error, syscall);
  if (value != NULL) napi_throw(env, value);
  return NULL;
}

napi_value lk_number(napi_env env, int32_t value) {
  napi_value result;
  TRY(napi_create_int32(env, value, &result));
  return result;
}

napi_value lk_boolean(napi_env env, bool value) {
  napi_value result;
  TRY(napi_get_boolean(env, value, &result));
  return result;
}

napi_value lk_text(napi_env env, const char *value) {
  napi_value result;
  TRY(napi_create_string_utf8(env, value, NAPI_AUTO_LENGTH, &result));
  return result;
}

char *lk_copy_text(napi_env env, napi_value value) {
  size_t length;
  if (napi_get_value_string_utf8(env, value, NULL, 0, &length) != napi_ok) return NULL;
  char *copy = malloc(length + 1);
  if (copy == NULL) return lk_throw(env, ENOMEM, "malloc"), NULL;
  (void)napi_get_value_string_utf8(env, value, copy, length + 1, &length);
  return copy;
}

bool lk_set(napi_env env, napi_value object, const char *name, napi_value value) {
  return value != NULL && napi_set_named_property(env, object, name, value) == napi_ok;
}

bool lk_add_methods(napi_env env, napi_value object, const lk_method *methods, size_t count, void *data) {
  for (size_t i = 0; i < count; i++) {
    napi_value function;
    if (napi_create_function(env, methods[i].name, NAPI_AUTO_LENGTH, methods[i].call, data, &function) != napi_ok)
      return false;
    if (napi_set_named_property(env, object, methods[i].name, function) != napi_ok) return false;
  }
  return true;
}
