/* inspector-marker.h - tells the rows of a list which of them are bookmarked
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

#include "inspector-bookmarks.h"
#include "inspector-chain-item.h"

G_BEGIN_DECLS

#define INSPECTOR_TYPE_MARKER (inspector_marker_get_type ())
G_DECLARE_FINAL_TYPE (InspectorMarker, inspector_marker, INSPECTOR, MARKER, GObject)

/* As long as it lives. @rows: of InspectorChainItem */
InspectorMarker    *inspector_marker_new           (InspectorBookmarks *bookmarks, GListModel *rows);
InspectorBookmarks *inspector_marker_get_bookmarks (InspectorMarker *self);   /* (transfer none) */
/* Adds a bookmark or takes it away. FALSE: there are too many, or the row has no event. */
gboolean            inspector_marker_toggle        (InspectorMarker *self, InspectorChainItem *item);
/* (transfer full) (nullable): the next bookmarked one of @rows behind @from (nullable: of all), or with -1 before it; at the end it
 * goes on at the other one. NULL: there is none */
InspectorChainItem *inspector_marker_find          (GListModel *rows, InspectorChainItem *from, int direction);

G_END_DECLS
