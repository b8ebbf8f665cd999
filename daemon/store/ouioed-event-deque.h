/* ouioed-event-deque.h - events in the order of their ids: grows at the end, is trimmed at the head
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ouioe-types-private.h"

G_BEGIN_DECLS

/* An event of the memory store. It stands in the deque of all events, which owns it, and in those of its streams. */
typedef struct {
  OuioeEventId  id;
  OuioeEvent   *event;           /* NULL once it is gone from every stream; its place is then to be tidied */
  guint         streams;         /* on which it still stands */
} OuioedKept;

/* Append, remove at the head and find by id; none of it costs more with the number of events that came before. */
typedef struct {
  OuioedKept **items;
  gsize        head;             /* index of the oldest */
  gsize        end;              /* index behind the newest */
  gsize        size;             /* of items */
} OuioedEventDeque;

void        ouioed_event_deque_clear   (OuioedEventDeque *self);   /* lets go of the places, not of what stands there */
void        ouioed_event_deque_push    (OuioedEventDeque *self, OuioedKept *kept);
OuioedKept *ouioed_event_deque_pop     (OuioedEventDeque *self);   /* the oldest; there must be one */
/* Frees and takes out what has no event any more. */
void        ouioed_event_deque_tidy    (OuioedEventDeque *self);
/* Index of the first event that follows @id, or with @inclusive that has it; the end when there is none. */
gsize       ouioed_event_deque_find    (const OuioedEventDeque *self, OuioeEventId id, gboolean inclusive);

static inline gsize
ouioed_event_deque_get_n (const OuioedEventDeque *self)
{
  return self->end - self->head;
}

G_END_DECLS
