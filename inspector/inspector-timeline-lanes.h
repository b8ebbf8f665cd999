/* inspector-timeline-lanes.h - the visible part of the timeline: ruler, lanes and confidence
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "inspector-timeline-private.h"

G_BEGIN_DECLS

/* Narrower than this all lanes are one line, without names. */
#define INSPECTOR_TIMELINE_NARROW_PIXELS 520

#define INSPECTOR_TYPE_TIMELINE_LANES (inspector_timeline_lanes_get_type ())
G_DECLARE_FINAL_TYPE (InspectorTimelineLanes, inspector_timeline_lanes, INSPECTOR, TIMELINE_LANES, GtkWidget)

/* Signals:
 *   moved    ()                   the reader moved or zoomed the scale of the state
 *   picked   (guint position)     the reader clicked on this row
 *
 * @state: outlives the widget */
InspectorTimelineLanes *inspector_timeline_lanes_new         (InspectorTimelineState *state);
/* The state is another one: draws it, with other lanes if there are others. */
void                    inspector_timeline_lanes_refresh     (InspectorTimelineLanes *self);
/* So much of the ruler, from its end on, is covered by something else. */
void                    inspector_timeline_lanes_set_covered (InspectorTimelineLanes *self, int width);
/* Where the times begin and end, in the coordinates of the widget. */
void                    inspector_timeline_lanes_get_plot    (InspectorTimelineLanes *self, int *x, int *width);
int                     inspector_timeline_lanes_get_ruler_height (InspectorTimelineLanes *self);
guint                   inspector_timeline_lanes_get_n_rows  (InspectorTimelineLanes *self);
/* How often and how long it was drawn: what a redraw costs. */
guint                   inspector_timeline_lanes_get_n_drawn (InspectorTimelineLanes *self);
guint64                 inspector_timeline_lanes_get_n_visited (InspectorTimelineLanes *self);

G_END_DECLS
