/* ouioed-ring.c - entries in the order of their ids, dropped from the front
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-ring.h"

#define FIRST_CAPACITY 8

static void
ring_resize (OuioedRing *self, guint capacity)
{
  OuioedEntry **items = g_new0 (OuioedEntry *, capacity);

  for (guint64 position = self->first; position < self->end; position++)
    items[position & (capacity - 1)] = ouioed_ring_get (self, position);

  g_free (self->items);
  self->items = items;
  self->capacity = capacity;
}

void
ouioed_ring_push (OuioedRing *self, OuioedEntry *entry)
{
  if (ouioed_ring_get_n (self) == self->capacity)
    ring_resize (self, self->capacity == 0 ? FIRST_CAPACITY : self->capacity * 2);

  self->items[self->end & (self->capacity - 1)] = ouioed_entry_ref (entry);
  self->end++;
}

OuioedEntry *
ouioed_ring_pop (OuioedRing *self)
{
  OuioedEntry *entry;

  if (self->first == self->end)
    return NULL;

  entry = ouioed_ring_get (self, self->first);
  self->items[self->first & (self->capacity - 1)] = NULL;
  self->first++;

  /* A burst that is over gives its memory back: 10 000 quiet sessions must not keep 10 000 large arrays. */
  if (self->capacity > FIRST_CAPACITY && ouioed_ring_get_n (self) < self->capacity / 8)
    ring_resize (self, self->capacity / 2);

  return entry;
}

void
ouioed_ring_clear (OuioedRing *self)
{
  for (guint64 position = self->first; position < self->end; position++)
    ouioed_entry_unref (ouioed_ring_get (self, position));

  self->first = self->end;
  self->capacity = 0;
  g_clear_pointer (&self->items, g_free);
}

guint64
ouioed_ring_find_after (const OuioedRing *self, OuioeEventId id)
{
  guint64 low = self->first;
  guint64 high = self->end;

  while (low < high)
    {
      guint64 middle = low + (high - low) / 2;

      if (ouioe_event_id_compare (ouioed_ring_get (self, middle)->event->id, id) > 0)
        high = middle;
      else
        low = middle + 1;
    }

  return low;
}
