#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "queue.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"

/*
 * INVARIANTS
 *
 * One mutex, `guard`, owns everything in this file: the table, every lock,
 * request and client. It is never held across a call that can block: only
 * across open, the non-blocking forms of flock and fcntl, and LOCK_UN.
 *
 * The one exception is `lock->file` while `lock->taking`: then it belongs to
 * the lock's waiter thread, which uses it without `guard`; nobody else touches
 * it. A lock is not freed while `waiter`, `held` or a queued request is there.
 *
 * held    this process has the file lock. Then `holder` is the request it was
 *         given to.
 * taking  the waiter thread is blocked for the file lock. Never both.
 * neither and the queue empty: free; whoever comes may try at once.
 * neither and the queue not empty: only between a release and the waiter
 *         thread's next look; newcomers queue, so nobody overtakes.
 *
 * The waiter thread is started when the queue has to wait for another process
 * and ends when the queue is empty. It runs no JavaScript and takes no lock
 * but `guard` (and, inside `wake`, the wake function's own).
 */
static pthread_mutex_t guard = PTHREAD_MUTEX_INITIALIZER;

#define BUCKETS 256
/* Free locks whose descriptor is kept for the next time; beyond that the one unused longest is closed. */
#define IDLE_LOCKS 64
#define WAITER_STACK ((size_t)256 * 1024)
/* A request's id is generation * 2^24 + index: a whole number in a double for 2^29 generations. */
#define INDEX_BITS 24
#define GENERATION_MASK (((uint64_t)1 << 29) - 1)

typedef enum {
  FREE,    /* not in use */
  QUEUED,  /* in its lock's queue */
  NAMED,   /* granted, in its client's settled list */
  FAILED,  /* in its client's settled list, `error` says why; belongs to no lock any more */
  HOLDING, /* granted, and its client knows */
} state;

typedef struct request {
  state state;
  uint32_t index;
  uint64_t generation;
  int error;
  uint64_t budget;
  struct lock *lock;
  lk_client *client;
  struct request *previous, *next; /* the queue, the settled list or the free list, by state */
} request;

typedef struct {
  request *first, *last;
} list;

typedef struct lock {
  char *path;
  lk_file file;
  bool held, taking, waiter;
  pthread_t thread; /* while waiter */
  request *holder;
  list queue;
  uint64_t taken_at, budget; /* of the present hold of the file lock */
  pthread_cond_t changed;    /* for the waiter thread: not held any more, or nobody queues */
  struct lock *same_bucket;
  bool idle;
  struct lock *idle_previous, *idle_next;
} lock;

struct lk_client {
  lk_wake wake;
  void *data;
  list settled;
};

static lock *buckets[BUCKETS];
static lock *idle_first, *idle_last;
static uint32_t idle_count;
static request **requests; /* all ever made, by index */
static uint32_t request_count, request_capacity;
static request *free_requests;
static lk_counts counts;

static void append(list *to, request *r) {
  r->next = NULL;
  r->previous = to->last;
  if (to->last != NULL) to->last->next = r;
  else to->first = r;
  to->last = r;
}

static void take_out(list *from, request *r) {
  if (r->previous != NULL) r->previous->next = r->next;
  else from->first = r->next;
  if (r->next != NULL) r->next->previous = r->previous;
  else from->last = r->previous;
  r->previous = r->next = NULL;
}

/* Requests */

static request *new_request(void) {
  request *r = free_requests;
  if (r != NULL) {
    free_requests = r->next;
  } else {
    if (request_count == request_capacity) {
      uint32_t capacity = request_capacity == 0 ? 64 : request_capacity * 2;
      if (capacity > (uint32_t)1 << INDEX_BITS) return NULL;
      request **grown = realloc(requests, capacity * sizeof *grown);
      if (grown == NULL) return NULL;
      requests = grown;
      request_capacity = capacity;
    }
    r = calloc(1, sizeof *r);
    if (r == NULL) return NULL;
    r->index = request_count;
    requests[request_count++] = r;
  }
  r->generation = (r->generation + 1) & GENERATION_MASK;
  if (r->generation == 0) r->generation = 1; /* an id is never 0 */
  r->error = 0;
  r->previous = r->next = NULL;
  counts.requests++;
  return r;
}

