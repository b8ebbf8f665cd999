/* inspector-chain-row.h - the widget of one row of a chain
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

#include "inspector-chain-item.h"

G_BEGIN_DECLS

#define INSPECTOR_TYPE_CHAIN_ROW (inspector_chain_row_get_type ())
G_DECLARE_FINAL_TYPE (InspectorChainRow, inspector_chain_row, INSPECTOR, CHAIN_ROW, GtkBox)

InspectorChainRow *inspector_chain_row_new      (void);
/* @item: (nullable) */
void               inspector_chain_row_set_item (InspectorChainRow *self, InspectorChainItem *item);
/* Narrow: the text on lines of its own below, and no bar. */
void               inspector_chain_row_set_narrow (InspectorChainRow *self, gboolean is_narrow);
/* The row in one sentence, for those who do not see it. */
char              *inspector_chain_row_describe (InspectorChainItem *item);

G_END_DECLS
