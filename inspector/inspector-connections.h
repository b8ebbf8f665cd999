/* inspector-connections.h - the list of connections: this computer first, then what a person added
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Kept in the settings: names, addresses and which certificates are trusted. Tokens are not in here.
 */
#pragma once

#include "inspector-connection.h"

G_BEGIN_DECLS

/* Of one person. */
#define INSPECTOR_CONNECTIONS_MAX 100

/* A GListModel of InspectorConnection. */
#define INSPECTOR_TYPE_CONNECTIONS (inspector_connections_get_type ())
G_DECLARE_FINAL_TYPE (InspectorConnections, inspector_connections, INSPECTOR, CONNECTIONS, GObject)

InspectorConnections *inspector_connections_new    (GSettings *settings);
/* (transfer none) (nullable) */
InspectorConnection  *inspector_connections_find   (InspectorConnections *self, const char *id);
/* (transfer none): the new one; NULL with G_IO_ERROR_INVALID_ARGUMENT (name, address) or G_IO_ERROR_NO_SPACE. */
InspectorConnection  *inspector_connections_add    (InspectorConnections *self, const char *name, const char *address,
                                                    GError **error);
/* (transfer none): takes the place of @id, with the same id. Another address has no trusted certificate yet. */
InspectorConnection  *inspector_connections_change (InspectorConnections *self, const char *id, const char *name,
                                                    const char *address, GError **error);
void                  inspector_connections_remove (InspectorConnections *self, const char *id);
/* @sha256: (nullable): NULL for none */
void                  inspector_connections_trust  (InspectorConnections *self, const char *id, const char *sha256);

G_END_DECLS
