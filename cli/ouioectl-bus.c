/* ouioectl-bus.c - the message buses on which the daemon may be
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioectl-bus.h"

#include <string.h>

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
ouioectl_bus_open_system (GError **error)
{
  g_autofree char *address = g_dbus_address_get_for_bus_sync (G_BUS_TYPE_SYSTEM, NULL, error);

  return address != NULL ? open_address (address, error) : NULL;
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

char *
ouioectl_bus_dup_session (const char *path)
{
  const char *prefix = OUIOECTL_BUS_ROOT "/session/";
  g_autoptr(GString) id = g_string_new (NULL);

  if (!g_str_has_prefix (path, prefix))
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
  return id->len > 0 && g_utf8_validate (id->str, (gssize) id->len, NULL) ? g_strdup (id->str) : NULL;
}

gboolean
ouioectl_bus_is_address (const char *address)
{
  return strcmp (address, "bus:session") == 0 || strcmp (address, "bus:system") == 0;
}

GDBusConnection *
ouioectl_bus_open (const char *address, GError **error)
{
  g_autoptr(GError) why = NULL;
  GDBusConnection *bus = strcmp (address, "bus:system") == 0 ? ouioectl_bus_open_system (&why)
                                                             : ouioectl_bus_open_session (&why);

  if (bus == NULL)
    g_set_error (error, OUIOE_ERROR, OUIOE_ERROR_UNREACHABLE, _("The service at %s does not answer: %s"), address,
                 why != NULL ? why->message : _("there is no such bus"));
  return bus;
}

static OuioeError
code_of (const GError *error)
{
  g_autofree char *name = g_dbus_error_get_remote_error (error);

  for (int code = 0; name != NULL && code < OUIOE_N_ERRORS; code++)
    if (g_strcmp0 (name, ouioe_error_get_dbus_name ((OuioeError) code)) == 0)
      return (OuioeError) code;
  return OUIOE_ERROR_UNREACHABLE;
}

GVariant *
ouioectl_bus_ask (GDBusConnection *bus, const char *path, const char *interface, const char *method, GVariant *parameters,
                  const char *type, int timeout_ms, GError **error)
{
  g_autoptr(GError) why = NULL;
  GVariant *answer = g_dbus_connection_call_sync (bus, OUIOECTL_BUS_NAME, path, interface, method, parameters,
                                                  G_VARIANT_TYPE (type), G_DBUS_CALL_FLAGS_NO_AUTO_START, timeout_ms, NULL,
                                                  &why);
  OuioeError code;

  if (answer != NULL)
    return answer;
  code = code_of (why);
  if (g_error_matches (why, G_DBUS_ERROR, G_DBUS_ERROR_SERVICE_UNKNOWN) ||
      g_error_matches (why, G_DBUS_ERROR, G_DBUS_ERROR_NAME_HAS_NO_OWNER))
    g_set_error (error, OUIOE_ERROR, OUIOE_ERROR_UNREACHABLE, _("The service is not on this bus: %s has no owner"),
                 OUIOECTL_BUS_NAME);
  else
    {
      g_dbus_error_strip_remote_error (why);
      if (code == OUIOE_ERROR_UNREACHABLE)
        g_set_error (error, OUIOE_ERROR, (int) code, _("The service does not answer: %s"), why->message);
      else
        g_set_error_literal (error, OUIOE_ERROR, (int) code, why->message);
    }
  return NULL;
}
