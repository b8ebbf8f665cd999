/* ouioed-ring.h - entries in the order of their ids, dropped from the front
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Positions are absolute and never used twice: a cursor is a number that stays meaningful whatever is dropped.
 */
#pragma once

#include "ouioed-entry.h"

G_BEGIN_DECLS

typedef struct {
  OuioedEntry **items;     /* circular, capacity is a power of two or 0 */
  guint         capacity;
  guint64       first;     /* position of the oldest entry held */
  guint64       end;       /* position behind the newest */
} OuioedRing;

static inline guint
ouioed_ring_get_n (const OuioedRing *self)
{
  return (guint) (self->end - self->first);
}

static inline OuioedEntry *
ouioed_ring_get (const OuioedRing *self, guint64 position)
{
  return self->items[position & (self->capacity - 1)];
}

void         ouioed_ring_push  (OuioedRing *self, OuioedEntry *entry);   /* takes a reference */
OuioedEntry *ouioed_ring_pop   (OuioedRing *self);                       /* the oldest; (transfer full) (nullable) */
void         ouioed_ring_clear (OuioedRing *self);                       /* empties it and gives its memory back */
/* Position of the first entry whose id is greater than @id; end when there is none. */
guint64      ouioed_ring_find_after (const OuioedRing *self, OuioeEventId id);

G_END_DECLS
