/* ouioed-entry.c - one committed event in memory, with what transports made of it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-entry.h"

/* What malloc and the structures around an event cost, roughly: entry, event, two GBytes. */
#define OVERHEAD_BYTES 320

OuioedEntry *
ouioed_entry_new (OuioeEvent *event)
{
  OuioedEntry *self = g_new0 (OuioedEntry, 1);

  self->ref_count = 1;
  self->event = ouioe_event_ref (event);
  self->bytes = OVERHEAD_BYTES + g_bytes_get_size (ouioe_event_get_json (event));

  return self;
}

OuioedEntry *
ouioed_entry_ref (OuioedEntry *self)
{
  self->ref_count++;
  return self;
}

void
ouioed_entry_unref (OuioedEntry *self)
{
  if (--self->ref_count > 0)
    return;

  for (guint i = 0; i < OUIOED_N_VIEWS; i++)
    g_clear_pointer (&self->views[i], g_bytes_unref);
  ouioe_event_unref (self->event);
  g_free (self);
}

void
ouioed_entry_set_view (OuioedEntry *self, OuioedView view, GBytes *bytes)
{
  gsize size = g_bytes_get_size (bytes);

  g_return_if_fail (self->views[view] == NULL);

  self->views[view] = bytes;
  self->bytes += size;
  if (self->account != NULL)
    *self->account += size;
}
