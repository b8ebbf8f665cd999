/* inspector-search.h - finds rows of a chain, as they come
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is found is marked at the item itself (inspector_chain_item_is_match()), for whoever draws it. Long chains are gone
 * through piece by piece, while the window goes on.
 */
#pragma once

#include <gio/gio.h>

#include "inspector-chain-item.h"

G_BEGIN_DECLS

#define INSPECTOR_TYPE_SEARCH (inspector_search_get_type ())
G_DECLARE_FINAL_TYPE (InspectorSearch, inspector_search, INSPECTOR, SEARCH, GObject)

/* Signal "changed": more was found, or less. */
InspectorSearch *inspector_search_new       (void);
/* @model: (nullable): the rows, of InspectorChainItem */
void             inspector_search_set_model (InspectorSearch *self, GListModel *model);
/* A query, see inspector-query.h; "" ends the search. @user_id: (nullable) */
void             inspector_search_set_text  (InspectorSearch *self, const char *text, const char *user_id);
gboolean         inspector_search_is_active (InspectorSearch *self);
/* Whether all rows have been looked at. */
gboolean         inspector_search_is_done   (InspectorSearch *self);
/* The next match of @shown behind @position (forward) or before it. @is_wrapped: (out): it went round the end. FALSE: there is
 * none. @position: (inout): GTK_INVALID_LIST_POSITION begins at the end that is looked from. */
gboolean         inspector_search_move      (InspectorSearch *self, GListModel *shown, gboolean forward, guint *position,
                                             gboolean *is_wrapped);
/* How many of the first @n rows of @shown are matches. */
guint            inspector_search_count     (InspectorSearch *self, GListModel *shown, guint n);

G_END_DECLS
