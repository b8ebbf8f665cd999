/* ouioe-bus-watch.c - what changes on the bus: sessions that come, change and go
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include <string.h>

#include "ouioe-bus.h"

#define N_MATCHES 4

struct _OuioeBusWatch
{
  GDBusConnection    *connection;
  OuioeBusChangedFunc func;
  gpointer            user_data;
  guint               matches[N_MATCHES];
};

/* The id in an object path; NULL when it is not the path of a session. */
static char *
dup_session_id (const char *path)
{
  const char *prefix = OUIOE_BUS_ROOT "/session/";
  g_autoptr(GString) id = g_string_new (NULL);

  if (path == NULL || !g_str_has_prefix (path, prefix))
    return NULL;
  for (const char *p = path + strlen (prefix); *p != '\0'; p++)
    {
      if (*p != '_')
        {
          g_string_append_c (id, *p);
          continue;
        }
      if (!g_ascii_isxdigit (p[1]) || !g_ascii_isxdigit (p[2]))
        return NULL;
      g_string_append_c (id, (char) (g_ascii_xdigit_value (p[1]) << 4 | g_ascii_xdigit_value (p[2])));
      p += 2;
    }
  return g_string_free (g_steal_pointer (&id), FALSE);
}

static void
tell (OuioeBusWatch *self, const char *path)
{
  g_autofree char *id = dup_session_id (path);

  if (id != NULL)
    self->func (id, self->user_data);
}

/* InterfacesAdded and InterfacesRemoved of the object that manages the others. */
static void
on_objects (GDBusConnection *connection, const char *sender, const char *path, const char *interface,
            const char *signal,
            GVariant *parameters, gpointer user_data)
{
  g_autoptr(GVariant) first = g_variant_n_children (parameters) > 0 ? g_variant_get_child_value (parameters, 0) : NULL;

  if (first != NULL && g_variant_is_of_type (first, G_VARIANT_TYPE_OBJECT_PATH))
    tell (user_data, g_variant_get_string (first, NULL));
}

static void
on_properties (GDBusConnection *connection, const char *sender, const char *path, const char *interface,
               const char *signal, GVariant *parameters, gpointer user_data)
{
  tell (user_data, path);
}

static void
on_owner (GDBusConnection *connection, const char *sender, const char *path, const char *interface, const char *signal,
          GVariant *parameters, gpointer user_data)
{
  OuioeBusWatch *self = user_data;

  self->func (NULL, self->user_data);
}

OuioeBusWatch *
ouioe_bus_watch_new (OuioeBus *bus, OuioeBusChangedFunc func, gpointer user_data, GError **error)
{
  GDBusConnection *connection = ouioe_bus_get_connection (bus, NULL, error);
  OuioeBusWatch *self;

  if (connection == NULL)
    return NULL;
  self = g_new0 (OuioeBusWatch, 1);
  self->connection = connection;
  self->func = func;
  self->user_data = user_data;
  self->matches[0] = g_dbus_connection_signal_subscribe (
    connection, OUIOE_BUS_NAME, "org.freedesktop.DBus.ObjectManager", "InterfacesAdded", OUIOE_BUS_ROOT, NULL,
    G_DBUS_SIGNAL_FLAGS_NONE, on_objects, self, NULL);
  self->matches[1] = g_dbus_connection_signal_subscribe (
    connection, OUIOE_BUS_NAME, "org.freedesktop.DBus.ObjectManager", "InterfacesRemoved", OUIOE_BUS_ROOT, NULL,
    G_DBUS_SIGNAL_FLAGS_NONE, on_objects, self, NULL);
  self->matches[2] = g_dbus_connection_signal_subscribe (
    connection, OUIOE_BUS_NAME, "org.freedesktop.DBus.Properties", "PropertiesChanged", NULL, OUIOE_BUS_SESSION,
    G_DBUS_SIGNAL_FLAGS_NONE, on_properties, self, NULL);
  self->matches[3] = g_dbus_connection_signal_subscribe (
    connection, "org.freedesktop.DBus", "org.freedesktop.DBus", "NameOwnerChanged", "/org/freedesktop/DBus",
    OUIOE_BUS_NAME, G_DBUS_SIGNAL_FLAGS_NONE, on_owner, self, NULL);
  return self;
}

void
ouioe_bus_watch_free (OuioeBusWatch *self)
{
  for (gsize i = 0; i < N_MATCHES; i++)
    g_dbus_connection_signal_unsubscribe (self->connection, self->matches[i]);
  g_object_unref (self->connection);
  g_free (self);
}
