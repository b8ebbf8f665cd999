/* ouioed-deadlines.c - many deadlines, one timer
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-deadlines.h"

#define GRAIN_US (50 * 1000)   /* between two scans */

typedef struct {
  gint64          due;
  OuioedDeadline *deadline;
} Slot;

struct _OuioedDeadlines
{
  OuioedDeadlineFunc  func;
  gpointer            user_data;
  GSource            *timer;
  GArray             *slots;         /* of Slot */
  gint64              armed;         /* when the timer fires, NEVER when it does not */
  gint64              last_scan;
};

static void
deadlines_arm (OuioedDeadlines *self, gint64 due)
{
  due = MAX (due, self->last_scan + GRAIN_US);
  if (due >= self->armed)
    return;

  self->armed = due;
  g_source_set_ready_time (self->timer, due);
}

static gboolean
deadlines_scan_cb (gpointer user_data)
{
  OuioedDeadlines *self = user_data;
  gint64 now = g_get_monotonic_time ();
  gint64 next = OUIOED_DEADLINE_NEVER;

  self->last_scan = now;
  self->armed = OUIOED_DEADLINE_NEVER;
  g_source_set_ready_time (self->timer, -1);

  /* Backwards: removing one moves the last into its place, which has been seen by then. */
  for (guint i = self->slots->len; i-- > 0;)
    {
      Slot *slot;

      if (i >= self->slots->len)
        continue;
      slot = &g_array_index (self->slots, Slot, i);
      if (slot->due <= now)
        {
          slot->due = OUIOED_DEADLINE_NEVER;
          self->func (slot->deadline, now, self->user_data);
        }
      else
        {
          next = MIN (next, slot->due);
        }
    }
  deadlines_arm (self, next);

  return G_SOURCE_CONTINUE;
}

static gboolean
timer_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  return callback (user_data);
}

static GSourceFuncs timer_funcs = { NULL, NULL, timer_dispatch, NULL, NULL, NULL };

OuioedDeadlines *
ouioed_deadlines_new (OuioedDeadlineFunc func, gpointer user_data)
{
  OuioedDeadlines *self = g_new0 (OuioedDeadlines, 1);

  self->func = func;
  self->user_data = user_data;
  self->slots = g_array_new (FALSE, FALSE, sizeof (Slot));
  self->armed = OUIOED_DEADLINE_NEVER;
  self->timer = g_source_new (&timer_funcs, sizeof (GSource));
  g_source_set_static_name (self->timer, "ouioed-deadlines");
  g_source_set_callback (self->timer, deadlines_scan_cb, self, NULL);
  g_source_attach (self->timer, g_main_context_get_thread_default ());

  return self;
}

void
ouioed_deadlines_free (OuioedDeadlines *self)
{
  g_source_destroy (self->timer);
  g_source_unref (self->timer);
  g_array_unref (self->slots);
  g_free (self);
}

void
ouioed_deadlines_add (OuioedDeadlines *self, OuioedDeadline *deadline)
{
  Slot slot = { OUIOED_DEADLINE_NEVER, deadline };

  g_array_append_val (self->slots, slot);
  deadline->place = self->slots->len;
}

void
ouioed_deadlines_set (OuioedDeadlines *self, OuioedDeadline *deadline, gint64 due)
{
  g_return_if_fail (deadline->place > 0);

  g_array_index (self->slots, Slot, deadline->place - 1).due = due;
  deadlines_arm (self, due);
}

void
ouioed_deadlines_remove (OuioedDeadlines *self, OuioedDeadline *deadline)
{
  guint place = deadline->place;

  if (place == 0)
    return;

  g_array_remove_index_fast (self->slots, place - 1);
  if (place <= self->slots->len)
    g_array_index (self->slots, Slot, place - 1).deadline->place = place;
  deadline->place = 0;
}
