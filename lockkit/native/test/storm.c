/*
 * Processes and threads that ask for few locks in every way that queue.h has,
 * give up, and leave in the middle, while each checks that it holds alone (or
 * among readers). For the sanitizers: lockkit/test/native.test.ts.
 *
 *   storm DIRECTORY PROCESSES THREADS STEPS
 */
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../queue.h"

#define LOCKS 3
#define MOST_OWN 4

typedef struct {
  atomic_int writers, readers;
  atomic_ulong grants;
  uint64_t counter; /* not atomic: the lock is what protects it */
  uint64_t token;
} shared;

static shared *state; /* of all processes */
static const char *directory;
static int steps;

static void check(bool holds, const char *what) {
  if (holds) return;
  fprintf(stderr, "storm: %s\n", what);
  abort();
}

typedef struct {
  lk_client *client;
  uint32_t handles[LOCKS];
  sem_t bell;
  unsigned random;
} actor;

typedef struct {
  uint32_t id;
  int lock;
  lk_mode mode;
} own;

static void wake(void *data) { sem_post(&((actor *)data)->bell); }

static int draw(actor *a, int below) { return (int)((unsigned)rand_r(&a->random) % (unsigned)below); }

static void open_client(actor *a) {
  a->client = lk_client_open((uint32_t)getpid(), wake, a);
  check(a->client != NULL, "no client");
  for (int i = 0; i < LOCKS; i++) {
    char path[512], name[16];
    snprintf(path, sizeof path, "%s/%d.lock", directory, i);
    snprintf(name, sizeof name, "%d", i);
    check(lk_lock_open(a->client, path, name, &a->handles[i]) == 0, "no lock");
  }
}

/* The critical section: alone, or with readers only. */
static void hold(actor *a, own held) {
  shared *s = &state[held.lock];
  if (held.mode == LK_EXCLUSIVE) {
    check(s->writers++ == 0, "two writers");
    check(s->readers == 0, "a writer among readers");
    uint64_t before = s->counter;
    uint64_t token;
    if (draw(a, 4) == 0) {
      check(lk_token(a->client, held.id, &token) == 0, "no token");
      check(token > s->token, "a token that is not greater");
      s->token = token;
    }
    if (draw(a, 8) == 0) usleep((useconds_t)draw(a, 300));
    s->counter = before + 1;
    s->grants++;
    s->writers--;
  } else {
    s->readers++;
    check(s->writers == 0, "a reader beside a writer");
    if (draw(a, 8) == 0) usleep((useconds_t)draw(a, 300));
    uint64_t token;
    if (draw(a, 8) == 0) check(lk_token(a->client, held.id, &token) == 0, "no token for a reader");
    s->readers--;
  }
}

/* Uses what was settled, or what a release handed on to this client, until nothing is left. */
static void use(actor *a, own *queued, int *count, uint32_t id) {
  while (id != 0) {
    int at = 0;
    while (at < *count && queued[at].id != id) at++;
    check(at < *count, "a grant that was not asked for");
    own held = queued[at];
    queued[at] = queued[--*count];
    hold(a, held);
    check(lk_release(a->client, held.id, &id) == 0, "a release that failed");
  }
}

static void use_settled(actor *a, own *queued, int *count) {
  uint32_t id;
  int error;
  while (lk_settled(a->client, &id, &error)) {
    check(error == 0, strerror(error));
    use(a, queued, count, id);
  }
}

static void block(actor *a, own asked, own *queued, int *count) {
  uint32_t next = 0;
  int error = lk_wait_sync(a->client, asked.id, (uint64_t)draw(a, 5) * 1000000);
  if (error == 0) {
    hold(a, asked);
    check(lk_release(a->client, asked.id, &next) == 0, "a release that failed");
  } else {
    check(error == EAGAIN, strerror(error));
    check(lk_cancel(a->client, asked.id, &next), "a blocked request that cannot be withdrawn");
  }
  use(a, queued, count, next);
}

