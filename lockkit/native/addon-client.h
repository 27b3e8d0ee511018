#ifndef LOCKKIT_ADDON_CLIENT_H
#define LOCKKIT_ADDON_CLIENT_H

#include <node_api.h>

/* open(thread, onSettled): a client of this thread. onSettled(id, error?) is called for each queued request, once. */
napi_value lk_open_client(napi_env env, napi_callback_info info);

#endif
