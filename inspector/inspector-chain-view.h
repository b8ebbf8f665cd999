/* inspector-chain-view.h - the chain of one session, newest last, with its progress above
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

#include "inspector-watch.h"

G_BEGIN_DECLS

#define INSPECTOR_TYPE_CHAIN_VIEW (inspector_chain_view_get_type ())
G_DECLARE_FINAL_TYPE (InspectorChainView, inspector_chain_view, INSPECTOR, CHAIN_VIEW, GtkBox)

void        inspector_chain_view_set_watch (InspectorChainView *self, InspectorWatch *watch);   /* @watch: (nullable) */
/* Actions of the widget: "chain.go-to-end", "chain.go-to-start", "chain.copy". */
gboolean    inspector_chain_view_is_following (InspectorChainView *self);
guint       inspector_chain_view_get_n_new    (InspectorChainView *self);   /* rows below that were not seen yet */
const char *inspector_chain_view_get_status   (InspectorChainView *self);   /* the line at the bottom */

G_END_DECLS