static void free_request(request *r) {
  r->state = FREE;
  r->lock = NULL;
  r->client = NULL;
  r->previous = NULL;
  r->next = free_requests;
  free_requests = r;
  counts.requests--;
}

static uint64_t id_of(const request *r) { return r->generation << INDEX_BITS | r->index; }

static request *find_request(const lk_client *client, uint64_t id) {
  uint64_t index = id & (((uint64_t)1 << INDEX_BITS) - 1);
  if (index >= request_count) return NULL;
  request *r = requests[index];
  return r->state != FREE && r->client == client && id_of(r) == id ? r : NULL;
}

/* Locks */

static uint32_t bucket_of(const char *path) {
  uint32_t hash = 2166136261u; /* FNV-1a */
  for (; *path != '\0'; path++) hash = (hash ^ (unsigned char)*path) * 16777619u;
  return hash % BUCKETS;
}

static lock *find_lock(const char *path) {
  uint32_t bucket = bucket_of(path);
  for (lock *l = buckets[bucket]; l != NULL; l = l->same_bucket)
    if (strcmp(l->path, path) == 0) return l;
  lock *l = calloc(1, sizeof *l);
  if (l == NULL) return NULL;
  l->path = strdup(path);
  if (l->path == NULL || pthread_cond_init(&l->changed, NULL) != 0) {
    free(l->path);
    free(l);
    return NULL;
  }
  l->file.fd = -1;
  l->same_bucket = buckets[bucket];
  buckets[bucket] = l;
  counts.locks++;
  return l;
}

static void leave_idle(lock *l) {
  if (!l->idle) return;
  if (l->idle_previous != NULL) l->idle_previous->idle_next = l->idle_next;
  else idle_first = l->idle_next;
  if (l->idle_next != NULL) l->idle_next->idle_previous = l->idle_previous;
  else idle_last = l->idle_previous;
  l->idle_previous = l->idle_next = NULL;
  l->idle = false;
  idle_count--;
}

static void free_lock(lock *l) {
  lock **at = &buckets[bucket_of(l->path)];
  while (*at != l) at = &(*at)->same_bucket;
  *at = l->same_bucket;
  leave_idle(l);
  lk_file_close(&l->file);
  pthread_cond_destroy(&l->changed);
  free(l->path);
  free(l);
  counts.locks--;
}

/* To be called whenever a lock may have become free: keeps a bounded number of descriptors, closes the rest. */
static void rest(lock *l) {
  if (l->held || l->taking || l->waiter || l->queue.first != NULL) return;
  if (l->file.fd < 0) {
    free_lock(l);
    return;
  }
  if (l->idle) return;
  l->idle = true;
  l->idle_previous = idle_last;
  if (idle_last != NULL) idle_last->idle_next = l;
  else idle_first = l;
  idle_last = l;
  if (++idle_count > IDLE_LOCKS) free_lock(idle_first);
}

/* Passing the lock on */

/* Tells the client; one wake is enough for all that is in its list. */
static void settle(request *r, state as) {
  lk_client *client = r->client;
  bool first = client->settled.first == NULL;
  r->state = as;
  append(&client->settled, r);
  if (first) client->wake(client->data);
}

/*
 * Gives the held lock to the head of the queue, which is not empty. A head
 * that belongs to `self`, the client whose call this is, is not named through
 * its list but returned, and saves a turn of the event loop.
 */
static request *grant_head(lock *l, const lk_client *self) {
  request *r = l->queue.first;
  take_out(&l->queue, r);
  if (l->queue.first == NULL && l->waiter) pthread_cond_signal(&l->changed);
  l->holder = r;
  if (r->client == self) {
    r->state = HOLDING;
    return r;
  }
  settle(r, NAMED);
  return NULL;
}

