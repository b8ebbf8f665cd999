/* inspector-chain-pill.h - over the end of a chain: how much is new below, or waits, and the way there
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define INSPECTOR_TYPE_CHAIN_PILL (inspector_chain_pill_get_type ())
G_DECLARE_FINAL_TYPE (InspectorChainPill, inspector_chain_pill, INSPECTOR, CHAIN_PILL, AdwBin)

/* Its button activates "chain.go-to-end". @n: 0 hides it */
void inspector_chain_pill_show_new    (InspectorChainPill *self, guint n);
/* Its button activates "chain.pause". @is_more: more waits than could be counted */
void inspector_chain_pill_show_paused (InspectorChainPill *self, guint n, gboolean is_more);

G_END_DECLS
