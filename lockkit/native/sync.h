/* The clock, mutexes and condition variables. */
#ifndef LOCKKIT_SYNC_H
#define LOCKKIT_SYNC_H

#include <pthread.h>
#include <stdint.h>
#include <time.h>

/* Monotonic nanoseconds. */
uint64_t lk_now(void);

void lk_mutex_init(pthread_mutex_t *mutex);

/* For waits until an lk_deadline(). 0 or an errno. */
int lk_condition_init(pthread_cond_t *condition);
struct timespec lk_deadline(uint64_t ns_from_now);

#endif
