/* ouioectl-bus.h - the message buses on which the daemon may be
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ouioectl.h"

G_BEGIN_DECLS

#define OUIOECTL_BUS_NAME "org.ouioe.Streaming1"
#define OUIOECTL_BUS_ROOT "/org/ouioe/Streaming1"

/* The session bus of this user, without starting one. NULL without @error when there is none. */
GDBusConnection *ouioectl_bus_open_session (GError **error);
/* The system bus; NULL when it is not there. */
GDBusConnection *ouioectl_bus_open_system  (void);
/* The unique name of the daemon; NULL when it is not on this bus. Does not start it. */
char            *ouioectl_bus_dup_owner    (GDBusConnection *bus);
/* The process behind a unique name; 0 when the bus does not tell. */
guint            ouioectl_bus_get_pid      (GDBusConnection *bus, const char *owner);

G_END_DECLS
