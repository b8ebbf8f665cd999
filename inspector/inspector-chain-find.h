/* inspector-chain-find.h - rows of a chain by what they are
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

#include "inspector-chain-item.h"

G_BEGIN_DECLS

/* All lists are of InspectorChainItem and may be NULL. A position is G_MAXUINT when there is none. */

guint               inspector_chain_find_item      (GListModel *rows, InspectorChainItem *item);
/* In lists in the order of ids. */
guint               inspector_chain_find_event     (GListModel *rows, OuioeEventId id);
/* The next row from @from on, in the direction of @step (1 or -1), that is of the same kind as that one. */
guint               inspector_chain_find_same_kind (GListModel *rows, guint from, int step);
/* The newest step, or the newest row when there is no step near the end. (transfer full) (nullable) */
InspectorChainItem *inspector_chain_find_newest    (GListModel *rows);

G_END_DECLS
