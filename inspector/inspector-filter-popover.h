/* inspector-filter-popover.h - chooses which rows of a chain are shown
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

#include "inspector-filter.h"

G_BEGIN_DECLS

#define INSPECTOR_TYPE_FILTER_POPOVER (inspector_filter_popover_get_type ())
G_DECLARE_FINAL_TYPE (InspectorFilterPopover, inspector_filter_popover, INSPECTOR, FILTER_POPOVER, GtkPopover)

InspectorFilterPopover *inspector_filter_popover_new       (InspectorFilter *filter);
/* (nullable): of InspectorChainItem: the rows whose kinds are counted while it is open */
void                    inspector_filter_popover_set_model (InspectorFilterPopover *self, GListModel *model);

G_END_DECLS
