/*
 * The threads that block in the kernel for a file lock that another process
 * has: one per lock and process while anybody here waits for it, whoever and
 * how many they are. It is kept for a while after its last wait, for whichever
 * lock is waited for next. It runs no JavaScript.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>

#include "internal.h"
#include "wait.h"

#define STACK ((size_t)256 * 1024)
#define LINGER_NS ((uint64_t)1000000000)
/* More than this many threads are not kept. */
#define KEPT 8

struct waiter {
  pthread_t thread;
  lock *lock;            /* its job; NULL: none */
  atomic_bool give_up;   /* the present wait */
  pthread_cond_t called; /* there is a job */
  waiter *next_kept;
};

static pthread_mutex_t pool = PTHREAD_MUTEX_INITIALIZER;
static waiter *kept;
static uint32_t kept_count;

/* Takes the file lock, opening the file whenever it is not at its path any more. */
static int take(lock *l, lk_mode mode, const atomic_bool *give_up) {
  for (;;) {
    int error = l->file.fd < 0 ? lk_registry_open(l) : 0;
    if (error == 0) error = lk_file_take(&l->file, l->path, mode, give_up);
    if (error != ESTALE) return error;
    lk_registry_close(l);
  }
}

/* The file lock was taken in this mode; the queue's head may have changed meanwhile. */
static void use(lock *l, lk_mode mode) {
  request *head = (request *)l->queue.first;
  if (head == NULL || (mode == LK_SHARED && head->mode == LK_EXCLUSIVE)) {
    (void)lk_file_release(&l->file);
    return;
  }
  if (head->mode != mode && lk_file_change(&l->file, head->mode) != 0) return;
  l->held = true;
  l->mode = head->mode;
  l->turn = lk_now();
  (void)lk_grant(l, NULL);
}

static void serve(waiter *w) {
  lock *l = w->lock;
  lk_lock_mutex(l);
  for (;;) {
    while (l->held && l->queue.first != NULL) {
      if (l->bell_count == 0) {
        pthread_cond_wait(&l->changed, &l->mutex);
      } else { /* those just told are to be woken before this thread sleeps */
        lk_unlock_mutex(l);
        lk_lock_mutex(l);
      }
    }
    if (l->queue.first == NULL) break;
    lk_mode mode = ((request *)l->queue.first)->mode;
    l->taking = true;
    atomic_store(&w->give_up, false);
    lk_unlock_mutex(l);
    int error = take(l, mode, &w->give_up);
    lk_lock_mutex(l);
    l->taking = false;
    if (error == 0) use(l, mode);
    else if (error != ECANCELED) lk_fail_queue(l, error); /* else whoever queued since then has the loop start again */
  }
  l->waiter = NULL;
  if (!l->held && lk_registry_crowded()) lk_registry_close(l);
  lk_unlock_mutex(l);
  lk_registry_unpin(l);
}

static void forget(const waiter *w) {
  waiter **at = &kept;
  while (*at != w) at = &(*at)->next_kept;
  *at = w->next_kept;
  kept_count--;
}

/* Waits for the next job; false: there was none for long. */
static bool linger(waiter *w) {
  struct timespec end = lk_deadline(LINGER_NS);
  pthread_mutex_lock(&pool);
  w->lock = NULL;
  if (kept_count < KEPT) {
    w->next_kept = kept;
    kept = w;
    kept_count++;
    int error = 0;
    while (w->lock == NULL && error == 0) error = pthread_cond_timedwait(&w->called, &pool, &end);
    if (w->lock == NULL) forget(w);
  }
  bool more = w->lock != NULL;
  pthread_mutex_unlock(&pool);
  return more;
}

static void *run(void *argument) {
  waiter *w = argument;
  do serve(w);
  while (linger(w));
  pthread_cond_destroy(&w->called);
  free(w);
  lk_totals.waiters--;
  return NULL;
}

static bool call_kept(lock *l) {
  pthread_mutex_lock(&pool);
  waiter *w = kept;
  if (w != NULL) {
    forget(w);
    w->lock = l;
    l->waiter = w;
    pthread_cond_signal(&w->called);
  }
  pthread_mutex_unlock(&pool);
  return w != NULL;
}

static int start(lock *l) {
  waiter *w = calloc(1, sizeof *w);
  if (w == NULL) return ENOMEM;
  int error = lk_condition_init(&w->called);
  if (error != 0) {
    free(w);
    return error;
  }
  w->lock = l;
  pthread_attr_t attributes;
  (void)pthread_attr_init(&attributes);
  (void)pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  (void)pthread_attr_setstacksize(&attributes, STACK);
  /* The process's signals are for threads that know what to do with them. */
  sigset_t all, before;
  sigfillset(&all);
  sigdelset(&all, SIGURG); /* lk_wait_interrupt's */
  pthread_sigmask(SIG_SETMASK, &all, &before);
  l->waiter = w; /* before it runs: it clears it at the end */
  lk_totals.waiters++;
  error = pthread_create(&w->thread, &attributes, run, w);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  pthread_attr_destroy(&attributes);
  if (error != 0) {
    lk_totals.waiters--;
    l->waiter = NULL;
    pthread_cond_destroy(&w->called);
    free(w);
  }
  return error;
}

int lk_waiter_call(lock *l) {
  if (l->waiter != NULL) {
    pthread_cond_signal(&l->changed);
    return 0;
  }
  lk_registry_pin_again(l);
  int error = call_kept(l) ? 0 : start(l);
  if (error != 0) lk_registry_unpin(l); /* never the last pin: whoever calls has one */
  return error;
}

void lk_waiter_dismiss(lock *l) {
  if (l->waiter == NULL) return;
  if (!l->taking) {
    pthread_cond_signal(&l->changed);
    return;
  }
  atomic_store(&l->waiter->give_up, true);
  lk_wait_interrupt(l->waiter->thread);
}
