/*
 * The one place that blocks in the kernel for a lock file, and the way to call
 * a thread back from there.
 */
#ifndef LOCKKIT_WAIT_H
#define LOCKKIT_WAIT_H

#include <pthread.h>
#include <stdatomic.h>

#include "mode.h"

/*
 * Joins the chain and takes the flock, on the calling thread, as long as it
 * takes. 0, an errno, or ECANCELED: `give_up` became true and nothing is held.
 */
int lk_wait(int fd, lk_mode mode, const atomic_bool *give_up);

/*
 * Calls `thread` back from lk_wait() after its `give_up` was set. The thread
 * must be alive. Does nothing when the program has a use of its own for
 * SIGURG; then the wait ends when the lock is free.
 */
void lk_wait_interrupt(pthread_t thread);

/* flock(2), again after a signal. 0 or an errno. */
int lk_flock(int fd, int operation);

#endif
