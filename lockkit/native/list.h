/* Doubly linked lists through places in what they list. */
#ifndef LOCKKIT_LIST_H
#define LOCKKIT_LIST_H

#include <stddef.h>

typedef struct place {
  struct place *previous, *next;
} place;

typedef struct {
  place *first, *last;
} list;

static inline void lk_append(list *to, place *p) {
  p->next = NULL;
  p->previous = to->last;
  if (to->last != NULL) to->last->next = p;
  else to->first = p;
  to->last = p;
}

static inline void lk_take_out(list *from, place *p) {
  if (p->previous != NULL) p->previous->next = p->next;
  else from->first = p->next;
  if (p->next != NULL) p->next->previous = p->previous;
  else from->last = p->previous;
  p->previous = p->next = NULL;
}

#endif
