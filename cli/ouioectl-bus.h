/* ouioectl-bus.h - the message buses on which the daemon may be
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ouioectl.h"

G_BEGIN_DECLS

#define OUIOECTL_BUS_NAME "org.ouioe.Streaming1"
#define OUIOECTL_BUS_ROOT "/org/ouioe/Streaming1"

/* "bus:session" or "bus:system" */
gboolean         ouioectl_bus_is_address   (const char *address);
/* The bus of such an address; OUIOE_ERROR_UNREACHABLE when it is not there. */
GDBusConnection *ouioectl_bus_open         (const char *address, GError **error);
/* What a method of the daemon on @path answers. Does not start the daemon: then, and for whatever the library has no error for,
 * OUIOE_ERROR_UNREACHABLE. @parameters: (transfer floating) (nullable) */
GVariant        *ouioectl_bus_ask          (GDBusConnection *bus, const char *path, const char *interface, const char *method,
                                            GVariant *parameters, const char *type, int timeout_ms, GError **error);
/* The session bus of this user, without starting one. NULL without @error when there is none. */
GDBusConnection *ouioectl_bus_open_session (GError **error);
/* The system bus. */
GDBusConnection *ouioectl_bus_open_system  (GError **error);
/* The unique name of the daemon; NULL when it is not on this bus. Does not start it. */
char            *ouioectl_bus_dup_owner    (GDBusConnection *bus);
/* The session of an object; NULL when it is not the object of one. */
char            *ouioectl_bus_dup_session  (const char *path);

G_END_DECLS
