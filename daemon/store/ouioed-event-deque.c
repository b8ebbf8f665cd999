/* ouioed-event-deque.c - events in the order of their ids: grows at the end, is trimmed at the head
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <string.h>

#include "ouioed-event-deque.h"

#define MIN_SIZE 16

void
ouioed_event_deque_clear (OuioedEventDeque *self)
{
  g_free (self->items);
  *self = (OuioedEventDeque) { 0 };
}

/* Moves the content to the front, into as much room as it needs and may need soon. */
static void
resize (OuioedEventDeque *self, gsize size)
{
  const gsize n = ouioed_event_deque_get_n (self);

  if (self->head > 0)
    memmove (self->items, self->items + self->head, n * sizeof *self->items);
  self->head = 0;
  self->end = n;
  if (size != self->size)
    self->items = g_renew (OuioedKept *, self->items, size);
  self->size = size;
}

void
ouioed_event_deque_push (OuioedEventDeque *self, OuioedKept *kept)
{
  if (self->end == self->size)
    {
      const gsize n = ouioed_event_deque_get_n (self);

      /* At least half of the room is free afterwards, so that the next move is as many pushes away as this one cost. */
      resize (self, MAX (MIN_SIZE, n * 2 > self->size ? self->size * 2 : self->size));
    }

  self->items[self->end++] = kept;
}

OuioedKept *
ouioed_event_deque_pop (OuioedEventDeque *self)
{
  OuioedKept *kept;

  g_return_val_if_fail (self->head < self->end, NULL);

  kept = self->items[self->head++];
  if (self->size > MIN_SIZE && ouioed_event_deque_get_n (self) < self->size / 8)
    resize (self, MAX (MIN_SIZE, self->size / 4));
  return kept;
}

void
ouioed_event_deque_tidy (OuioedEventDeque *self)
{
  gsize to = 0;

  for (gsize i = self->head; i < self->end; i++)
    {
      OuioedKept *kept = self->items[i];

      if (kept->event != NULL)
        self->items[to++] = kept;
      else
        g_free (kept);
    }

  self->head = 0;
  self->end = to;
  if (self->size > MIN_SIZE && to < self->size / 4)
    resize (self, MAX (MIN_SIZE, self->size / 2));
}

gsize
ouioed_event_deque_find (const OuioedEventDeque *self, OuioeEventId id, gboolean inclusive)
{
  gsize low = self->head, high = self->end;

  while (low < high)
    {
      const gsize middle = low + (high - low) / 2;
      const int order = ouioe_event_id_compare (self->items[middle]->id, id);

      if (order < 0 || (order == 0 && !inclusive))
        low = middle + 1;
      else
        high = middle;
    }

  return low;
}
