/* inspector-timeline-overview.h - the whole time as a strip, with a frame around its visible part
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "inspector-timeline-private.h"

G_BEGIN_DECLS

#define INSPECTOR_TYPE_TIMELINE_OVERVIEW (inspector_timeline_overview_get_type ())
G_DECLARE_FINAL_TYPE (InspectorTimelineOverview, inspector_timeline_overview, INSPECTOR, TIMELINE_OVERVIEW, GtkWidget)

/* Signal "moved" (): the reader moved the frame, and with it the scale of the state.
 * Keys activate the actions timeline.move, .go, .zoom-in, .zoom-out and .fit.
 *
 * @state: outlives the widget */
InspectorTimelineOverview *inspector_timeline_overview_new      (InspectorTimelineState *state);
/* The state is another one. */
void                       inspector_timeline_overview_refresh  (InspectorTimelineOverview *self);
/* Where the time begins and ends in it: below the lanes. */
void                       inspector_timeline_overview_set_plot (InspectorTimelineOverview *self, int x, int width);
/* What a press does, and what follows when the pointer moves by @dx while it is held. */
void                       inspector_timeline_overview_press    (InspectorTimelineOverview *self, double x);
void                       inspector_timeline_overview_drag     (InspectorTimelineOverview *self, double dx);

G_END_DECLS
