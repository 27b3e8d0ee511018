/* The calls of queue.h on a lock and its requests. */
#include "queue.h"

#include <errno.h>
#include <stdlib.h>

#include "internal.h"

/* How often a try opens the file anew when it is unlinked under it; the waiting path has no such bound. */
#define TRY_REOPEN 8

static int try_file(lock *l, lk_mode mode, uint64_t budget) {
  atomic_store_explicit(&l->used, true, memory_order_relaxed);
  for (int opened = 0; opened < TRY_REOPEN; opened++) {
    int error = l->file.fd < 0 ? lk_registry_open(l) : 0;
    if (error == 0) error = lk_file_try(&l->file, l->path, mode, budget, &l->turn);
    if (error == 0) {
      l->held = true;
      l->mode = mode;
    }
    if (error != ESTALE) return error;
    lk_registry_close(l);
  }
  return EWOULDBLOCK;
}

/* Whether a reader may hold beside the readers that do. */
static bool may_join(lock *l, lk_mode mode, uint64_t budget) {
  if (!l->held || l->mode != LK_SHARED || mode != LK_SHARED || l->queue.first != NULL) return false;
  uint64_t now = lk_now();
  if (now - l->turn < budget) return true;
  if (lk_file_contended(&l->file, mode, now)) return false;
  l->turn = now;
  return true;
}

/* What of the client's own is before a new request: its thread would have to run for it to end. */
static lk_outcome deadlock(const lock *l, const lk_client *client) {
  for (place *at = l->holders.first; at != NULL; at = at->next)
    if (((request *)at)->client == client) return LK_DEADLOCK_HELD;
  for (place *at = l->queue.first; at != NULL; at = at->next)
    if (((request *)at)->client == client) return LK_DEADLOCK_QUEUED;
  return LK_QUEUED;
}

static lk_outcome enqueue(lock *l, request *r, lk_patience patience, bool was_free, int *error) {
  r->state = QUEUED;
  r->sync = patience == LK_SYNC;
  lk_append(&l->queue, &r->of_lock);
  *error = was_free ? lk_waiter_call(l) : 0;
  if (*error == 0) return LK_QUEUED;
  lk_take_out(&l->queue, &r->of_lock);
  lk_request_free(r);
  return LK_ERROR;
}

static lk_outcome acquire(lock *l, request *r, lk_mode mode, lk_patience patience, uint64_t budget, int *error) {
  bool was_free = !l->held && !l->taking && l->queue.first == NULL;
  *error = was_free ? try_file(l, mode, budget) : EWOULDBLOCK;
  if (*error == EWOULDBLOCK && may_join(l, mode, budget)) *error = 0;
  if (*error == 0) {
    r->state = HELD;
    r->told = true;
    lk_append(&l->holders, &r->of_lock);
    return LK_GRANTED;
  }
  lk_outcome refused = *error != EWOULDBLOCK     ? LK_ERROR
                       : patience == LK_LEAVE ? LK_BUSY
                       : patience == LK_SYNC  ? deadlock(l, r->client)
                                              : LK_QUEUED;
  if (refused == LK_QUEUED) return enqueue(l, r, patience, was_free, error);
  lk_request_free(r);
  return refused;
}

lk_outcome lk_acquire(lk_client *client, uint32_t handle, lk_mode mode, lk_patience patience, uint64_t budget,
                      uint32_t *id, int *error) {
  *error = EINVAL;
  if (handle >= client->known_count || client->known[handle].lock == NULL) return LK_ERROR;
  request *r = lk_request_new(client, handle);
  *error = ENOMEM;
  if (r == NULL) return LK_ERROR;
  r->mode = mode;
  r->budget = budget;
  *id = lk_request_id(r);
  lock *l = r->lock;
  lk_lock_mutex(l);
  lk_outcome outcome = acquire(l, r, mode, patience, budget, error);
  lk_unlock_mutex(l);
  return outcome;
}

/* With the lock's mutex: `r`, a holder, is done. */
static int leave_holders(request *r, uint32_t *next) {
  lock *l = r->lock;
  int error = 0;
  lk_take_out(&l->holders, &r->of_lock);
  if (l->holders.first != NULL) return 0;
  request *after = lk_pass_on(l, r->client, &error);
  if (after != NULL) *next = lk_request_id(after);
  return error;
}

