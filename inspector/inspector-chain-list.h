/* inspector-chain-list.h - the rows of a chain: made once per frame, followed to their end or left where they are read
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What arrives is queued by the model. A tick callback, which exists only while something is queued, makes rows of it once
 * per frame; the scroll to the end follows in the next frame, when the list knows the new rows.
 */
#pragma once

#include <gtk/gtk.h>

#include "inspector-chain-model.h"
#include "inspector-query.h"

G_BEGIN_DECLS

#define INSPECTOR_TYPE_CHAIN_LIST (inspector_chain_list_get_type ())
G_DECLARE_FINAL_TYPE (InspectorChainList, inspector_chain_list, INSPECTOR, CHAIN_LIST, GtkBox)

/* Signals:
 *   follow-changed    ()   it follows now, or no longer, or more is new below
 *   shown-changed     ()   other rows are shown, or more
 *   selection-changed ()
 */

/* @model: (nullable). Follows its end at first. */
void                inspector_chain_list_set_model     (InspectorChainList *self, InspectorChainModel *model);
/* Which of its rows are shown. @filter: (nullable): all */
void                inspector_chain_list_set_filter    (InspectorChainList *self, GtkFilter *filter);
/* The rows that are shown. (transfer none) (nullable) */
GListModel         *inspector_chain_list_get_shown     (InspectorChainList *self);
/* Nothing becomes a row while it is frozen. */
void                inspector_chain_list_set_frozen    (InspectorChainList *self, gboolean is_frozen);
void                inspector_chain_list_set_compact   (InspectorChainList *self, gboolean is_compact);
void                inspector_chain_list_set_since_start (InspectorChainList *self, gboolean is_since_start);
/* @query: (nullable) (transfer full): whose words are marked in the rows it found */
void                inspector_chain_list_set_query     (InspectorChainList *self, InspectorQuery *query);
gboolean            inspector_chain_list_is_following  (InspectorChainList *self);
guint               inspector_chain_list_get_n_new     (InspectorChainList *self);   /* below, since it does not follow */
gboolean            inspector_chain_list_is_narrow     (InspectorChainList *self);
void                inspector_chain_list_go_to_end     (InspectorChainList *self);
void                inspector_chain_list_go_to_start   (InspectorChainList *self);
/* Selects this row of those that are shown, and scrolls to it. @focus: it gets the keyboard, too */
void                inspector_chain_list_go_to         (InspectorChainList *self, guint position, gboolean focus);
/* Those that are selected, in their order. (transfer full) (element-type InspectorChainItem) */
GPtrArray          *inspector_chain_list_get_selection (InspectorChainList *self);
/* The position of the one that was selected last; GTK_INVALID_LIST_POSITION when none is. */
guint               inspector_chain_list_get_selected  (InspectorChainList *self);
void                inspector_chain_list_unselect      (InspectorChainList *self);

G_END_DECLS
