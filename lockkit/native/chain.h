/*
 * The order between processes: a chain of OFD byte locks (fcntl F_OFD_SETLK)
 * on the lock file from byte 16 on, one byte a ticket. A writer's bytes are
 * write locks, a reader's read locks, so that a writer waits for whoever came
 * before it and a reader for earlier writers only.
 *
 * flock and OFD locks do not see each other: a broken chain costs order, never
 * exclusion. Where the system has no OFD locks there is no chain.
 */
#ifndef LOCKKIT_CHAIN_H
#define LOCKKIT_CHAIN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "mode.h"

/* Whether another process queues before a newcomer of this mode. */
bool lk_chain_busy(int fd, lk_mode mode);

/* Draws a ticket and blocks until nobody before it is left to wait for. */
void lk_chain_join(int fd, lk_mode mode);

/* Gives back all that lk_chain_join() took, however far it came. */
void lk_chain_leave(int fd);

/*
 * Adds one to the little-endian u64 at `offset` of the file. The caller excludes all others. 0 or an errno.
 */
int lk_counter_raise(int fd, off_t offset, uint64_t *value);

/*
 * The same for the fencing token at bytes 8-15. `alone`: the caller's lock excludes everybody; otherwise the other
 * holders are kept away for the moment by a byte lock on byte 8, and a process that stops with it makes this EAGAIN.
 */
int lk_token_raise(int fd, bool alone, uint64_t *token);

/* Whether the file system confuses the two kinds of lock: `fd` has none, another descriptor of the file has the flock. */
bool lk_chain_sees_flock(int fd);

#endif
