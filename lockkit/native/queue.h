/*
 * The queue inside the process: one FIFO per lock file, shared by every task
 * and thread through this library's static memory, and one waiter thread per
 * lock that blocks in the kernel for all of them.
 *
 * Knows nothing of Node. A `lk_client` is one JavaScript thread's door; it is
 * told by its `wake` function that lk_settled() has something for it.
 */
#ifndef LOCKKIT_QUEUE_H
#define LOCKKIT_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

typedef struct lk_client lk_client;

/*
 * Called from any thread, with the queue's mutex held: it must not block and
 * must not call back into this file. Calls may be fewer than settled requests.
 */
typedef void (*lk_wake)(void *data);

typedef enum { LK_GRANTED, LK_QUEUED, LK_BUSY, LK_ERROR } lk_outcome;

/* NULL when out of memory. */
lk_client *lk_client_open(lk_wake wake, void *data);

/* Frees the client's grants and places in queues. `wake` is not called any more once this returns. */
void lk_client_close(lk_client *client);

/*
 * Asks for the lock on `path`. LK_GRANTED: *id holds it. LK_QUEUED: lk_settled() will name *id later.
 * LK_BUSY: `if_available` was set and it is not. LK_ERROR: *error is an errno.
 * `budget` (ns): how long the process may pass the lock on among its own queue before others get a turn.
 */
lk_outcome lk_acquire(lk_client *client, const char *path, bool if_available, uint64_t budget, uint64_t *id, int *error);

/*
 * Frees a grant; an id that is not a grant of this client is ignored, so a second release is harmless.
 * When the lock passes to another request of the same client, returns its id (it holds the lock now, and
 * lk_settled() will not name it); otherwise 0.
 */
uint64_t lk_release(lk_client *client, uint64_t id);

/*
 * Withdraws a request that lk_settled() has not named yet. False: there is none (it is held, or gone).
 * *next as lk_release's result, for a request that had been granted but not yet named.
 */
bool lk_cancel(lk_client *client, uint64_t id, uint64_t *next);

/* The next settled request of this client: *error 0 means it holds the lock now. False: none left. */
bool lk_settled(lk_client *client, uint64_t *id, int *error);

/* Raises the fencing token under a grant. Returns 0, an errno, or ENOLCK when `id` holds nothing. */
int lk_token(lk_client *client, uint64_t id, uint64_t *token);

/* Sets the times of every lock file this process holds, for grants that outlive a cleaner's patience. */
void lk_freshen(void);

typedef struct {
  uint32_t locks;    /* known lock files, in use or kept open for the next time */
  uint32_t waiters;  /* waiter threads */
  uint32_t requests; /* granted and queued */
} lk_counts;

lk_counts lk_count(void);

#endif
