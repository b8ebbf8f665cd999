/* inspector-chain-tools.h - the buttons to pause, search and filter a chain, for a header bar
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "inspector-chain-view.h"

G_BEGIN_DECLS

/* @popover: of the filter button */
GtkWidget *inspector_chain_tools_new (InspectorChainView *view, GtkWidget *popover);

G_END_DECLS
