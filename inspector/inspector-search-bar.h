/* inspector-search-bar.h - finds rows of a chain and goes from one to the next
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

#include "inspector-chain-list.h"

G_BEGIN_DECLS

#define INSPECTOR_TYPE_SEARCH_BAR (inspector_search_bar_get_type ())
G_DECLARE_FINAL_TYPE (InspectorSearchBar, inspector_search_bar, INSPECTOR, SEARCH_BAR, GtkBox)

/* Property "search-mode". Signal "closed": the keyboard is free. */
/* @list: where it finds and moves */
void     inspector_search_bar_set_list    (InspectorSearchBar *self, InspectorChainList *list);
/* @model: (nullable): its rows, hidden ones included. @user_id: (nullable) */
void     inspector_search_bar_set_model   (InspectorSearchBar *self, GListModel *model, const char *user_id);
void     inspector_search_bar_set_mode    (InspectorSearchBar *self, gboolean is_open);
gboolean inspector_search_bar_get_mode    (InspectorSearchBar *self);
void     inspector_search_bar_move        (InspectorSearchBar *self, gboolean forward);

G_END_DECLS