static void hold(lock *l, uint64_t budget) {
  l->held = true;
  l->taken_at = lk_now();
  l->budget = budget;
}

static void *wait_for_file(void *argument) {
  lock *l = argument;
  pthread_mutex_lock(&guard);
  for (;;) {
    while (l->held && l->queue.first != NULL) pthread_cond_wait(&l->changed, &guard);
    if (l->queue.first == NULL) break;
    l->taking = true;
    pthread_mutex_unlock(&guard);
    int error = lk_file_take(&l->file, l->path);
    pthread_mutex_lock(&guard);
    l->taking = false;
    if (error == ECANCELED) continue; /* whoever queued since then has the loop start again */
    if (error != 0) {
      while (l->queue.first != NULL) {
        request *r = l->queue.first;
        take_out(&l->queue, r);
        r->error = error;
        r->lock = NULL;
        settle(r, FAILED);
      }
    } else if (l->queue.first == NULL) {
      lk_file_release(&l->file); /* all gave up meanwhile */
    } else {
      hold(l, l->queue.first->budget);
      (void)grant_head(l, NULL);
    }
  }
  l->waiter = false;
  counts.waiters--;
  rest(l);
  pthread_mutex_unlock(&guard);
  return NULL;
}

/* Sees to it that the waiter thread looks after a lock that is not held and has a queue. */
static int call_waiter(lock *l) {
  if (l->waiter) {
    pthread_cond_signal(&l->changed);
    return 0;
  }
  pthread_attr_t attributes;
  int error = pthread_attr_init(&attributes);
  if (error != 0) return error;
  (void)pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  (void)pthread_attr_setstacksize(&attributes, WAITER_STACK);
  /* The process's signals are for threads that know what to do with them. */
  sigset_t all, before;
  sigfillset(&all);
  sigdelset(&all, SIGURG); /* lk_file_interrupt's */
  pthread_sigmask(SIG_SETMASK, &all, &before);
  error = pthread_create(&l->thread, &attributes, wait_for_file, l);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  pthread_attr_destroy(&attributes);
  if (error == 0) {
    l->waiter = true;
    counts.waiters++;
  }
  return error;
}

/* The holder is done. Returns the next one if it is `self`'s. */
static request *pass_on(lock *l, const lk_client *self) {
  l->holder = NULL;
  if (l->queue.first == NULL) {
    lk_file_release(&l->file);
    l->held = false;
    rest(l);
    return NULL;
  }
  /* With no thread to wait for the next turn, keeping the lock is the only way not to strand the queue. */
  if (lk_now() - l->taken_at < l->budget || call_waiter(l) != 0) return grant_head(l, self);
  lk_file_release(&l->file);
  l->held = false;
  return NULL;
}

/* The calls of clients */

lk_client *lk_client_open(lk_wake wake, void *data) {
  lk_client *client = calloc(1, sizeof *client);
  if (client == NULL) return NULL;
  client->wake = wake;
  client->data = data;
  return client;
}

static lk_outcome failed(lock *l, int why, int *error) {
  if (l != NULL) rest(l);
  *error = why;
  return LK_ERROR;
}

static lk_outcome acquire(lk_client *client, const char *path, bool if_available, uint64_t budget, uint64_t *id,
                          int *error) {
  lock *l = find_lock(path);
  if (l == NULL) return failed(NULL, ENOMEM, error);
  bool is_free = !l->held && !l->taking && l->queue.first == NULL;
  bool taken = false;
  if (is_free) {
    int why = lk_file_try(&l->file, path);
    if (why != 0 && why != EWOULDBLOCK) return failed(l, why, error);
    taken = why == 0;
  }
  if (!taken && if_available) {
    rest(l);
    return LK_BUSY;
  }
  request *r = new_request();
  if (r == NULL) {
    if (taken) lk_file_release(&l->file);
    return failed(l, ENOMEM, error);
  }
  r->lock = l;
  r->client = client;
  r->budget = budget;
  *id = id_of(r);
  leave_idle(l);
  if (taken) {
    r->state = HOLDING;
    l->holder = r;
    hold(l, budget);
    return LK_GRANTED;
  }
  r->state = QUEUED;
  append(&l->queue, r);
  if (is_free) {
    int why = call_waiter(l);
    if (why != 0) {
      take_out(&l->queue, r);
      free_request(r);
      return failed(l, why, error);
    }
  }
  return LK_QUEUED;
}

