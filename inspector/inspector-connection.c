/* inspector-connection.c - one daemon that can be looked at: a name and an address
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "inspector-connection.h"

#include <glib/gi18n.h>
#include <string.h>

struct _InspectorConnection
{
  GObject  parent_instance;
  char    *id;
  char    *name;
  char    *address;     /* NULL: it is found */
  char    *trusted;     /* SHA-256, or NULL */
};

G_DEFINE_FINAL_TYPE (InspectorConnection, inspector_connection, G_TYPE_OBJECT)

static void
inspector_connection_finalize (GObject *object)
{
  InspectorConnection *self = INSPECTOR_CONNECTION (object);

  g_free (self->id);
  g_free (self->name);
  g_free (self->address);
  g_free (self->trusted);
  G_OBJECT_CLASS (inspector_connection_parent_class)->finalize (object);
}

static void
inspector_connection_class_init (InspectorConnectionClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = inspector_connection_finalize;
}

static void
inspector_connection_init (InspectorConnection *self)
{
}

InspectorConnection *
inspector_connection_new (const char *id, const char *name, const char *address)
{
  InspectorConnection *self = g_object_new (INSPECTOR_TYPE_CONNECTION, NULL);

  self->id = g_strdup (id);
  self->name = g_strdup (name);
  self->address = g_strdup (address);
  return self;
}

const char *
inspector_connection_get_id (InspectorConnection *self)
{
  return self->id;
}

const char *
inspector_connection_get_name (InspectorConnection *self)
{
  return self->name;
}

const char *
inspector_connection_get_address (InspectorConnection *self)
{
  return self->address;
}

gboolean
inspector_connection_is_local (InspectorConnection *self)
{
  return self->address == NULL;
}

const char *
inspector_connection_get_trusted (InspectorConnection *self)
{
  return self->trusted;
}

void
inspector_connection_set_trusted (InspectorConnection *self, const char *sha256)
{
  g_free (self->trusted);
  self->trusted = g_strdup (sha256);
}

OuioeClient *
inspector_connection_make_client (InspectorConnection *self, const char *token)
{
  OuioeClient *client = ouioe_client_new (self->address);

  if (token != NULL)
    ouioe_client_set_token (client, token);
  if (self->trusted != NULL)
    ouioe_client_trust_certificate (client, self->trusted);
  return client;
}

/* ---- addresses ---- */

static gboolean
is_of_network (const char *scheme)
{
  static const char *const schemes[] = { "http", "https", "ws", "wss", NULL };

  return g_strv_contains (schemes, scheme);
}

char *
inspector_connection_read_address (const char *text, GError **error)
{
  g_autofree char *trimmed = g_strstrip (g_strdup (text));
  g_autoptr(GUri) uri = NULL;
  char *end;

  if (strlen (trimmed) > INSPECTOR_CONNECTION_MAX_ADDRESS)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   _("An address has %d characters at most."), INSPECTOR_CONNECTION_MAX_ADDRESS);
      return NULL;
    }
  if (g_str_has_prefix (trimmed, "unix:/"))
    return g_steal_pointer (&trimmed);

  uri = g_uri_parse (trimmed, G_URI_FLAGS_NONE, NULL);
  if (uri == NULL || !is_of_network (g_uri_get_scheme (uri)) || g_uri_get_host (uri) == NULL ||
      *g_uri_get_host (uri) == '\0' || strpbrk (trimmed, " \t\r\n") != NULL)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                           _("An address looks like wss://host:port, https://host:port or unix:/path."));
      return NULL;
    }
  if (g_uri_get_userinfo (uri) != NULL || g_uri_get_query (uri) != NULL || g_uri_get_fragment (uri) != NULL)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                           _("An address has no user, password or parameters; a token has a field of its own."));
      return NULL;
    }

  end = g_strrstr (trimmed, "/ws/sessions");
  if (end != NULL && strlen (end) <= strlen ("/ws/sessions/"))
    *end = '\0';
  while (g_str_has_suffix (trimmed, "/"))
    trimmed[strlen (trimmed) - 1] = '\0';
  return g_steal_pointer (&trimmed);
}

gboolean
inspector_connection_is_exposed (const char *address)
{
  g_autoptr(GUri) uri = g_uri_parse (address, G_URI_FLAGS_NONE, NULL);
  g_autoptr(GInetAddress) number = NULL;
  const char *host;

  if (uri == NULL || (strcmp (g_uri_get_scheme (uri), "http") != 0 && strcmp (g_uri_get_scheme (uri), "ws") != 0))
    return FALSE;
  host = g_uri_get_host (uri);
  number = host != NULL ? g_inet_address_new_from_string (host) : NULL;
  if (number != NULL)
    return !g_inet_address_get_is_loopback (number);
  return g_strcmp0 (host, "localhost") != 0 && (host == NULL || !g_str_has_suffix (host, ".localhost"));
}
