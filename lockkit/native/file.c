#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* F_OFD_* */
#endif
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define TICKET_AT 0
#define TOKEN_AT 8
#define CHAIN_AT 16
/* Above this a ticket is garbage, and byte 16+t would not be an off_t. */
#define LAST_TICKET ((uint64_t)1 << 62)
/* Cleaners of /tmp count in days. */
#define FRESH_FOR ((uint64_t)3600 * 1000000000)
/* How often lk_file_try opens anew when the file is unlinked under it; the waiting path has no such bound. */
#define TRY_REOPEN 8

uint64_t lk_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static uint64_t decode(const unsigned char bytes[8]) {
  uint64_t value = 0;
  for (int i = 7; i >= 0; i--) value = value << 8 | bytes[i];
  return value;
}

static void encode(uint64_t value, unsigned char bytes[8]) {
  for (int i = 0; i < 8; i++) bytes[i] = (unsigned char)(value >> (8 * i));
}

/* Adds one to the counter at `offset`; the caller has excluded all others. */
static int raise_counter(int fd, off_t offset, uint64_t *value) {
  unsigned char bytes[8] = {0}; /* a file shorter than this counts from 0 */
  if (pread(fd, bytes, sizeof bytes, offset) < 0) return errno;
  *value = decode(bytes) + 1;
  encode(*value, bytes);
  ssize_t written = pwrite(fd, bytes, sizeof bytes, offset);
  if (written < 0) return errno;
  return written == (ssize_t)sizeof bytes ? 0 : EIO;
}

static int open_once(const char *path) { return open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600); }

/*
 * The directory was checked before the first open (src/directory.ts). If it
 * was removed since, it is made again; one that is already there again was
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

static int open_file(lk_file *file, const char *path) {
  int fd = open_once(path);
  if (fd < 0 && errno == ENOENT) {
    int error = make_parent(path);
    if (error != 0) return error;
    fd = open_once(path);
  }
  if (fd < 0) return errno;
  struct stat status;
  int error = 0;
  if (fstat(fd, &status) != 0) error = errno;
  else if (!S_ISREG(status.st_mode)) error = EINVAL;
  else if (status.st_uid != geteuid()) error = EPERM;
  if (error != 0) {
    close(fd);
    return error;
  }
  file->fd = fd;
  file->device = status.st_dev;
  file->inode = status.st_ino;
  file->freshened = 0;
  return 0;
}

void lk_file_close(lk_file *file) {
  if (file->fd >= 0) close(file->fd);
  file->fd = -1;
}

/* Whether the path still leads to the file that is locked; if not, others may lock another one. */
static bool still_there(const lk_file *file, const char *path) {
  struct stat status;
  return lstat(path, &status) == 0 && status.st_ino == file->inode && status.st_dev == file->device;
}

static int flock_retry(int fd, int operation) {
  while (flock(fd, operation) != 0)
    if (errno != EINTR) return errno;
  return 0;
}

void lk_file_freshen(lk_file *file, uint64_t now) {
  if (file->freshened != 0 && now - file->freshened < FRESH_FOR) return;
  /* Best effort: a file system that cannot set times has no cleaner that reads them. */
  (void)futimens(file->fd, NULL);
  file->freshened = now;
}

/*
 * Calling a thread back from a blocking flock or fcntl takes a signal, and a
 * signal may come just before the thread enters the kernel, where it would be
 * lost. The handler therefore jumps out of the whole stretch instead of
 * relying on EINTR. The stretch holds nothing that a jump could leave behind:
 * whatever it took of the file is given back after the jump.
 *
 * SIGURG: ignored by default, so a stray one harms nobody, and Node has no use
 * for it. Initial-exec: a signal handler must not allocate a thread's storage.
 */
#define INTERRUPT SIGURG
static _Thread_local sigjmp_buf *volatile way_out __attribute__((tls_model("initial-exec")));

static void on_interrupt(int signal) {
  (void)signal;
  sigjmp_buf *out = way_out; /* NULL on every other thread, and outside of the stretch */
  if (out == NULL) return;
  way_out = NULL;
  siglongjmp(*out, 1);
}

static bool handler_is_ours(void) {
  struct sigaction now;
  return sigaction(INTERRUPT, NULL, &now) == 0 && (now.sa_flags & SA_SIGINFO) == 0 && now.sa_handler == on_interrupt;
}