static void leave_queue(request *r, uint32_t *next) {
  lock *l = r->lock;
  lk_take_out(&l->queue, &r->of_lock);
  if (l->queue.first == NULL) {
    lk_waiter_dismiss(l);
    return;
  }
  request *after = lk_grant_joining(l, r->client);
  if (after != NULL) *next = lk_request_id(after);
}

int lk_release(lk_client *client, uint32_t id, uint32_t *next) {
  *next = 0;
  request *r = lk_request_find(client, id);
  if (r == NULL || !r->told) return 0;
  lock *l = r->lock;
  lk_lock_mutex(l);
  int error = leave_holders(r, next);
  lk_unlock_mutex(l);
  lk_request_free(r);
  return error;
}

bool lk_cancel(lk_client *client, uint32_t id, uint32_t *next) {
  *next = 0;
  request *r = lk_request_find(client, id);
  if (r == NULL || r->told) return false;
  lock *l = r->lock;
  lk_lock_mutex(l);
  if (r->state == QUEUED) {
    leave_queue(r, next);
  } else {
    if (!r->sync) {
      pthread_mutex_lock(&client->mutex);
      lk_take_out(&client->settled, &r->of_settled);
      pthread_mutex_unlock(&client->mutex);
    }
    if (r->state == HELD) (void)leave_holders(r, next);
  }
  lk_unlock_mutex(l);
  lk_request_free(r);
  return true;
}

int lk_wait_sync(lk_client *client, uint32_t id, uint64_t limit) {
  request *r = lk_request_find(client, id);
  if (r == NULL || !r->sync) return EINVAL;
  struct timespec end = lk_deadline(limit);
  lock *l = r->lock;
  lk_lock_mutex(l);
  int waited = 0;
  while (r->state == QUEUED && waited == 0) waited = pthread_cond_timedwait(&r->settled, &l->mutex, &end);
  int error = r->state == QUEUED ? EAGAIN : r->error;
  r->told = r->state == HELD;
  bool failed = r->state == FAILED;
  lk_unlock_mutex(l);
  if (failed) lk_request_free(r);
  return error;
}

int lk_token(lk_client *client, uint32_t id, uint64_t *token) {
  request *r = lk_request_find(client, id);
  if (r == NULL || !r->told) return ENOLCK;
  lock *l = r->lock;
  lk_lock_mutex(l);
  int error = lk_file_token(&l->file, l->mode, token);
  lk_unlock_mutex(l);
  return error;
}

bool lk_lost(lk_client *client, uint32_t id) {
  request *r = lk_request_find(client, id);
  if (r == NULL || !r->told) return false;
  lock *l = r->lock;
  lk_lock_mutex(l);
  bool lost = !lk_file_in_place(&l->file, l->path);
  lk_unlock_mutex(l);
  return lost;
}

void lk_freshen(lk_client *client) {
  uint64_t now = lk_now();
  for (uint32_t i = 0; i < client->request_count; i++) {
    request *r = client->requests[i];
    if (r->lock == NULL) continue;
    lk_lock_mutex(r->lock);
    if (r->state == HELD) lk_file_freshen(&r->lock->file, now);
    lk_unlock_mutex(r->lock);
  }
}

static void tell_all(const lock *l, const list *from, bool held, void (*tell)(const lk_entry *, void *), void *data) {
  for (place *at = from->first; at != NULL; at = at->next) {
    request *r = (request *)at;
    lk_entry entry = {.name = l->name, .mode = r->mode, .held = held, .thread = r->client->thread};
    tell(&entry, data);
  }
}

void lk_query(const char *path, void (*tell)(const lk_entry *entry, void *data), void *data) {
  uint32_t count;
  lock **all = lk_registry_pin_all(path, &count);
  for (uint32_t i = 0; i < count; i++) {
    lk_lock_mutex(all[i]);
    tell_all(all[i], &all[i]->holders, true, tell, data);
    tell_all(all[i], &all[i]->queue, false, tell, data);
    lk_unlock_mutex(all[i]);
    lk_registry_unpin(all[i]);
  }
  free(all);
}

lk_counts lk_count(void) {
  return (lk_counts){
      .locks = lk_totals.locks,
      .open = lk_totals.open,
      .waiters = lk_totals.waiters,
      .requests = lk_totals.requests,
  };
}
