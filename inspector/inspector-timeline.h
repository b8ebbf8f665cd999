/* inspector-timeline.h - when a session did what: lanes, phases of the model, confidence, and an overview of it all
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

#include "inspector-watch.h"

G_BEGIN_DECLS

#define INSPECTOR_TYPE_TIMELINE (inspector_timeline_get_type ())
G_DECLARE_FINAL_TYPE (InspectorTimeline, inspector_timeline, INSPECTOR, TIMELINE, GtkWidget)

/* Properties:
 *   watch           InspectorWatch, nullable: invisible without one, and before anything happened
 *   selected-item   InspectorChainItem, nullable: marked, and brought into sight
 *   matches         GListModel of InspectorChainItem, nullable: what a search found, marked in the overview
 *   since-start     gboolean: the ruler tells the time since the session began
 *
 * The bookmarks of the session get flags.
 *
 * Signal:
 *   activated       (InspectorChainItem *)   the reader clicked on it
 *
 * Actions: timeline.zoom-in, .zoom-out, .fit, .move (i, tenths of what is in sight), .go (i, -1 begin, 1 end).
 * Ctrl++, Ctrl+- and Ctrl+0 do the first three wherever the focus is in the window. */
InspectorTimeline  *inspector_timeline_new               (void);
void                inspector_timeline_set_watch         (InspectorTimeline *self, InspectorWatch *watch);
void                inspector_timeline_set_selected_item (InspectorTimeline *self, InspectorChainItem *item);
InspectorChainItem *inspector_timeline_get_selected_item (InspectorTimeline *self);
void                inspector_timeline_set_matches       (InspectorTimeline *self, GListModel *items);
/* (nullable): the first and the last row that the list beside it shows; they are shaded. */
void                inspector_timeline_set_sight         (InspectorTimeline *self, InspectorChainItem *first,
                                                          InspectorChainItem *last);
/* What is in sight, microseconds since 1970. FALSE when there is nothing. */
gboolean            inspector_timeline_get_range         (InspectorTimeline *self, gint64 *begin_us, gint64 *end_us);
/* "4 minutes, 18 432 steps, mostly analysis, 1 warning" */
const char         *inspector_timeline_get_summary       (InspectorTimeline *self);
/* How often it was drawn so far. */
guint               inspector_timeline_get_n_drawn       (InspectorTimeline *self);

G_END_DECLS
