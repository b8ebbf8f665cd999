/* inspector-score.c - when each event of a session is due when the session happens again
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "inspector-score.h"

#include <jansson.h>

#define MAX_BEATS 65536
/* A step that took longer than this to be written did not. */
#define MAX_RHYTHM_US (G_GINT64_CONSTANT (86400) * G_USEC_PER_SEC)

typedef struct {
  OuioeEvent *event;         /* NULL: it has no time of its own */
  gint64      recorded_us;   /* never before the one ahead of it */
  gint64      due_us;        /* played */
} Note;

struct _InspectorScore
{
  gboolean shorten;
  GArray  *notes;          /* Note */
  gint64   begin_us;       /* recorded: the first event, or when its text began */
  gint64   begin_due_us;   /* played, of the same: 0 until something was dropped */
};

static void
note_clear (gpointer data)
{
  g_clear_pointer (&((Note *) data)->event, ouioe_event_unref);
}

static Note *
get_note (InspectorScore *self, guint index)
{
  return &g_array_index (self->notes, Note, index);
}

/* ---- the rhythm of a step ---- */

/* -1 when it is none. */
static json_int_t
read_number (json_t *value)
{
  return json_is_integer (value) ? json_integer_value (value) : -1;
}

/* (nullable): of InspectorBeat, due_us as microseconds since the beat before */
static GArray *
read_pairs (json_t *list, glong n_chars)
{
  gsize n = json_array_size (list);
  g_autoptr(GArray) beats = NULL;
  gint64 total_us = 0;
  gint64 total_chars = 0;

  if (n == 0 || n % 2 != 0 || n / 2 > MAX_BEATS)
    return NULL;
  beats = g_array_sized_new (FALSE, FALSE, sizeof (InspectorBeat), (guint) n / 2);
  for (gsize i = 0; i < n; i += 2)
    {
      json_int_t ms = read_number (json_array_get (list, i));
      json_int_t chars = read_number (json_array_get (list, i + 1));
      InspectorBeat beat = { .due_us = ms * 1000 };

      if (ms < 0 || ms > MAX_RHYTHM_US / 1000 || chars < 0 || chars > G_MAXINT32)
        return NULL;
      total_us += beat.due_us;
      total_chars += chars;
      beat.n_chars = (glong) total_chars;
      g_array_append_val (beats, beat);
    }
  return total_chars == n_chars && total_us <= MAX_RHYTHM_US ? g_steal_pointer (&beats) : NULL;
}

static GArray *
read_rhythm (OuioeEvent *event)
{
  g_autoptr(OuioeThinkingStep) step = event != NULL ? ouioe_event_dup_thinking_step (event) : NULL;
  g_autofree char *content = step != NULL ? ouioe_thinking_step_dup_content (step) : NULL;
  g_autofree char *context = step != NULL ? ouioe_thinking_step_dup_context_used (step) : NULL;
  json_t *object = context != NULL ? json_loads (context, JSON_ALLOW_NUL, NULL) : NULL;
  GArray *beats = read_pairs (json_object_get (object, "rhythm"), content != NULL ? g_utf8_strlen (content, -1) : 0);

  json_decref (object);
  return beats;
}

static gint64
get_length_us (GArray *beats)
{
  gint64 sum_us = 0;

  for (guint i = 0; beats != NULL && i < beats->len; i++)
    sum_us += g_array_index (beats, InspectorBeat, i).due_us;
  return sum_us;
}

/* ---- played time ---- */

static gint64
shorten (InspectorScore *self, gint64 gap_us)
{
  return self->shorten && gap_us > INSPECTOR_LONG_GAP_US ? INSPECTOR_SHORT_GAP_US : gap_us;
}

/* From one event to the next, over the @beats (nullable) of that. With @dues, they become played times. */
static gint64
play (InspectorScore *self, gint64 from_us, gint64 due_us, gint64 to_us, GArray *beats, gboolean dues)
{
  gint64 beat_us = to_us - get_length_us (beats);

  for (guint i = 0; beats != NULL && i < beats->len; i++)
    {
      InspectorBeat *beat = &g_array_index (beats, InspectorBeat, i);

      beat_us += beat->due_us;
      due_us += shorten (self, MAX (beat_us - from_us, 0));
      from_us = MAX (beat_us, from_us);
      if (dues)
        beat->due_us = due_us;
    }
  return due_us + shorten (self, to_us - from_us);
}

static void
get_before (InspectorScore *self, guint index, gint64 *recorded_us, gint64 *due_us)
{
  *recorded_us = index > 0 ? get_note (self, index - 1)->recorded_us : self->begin_us;
  *due_us = index > 0 ? get_note (self, index - 1)->due_us : self->begin_due_us;
}

static void
set_due (InspectorScore *self, guint index)
{
  Note *note = get_note (self, index);
  g_autoptr(GArray) beats = NULL;
  gint64 recorded_us, due_us;

  get_before (self, index, &recorded_us, &due_us);
  /* Only where it makes a difference: reading a rhythm takes a while. */
  if (self->shorten && note->recorded_us - recorded_us > INSPECTOR_LONG_GAP_US)
    beats = read_rhythm (note->event);
  note->due_us = play (self, recorded_us, due_us, note->recorded_us, beats, FALSE);
}

