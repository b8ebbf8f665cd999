/* ouioed-bus.h - a connection to the bus that was asked for
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ouioed-config-keys.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* A private connection that does not end the process when it breaks. Gives up after 5 s. */
void             ouioed_bus_connect_async  (OuioedBus bus, GAsyncReadyCallback callback, gpointer user_data);
/* NULL without an error: OUIOED_BUS_NONE, or OUIOED_BUS_AUTO and there is no session bus. */
GDBusConnection *ouioed_bus_connect_finish (GAsyncResult *result, GError **error);

G_END_DECLS