static void install_handler(void) {
  struct sigaction now, ours = {.sa_handler = on_interrupt, .sa_flags = SA_RESTART};
  if (sigaction(INTERRUPT, NULL, &now) != 0 || (now.sa_flags & SA_SIGINFO) != 0) return;
  if (now.sa_handler != SIG_DFL && now.sa_handler != SIG_IGN) return;
  sigemptyset(&ours.sa_mask);
  (void)sigaction(INTERRUPT, &ours, NULL);
}

void lk_file_interrupt(pthread_t thread) {
  if (handler_is_ours()) (void)pthread_kill(thread, INTERRUPT);
}

#ifdef F_OFD_SETLKW
static int byte_lock(int fd, int command, short type, off_t start, off_t length) {
  struct flock range = {.l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = length};
  while (fcntl(fd, command, &range) != 0)
    if (errno != EINTR) return errno;
  return 0;
}

/* Our own byte locks never conflict with us, so this sees other processes (and other copies of this library) only. */
static bool others_queue(int fd) {
  struct flock range = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = CHAIN_AT, .l_len = 0};
  return fcntl(fd, F_OFD_GETLK, &range) == 0 && range.l_type != F_UNLCK;
}

/*
 * Draws a ticket and waits until no earlier one is left. It waits for every
 * earlier byte, not only its predecessor's: one that gave up or died leaves a
 * gap that must not let its successor pass those still waiting before it. The
 * kernel queues the conflicting waits, so a freed byte wakes one, not all.
 */
static void join_chain(int fd) {
  uint64_t ticket;
  if (byte_lock(fd, F_OFD_SETLKW, F_WRLCK, TICKET_AT, 1) != 0) return;
  int error = raise_counter(fd, TICKET_AT, &ticket);
  bool drawn = error == 0 && ticket < LAST_TICKET;
  if (drawn) drawn = byte_lock(fd, F_OFD_SETLK, F_WRLCK, CHAIN_AT + (off_t)ticket, 1) == 0;
  (void)byte_lock(fd, F_OFD_SETLK, F_UNLCK, TICKET_AT, 1);
  if (drawn) (void)byte_lock(fd, F_OFD_SETLKW, F_WRLCK, CHAIN_AT, (off_t)ticket);
}

static void leave_chain(int fd) { (void)byte_lock(fd, F_OFD_SETLK, F_UNLCK, 0, 0); }
#else
/* No OFD locks on this system: exclusion as ever, order between processes as the kernel's flock gives it. */
static bool others_queue(int fd) { return (void)fd, false; }
static void join_chain(int fd) { (void)fd; }
static void leave_chain(int fd) { (void)fd; }
#endif

int lk_file_try(lk_file *file, const char *path) {
  for (int opened = 0; opened < TRY_REOPEN; opened++) {
    if (file->fd < 0) {
      int error = open_file(file, path);
      if (error != 0) return error;
    }
    if (others_queue(file->fd)) return EWOULDBLOCK;
    int error = flock_retry(file->fd, LOCK_EX | LOCK_NB);
    if (error != 0) return error;
    if (still_there(file, path)) {
      lk_file_freshen(file, lk_now());
      return 0;
    }
    lk_file_close(file);
  }
  return EWOULDBLOCK;
}

static int wait_in_chain(int fd) {
  sigjmp_buf out;
  if (sigsetjmp(out, 1) != 0) {
    leave_chain(fd);
    (void)flock(fd, LOCK_UN);
    return ECANCELED;
  }
  way_out = &out;
  join_chain(fd);
  int error = flock_retry(fd, LOCK_EX);
  way_out = NULL;
  leave_chain(fd);
  return error;
}

int lk_file_take(lk_file *file, const char *path) {
  install_handler();
  for (;;) {
    if (file->fd < 0) {
      int error = open_file(file, path);
      if (error != 0) return error;
    }
    int error = wait_in_chain(file->fd);
    if (error != 0) return error;
    if (still_there(file, path)) {
      lk_file_freshen(file, lk_now());
      return 0;
    }
    lk_file_close(file);
  }
}

void lk_file_release(lk_file *file) {
  /* LOCK_UN on an open descriptor has no way to fail that leaves the lock held. */
  (void)flock(file->fd, LOCK_UN);
}

int lk_file_raise_token(lk_file *file, uint64_t *token) { return raise_counter(file->fd, TOKEN_AT, token); }