InspectorScore *
inspector_score_new (gboolean shorten_gaps)
{
  InspectorScore *self = g_new0 (InspectorScore, 1);

  self->shorten = shorten_gaps;
  self->notes = g_array_new (FALSE, FALSE, sizeof (Note));
  g_array_set_clear_func (self->notes, note_clear);
  return self;
}

void
inspector_score_free (InspectorScore *self)
{
  g_array_unref (self->notes);
  g_free (self);
}

void
inspector_score_add (InspectorScore *self, OuioeEvent *event)
{
  guint n = self->notes->len;
  gint64 recorded_us = event != NULL ? ouioe_event_get_time_us (event) : 0;
  Note note = { .event = event != NULL ? ouioe_event_ref (event) : NULL };

  if (n == 0)
    {
      g_autoptr(GArray) beats = read_rhythm (event);

      self->begin_us = recorded_us - get_length_us (beats);
    }
  /* What had no time stood at the beginning: time begins here. */
  else if (event != NULL && get_note (self, n - 1)->recorded_us == 0)
    {
      self->begin_us = recorded_us;
      for (guint i = 0; i < n; i++)
        get_note (self, i)->recorded_us = recorded_us;
    }
  note.recorded_us = n > 0 ? MAX (recorded_us, get_note (self, n - 1)->recorded_us) : recorded_us;
  g_array_append_val (self->notes, note);
  set_due (self, n);
}

void
inspector_score_drop (InspectorScore *self, guint n)
{
  if (n == 0)
    return;
  get_before (self, n, &self->begin_us, &self->begin_due_us);
  g_array_remove_range (self->notes, 0, n);
}

void
inspector_score_set_shorten (InspectorScore *self, gboolean shorten_gaps)
{
  if (self->shorten == shorten_gaps)
    return;
  self->shorten = shorten_gaps;
  self->begin_due_us = 0;
  for (guint i = 0; i < self->notes->len; i++)
    set_due (self, i);
}

/* ---- looking things up ---- */

guint
inspector_score_get_n (InspectorScore *self)
{
  return self->notes->len;
}

gint64
inspector_score_get_due_us (InspectorScore *self, guint index)
{
  g_return_val_if_fail (index < self->notes->len, 0);
  return get_note (self, index)->due_us;
}

gint64
inspector_score_get_start_us (InspectorScore *self)
{
  return self->begin_due_us;
}

gint64
inspector_score_get_end_us (InspectorScore *self)
{
  return self->notes->len > 0 ? get_note (self, self->notes->len - 1)->due_us : self->begin_due_us;
}

/* How many notes are not behind @time_us. */
static guint
count (InspectorScore *self, gint64 time_us, gboolean is_recorded)
{
  guint from = 0;
  guint to = self->notes->len;

  while (from < to)
    {
      guint middle = from + (to - from) / 2;
      Note *note = get_note (self, middle);

      if ((is_recorded ? note->recorded_us : note->due_us) <= time_us)
        from = middle + 1;
      else
        to = middle;
    }
  return from;
}

guint
inspector_score_count (InspectorScore *self, gint64 played_us)
{
  return count (self, played_us, FALSE);
}

static gint64
interpolate (gint64 x, gint64 x0, gint64 x1, gint64 y0, gint64 y1)
{
  if (x1 <= x0)
    return y0;
  return y0 + (gint64) ((double) (CLAMP (x, x0, x1) - x0) / (double) (x1 - x0) * (double) (y1 - y0));
}

gint64
inspector_score_to_recorded (InspectorScore *self, gint64 played_us)
{
  guint n = count (self, played_us, FALSE);
  gint64 recorded_us, due_us;

  get_before (self, n, &recorded_us, &due_us);
  if (n == self->notes->len)
    return recorded_us;
  return interpolate (played_us, due_us, get_note (self, n)->due_us, recorded_us, get_note (self, n)->recorded_us);
}

gint64
inspector_score_to_played (InspectorScore *self, gint64 at_us)
{
  guint n = count (self, at_us, TRUE);
  gint64 recorded_us, due_us;

  get_before (self, n, &recorded_us, &due_us);
  if (n == self->notes->len)
    return due_us;
  return interpolate (at_us, recorded_us, get_note (self, n)->recorded_us, due_us, get_note (self, n)->due_us);
}

GArray *
inspector_score_dup_beats (InspectorScore *self, guint index)
{
  GArray *beats;
  gint64 recorded_us, due_us;

  g_return_val_if_fail (index < self->notes->len, NULL);
  beats = read_rhythm (get_note (self, index)->event);
  get_before (self, index, &recorded_us, &due_us);
  if (beats != NULL)
    play (self, recorded_us, due_us, get_note (self, index)->recorded_us, beats, TRUE);
  return beats;
}
