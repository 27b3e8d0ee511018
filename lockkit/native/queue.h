/*
 * The queue inside the process: one FIFO per lock file, shared by every task
 * and thread through this library's static memory, and native threads that
 * block in the kernel for them.
 *
 * Knows nothing of Node. A `lk_client` is one JavaScript thread's door; it is
 * told by its `wake` function that lk_settled() has something for it. All calls
 * with a client come from its own thread.
 */
#ifndef LOCKKIT_QUEUE_H
#define LOCKKIT_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

#include "mode.h"

typedef struct lk_client lk_client;

/*
 * Called from any thread, possibly with mutexes held: it must not block and must
 * not call back into the queue. Calls may be fewer than settled requests.
 */
typedef void (*lk_wake)(void *data);

typedef enum { LK_GRANTED, LK_QUEUED, LK_BUSY, LK_DEADLOCK_HELD, LK_DEADLOCK_QUEUED, LK_ERROR } lk_outcome;

/* How a request answers when the lock is not free. */
typedef enum {
  LK_WAIT,  /* LK_QUEUED; lk_settled() will name it */
  LK_SYNC,  /* LK_QUEUED, for lk_wait_sync(); LK_DEADLOCK_*, where this client's thread would block itself */
  LK_LEAVE, /* LK_BUSY */
} lk_patience;

/* `thread`: a number for lk_query(). NULL when out of memory. */
lk_client *lk_client_open(uint32_t thread, lk_wake wake, void *data);

/* Frees the client's grants and places in queues. `wake` is not called any more once this returns. */
void lk_client_close(lk_client *client);

/* Makes the lock of the file `path` known to the client; `name` is for lk_query(). *handle: its number. 0 or ENOMEM. */
int lk_lock_open(lk_client *client, const char *path, const char *name, uint32_t *handle);

/* Forgets it again; EBUSY while the client has requests for it. */
int lk_lock_close(lk_client *client, uint32_t handle);

/*
 * Asks for a lock. LK_GRANTED: *id holds it. LK_ERROR: *error is an errno.
 * `budget` (ns): how long the process may pass the lock on among its own queue before others get a turn.
 */
lk_outcome lk_acquire(lk_client *client, uint32_t handle, lk_mode mode, lk_patience patience, uint64_t budget,
                      uint32_t *id, int *error);

/*
 * Waits for a request of LK_SYNC for at most `limit` ns. 0: it holds the lock now. EAGAIN: not yet. Else the errno for
 * which it failed, and it is gone.
 */
int lk_wait_sync(lk_client *client, uint32_t id, uint64_t limit);

/*
 * Frees a grant; an id that is not a grant of this client is ignored, so a second release is harmless.
 * When the lock passes to another request of the same client, *next is its id (it holds the lock now, and
 * lk_settled() will not name it); otherwise 0. Returns 0 or the errno for which the file lock could not be freed.
 */
int lk_release(lk_client *client, uint32_t id, uint32_t *next);

/*
 * Withdraws a request that lk_settled() has not named yet. False: there is none (it is held, or gone).
 * *next as lk_release's, for a request that had been granted but not yet named.
 */
bool lk_cancel(lk_client *client, uint32_t id, uint32_t *next);

/* The next settled request of this client: *error 0 means it holds the lock now. False: none left. */
bool lk_settled(lk_client *client, uint32_t *id, int *error);

/* Raises the fencing token under a grant. Returns 0, an errno, or ENOLCK when `id` holds nothing. */
int lk_token(lk_client *client, uint32_t id, uint64_t *token);

/* Whether the file under a grant is not at its path any more, so that others may hold the lock too. */
bool lk_lost(lk_client *client, uint32_t id);

/* Sets the times of every lock file the client holds, for grants that outlive a cleaner's patience. */
void lk_freshen(lk_client *client);

typedef struct {
  const char *name;
  lk_mode mode;
  bool held; /* otherwise queued */
  uint32_t thread;
} lk_entry;

/* Tells of every request of the process, by lock in the order of its queue; of one file only when `path` is not NULL. */
void lk_query(const char *path, void (*tell)(const lk_entry *entry, void *data), void *data);

typedef struct {
  uint32_t locks;    /* lock files that a client knows */
  uint32_t open;     /* those with an open descriptor */
  uint32_t waiters;  /* waiter threads, waiting or kept for the next wait */
  uint32_t requests; /* granted and queued */
} lk_counts;

lk_counts lk_count(void);

#endif
