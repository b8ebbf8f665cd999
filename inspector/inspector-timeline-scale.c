/* inspector-timeline-scale.c - which part of a time is in sight, and where its ticks stand
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "inspector-timeline-scale.h"

#include <math.h>
#include <string.h>

/* Of everything that is shown while it grows, so much is empty at most. */
#define ROOM_SHARE 16
#define ZOOM_FACTOR 1.6

static const gint64 steps[] = {
  G_TIME_SPAN_MILLISECOND, 2 * G_TIME_SPAN_MILLISECOND, 5 * G_TIME_SPAN_MILLISECOND,
  10 * G_TIME_SPAN_MILLISECOND, 20 * G_TIME_SPAN_MILLISECOND, 50 * G_TIME_SPAN_MILLISECOND,
  100 * G_TIME_SPAN_MILLISECOND, 200 * G_TIME_SPAN_MILLISECOND, 500 * G_TIME_SPAN_MILLISECOND,
  G_TIME_SPAN_SECOND, 2 * G_TIME_SPAN_SECOND, 5 * G_TIME_SPAN_SECOND,
  10 * G_TIME_SPAN_SECOND, 15 * G_TIME_SPAN_SECOND, 30 * G_TIME_SPAN_SECOND,
  G_TIME_SPAN_MINUTE, 2 * G_TIME_SPAN_MINUTE, 5 * G_TIME_SPAN_MINUTE,
  10 * G_TIME_SPAN_MINUTE, 15 * G_TIME_SPAN_MINUTE, 30 * G_TIME_SPAN_MINUTE,
  G_TIME_SPAN_HOUR, 2 * G_TIME_SPAN_HOUR, 3 * G_TIME_SPAN_HOUR, 6 * G_TIME_SPAN_HOUR, 12 * G_TIME_SPAN_HOUR,
  G_TIME_SPAN_DAY, 2 * G_TIME_SPAN_DAY, 7 * G_TIME_SPAN_DAY,
};

void
inspector_timeline_scale_init (InspectorTimelineScale *self)
{
  *self = (InspectorTimelineScale) { .is_whole = TRUE };
}

/* The end of a picture that grows: it stays as it is until it is reached, then it leaves some room again. */
static gint64
round_up (gint64 span_us)
{
  gint64 unit_us = INSPECTOR_TIMELINE_MIN_SPAN_US;

  while (unit_us <= span_us / (2 * ROOM_SHARE))
    unit_us *= 2;
  return (span_us / unit_us + 1) * unit_us;
}

void
inspector_timeline_scale_show (InspectorTimelineScale *self, gint64 begin_us, gint64 end_us)
{
  gint64 all_us = self->last_us - self->first_us;
  gint64 span_us = CLAMP (end_us - begin_us, MIN (INSPECTOR_TIMELINE_MIN_SPAN_US, all_us), all_us);

  self->begin_us = CLAMP (begin_us, self->first_us, self->last_us - span_us);
  self->end_us = self->begin_us + span_us;
  self->is_whole = span_us == all_us;
  self->is_at_end = !self->is_whole && self->end_us == self->last_us;
}

void
inspector_timeline_scale_fit (InspectorTimelineScale *self)
{
  inspector_timeline_scale_show (self, self->first_us, self->last_us);
}

void
inspector_timeline_scale_set_range (InspectorTimelineScale *self, gint64 first_us, gint64 last_us, gboolean is_live)
{
  gint64 span_us = MAX (last_us - first_us, G_TIME_SPAN_SECOND);
  gint64 shown_us = self->end_us - self->begin_us;

  self->first_us = first_us;
  self->last_us = first_us + (is_live ? round_up (span_us) : span_us);
  if (self->is_whole)
    inspector_timeline_scale_fit (self);
  else if (self->is_at_end)
    inspector_timeline_scale_show (self, self->last_us - shown_us, self->last_us);
  else
    inspector_timeline_scale_show (self, self->begin_us, self->end_us);
}

void
inspector_timeline_scale_zoom (InspectorTimelineScale *self, double factor, gint64 at_us)
{
  double span_us = (double) (self->end_us - self->begin_us);
  double share = span_us > 0 ? CLAMP ((double) (at_us - self->begin_us) / span_us, 0, 1) : 0;
  double wanted_us = MAX (span_us / factor, INSPECTOR_TIMELINE_MIN_SPAN_US);
  gint64 begin_us = self->begin_us + (gint64) (share * (span_us - wanted_us));

  inspector_timeline_scale_show (self, begin_us, begin_us + (gint64) wanted_us);
}

void
inspector_timeline_scale_move (InspectorTimelineScale *self, gint64 by_us)
{
  inspector_timeline_scale_show (self, self->begin_us + by_us, self->end_us + by_us);
}

void
inspector_timeline_scale_reveal (InspectorTimelineScale *self, gint64 time_us)
{
  gint64 margin_us = (self->end_us - self->begin_us) / 10;

  if (time_us < self->begin_us)
    inspector_timeline_scale_move (self, time_us - self->begin_us - margin_us);
  else if (time_us > self->end_us)
    inspector_timeline_scale_move (self, time_us - self->end_us + margin_us);
}

