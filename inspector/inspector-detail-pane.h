/* inspector-detail-pane.h - everything that is known of one row of a chain
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Every member of the event is shown, known or not; what the event does not have is not there.
 */
#pragma once

#include <gtk/gtk.h>

#include "inspector-chain-item.h"

G_BEGIN_DECLS

#define INSPECTOR_TYPE_DETAIL_PANE (inspector_detail_pane_get_type ())
G_DECLARE_FINAL_TYPE (InspectorDetailPane, inspector_detail_pane, INSPECTOR, DETAIL_PANE, GtkBox)

/* Property "item": (nullable): what is shown. It is kept, whatever becomes of it in the list.
 * The button for bookmarks activates "win.bookmark". */
void                inspector_detail_pane_set_item (InspectorDetailPane *self, InspectorChainItem *item);
InspectorChainItem *inspector_detail_pane_get_item (InspectorDetailPane *self);   /* (transfer none) (nullable) */

G_END_DECLS
