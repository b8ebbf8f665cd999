/* inspector-connections-window.h - which daemons can be looked at: choose, add, change, remove
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

#include "inspector-connections.h"
#include "inspector-keyring.h"

G_BEGIN_DECLS

#define INSPECTOR_TYPE_CONNECTIONS_WINDOW (inspector_connections_window_get_type ())
G_DECLARE_FINAL_TYPE (InspectorConnectionsWindow, inspector_connections_window, INSPECTOR, CONNECTIONS_WINDOW, AdwWindow)

/* Signal "chosen" (const char *id): this one is to be shown. The window closes itself.
 * @current_id: (nullable): of the connection that is shown now */
InspectorConnectionsWindow *inspector_connections_window_new (InspectorConnections *connections, InspectorKeyring *keyring,
                                                              const char *current_id);

G_END_DECLS
