/* inspector-bookmark-popover.h - the note of a bookmark, and all bookmarks of the session
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

#include "inspector-bookmarks.h"
#include "inspector-chain-item.h"

G_BEGIN_DECLS

#define INSPECTOR_TYPE_BOOKMARK_POPOVER (inspector_bookmark_popover_get_type ())
G_DECLARE_FINAL_TYPE (InspectorBookmarkPopover, inspector_bookmark_popover, INSPECTOR, BOOKMARK_POPOVER, GtkPopover)

/* Signal "chosen" (InspectorChainItem *): the reader wants to go there. */
/* Before it pops up. @item: (nullable): the one whose note can be changed, if it is bookmarked. @rows: (nullable): of
 * InspectorChainItem, among which the bookmarks are looked for */
void inspector_bookmark_popover_show (InspectorBookmarkPopover *self, InspectorBookmarks *bookmarks, InspectorChainItem *item,
                                      GListModel *rows);

G_END_DECLS
