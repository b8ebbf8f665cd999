/* inspector-chain-view.h - the chain of one session as a page: progress, rows, search, filters, status
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Properties:
 *   selected-item  InspectorChainItem   the one that was selected last; the newest step while none is; NULL without rows
 *   has-selection  gboolean
 *   paused         gboolean  (rw)       nothing changes; what comes waits
 *   search-mode    gboolean  (rw)       there is a bar to search with
 *   n-filters      guint                how many leave something out
 *   compact        gboolean  (rw)       rows of one line
 *   since-start    gboolean  (rw)       times count from the beginning of the session
 *   show-updates   gboolean  (rw)       updates of progress stand among the steps
 *
 * Actions: chain.go-to-end, chain.go-to-start, chain.pause, chain.search, chain.search-next, chain.search-previous,
 *   chain.clear-filters, chain.same-kind (i: 1 or -1), chain.expand (b), chain.unselect, chain.copy, chain.copy-markdown,
 *   chain.copy-json, chain.copy-link
 */
#pragma once

#include <gtk/gtk.h>

#include "inspector-filter.h"
#include "inspector-watch.h"

G_BEGIN_DECLS

#define INSPECTOR_TYPE_CHAIN_VIEW (inspector_chain_view_get_type ())
G_DECLARE_FINAL_TYPE (InspectorChainView, inspector_chain_view, INSPECTOR, CHAIN_VIEW, GtkBox)

/* @watch: (nullable) */
void                inspector_chain_view_set_watch     (InspectorChainView *self, InspectorWatch *watch);
/* Buttons to pause, search and filter, for the header bar. (transfer none) */
GtkWidget          *inspector_chain_view_get_tools     (InspectorChainView *self);
InspectorFilter    *inspector_chain_view_get_filter    (InspectorChainView *self);   /* (transfer none) */
/* The rows that are shown. (transfer none) (nullable) */
GListModel         *inspector_chain_view_get_shown     (InspectorChainView *self);
/* Those that are selected; or the newest step. (transfer full) (element-type InspectorChainItem) */
GPtrArray          *inspector_chain_view_get_selection (InspectorChainView *self);
/* Selects it, and scrolls to it. FALSE: it is not among the rows that are shown. */
gboolean            inspector_chain_view_go_to_item    (InspectorChainView *self, InspectorChainItem *item);
/* The same for the event of this id, now or as soon as it comes. @id: (nullable) */
void                inspector_chain_view_go_to_event   (InspectorChainView *self, const char *id);
gboolean            inspector_chain_view_is_following  (InspectorChainView *self);
/* Rows that came since the end is not followed. */
guint               inspector_chain_view_get_n_new     (InspectorChainView *self);
/* The words at the bottom. */
const char         *inspector_chain_view_get_status    (InspectorChainView *self);

G_END_DECLS
