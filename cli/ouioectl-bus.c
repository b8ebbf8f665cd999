/* ouioectl-bus.c - the message buses on which the daemon may be
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioectl-bus.h"

#define TIMEOUT_MS 5000

static GDBusConnection *
open_address (const char *address, GError **error)
{
  return g_dbus_connection_new_for_address_sync (address, G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                                 G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION, NULL, NULL, error);
}

GDBusConnection *
ouioectl_bus_open_session (GError **error)
{
  const char *address = g_getenv ("DBUS_SESSION_BUS_ADDRESS");
  g_autofree char *path = g_build_filename (g_get_user_runtime_dir (), "bus", NULL);
  g_autofree char *escaped = g_dbus_address_escape_value (path);
  g_autofree char *of_path = g_strconcat ("unix:path=", escaped, NULL);

  if (address != NULL && *address != '\0')
    return open_address (address, error);
  return g_file_test (path, G_FILE_TEST_EXISTS) ? open_address (of_path, error) : NULL;
}

GDBusConnection *
ouioectl_bus_open_system (void)
{
  g_autofree char *address = g_dbus_address_get_for_bus_sync (G_BUS_TYPE_SYSTEM, NULL, NULL);

  return address != NULL ? open_address (address, NULL) : NULL;
}

static GVariant *
ask_bus (GDBusConnection *bus, const char *method, const char *argument, const char *type)
{
  return g_dbus_connection_call_sync (bus, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", method,
                                      g_variant_new ("(s)", argument), G_VARIANT_TYPE (type), G_DBUS_CALL_FLAGS_NONE,
                                      TIMEOUT_MS, NULL, NULL);
}

char *
ouioectl_bus_dup_owner (GDBusConnection *bus)
{
  g_autoptr(GVariant) answer = ask_bus (bus, "GetNameOwner", OUIOECTL_BUS_NAME, "(s)");
  char *owner = NULL;

  if (answer != NULL)
    g_variant_get (answer, "(s)", &owner);
  return owner;
}

guint
ouioectl_bus_get_pid (GDBusConnection *bus, const char *owner)
{
  g_autoptr(GVariant) answer = ask_bus (bus, "GetConnectionUnixProcessID", owner, "(u)");
  guint pid = 0;

  if (answer != NULL)
    g_variant_get (answer, "(u)", &pid);
  return pid;
}
