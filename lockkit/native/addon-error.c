#include "addon-error.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define TRY(call) \
  if ((call) != napi_ok) return NULL

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
