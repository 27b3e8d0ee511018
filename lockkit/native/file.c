#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "chain.h"
#include "sync.h"
#include "wait.h"

/* Cleaners of /tmp count in days. */
#define FRESH_FOR ((uint64_t)3600 * 1000000000)
#define OPEN_TRIES 8

static int open_once(const char *path) { return open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600); }

/*
 * The directory was checked before the first open (src/lock-directory.ts). If
 * it was removed since, it is made again; one that is already there again was
 * made by someone else, unchecked, and is not used.
 */
static int make_parent(const char *path) {
  const char *slash = strrchr(path, '/');
  if (slash == NULL || slash == path) return ENOENT;
  char *parent = strndup(path, (size_t)(slash - path));
  if (parent == NULL) return ENOMEM;
  int error = mkdir(parent, 0700) == 0 ? 0 : errno;
  free(parent);
  return error == EEXIST ? ENOENT : error;
}

/* Whether this is a file that the counters may be written into. ESTALE: it was unlinked just now. */
static int check(int fd, const struct stat *status) {
  if (!S_ISREG(status->st_mode)) return EINVAL;
  if (status->st_uid != geteuid()) return EPERM;
  if (status->st_nlink == 0) return ESTALE;
  if (status->st_nlink != 1) return EMLINK;
  /* Made by something else, such as flock(1): whoever can open it can hold the lock. */
  if ((status->st_mode & 077) != 0 && fchmod(fd, 0600) != 0) return errno;
  return 0;
}

int lk_file_open(lk_file *file, const char *path) {
  for (int tries = 0; tries < OPEN_TRIES; tries++) {
    int fd = open_once(path);
    if (fd < 0 && errno == ENOENT) {
      int error = make_parent(path);
      if (error != 0) return error;
      fd = open_once(path);
    }
    if (fd < 0) return errno;
    struct stat status;
    int error = fstat(fd, &status) == 0 ? check(fd, &status) : errno;
    if (error == 0) {
      *file = (lk_file){.fd = fd, .device = status.st_dev, .inode = status.st_ino};
      return 0;
    }
    close(fd);
    if (error != ESTALE) return error;
  }
  return ESTALE;
}

void lk_file_close(lk_file *file) {
  if (file->fd >= 0) close(file->fd);
  file->fd = -1;
}

/* Whether the descriptor still is our file. A program that closes descriptors it does not own gives their numbers away. */
static bool is_ours(lk_file *file) {
  struct stat status;
  if (fstat(file->fd, &status) == 0 && status.st_ino == file->inode && status.st_dev == file->device) return true;
  file->fd = -1;
  return false;
}

bool lk_file_in_place(const lk_file *file, const char *path) {
  struct stat status;
  return lstat(path, &status) == 0 && status.st_ino == file->inode && status.st_dev == file->device;
}

void lk_file_freshen(lk_file *file, uint64_t now) {
  if (file->freshened != 0 && now - file->freshened < FRESH_FOR) return;
  /* Best effort: a file system that cannot set times has no cleaner that reads them. */
  (void)futimens(file->fd, NULL);
  file->freshened = now;
}

static int flag_of(lk_mode mode) { return mode == LK_EXCLUSIVE ? LOCK_EX : LOCK_SH; }

static int keep_if_in_place(lk_file *file, const char *path, uint64_t now) {
  if (!lk_file_in_place(file, path)) {
    (void)lk_flock(file->fd, LOCK_UN);
    return ESTALE;
  }
  lk_file_freshen(file, now);
  return 0;
}

/* A look for writers also tells readers that nobody queues; not the other way round. */
static bool still_counts(const lk_file *file, lk_mode mode, uint64_t now, uint64_t budget) {
  return file->probed != 0 && now - file->probed < budget && (file->probed_for == LK_EXCLUSIVE || mode == LK_SHARED);
}

bool lk_file_contended(lk_file *file, lk_mode mode, uint64_t now) {
  bool busy = lk_chain_busy(file->fd, mode);
  file->probed = busy ? 0 : now;
  file->probed_for = mode;
  return busy;
}

int lk_file_try(lk_file *file, const char *path, lk_mode mode, uint64_t budget, uint64_t *turn) {
  uint64_t now = lk_now();
  if (!still_counts(file, mode, now, budget)) {
    if (!is_ours(file)) return ESTALE;
    if (lk_file_contended(file, mode, now)) return EWOULDBLOCK;
  }
  int error = lk_flock(file->fd, flag_of(mode) | LOCK_NB);
  if (error != 0) return error;
  *turn = file->probed;
  return keep_if_in_place(file, path, now);
}

int lk_file_take(lk_file *file, const char *path, lk_mode mode, const atomic_bool *give_up) {
  file->probed = 0;
  if (!is_ours(file)) return ESTALE;
  int error = lk_wait(file->fd, mode, give_up);
  return error != 0 ? error : keep_if_in_place(file, path, lk_now());
}

int lk_file_change(lk_file *file, lk_mode mode) { return lk_flock(file->fd, flag_of(mode) | LOCK_NB); }

int lk_file_release(lk_file *file) { return lk_flock(file->fd, LOCK_UN); }

int lk_file_token(lk_file *file, lk_mode held, uint64_t *token) {
  return lk_token_raise(file->fd, held == LK_EXCLUSIVE, token);
}

static int check_pair(int first, int second) {
  int error = lk_flock(first, LOCK_EX | LOCK_NB);
  if (error != 0) return error;
  error = lk_flock(second, LOCK_EX | LOCK_NB);
  if (error == 0) return ENOLCK;
  if (error != EWOULDBLOCK) return error;
  return lk_chain_sees_flock(second) ? EDEADLK : 0;
}

int lk_file_check_directory(const char *directory) {
  char path[4096]; /* PATH_MAX */
  int length = snprintf(path, sizeof path, "%s/.check-XXXXXX", directory);
  if (length < 0 || (size_t)length >= sizeof path) return ENAMETOOLONG;
  int first = mkostemp(path, O_CLOEXEC);
  if (first < 0) return errno;
  int second = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
  int error = second < 0 ? errno : check_pair(first, second);
  if (second >= 0) close(second);
  (void)unlink(path);
  close(first);
  return error;
}
