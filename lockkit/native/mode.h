/* How a lock is held or asked for. */
#ifndef LOCKKIT_MODE_H
#define LOCKKIT_MODE_H

typedef enum { LK_EXCLUSIVE, LK_SHARED } lk_mode;

#endif
