/* inspector-connection.h - one daemon that can be looked at: a name and an address
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>
#include <ouioe.h>

G_BEGIN_DECLS

/* The id of "This Computer", which has no address: it is found. */
#define INSPECTOR_CONNECTION_LOCAL ""

/* Bytes of a name. */
#define INSPECTOR_CONNECTION_MAX_NAME 200
/* Bytes of an address. */
#define INSPECTOR_CONNECTION_MAX_ADDRESS 1000

#define INSPECTOR_TYPE_CONNECTION (inspector_connection_get_type ())
G_DECLARE_FINAL_TYPE (InspectorConnection, inspector_connection, INSPECTOR, CONNECTION, GObject)

/* @address: (nullable): NULL for "This Computer" */
InspectorConnection *inspector_connection_new         (const char *id, const char *name, const char *address);
const char          *inspector_connection_get_id      (InspectorConnection *self);
const char          *inspector_connection_get_name    (InspectorConnection *self);
const char          *inspector_connection_get_address (InspectorConnection *self);
gboolean             inspector_connection_is_local    (InspectorConnection *self);
/* SHA-256 of the certificate that a person trusted for this connection; NULL when there is none */
const char          *inspector_connection_get_trusted (InspectorConnection *self);
void                 inspector_connection_set_trusted (InspectorConnection *self, const char *sha256);
/* (transfer full): @token: (nullable) */
OuioeClient         *inspector_connection_make_client (InspectorConnection *self, const char *token);

/* (transfer full): @text as it is kept, without the path of the WebSocket; NULL with G_IO_ERROR_INVALID_ARGUMENT and a
 * sentence for people when it is no address. */
char                *inspector_connection_read_address (const char *text, GError **error);
/* Whether a token for @address, which is one, could be read on its way through a network. */
gboolean             inspector_connection_is_exposed   (const char *address);

G_END_DECLS
