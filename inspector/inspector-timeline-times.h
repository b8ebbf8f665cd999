/* inspector-timeline-times.h - when the items of a list happened
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

#include "inspector-bookmarks.h"

G_BEGIN_DECLS

typedef struct _InspectorTimelineTimes InspectorTimelineTimes;

/* @changed: called when there are other times */
InspectorTimelineTimes *inspector_timeline_times_new       (void (*changed) (gpointer user_data), gpointer user_data);
void                    inspector_timeline_times_free      (InspectorTimelineTimes *self);
/* @model: (nullable): of InspectorChainItem. FALSE: it is the one that was set before */
gboolean                inspector_timeline_times_set_model (InspectorTimelineTimes *self, GListModel *model);
GListModel             *inspector_timeline_times_get_model (InspectorTimelineTimes *self);
/* Microseconds since 1970; 0 where there is none. In the order of the list. */
const gint64           *inspector_timeline_times_get       (InspectorTimelineTimes *self, guint *n);

/* Adds when the rows of these bookmarks happened; those that are not among the rows are left out. @times: of gint64 */
void                    inspector_timeline_find_bookmarks  (InspectorBookmarks *bookmarks, GListModel *rows, GArray *times);

G_END_DECLS
