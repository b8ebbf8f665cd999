/* inspector-row-menu.h - what can be done with the row under the pointer
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "inspector-chain-view.h"

G_BEGIN_DECLS

/* Opens @menu where the second button of the pointer, or the key for menus, is pressed over a row. */
void inspector_row_menu_install (InspectorChainView *view, GMenuModel *menu);

G_END_DECLS
