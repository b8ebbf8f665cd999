/* inspector-chain-status.h - what the bottom line says of a chain: what is shown, how fast it comes, how far behind it is
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

#include "inspector-watch.h"

G_BEGIN_DECLS

#define INSPECTOR_TYPE_CHAIN_STATUS (inspector_chain_status_get_type ())
G_DECLARE_FINAL_TYPE (InspectorChainStatus, inspector_chain_status, INSPECTOR, CHAIN_STATUS, GtkBox)

/* @watch, @shown: (nullable): nothing is said */
void        inspector_chain_status_set_watch (InspectorChainStatus *self, InspectorWatch *watch, GListModel *shown);
/* Says soon what is so now: a few times a second at most. */
void        inspector_chain_status_update    (InspectorChainStatus *self);
const char *inspector_chain_status_get_text  (InspectorChainStatus *self);
/* What is said in place of the rows of a chain that has none. */
const char *inspector_chain_status_describe_empty (InspectorWatch *watch);

G_END_DECLS
