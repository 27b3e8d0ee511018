/* One thread's door: the locks it knows, its requests, and those of them that were settled. */
#include <errno.h>
#include <sched.h>
#include <stdlib.h>

#include "internal.h"

/*
 * A request's id is generation * 2^20 + index, below 2^30: also negated it is a
 * small integer to V8, for which it makes no object. The generation is a second
 * safety only: JavaScript uses no id twice.
 */
#define INDEX_BITS 20
#define GENERATION_MASK (((uint32_t)1 << 10) - 1)

lk_client *lk_client_open(uint32_t thread, lk_wake wake, void *data) {
  lk_client *client = calloc(1, sizeof *client);
  if (client == NULL) return NULL;
  lk_mutex_init(&client->mutex);
  client->thread = thread;
  client->wake = wake;
  client->data = data;
  return client;
}

int lk_lock_open(lk_client *client, const char *path, const char *name, uint32_t *handle) {
  uint32_t free_one = 0;
  while (free_one < client->known_count && client->known[free_one].lock != NULL) free_one++;
  if (free_one == client->known_capacity) {
    uint32_t capacity = free_one == 0 ? 16 : free_one * 2;
    known *grown = realloc(client->known, capacity * sizeof *grown);
    if (grown == NULL) return ENOMEM;
    client->known = grown;
    client->known_capacity = capacity;
  }
  lock *l = lk_registry_pin(path, name);
  if (l == NULL) return ENOMEM;
  client->known[free_one] = (known){.lock = l};
  if (free_one == client->known_count) client->known_count++;
  *handle = free_one;
  return 0;
}

int lk_lock_close(lk_client *client, uint32_t handle) {
  if (handle >= client->known_count || client->known[handle].lock == NULL) return EINVAL;
  if (client->known[handle].requests != 0) return EBUSY;
  lk_registry_unpin(client->known[handle].lock);
  client->known[handle].lock = NULL;
  return 0;
}

static request *more_requests(lk_client *client) {
  if (client->request_count == client->request_capacity) {
    uint32_t capacity = client->request_capacity == 0 ? 64 : client->request_capacity * 2;
    if (capacity > (uint32_t)1 << INDEX_BITS) return NULL;
    request **grown = realloc(client->requests, capacity * sizeof *grown);
    if (grown == NULL) return NULL;
    client->requests = grown;
    client->request_capacity = capacity;
  }
  request *r = calloc(1, sizeof *r);
  if (r == NULL) return NULL;
  if (lk_condition_init(&r->settled) != 0) {
    free(r);
    return NULL;
  }
  r->client = client;
  r->index = client->request_count;
  client->requests[client->request_count++] = r;
  return r;
}

request *lk_request_new(lk_client *client, uint32_t handle) {
  request *r = client->free_requests;
  if (r != NULL) client->free_requests = r->next_free;
  else r = more_requests(client);
  if (r == NULL) return NULL;
  r->generation = (r->generation + 1) & GENERATION_MASK;
  if (r->generation == 0) r->generation = 1; /* an id is never 0 */
  r->error = 0;
  r->told = r->sync = false;
  r->handle = handle;
  r->lock = client->known[handle].lock;
  client->known[handle].requests++;
  lk_totals.requests++;
  return r;
}

void lk_request_free(request *r) {
  lk_client *client = r->client;
  client->known[r->handle].requests--;
  r->state = FREE;
  r->lock = NULL;
  r->next_free = client->free_requests;
  client->free_requests = r;
  lk_totals.requests--;
}

uint32_t lk_request_id(const request *r) { return r->generation << INDEX_BITS | r->index; }

request *lk_request_find(const lk_client *client, uint32_t id) {
  uint32_t index = id & (((uint32_t)1 << INDEX_BITS) - 1);
  if (index >= client->request_count) return NULL;
  request *r = client->requests[index];
  return r->lock != NULL && lk_request_id(r) == id ? r : NULL;
}

bool lk_settled(lk_client *client, uint32_t *id, int *error) {
  pthread_mutex_lock(&client->mutex);
  place *p = client->settled.first;
  if (p != NULL) lk_take_out(&client->settled, p);
  pthread_mutex_unlock(&client->mutex);
  if (p == NULL) return false;
  request *r = (request *)((char *)p - offsetof(request, of_settled));
  /* Only its own thread, this one, changes a request that is HELD or FAILED. */
  *id = lk_request_id(r);
  *error = r->error;
  if (r->error == 0) r->told = true;
  else lk_request_free(r);
  return true;
}

/* First all places in queues, so that no grant is passed on to this client. */
void lk_client_close(lk_client *client) {
  uint32_t next;
  for (int pass = 0; pass < 2; pass++) {
    for (uint32_t i = 0; i < client->request_count; i++) {
      request *r = client->requests[i];
      if (r->lock == NULL) continue;
      uint32_t id = lk_request_id(r);
      if (pass == 0) {
        lock *l = r->lock;
        lk_lock_mutex(l);
        bool queued = r->state == QUEUED;
        lk_unlock_mutex(l);
        /* It may be granted just now; then it is for the second pass. */
        if (!queued) continue;
      }
      if (!r->told && lk_cancel(client, id, &next)) continue;
      (void)lk_release(client, id, &next);
    }
  }
  while (client->ringing != 0) sched_yield();
  pthread_mutex_destroy(&client->mutex);
  for (uint32_t i = 0; i < client->known_count; i++)
    if (client->known[i].lock != NULL) lk_registry_unpin(client->known[i].lock);
  for (uint32_t i = 0; i < client->request_count; i++) {
    pthread_cond_destroy(&client->requests[i]->settled);
    free(client->requests[i]);
  }
  free(client->requests);
  free(client->known);
  free(client);
}