void
inspector_timeline_scale_act (InspectorTimelineScale *self, const char *action, gint64 fixed_us, int amount)
{
  if (strcmp (action, "zoom-in") == 0)
    inspector_timeline_scale_zoom (self, ZOOM_FACTOR, fixed_us);
  else if (strcmp (action, "zoom-out") == 0)
    inspector_timeline_scale_zoom (self, 1 / ZOOM_FACTOR, fixed_us);
  else if (strcmp (action, "fit") == 0)
    inspector_timeline_scale_fit (self);
  else if (strcmp (action, "move") == 0)
    inspector_timeline_scale_move (self, amount * ((self->end_us - self->begin_us) / 10));
  else if (strcmp (action, "go") == 0)
    inspector_timeline_scale_move (self, amount * (self->last_us - self->first_us));
}

double
inspector_timeline_scale_get_level (const InspectorTimelineScale *self)
{
  double most = (double) (self->last_us - self->first_us) / INSPECTOR_TIMELINE_MIN_SPAN_US;
  double now = (double) (self->last_us - self->first_us) / (double) MAX (self->end_us - self->begin_us, 1);

  return most > 1 ? CLAMP (log (now) / log (most), 0, 1) : 0;
}

void
inspector_timeline_scale_set_level (InspectorTimelineScale *self, double level)
{
  double most = (double) (self->last_us - self->first_us) / INSPECTOR_TIMELINE_MIN_SPAN_US;
  double span_us = (double) (self->last_us - self->first_us) / pow (MAX (most, 1), CLAMP (level, 0, 1));
  gint64 at_us = self->is_at_end ? self->last_us : self->begin_us + (self->end_us - self->begin_us) / 2;

  if (self->last_us > self->first_us)
    inspector_timeline_scale_zoom (self, (double) (self->end_us - self->begin_us) / span_us, at_us);
}

/* ---- ticks ---- */

gint64
inspector_timeline_step_for (double us_per_pixel, double min_pixels)
{
  gint64 step_us = steps[G_N_ELEMENTS (steps) - 1];

  for (gsize i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      if ((double) steps[i] >= us_per_pixel * min_pixels)
        return steps[i];
    }
  while ((double) step_us < us_per_pixel * min_pixels)
    step_us *= 2;
  return step_us;
}

gint64
inspector_timeline_first_tick (gint64 time_us, gint64 step_us, gint64 zero_us)
{
  gint64 offset_us = -zero_us;
  gint64 rest_us;

  if (zero_us == 0)
    {
      g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc (time_us / G_USEC_PER_SEC);
      g_autoptr(GDateTime) local = utc != NULL ? g_date_time_to_local (utc) : NULL;

      offset_us = local != NULL ? g_date_time_get_utc_offset (local) : 0;
    }
  rest_us = (time_us + offset_us) % step_us;
  if (rest_us < 0)
    rest_us += step_us;
  return rest_us > 0 ? time_us + step_us - rest_us : time_us;
}

/* ".25" of a second, as many digits as the step needs. */
static char *
format_fraction (gint64 time_us, gint64 step_us)
{
  int ms = (int) (time_us % G_USEC_PER_SEC / 1000);

  if (step_us % G_TIME_SPAN_SECOND == 0)
    return g_strdup ("");
  if (step_us % (100 * G_TIME_SPAN_MILLISECOND) == 0)
    return g_strdup_printf (".%d", ms / 100);
  if (step_us % (10 * G_TIME_SPAN_MILLISECOND) == 0)
    return g_strdup_printf (".%02d", ms / 10);
  return g_strdup_printf (".%03d", ms);
}

static char *
format_since (gint64 since_us, gint64 step_us)
{
  gint64 seconds = ABS (since_us) / G_USEC_PER_SEC;
  g_autofree char *fraction = format_fraction (ABS (since_us), step_us);
  const char *sign = since_us < 0 ? "−" : "";
  int hours = (int) (seconds / 3600);
  int minutes = (int) (seconds / 60 % 60);

  if (hours > 0)
    return g_strdup_printf ("%s%d:%02d:%02d%s", sign, hours, minutes, (int) (seconds % 60), fraction);
  return g_strdup_printf ("%s%02d:%02d%s", sign, minutes, (int) (seconds % 60), fraction);
}

char *
inspector_timeline_format_tick (gint64 time_us, gint64 step_us, gint64 zero_us)
{
  g_autofree char *fraction = format_fraction (time_us, step_us);
  g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc (time_us / G_USEC_PER_SEC);
  g_autoptr(GDateTime) local = utc != NULL ? g_date_time_to_local (utc) : NULL;
  g_autofree char *text = NULL;

  if (zero_us != 0)
    return format_since (time_us - zero_us, step_us);
  if (local == NULL)
    return g_strdup ("");
  if (step_us % G_TIME_SPAN_DAY == 0)
    return g_date_time_format (local, "%e %b");
  text = g_date_time_format (local, step_us % G_TIME_SPAN_MINUTE == 0 ? "%H:%M" : "%H:%M:%S");
  return g_strconcat (text, fraction, NULL);
}
