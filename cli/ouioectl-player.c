/* ouioectl-player.c - recorded events, one after the other, at the times at which they happened
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A step was published when it was complete; the rhythm in its context_used tells how it came to be. It begins as long
 * before as its rhythm lasts, but not before the event ahead of it: lines cannot be written into each other.
 */
#include "config.h"

#include "ouioectl-player.h"

#include <glib-unix.h>

#include "ouioe-rhythm.h"

/* A longer silence is shortened to this. */
#define LONG_GAP_US  (5 * G_USEC_PER_SEC)
#define SHORT_GAP_US G_USEC_PER_SEC

struct _OuioectlPlayer
{
  GPtrArray                 *events;    /* of OuioeEvent */
  double                     speed;
  gboolean                   shorten;
  const OuioectlPlayerFuncs *funcs;
  gpointer                   user_data;
  guint                      next;      /* index of the event that comes next */
  GArray                    *beats;     /* of OuioeStepBeat: how it grows; NULL when it does not */
  guint                      beat;      /* the one that comes next */
  gint64                     beat_us;   /* when the one before was, as recorded */
  glong                      n_chars;   /* that are there */
  gint64                     past_us;   /* how far the recording was played */
  gint64                     due_us;    /* monotonic: when that was due */
  gint64                     hidden_us; /* shortened silence within the event that grows */
  guint                      timer;
  guint                      interrupt; /* signals: caught as long as there is a player */
  guint                      terminate;
  GMainLoop                 *loop;
  OuioectlExit               status;
};

static gboolean
quit (OuioectlPlayer *self, OuioectlExit status)
{
  self->status = status;
  g_main_loop_quit (self->loop);
  return G_SOURCE_REMOVE;
}

/* ---- the next event ---- */

static GArray *
read_beats (OuioeEvent *event)
{
  g_autoptr(OuioeThinkingStep) step = ouioe_event_dup_thinking_step (event);
  g_autofree char *content = step != NULL ? ouioe_thinking_step_dup_content (step) : NULL;
  g_autofree char *context = step != NULL ? ouioe_thinking_step_dup_context_used (step) : NULL;

  return content != NULL ? ouioe_rhythm_read (context, g_utf8_strlen (content, -1)) : NULL;
}

static void
prepare (OuioectlPlayer *self)
{
  OuioeEvent *event = self->events->pdata[self->next];

  g_clear_pointer (&self->beats, g_array_unref);
  self->beat = 0;
  self->n_chars = 0;
  self->hidden_us = 0;
  self->beat_us = ouioe_event_get_time_us (event);
  if (self->funcs->grow != NULL)
    self->beats = read_beats (event);
  for (guint i = 0; self->beats != NULL && i < self->beats->len; i++)
    self->beat_us -= (gint64) g_array_index (self->beats, OuioeStepBeat, i).ms * 1000;
}

static const OuioeStepBeat *
next_beat (OuioectlPlayer *self)
{
  return self->beats != NULL && self->beat < self->beats->len ? &g_array_index (self->beats, OuioeStepBeat, self->beat) : NULL;
}

/* ---- time ---- */

static gboolean on_due (gpointer user_data);

/* Until the recording's @time_us. FALSE when a function wants no more. */
static gboolean
schedule (OuioectlPlayer *self, gint64 time_us)
{
  gint64 gap_us = MAX (time_us - self->past_us, 0);
  gint64 wait_us;

  self->past_us += gap_us;
  if (self->shorten && gap_us > LONG_GAP_US)
    {
      if (self->n_chars > 0)
        self->hidden_us += gap_us;
      else if (self->funcs->gap != NULL && !self->funcs->gap (gap_us, FALSE, self->user_data))
        return FALSE;
      gap_us = SHORT_GAP_US;
    }
  /* From when the one before was due, not from when it was shown: small delays do not add up. */
  self->due_us += (gint64) MIN ((double) gap_us / self->speed, 1e15);
  wait_us = MAX (self->due_us - g_get_monotonic_time (), 0);
  self->timer = g_timeout_add ((guint) MIN ((wait_us + 999) / 1000, G_MAXINT), on_due, self);
  return TRUE;
}

static gboolean
schedule_next (OuioectlPlayer *self)
{
  const OuioeStepBeat *beat = next_beat (self);

  return schedule (self, beat != NULL ? self->beat_us + (gint64) beat->ms * 1000
                   : ouioe_event_get_time_us (self->events->pdata[self->next]));
}

/* A beat, or the event whole. */
static gboolean
play_one (OuioectlPlayer *self)
{
  const OuioeStepBeat *beat = next_beat (self);
  OuioeEvent *event = self->events->pdata[self->next];

  if (beat != NULL)
    {
      self->beat++;
      self->beat_us += (gint64) beat->ms * 1000;
      self->n_chars += beat->n_chars;
      return self->funcs->grow (event, self->n_chars, self->user_data);
    }
  self->next++;
  if (!self->funcs->event (event, self->user_data))
    return FALSE;
  if (self->hidden_us > 0 && self->funcs->gap != NULL && !self->funcs->gap (self->hidden_us, TRUE, self->user_data))
    return FALSE;
  if (self->next < self->events->len)
    prepare (self);
  return TRUE;
}

static gboolean
on_due (gpointer user_data)
{
  OuioectlPlayer *self = user_data;

  self->timer = 0;
  if (!play_one (self) || self->next >= self->events->len || !schedule_next (self))
    return quit (self, OUIOECTL_EXIT_DONE);
  return G_SOURCE_REMOVE;
}

static gboolean
on_interrupt (gpointer user_data)
{
  quit (user_data, OUIOECTL_EXIT_INTERRUPTED);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_terminate (gpointer user_data)
{
  quit (user_data, OUIOECTL_EXIT_TERMINATED);
  return G_SOURCE_CONTINUE;
}

/* ---- the player ---- */

OuioectlPlayer *
ouioectl_player_new (GPtrArray *events, double speed, gboolean shorten, const OuioectlPlayerFuncs *funcs, gpointer user_data)
{
  OuioectlPlayer *self = g_new0 (OuioectlPlayer, 1);

  self->events = g_ptr_array_ref (events);
  self->speed = speed;
  self->shorten = shorten;
  self->funcs = funcs;
  self->user_data = user_data;
  self->loop = g_main_loop_new (NULL, FALSE);
  self->interrupt = g_unix_signal_add (SIGINT, on_interrupt, self);
  self->terminate = g_unix_signal_add (SIGTERM, on_terminate, self);
  return self;
}

void
ouioectl_player_free (OuioectlPlayer *self)
{
  g_clear_handle_id (&self->timer, g_source_remove);
  g_source_remove (self->interrupt);
  g_source_remove (self->terminate);
  g_clear_pointer (&self->beats, g_array_unref);
  g_ptr_array_unref (self->events);
  g_main_loop_unref (self->loop);
  g_free (self);
}

OuioectlExit
ouioectl_player_run (OuioectlPlayer *self)
{
  prepare (self);
  self->past_us = self->beats != NULL ? self->beat_us : ouioe_event_get_time_us (self->events->pdata[0]);
  self->due_us = g_get_monotonic_time ();
  if (schedule_next (self))
    g_main_loop_run (self->loop);
  return self->status;
}
