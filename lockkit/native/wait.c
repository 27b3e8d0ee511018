#include "wait.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/file.h>

#include "chain.h"

/*
 * Calling a thread back from a blocking flock or fcntl takes a signal, and a
 * signal may come just before the thread enters the kernel, where it would be
 * lost. The handler therefore jumps out of the whole stretch instead of
 * relying on EINTR. The stretch holds nothing that a jump could leave behind:
 * whatever it took of the file is given back after the jump.
 *
 * A signal can also come late, when the thread waits for something else
 * already; so it counts only together with the present stretch's `give_up`.
 *
 * SIGURG: ignored by default, so a stray one harms nobody, and Node has no use
 * for it. Initial-exec: a signal handler must not allocate a thread's storage.
 */
#define INTERRUPT SIGURG
typedef struct {
  sigjmp_buf out;
  const atomic_bool *give_up;
} stretch;

static _Thread_local stretch *volatile present __attribute__((tls_model("initial-exec")));

static void on_interrupt(int signal) {
  (void)signal;
  stretch *here = present; /* NULL on every other thread, and outside of the stretch */
  if (here == NULL || !atomic_load(here->give_up)) return;
  present = NULL;
  siglongjmp(here->out, 1);
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

void lk_wait_interrupt(pthread_t thread) {
  if (handler_is_ours()) (void)pthread_kill(thread, INTERRUPT);
}

int lk_flock(int fd, int operation) {
  while (flock(fd, operation) != 0)
    if (errno != EINTR) return errno;
  return 0;
}

int lk_wait(int fd, lk_mode mode, const atomic_bool *give_up) {
  install_handler();
  stretch here = {.give_up = give_up};
  if (sigsetjmp(here.out, 1) != 0) {
    lk_chain_leave(fd);
    (void)lk_flock(fd, LOCK_UN);
    return ECANCELED;
  }
  present = &here;
  int error = ECANCELED;
  if (!atomic_load(give_up)) {
    lk_chain_join(fd, mode);
    error = lk_flock(fd, mode == LK_EXCLUSIVE ? LOCK_EX : LOCK_SH);
  }
  present = NULL;
  lk_chain_leave(fd);
  return error;
}