lk_outcome lk_acquire(lk_client *client, const char *path, bool if_available, uint64_t budget, uint64_t *id,
                      int *error) {
  pthread_mutex_lock(&guard);
  lk_outcome outcome = acquire(client, path, if_available, budget, id, error);
  pthread_mutex_unlock(&guard);
  return outcome;
}

uint64_t lk_release(lk_client *client, uint64_t id) {
  uint64_t next = 0;
  pthread_mutex_lock(&guard);
  request *r = find_request(client, id);
  if (r != NULL && r->state == HOLDING) {
    lock *l = r->lock;
    free_request(r);
    request *after = pass_on(l, client);
    if (after != NULL) next = id_of(after);
  }
  pthread_mutex_unlock(&guard);
  return next;
}

static void leave_queue(request *r) {
  lock *l = r->lock;
  take_out(&l->queue, r);
  free_request(r);
  if (l->queue.first != NULL || !l->waiter) return;
  if (l->taking) lk_file_interrupt(l->thread);
  else pthread_cond_signal(&l->changed);
}

bool lk_cancel(lk_client *client, uint64_t id, uint64_t *next) {
  *next = 0;
  bool withdrawn = true;
  pthread_mutex_lock(&guard);
  request *r = find_request(client, id);
  if (r == NULL || r->state == HOLDING) {
    withdrawn = false;
  } else if (r->state == QUEUED) {
    leave_queue(r);
  } else {
    take_out(&client->settled, r);
    lock *l = r->state == NAMED ? r->lock : NULL;
    free_request(r);
    request *after = l == NULL ? NULL : pass_on(l, client);
    if (after != NULL) *next = id_of(after);
  }
  pthread_mutex_unlock(&guard);
  return withdrawn;
}

bool lk_settled(lk_client *client, uint64_t *id, int *error) {
  pthread_mutex_lock(&guard);
  request *r = client->settled.first;
  if (r != NULL) {
    take_out(&client->settled, r);
    *id = id_of(r);
    *error = r->error;
    if (r->state == NAMED) r->state = HOLDING;
    else free_request(r);
  }
  pthread_mutex_unlock(&guard);
  return r != NULL;
}

void lk_client_close(lk_client *client) {
  pthread_mutex_lock(&guard);
  /* First the places in queues, so that no grant is passed on to this client. */
  for (uint32_t i = 0; i < request_count; i++)
    if (requests[i]->state == QUEUED && requests[i]->client == client) leave_queue(requests[i]);
  for (uint32_t i = 0; i < request_count; i++) {
    request *r = requests[i];
    if (r->state == FREE || r->client != client) continue;
    lock *l = r->state == FAILED ? NULL : r->lock;
    free_request(r);
    if (l != NULL) (void)pass_on(l, NULL);
  }
  pthread_mutex_unlock(&guard);
  free(client);
}

int lk_token(lk_client *client, uint64_t id, uint64_t *token) {
  pthread_mutex_lock(&guard);
  request *r = find_request(client, id);
  int error = r == NULL || r->state != HOLDING ? ENOLCK : lk_file_raise_token(&r->lock->file, token);
  pthread_mutex_unlock(&guard);
  return error;
}

void lk_freshen(void) {
  pthread_mutex_lock(&guard);
  uint64_t now = lk_now();
  for (uint32_t i = 0; i < request_count; i++) {
    request *r = requests[i];
    if (r->state == HOLDING || r->state == NAMED) lk_file_freshen(&r->lock->file, now);
  }
  pthread_mutex_unlock(&guard);
}

lk_counts lk_count(void) {
  pthread_mutex_lock(&guard);
  lk_counts now = counts;
  pthread_mutex_unlock(&guard);
  return now;
}
