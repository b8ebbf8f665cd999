/* inspector-timeline-private.h - what the parts of the timeline share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

#include "inspector-timeline-data.h"
#include "inspector-timeline-phases.h"
#include "inspector-timeline-scale.h"
#include "inspector-timeline-times.h"

G_BEGIN_DECLS

typedef struct {
  GListModel              *model;           /* the rows of the marks; NULL when nothing is shown */
  InspectorTimelineData   *data;
  InspectorTimelinePhases *phases;
  InspectorTimelineScale   scale;
  GArray                  *bookmarks;       /* of gint64: when what is bookmarked happened */
  InspectorTimelineTimes  *matches;         /* when what was searched for happened */
  gint64                   selected_us;     /* 0 when nothing is selected */
  gint64                   sight_first_us;  /* of the rows that the list shows; 0 when that is not known */
  gint64                   sight_last_us;
  gint64                   zero_us;         /* times are told since then; 0: as time of day */
  gint64                   now_us;          /* where a phase that lasts ends */
  gboolean                 is_dark;
  gboolean                 is_high_contrast;
} InspectorTimelineState;

/* Ink of a part that is no kind: text, lines, the frame. @alpha: of what is drawn where contrast is not asked for */
GdkRGBA inspector_timeline_ink    (const InspectorTimelineState *state, float alpha);
GdkRGBA inspector_timeline_lane_color (const InspectorTimelineState *state, guint lane);
/* What the reader chose: the selected step, the frame of the visible part. */
GdkRGBA inspector_timeline_accent (const InspectorTimelineState *state);

/* ---- painting ---- */

/* Bars of one lane, one for each bucket with marks: the higher, the more, when there are buckets with several. */
void inspector_timeline_paint_counts     (cairo_t *cr, const guint16 *counts, guint n, guint most, double x, double y,
                                          double height, const GdkRGBA *color);
/* All lanes together, in the colour of that of which there is most. */
void inspector_timeline_paint_all        (cairo_t *cr, const InspectorTimelineState *state, InspectorTimelineBuckets *buckets,
                                          double x, double y, double height);
/* The mean confidence from bucket to bucket; broken where a step did not report one. */
void inspector_timeline_paint_confidence (cairo_t *cr, const InspectorBucket *buckets, guint n, double x, double y,
                                          double height, double line_width, const GdkRGBA *color);
/* Triangles for warnings, octagons for errors. */
void inspector_timeline_paint_signs      (cairo_t *cr, const InspectorTimelineState *state, const InspectorBucket *buckets,
                                          guint n, double x, double y, double height);
void inspector_timeline_paint_flag       (cairo_t *cr, double x, double y, double height, const GdkRGBA *color);
/* Slanted lines over what stands still. */
void inspector_timeline_paint_hatch      (cairo_t *cr, double x, double y, double width, double height,
                                          const GdkRGBA *color);

G_END_DECLS
