/*
 * The lock file: opening it safely, and exclusion between processes by flock(2)
 * on one open file description (docs/protocol.md).
 *
 * Nothing here knows threads, queues or Node. A `lk_file` is used by one
 * thread at a time; the caller sees to that (see queue.c).
 */
#ifndef LOCKKIT_FILE_H
#define LOCKKIT_FILE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "mode.h"

typedef struct {
  int fd; /* -1: not open */
  dev_t device;
  ino_t inode;
  uint64_t freshened; /* monotonic ns when the file's times were last set */
  uint64_t probed;    /* monotonic ns of the last look at the chain without a conflict; 0: none that still counts */
  lk_mode probed_for;
} lk_file;

/*
 * Every function that returns an int returns 0, or a positive errno. Those that
 * take the lock return ESTALE, holding nothing, when `path` does not lead to
 * the open file any more: close it, open it, and start again.
 */

/* EINVAL: not a regular file; EPERM: another user's; EMLINK: it has a second name. */
int lk_file_open(lk_file *file, const char *path);

void lk_file_close(lk_file *file);

/*
 * Takes the lock if it is free and nobody of another process queues; else EWOULDBLOCK. A look at the chain counts for
 * `budget` ns. *turn: when the present turn began (docs/protocol.md, Turns).
 */
int lk_file_try(lk_file *file, const char *path, lk_mode mode, uint64_t budget, uint64_t *turn);

/* Takes the lock through the chain. Blocks the calling thread. ECANCELED as in wait.h. */
int lk_file_take(lk_file *file, const char *path, lk_mode mode, const atomic_bool *give_up);

/* Changes the mode of a lock that is held and of which no grant stands. On an error it is not held any more. */
int lk_file_change(lk_file *file, lk_mode mode);

/* Whether someone of another process queues before a new grant of this mode; if not, a new turn begins. */
bool lk_file_contended(lk_file *file, lk_mode mode, uint64_t now);

/* Frees the lock; the descriptor stays open for the next time. EBADF: it was closed by someone else. */
int lk_file_release(lk_file *file);

/* Whether the path still leads to the open file; if not, others may lock another one. */
bool lk_file_in_place(const lk_file *file, const char *path);

/* Raises and returns the fencing token. The caller holds the lock. */
int lk_file_token(lk_file *file, lk_mode held, uint64_t *token);

/* Sets the file's times to now, so that cleaners of /tmp see it in use. */
void lk_file_freshen(lk_file *file, uint64_t now);

/*
 * Whether files in this directory can be locked: takes one of its own twice. An errno of a system call; ENOLCK: the
 * second descriptor was not excluded; EDEADLK: flock and byte locks are one here, so that the chain would block itself.
 */
int lk_file_check_directory(const char *directory);

#endif
