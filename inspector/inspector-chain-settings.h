/* inspector-chain-settings.h - a chain as the reader wants it everywhere
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "inspector-chain-view.h"

G_BEGIN_DECLS

/* Its rows and times follow the settings. */
void inspector_chain_settings_bind  (InspectorChainView *view);
/* Bounds what comes from a service; a recording is bounded by its file. */
void inspector_chain_settings_limit (InspectorWatch *watch);

G_END_DECLS
