#include "chain.h"

#include <errno.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#define TICKET_AT 0
#define TOKEN_AT 8
#define CHAIN_AT 16
/* Above this a ticket is garbage, and byte 16+t would not be an off_t. */
#define LAST_TICKET ((uint64_t)1 << 62)
/* The byte lock of a token is held for two system calls. */
#define TOKEN_TRIES 1000
#define TOKEN_PAUSE_NS 1000000

static uint64_t decode(const unsigned char bytes[8]) {
  uint64_t value = 0;
  for (int i = 7; i >= 0; i--) value = value << 8 | bytes[i];
  return value;
}

static void encode(uint64_t value, unsigned char bytes[8]) {
  for (int i = 0; i < 8; i++) bytes[i] = (unsigned char)(value >> (8 * i));
}

int lk_counter_raise(int fd, off_t offset, uint64_t *value) {
  unsigned char bytes[8] = {0}; /* a file shorter than this counts from 0 */
  if (pread(fd, bytes, sizeof bytes, offset) < 0) return errno;
  *value = decode(bytes) + 1;
  encode(*value, bytes);
  ssize_t written = pwrite(fd, bytes, sizeof bytes, offset);
  if (written < 0) return errno;
  return written == (ssize_t)sizeof bytes ? 0 : EIO;
}

#ifdef F_OFD_SETLKW
static int byte_lock(int fd, int command, short type, off_t start, off_t length) {
  struct flock range = {.l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = length};
  while (fcntl(fd, command, &range) != 0)
    if (errno != EINTR) return errno;
  return 0;
}

static short type_of(lk_mode mode) { return mode == LK_EXCLUSIVE ? F_WRLCK : F_RDLCK; }

static bool conflicts(int fd, short type, off_t from) {
  struct flock range = {.l_type = type, .l_whence = SEEK_SET, .l_start = from, .l_len = 0};
  return fcntl(fd, F_OFD_GETLK, &range) == 0 && range.l_type != F_UNLCK;
}

/* Our own byte locks never conflict with us, so this sees other processes (and other copies of this library) only. */
bool lk_chain_busy(int fd, lk_mode mode) { return conflicts(fd, type_of(mode), CHAIN_AT); }

bool lk_chain_sees_flock(int fd) { return conflicts(fd, F_WRLCK, 0); }

/*
 * It waits for every earlier byte, not only its predecessor's: one that gave
 * up or died leaves a gap that must not let its successor pass those still
 * waiting before it. The kernel queues the conflicting waits, so a freed byte
 * wakes one, not all.
 */
void lk_chain_join(int fd, lk_mode mode) {
  uint64_t ticket;
  if (byte_lock(fd, F_OFD_SETLKW, F_WRLCK, TICKET_AT, 1) != 0) return;
  int error = lk_counter_raise(fd, TICKET_AT, &ticket);
  bool drawn = error == 0 && ticket < LAST_TICKET;
  if (drawn) drawn = byte_lock(fd, F_OFD_SETLK, type_of(mode), CHAIN_AT + (off_t)ticket, 1) == 0;
  (void)byte_lock(fd, F_OFD_SETLK, F_UNLCK, TICKET_AT, 1);
  if (drawn) (void)byte_lock(fd, F_OFD_SETLKW, type_of(mode), CHAIN_AT, (off_t)ticket);
}

void lk_chain_leave(int fd) { (void)byte_lock(fd, F_OFD_SETLK, F_UNLCK, 0, 0); }

static int lock_token(int fd) {
  const struct timespec pause = {.tv_nsec = TOKEN_PAUSE_NS};
  for (int tries = 0; tries < TOKEN_TRIES; tries++) {
    int error = byte_lock(fd, F_OFD_SETLK, F_WRLCK, TOKEN_AT, 1);
    if (error != EAGAIN && error != EACCES) return error;
    nanosleep(&pause, NULL);
  }
  return EAGAIN;
}

static void unlock_token(int fd) { (void)byte_lock(fd, F_OFD_SETLK, F_UNLCK, TOKEN_AT, 1); }
#else
/* No OFD locks on this system: exclusion as ever, order between processes as the kernel's flock gives it. */
bool lk_chain_busy(int fd, lk_mode mode) { return (void)fd, (void)mode, false; }
bool lk_chain_sees_flock(int fd) { return (void)fd, false; }
void lk_chain_join(int fd, lk_mode mode) { (void)fd, (void)mode; }
void lk_chain_leave(int fd) { (void)fd; }
static int lock_token(int fd) { return (void)fd, ENOTSUP; }
static void unlock_token(int fd) { (void)fd; }
#endif

int lk_token_raise(int fd, bool alone, uint64_t *token) {
  if (alone) return lk_counter_raise(fd, TOKEN_AT, token);
  int error = lock_token(fd);
  if (error != 0) return error;
  error = lk_counter_raise(fd, TOKEN_AT, token);
  unlock_token(fd);
  return error;
}
