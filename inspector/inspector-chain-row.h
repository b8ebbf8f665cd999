/* inspector-chain-row.h - the widget of one row of a chain
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

#include "inspector-chain-item.h"
#include "inspector-query.h"

G_BEGIN_DECLS

/* How rows look, the same for all of them. */
typedef struct {
  gboolean        is_narrow;       /* the text stands on lines of its own, without a bar */
  gboolean        is_compact;      /* one line of text */
  gboolean        is_since_start;  /* times count from the beginning of the session, not of the day */
  InspectorQuery *query;           /* whose words are marked in what it found; NULL for none, not owned */
} InspectorRowStyle;

#define INSPECTOR_TYPE_CHAIN_ROW (inspector_chain_row_get_type ())
G_DECLARE_FINAL_TYPE (InspectorChainRow, inspector_chain_row, INSPECTOR, CHAIN_ROW, GtkBox)

InspectorChainRow *inspector_chain_row_new      (void);
/* @item: (nullable) */
void               inspector_chain_row_set_item (InspectorChainRow *self, InspectorChainItem *item);
InspectorChainItem *inspector_chain_row_get_item (InspectorChainRow *self);   /* (transfer none) (nullable) */
/* @style: copied */
void               inspector_chain_row_set_style (InspectorChainRow *self, const InspectorRowStyle *style);
/* The row in one sentence, for those who do not see it. */
char              *inspector_chain_row_describe (InspectorChainItem *item);

G_END_DECLS
