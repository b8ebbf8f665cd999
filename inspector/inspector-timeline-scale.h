/* inspector-timeline-scale.h - which part of a time is in sight, and where its ticks stand
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Only arithmetic; no widget in here. Times are microseconds since 1970.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Nothing shorter is shown across a whole width. */
#define INSPECTOR_TIMELINE_MIN_SPAN_US (20 * G_TIME_SPAN_MILLISECOND)

typedef struct {
  gint64   first_us;    /* of everything */
  gint64   last_us;     /* behind first_us, by INSPECTOR_TIMELINE_MIN_SPAN_US at least, once there is anything */
  gint64   begin_us;    /* of the visible part */
  gint64   end_us;
  gboolean is_whole;    /* the visible part is everything, and grows with it */
  gboolean is_at_end;   /* it is less, and moves along with the end */
} InspectorTimelineScale;

void     inspector_timeline_scale_init      (InspectorTimelineScale *self);
/* Everything there is. @is_live: it grows; there is some room behind its end, so that the picture need not change with every
 * step. */
void     inspector_timeline_scale_set_range (InspectorTimelineScale *self, gint64 first_us, gint64 last_us, gboolean is_live);
/* Shows this part, or as much of it as there is. */
void     inspector_timeline_scale_show      (InspectorTimelineScale *self, gint64 begin_us, gint64 end_us);
/* Makes the visible part @factor times as short; what is at @at_us stays where it is. */
void     inspector_timeline_scale_zoom      (InspectorTimelineScale *self, double factor, gint64 at_us);
void     inspector_timeline_scale_fit       (InspectorTimelineScale *self);
void     inspector_timeline_scale_move      (InspectorTimelineScale *self, gint64 by_us);
/* Moves no farther than it takes to show this time. */
void     inspector_timeline_scale_reveal    (InspectorTimelineScale *self, gint64 time_us);
/* "zoom-in" and "zoom-out" around @fixed_us, "fit", "move" by @amount tenths of what is in sight, "go" to the begin (-1) or the
 * end (1). */
void     inspector_timeline_scale_act       (InspectorTimelineScale *self, const char *action, gint64 fixed_us, int amount);
/* 0: everything; 1: as little as can be shown. */
double   inspector_timeline_scale_get_level (const InspectorTimelineScale *self);
void     inspector_timeline_scale_set_level (InspectorTimelineScale *self, double level);

/* The shortest sensible step between two ticks that are @min_pixels apart. */
gint64   inspector_timeline_step_for        (double us_per_pixel, double min_pixels);
/* The first tick at @time_us or later. Ticks of hours and days stand at those of the time zone, or of the time since @zero_us. */
gint64   inspector_timeline_first_tick      (gint64 time_us, gint64 step_us, gint64 zero_us);
/* "14:02", "14:02:06", "14:02:06.25"; no more than @step_us can tell apart. @zero_us: as time since then, 0: as time of day */
char    *inspector_timeline_format_tick     (gint64 time_us, gint64 step_us, gint64 zero_us);

G_END_DECLS
