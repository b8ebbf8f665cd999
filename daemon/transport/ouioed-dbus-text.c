/* ouioed-dbus-text.c - what the bus takes as text and as a path, and the names of errors
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-dbus-private.h"

char *
ouioed_dbus_session_path (const char *session_id)
{
  GString *path = g_string_new (OUIOED_BUS_ROOT "/session/");

  if (*session_id == '\0')
    g_string_append_c (path, '_');
  for (const char *p = session_id; *p != '\0'; p++)
    if (g_ascii_isalnum (*p))
      g_string_append_c (path, *p);
    else
      g_string_append_printf (path, "_%02x", (guint8) *p);

  return g_string_free (path, FALSE);
}

char *
ouioed_dbus_repair_text (const char *text, gsize len)
{
  return g_utf8_make_valid (text, (gssize) len);   /* with a length given, NUL is not valid either */
}

static gpointer
register_errors (gpointer unused)
{
  for (guint i = 0; i < OUIOE_N_ERRORS; i++)
    g_dbus_error_register_error (OUIOE_ERROR, (int) i, ouioe_error_get_dbus_name ((OuioeError) i));

  return NULL;
}

void
ouioed_dbus_register_errors (void)
{
  static GOnce once = G_ONCE_INIT;

  g_once (&once, register_errors, NULL);
}

void
ouioed_dbus_return_error (GDBusMethodInvocation *invocation, GError *error)
{
  g_autoptr(GError) owned = error;

  if (owned->domain != OUIOE_ERROR)
    {
      g_warning ("A call from the bus failed in a way it should not: %s", owned->message);
      g_dbus_method_invocation_return_error (invocation, OUIOE_ERROR, OUIOE_ERROR_INTERNAL, "Internal error: %s",
                                             owned->message);
      return;
    }
  g_dbus_method_invocation_return_gerror (invocation, owned);
}
