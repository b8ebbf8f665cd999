/* inspector-bookmark-button.h - the bookmarks of the session that is shown, behind a button of a header bar
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "inspector-chain-view.h"

G_BEGIN_DECLS

#define INSPECTOR_TYPE_BOOKMARK_BUTTON (inspector_bookmark_button_get_type ())
G_DECLARE_FINAL_TYPE (InspectorBookmarkButton, inspector_bookmark_button, INSPECTOR, BOOKMARK_BUTTON, GtkWidget)

/* Property "chain" (InspectorChainView): where steps are selected and gone to. */
/* What it shows just now; its rows learn that they are bookmarked. @watch: (nullable) */
void     inspector_bookmark_button_set_watch (InspectorBookmarkButton *self, InspectorWatch *watch);
/* Bookmarks the selected step and asks for a note, which may be left out; or takes the bookmark away. FALSE: it cannot be done,
 * and a toast of the window tells why. */
gboolean inspector_bookmark_button_toggle    (InspectorBookmarkButton *self);
/* To the next one (1) or the one before (-1) among the rows that are shown. FALSE: there is none, and a toast tells it. */
gboolean inspector_bookmark_button_move      (InspectorBookmarkButton *self, int direction);

G_END_DECLS
