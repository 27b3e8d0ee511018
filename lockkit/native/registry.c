/* Every lock file the process knows, and the bounded number of them that is kept open. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

#define BUCKETS 1024
/* Free locks whose descriptor is kept for the next time are closed while more than this are open. */
#define OPEN_FILES 64

static pthread_mutex_t registry = PTHREAD_MUTEX_INITIALIZER;
static lock *buckets[BUCKETS];
/* The open ones in a ring, over which a hand goes looking for one that was not used since it last came by. */
static lock *hand;

counts lk_totals;

static uint32_t bucket_of(const char *path) {
  uint32_t hash = 2166136261u; /* FNV-1a */
  for (; *path != '\0'; path++) hash = (hash ^ (unsigned char)*path) * 16777619u;
  return hash % BUCKETS;
}

static lock *find(const char *path) {
  lock *l = buckets[bucket_of(path)];
  while (l != NULL && strcmp(l->path, path) != 0) l = l->same_bucket;
  return l;
}

static lock *make(const char *path, const char *name) {
  lock *l = calloc(1, sizeof *l);
  if (l == NULL) return NULL;
  l->path = strdup(path);
  l->name = strdup(name);
  if (l->path == NULL || l->name == NULL || lk_condition_init(&l->changed) != 0) {
    free(l->path);
    free(l->name);
    free(l);
    return NULL;
  }
  lk_mutex_init(&l->mutex);
  l->file.fd = -1;
  lock **bucket = &buckets[bucket_of(path)];
  l->same_bucket = *bucket;
  *bucket = l;
  lk_totals.locks++;
  return l;
}

lock *lk_registry_pin(const char *path, const char *name) {
  pthread_mutex_lock(&registry);
  lock *l = find(path);
  if (l == NULL) l = make(path, name);
  if (l != NULL) l->pins++;
  pthread_mutex_unlock(&registry);
  return l;
}

void lk_registry_pin_again(lock *l) {
  pthread_mutex_lock(&registry);
  l->pins++;
  pthread_mutex_unlock(&registry);
}

static void leave_ring(lock *l) {
  if (l->ring_next == NULL) return;
  if (hand == l) hand = l->ring_next == l ? NULL : l->ring_next;
  l->ring_previous->ring_next = l->ring_next;
  l->ring_next->ring_previous = l->ring_previous;
  l->ring_previous = l->ring_next = NULL;
  lk_totals.open--;
}

static void enter_ring(lock *l) {
  if (hand == NULL) {
    l->ring_previous = l->ring_next = hand = l;
  } else { /* before the hand: it comes by last */
    l->ring_next = hand;
    l->ring_previous = hand->ring_previous;
    hand->ring_previous->ring_next = l;
    hand->ring_previous = l;
  }
  lk_totals.open++;
}

void lk_registry_unpin(lock *l) {
  pthread_mutex_lock(&registry);
  bool last = --l->pins == 0;
  if (last) {
    lock **at = &buckets[bucket_of(l->path)];
    while (*at != l) at = &(*at)->same_bucket;
    *at = l->same_bucket;
    leave_ring(l);
    lk_totals.locks--;
  }
  pthread_mutex_unlock(&registry);
  if (!last) return;
  lk_file_close(&l->file);
  pthread_cond_destroy(&l->changed);
  pthread_mutex_destroy(&l->mutex);
  free(l->path);
  free(l->name);
  free(l);
}

lock **lk_registry_pin_all(const char *path, uint32_t *count) {
  pthread_mutex_lock(&registry);
  *count = 0;
  lock **all = malloc((lk_totals.locks + 1) * sizeof *all);
  for (uint32_t i = 0; all != NULL && i < BUCKETS; i++)
    for (lock *l = buckets[i]; l != NULL; l = l->same_bucket)
      if (path == NULL || strcmp(l->path, path) == 0) {
        l->pins++;
        all[(*count)++] = l;
      }
  pthread_mutex_unlock(&registry);
  return all;
}

/* Closes the next free lock's file. False: all are in use. `any`: also one that was used not long ago. */
static bool close_one(bool any) {
  for (uint32_t steps = 2 * lk_totals.open; steps > 0 && hand != NULL; steps--) {
    lock *l = hand;
    hand = l->ring_next;
    if (!any && atomic_exchange(&l->used, false)) continue;
    if (pthread_mutex_trylock(&l->mutex) != 0) continue;
    bool idle = !l->held && !l->taking && l->waiter == NULL && l->queue.first == NULL;
    if (idle) {
      leave_ring(l);
      lk_file_close(&l->file);
    }
    pthread_mutex_unlock(&l->mutex);
    if (idle) return true;
  }
  return false;
}

static bool out_of_descriptors(int error) { return error == EMFILE || error == ENFILE; }

int lk_registry_open(lock *l) {
  int error = lk_file_open(&l->file, l->path);
  pthread_mutex_lock(&registry);
  if (out_of_descriptors(error)) {
    while (close_one(true)) continue;
    error = lk_file_open(&l->file, l->path);
  }
  if (error == 0) {
    while (lk_totals.open >= OPEN_FILES && close_one(false)) continue;
    enter_ring(l);
  }
  pthread_mutex_unlock(&registry);
  return error;
}

void lk_registry_close(lock *l) {
  pthread_mutex_lock(&registry);
  leave_ring(l);
  pthread_mutex_unlock(&registry);
  lk_file_close(&l->file);
}

bool lk_registry_crowded(void) { return lk_totals.open > OPEN_FILES; }
