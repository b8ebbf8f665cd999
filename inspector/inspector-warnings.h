/* inspector-warnings.h - the warnings among the rows of a chain, and when it was completed
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

#include "inspector-chain-item.h"

G_BEGIN_DECLS

typedef struct _InspectorWarnings InspectorWarnings;

InspectorWarnings  *inspector_warnings_new   (void);
void                inspector_warnings_free  (InspectorWarnings *self);
void                inspector_warnings_clear (InspectorWarnings *self);
/* What GListModel::items-changed said of a model of InspectorChainItem. TRUE when there is something else to tell now. */
gboolean            inspector_warnings_splice (InspectorWarnings *self, GListModel *model, guint position, guint n_removed,
                                               guint n_added);
guint               inspector_warnings_get_n (InspectorWarnings *self);
/* (transfer none) (nullable): one after the other, the newest first, and from there again */
InspectorChainItem *inspector_warnings_next  (InspectorWarnings *self);
/* When the newest update said that it is complete, microseconds since 1970; 0 when it did not. */
gint64              inspector_warnings_get_completed_us (InspectorWarnings *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (InspectorWarnings, inspector_warnings_free)

G_END_DECLS
