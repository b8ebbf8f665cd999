/* inspector-bookmarks.h - steps of a session that somebody wants to find again
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Kept on this machine, a small file for each session in $XDG_DATA_HOME/ouioe-inspector/bookmarks. All that show a session,
 * live, as a recording or as a replay, share one object.
 */
#pragma once

#include <ouioe.h>

G_BEGIN_DECLS

#define INSPECTOR_BOOKMARKS_MAX       1000   /* of a session */
#define INSPECTOR_BOOKMARKS_MAX_NOTE  1000   /* characters; what is beyond is left out */
#define INSPECTOR_BOOKMARKS_MAX_FILES 2000   /* then the one that was changed longest ago goes */

#define INSPECTOR_TYPE_BOOKMARKS (inspector_bookmarks_get_type ())
G_DECLARE_FINAL_TYPE (InspectorBookmarks, inspector_bookmarks, INSPECTOR, BOOKMARKS, GObject)

/* (transfer full): reads them when nobody has yet. Signal "changed": one was added, removed, or has another note. */
InspectorBookmarks *inspector_bookmarks_get      (const char *session_id);
/* Adds it, or changes its note. @note: (nullable): FALSE when there are too many already */
gboolean            inspector_bookmarks_set      (InspectorBookmarks *self, const OuioeEventId *id, const char *note);
void                inspector_bookmarks_remove   (InspectorBookmarks *self, const OuioeEventId *id);
gboolean            inspector_bookmarks_has      (InspectorBookmarks *self, const OuioeEventId *id);
const char         *inspector_bookmarks_get_note (InspectorBookmarks *self, const OuioeEventId *id);   /* NULL: none */
guint               inspector_bookmarks_get_n    (InspectorBookmarks *self);
/* In the order of ids. */
const OuioeEventId *inspector_bookmarks_get_id   (InspectorBookmarks *self, guint index);
/* Whether the file has everything: it is written by a worker. */
gboolean            inspector_bookmarks_is_saved (InspectorBookmarks *self);

G_END_DECLS
