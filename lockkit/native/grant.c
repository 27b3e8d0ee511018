/* Who gets the lock next. Everything here is called with the lock's mutex. */
#include <errno.h>

#include "internal.h"

static request *head(const lock *l) { return (request *)l->queue.first; }

void lk_lock_mutex(lock *l) { pthread_mutex_lock(&l->mutex); }

static void ring(lk_client *client) {
  client->wake(client->data);
  client->ringing--;
}

void lk_unlock_mutex(lock *l) {
  lk_client *bells[BELLS];
  uint32_t count = l->bell_count;
  for (uint32_t i = 0; i < count; i++) bells[i] = l->bells[i];
  l->bell_count = 0;
  pthread_mutex_unlock(&l->mutex);
  for (uint32_t i = 0; i < count; i++) ring(bells[i]);
}

/* Tells the client's thread; one wake is enough for all that is in its list. */
static void tell(lock *l, request *r) {
  if (r->sync) {
    pthread_cond_signal(&r->settled);
    return;
  }
  lk_client *client = r->client;
  pthread_mutex_lock(&client->mutex);
  bool first = client->settled.first == NULL;
  lk_append(&client->settled, &r->of_settled);
  pthread_mutex_unlock(&client->mutex);
  if (!first) return;
  client->ringing++;
  if (l->bell_count < BELLS) l->bells[l->bell_count++] = client;
  else ring(client);
}

request *lk_grant(lock *l, const lk_client *self) {
  request *own = NULL;
  do {
    request *r = head(l);
    lk_take_out(&l->queue, &r->of_lock);
    lk_append(&l->holders, &r->of_lock);
    r->state = HELD;
    if (own == NULL && r->client == self) {
      own = r;
      r->told = true;
    } else {
      tell(l, r);
    }
  } while (l->mode == LK_SHARED && head(l) != NULL && head(l)->mode == LK_SHARED);
  if (head(l) == NULL && l->waiter != NULL) pthread_cond_signal(&l->changed);
  return own;
}

request *lk_grant_joining(lock *l, const lk_client *self) {
  if (!l->held || l->mode != LK_SHARED || head(l) == NULL || head(l)->mode != LK_SHARED) return NULL;
  uint64_t now = lk_now();
  if (now - l->turn >= head(l)->budget) {
    if (lk_file_contended(&l->file, LK_SHARED, now)) return NULL;
    l->turn = now;
  }
  return lk_grant(l, self);
}

void lk_fail_queue(lock *l, int error) {
  while (head(l) != NULL) {
    request *r = head(l);
    lk_take_out(&l->queue, &r->of_lock);
    r->error = error;
    r->state = FAILED;
    tell(l, r);
  }
}

/* Gives the file lock back to all processes. */
static int let_go(lock *l) {
  l->held = false;
  int error = lk_file_release(&l->file);
  if (error != 0) {
    l->file.fd = -1; /* not ours any more: whoever closed it may have opened another file under its number */
    lk_registry_close(l);
  } else if (l->queue.first == NULL && lk_registry_crowded()) {
    lk_registry_close(l);
  }
  return error;
}

request *lk_pass_on(lock *l, const lk_client *self, int *error) {
  *error = 0;
  if (head(l) == NULL) {
    *error = let_go(l);
    return NULL;
  }
  /* With no thread to wait for the next turn, keeping the lock is the only way not to strand the queue. */
  if (lk_now() - l->turn >= head(l)->budget && lk_waiter_call(l) == 0) {
    *error = let_go(l);
    return NULL;
  }
  lk_mode mode = head(l)->mode;
  if (mode != l->mode && lk_file_change(&l->file, mode) != 0) {
    /* Others hold it, as readers do, and it is lost: wait as everybody does. */
    l->held = false;
    int failure = lk_waiter_call(l);
    if (failure != 0) lk_fail_queue(l, failure);
    return NULL;
  }
  l->mode = mode;
  return lk_grant(l, self);
}
