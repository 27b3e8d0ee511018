#include "sync.h"

uint64_t lk_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

void lk_mutex_init(pthread_mutex_t *mutex) {
#ifdef PTHREAD_ADAPTIVE_MUTEX_INITIALIZER_NP
  /* Most stretches are shorter than going to sleep. */
  pthread_mutexattr_t attributes;
  if (pthread_mutexattr_init(&attributes) == 0) {
    (void)pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_ADAPTIVE_NP);
    int error = pthread_mutex_init(mutex, &attributes);
    (void)pthread_mutexattr_destroy(&attributes);
    if (error == 0) return;
  }
#endif
  (void)pthread_mutex_init(mutex, NULL); /* cannot fail without attributes */
}

int lk_condition_init(pthread_cond_t *condition) {
#ifdef __APPLE__
  return pthread_cond_init(condition, NULL);
#else
  pthread_condattr_t attributes;
  int error = pthread_condattr_init(&attributes);
  if (error != 0) return error;
  (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
  error = pthread_cond_init(condition, &attributes);
  (void)pthread_condattr_destroy(&attributes);
  return error;
#endif
}

struct timespec lk_deadline(uint64_t ns_from_now) {
#ifdef __APPLE__
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now); /* the one clock of its condition variables */
  uint64_t at = (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec + ns_from_now;
#else
  uint64_t at = lk_now() + ns_from_now;
#endif
  return (struct timespec){.tv_sec = (time_t)(at / 1000000000), .tv_nsec = (long)(at % 1000000000)};
}
