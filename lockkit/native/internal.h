/*
 * What the files of the queue share: registry.c (all locks), client.c (one
 * thread's door and its requests), grant.c (who gets the lock), waiter.c
 * (threads that block in the kernel) and queue.c (the calls of queue.h).
 *
 * MUTEXES, in the order in which they may be taken together
 *   lock.mutex    the lock: its file, state, queue and holders, and the `state` and
 *                 `error` of their requests
 *   client.mutex  its list of settled requests
 *   registry      the table of locks, pins, the ring of open files
 *   pool          the waiter threads without a job
 * None is held across a call that can block: only across open, stat, the
 * non-blocking forms of flock and fcntl, and LOCK_UN. Clients are woken after
 * the lock's mutex: the thread that wakes up wants it at once.
 * Where the registry needs another lock's mutex, it only tries.
 *
 * The one exception is `lock.file` while `lock.taking`: then it belongs to the
 * lock's waiter thread, which uses it without the mutex; nobody else touches it.
 *
 * A client's locks and request slots are used by its own thread alone, and so
 * need no mutex. A lock lives as long as it is pinned: by every client that knows
 * it (which a client does while it has requests for it), and by its waiter.
 *
 * THE STATES OF A LOCK
 *   held     this process has the file lock, and `holders` is not empty.
 *   taking   the waiter thread is blocked for the file lock. Never both.
 *   neither  and the queue empty: free; whoever comes may try at once.
 *            and the queue not empty: only between a release and the waiter
 *            thread's next look; newcomers queue, so nobody overtakes.
 */
#ifndef LOCKKIT_INTERNAL_H
#define LOCKKIT_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>

#include "file.h"
#include "list.h"
#include "queue.h"
#include "sync.h"

typedef enum {
  FREE,   /* not in use */
  QUEUED, /* in its lock's queue */
  HELD,   /* among its lock's holders */
  FAILED, /* `error` says why; its lock does not know it any more */
} state;

typedef struct lock lock;
typedef struct waiter waiter;

typedef struct request {
  place of_lock;    /* in queue or holders; first, so that the place is the request */
  place of_settled; /* in client.settled */
  state state;
  bool told;        /* its client knows that it is HELD. The client's thread alone uses it */
  bool sync;        /* its client's thread is blocked in lk_wait_sync(): `settled` is signalled */
  pthread_cond_t settled;
  int error;
  lk_mode mode;
  uint64_t budget;
  uint32_t generation, index, handle;
  lock *lock;
  lk_client *client;
  struct request *next_free;
} request;

/* More clients than this are not served in one go, but for readers of more threads; those are woken with the mutex. */
#define BELLS 16

struct lock {
  pthread_mutex_t mutex;
  lk_client *bells[BELLS]; /* to be woken after the mutex */
  uint32_t bell_count;
  char *path, *name;
  lk_file file;
  bool held, taking;
  lk_mode mode; /* of the present hold */
  list holders, queue;
  uint64_t turn; /* monotonic ns when the present turn began */
  waiter *waiter;
  pthread_cond_t changed; /* for the waiter thread: not held any more, or nobody queues */
  atomic_bool used;       /* since the ring's hand last came by */
  /* The registry's: */
  uint32_t pins;
  lock *same_bucket;
  lock *ring_previous, *ring_next; /* NULL: not in the ring */
};

typedef struct {
  lock *lock; /* NULL: not in use */
  uint32_t requests;
} known;

struct lk_client {
  uint32_t thread;
  lk_wake wake;
  void *data;
  atomic_uint ringing; /* threads that are about to wake it: it must live until they have */
  pthread_mutex_t mutex;
  list settled;
  known *known;
  uint32_t known_count, known_capacity;
  request **requests; /* all ever made, by index */
  uint32_t request_count, request_capacity;
  request *free_requests;
};

typedef struct {
  atomic_uint locks, open, waiters, requests;
} counts;

extern counts lk_totals;

/* registry.c */

/* The lock of a file, pinned. NULL: out of memory. */
lock *lk_registry_pin(const char *path, const char *name);
void lk_registry_pin_again(lock *l);
void lk_registry_unpin(lock *l);
/* All locks, or that of one path, pinned; to be unpinned and freed by the caller. NULL and *count 0: none, or no memory. */
lock **lk_registry_pin_all(const char *path, uint32_t *count);
/* Opens the file, with the lock's mutex or by the waiter while taking. Closes another lock's when there are too many. */
int lk_registry_open(lock *l);
/* Closes it, if it is open; one that is not ours any more (fd -1) is forgotten. */
void lk_registry_close(lock *l);
bool lk_registry_crowded(void);

/* client.c */

request *lk_request_new(lk_client *client, uint32_t handle);
void lk_request_free(request *r);
request *lk_request_find(const lk_client *client, uint32_t id);
uint32_t lk_request_id(const request *r);

/* grant.c; the lock's mutex is held */

void lk_lock_mutex(lock *l);
/* And wakes the clients that were told of something meanwhile. */
void lk_unlock_mutex(lock *l);

/*
 * Gives a lock that is held in the mode of the head of its queue to the head, and to the readers next to it. The first
 * that belongs to `self`, the client whose call this is, is returned: it saves a turn of the event loop.
 */
request *lk_grant(lock *l, const lk_client *self);
/* Readers at the head of the queue join those that hold, if nobody elsewhere is before them. */
request *lk_grant_joining(lock *l, const lk_client *self);
void lk_fail_queue(lock *l, int error);
/* The last holder is done: the next in the queue, or the other processes. *error: of freeing the file lock. */
request *lk_pass_on(lock *l, const lk_client *self, int *error);

/* waiter.c; the lock's mutex is held */

/* Sees to it that a waiter thread looks after a lock that is not held and has a queue. 0 or an errno. */
int lk_waiter_call(lock *l);
/* Nobody queues any more: calls the waiter thread back. */
void lk_waiter_dismiss(lock *l);

#endif
