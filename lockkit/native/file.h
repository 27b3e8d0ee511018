/*
 * The lock file: exclusion between processes, and their order.
 *
 * Nothing here knows threads, queues or Node. A `lk_file` is used by one
 * thread at a time; the caller sees to that (see queue.c).
 *
 * Layout: bytes 0-7 ticket counter, 8-15 fencing token, both little-endian
 * u64. Exclusion is flock(2) on the open file description and nothing else.
 * Order is a chain of OFD byte locks (fcntl F_OFD_SETLK) from byte 16 on: a
 * process that has to wait draws ticket t and holds byte 16+t until it has the
 * flock. flock and OFD locks do not see each other, so a broken chain costs
 * order, never exclusion.
 */
#ifndef LOCKKIT_FILE_H
#define LOCKKIT_FILE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

typedef struct {
  int fd; /* -1: not open */
  dev_t device;
  ino_t inode;
  uint64_t freshened; /* monotonic ns when the file's times were last set */
} lk_file;

/* Every function returns 0, or a positive errno. */

/* Takes the lock if it is free and no other process queues for it; else EWOULDBLOCK. Opens the file when needed. */
int lk_file_try(lk_file *file, const char *path);

/*
 * Takes the lock, waiting in the chain as long as it takes. Blocks the calling
 * thread. ECANCELED: lk_file_interrupt() came; the lock is not taken.
 */
int lk_file_take(lk_file *file, const char *path);

/*
 * Calls `thread` back from lk_file_take(), if it is in there. The thread must
 * be alive. Does nothing when the program has a use of its own for SIGURG;
 * then the wait ends when the lock is free.
 */
void lk_file_interrupt(pthread_t thread);

/* Frees the lock; the descriptor stays open for the next time. */
void lk_file_release(lk_file *file);

void lk_file_close(lk_file *file);

/* Raises and returns the fencing token. The caller holds the lock. */
int lk_file_raise_token(lk_file *file, uint64_t *token);

/* Sets the file's times to now, so that cleaners of /tmp see it in use. */
void lk_file_freshen(lk_file *file, uint64_t now);

uint64_t lk_now(void);

#endif