static void ask(actor *a, own *queued, int *count) {
  own asked = {.lock = draw(a, LOCKS), .mode = draw(a, 3) == 0 ? LK_EXCLUSIVE : LK_SHARED};
  lk_patience patience = (lk_patience)draw(a, 3);
  uint64_t budget = (uint64_t)draw(a, 3) * 200000;
  int error;
  uint32_t next;
  switch (lk_acquire(a->client, a->handles[asked.lock], asked.mode, patience, budget, &asked.id, &error)) {
    case LK_GRANTED:
      hold(a, asked);
      check(lk_release(a->client, asked.id, &next) == 0, "a release that failed");
      check(lk_release(a->client, asked.id, &(uint32_t){0}) == 0, "a second release that did something");
      use(a, queued, count, next);
      break;
    case LK_QUEUED:
      if (patience == LK_SYNC) block(a, asked, queued, count);
      else queued[(*count)++] = asked;
      break;
    case LK_BUSY: check(patience == LK_LEAVE, "busy, though it waits"); break;
    case LK_DEADLOCK_HELD:
    case LK_DEADLOCK_QUEUED: check(patience == LK_SYNC && *count > 0, "a deadlock with nobody"); break;
    case LK_ERROR: check(false, strerror(error));
  }
}

static void count_entry(const lk_entry *entry, void *data) {
  check(entry->name[1] == '\0', "another name");
  ++*(int *)data;
}

static void *act(void *argument) {
  actor a = {.random = (unsigned)getpid() * 31 + (unsigned)(uintptr_t)argument};
  sem_init(&a.bell, 0, 0);
  own queued[MOST_OWN];
  int count = 0;
  open_client(&a);
  for (int i = 0; i < steps; i++) {
    uint32_t next = 0;
    if (count < MOST_OWN) ask(&a, queued, &count);
    if (count > 0 && draw(&a, 4) == 0) {
      int at = draw(&a, count);
      uint32_t id = queued[at].id;
      /* What was granted before and not told is in the settled list: the withdrawal frees it. */
      if (lk_cancel(a.client, id, &next)) queued[at] = queued[--count];
      use(&a, queued, &count, next);
    }
    if (count == MOST_OWN) {
      sem_wait(&a.bell);
      use_settled(&a, queued, &count);
    } else if (draw(&a, 2) == 0) {
      use_settled(&a, queued, &count);
    }
    if (draw(&a, 200) == 0) { /* as a worker thread that is terminated */
      lk_client_close(a.client);
      count = 0;
      open_client(&a);
    }
    if (draw(&a, 50) == 0) {
      int entries = 0;
      lk_query(NULL, count_entry, &entries);
      lk_freshen(a.client);
    }
  }
  lk_client_close(a.client);
  return NULL;
}

static void run_threads(int threads) {
  pthread_t all[64];
  for (int i = 0; i < threads; i++) pthread_create(&all[i], NULL, act, (void *)(uintptr_t)i);
  for (int i = 0; i < threads; i++) pthread_join(all[i], NULL);
  lk_counts counts = lk_count();
  check(counts.requests == 0, "requests are left");
  while (lk_count().waiters != 0) usleep(10000); /* they linger for a second */
  check(lk_count().locks == 0 && lk_count().open == 0, "locks are left");
}

int main(int count, char **arguments) {
  if (count != 5) return 2;
  directory = arguments[1];
  int processes = atoi(arguments[2]), threads = atoi(arguments[3]);
  steps = atoi(arguments[4]);
  state = mmap(NULL, LOCKS * sizeof *state, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  for (int i = 1; i < processes; i++) {
    if (fork() != 0) continue;
    run_threads(threads);
    exit(0);
  }
  run_threads(threads);
  int status, failures = 0;
  while (wait(&status) > 0) failures += status != 0;
  for (int i = 0; i < LOCKS; i++) check(state[i].counter == state[i].grants, "a count was lost");
  printf("%lu %lu %lu\n", state[0].grants, state[1].grants, state[2].grants);
  return failures == 0 ? 0 : 1;
}
