/* inspector-hosts.c - windows that look at a connection: its token is fetched, its certificate asked about
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "inspector-hosts.h"

#include <glib/gi18n.h>
#include <string.h>

#include "inspector-compat.h"
#include "inspector-connections-window.h"
#include "inspector-settings.h"

/* Of a window: the id of its connection. */
#define DATA_CONNECTION "inspector-connection"
/* Of a window: its certificate was asked about. */
#define DATA_ASKED "inspector-certificate-asked"

struct _InspectorHosts
{
  GObject               parent_instance;
  GtkApplication       *application;   /* not held */
  InspectorConnections *connections;
  InspectorKeyring     *keyring;
};

G_DEFINE_FINAL_TYPE (InspectorHosts, inspector_hosts, G_TYPE_OBJECT)

/* A window that is to be opened, or a question about one. */
typedef struct {
  InspectorHosts  *hosts;
  char            *id;        /* of the connection */
  char            *sha256;    /* of the certificate in question, or NULL */
  InspectorWindow *window;    /* weak: what it takes the place of; or NULL */
} Visit;

static Visit *
visit_new (InspectorHosts *hosts, const char *id, const char *sha256, InspectorWindow *window)
{
  Visit *self = g_new0 (Visit, 1);

  self->hosts = g_object_ref (hosts);
  self->id = g_strdup (id);
  self->sha256 = g_strdup (sha256);
  g_set_weak_pointer (&self->window, window);
  g_application_hold (G_APPLICATION (hosts->application));
  return self;
}

static void
visit_free (gpointer data)
{
  Visit *self = data;

  g_application_release (G_APPLICATION (self->hosts->application));
  g_clear_weak_pointer (&self->window);
  g_object_unref (self->hosts);
  g_free (self->id);
  g_free (self->sha256);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Visit, visit_free)

/* ---- a certificate that nobody known has signed ---- */

/* In groups, as other programs show it, so that it can be compared. */
static char *
format_fingerprint (const char *sha256)
{
  g_autoptr(GString) text = g_string_new (NULL);

  for (gsize i = 0; sha256[i] != '\0'; i++)
    {
      if (i > 0 && i % 4 == 0)
        g_string_append_c (text, i % 32 == 0 ? '\n' : ' ');
      g_string_append_c (text, g_ascii_toupper (sha256[i]));
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
on_trust_answered (gboolean is_accepted, gpointer user_data)
{
  Visit *visit = user_data;

  if (!is_accepted || inspector_connections_find (visit->hosts->connections, visit->id) == NULL)
    return;
  inspector_connections_trust (visit->hosts->connections, visit->id, visit->sha256);
  inspector_hosts_open (visit->hosts, visit->id, visit->window);
}

static void
ask_about (InspectorHosts *self, InspectorWindow *window, const char *id, const char *sha256)
{
  InspectorConnection *connection = inspector_connections_find (self->connections, id);
  g_autofree char *fingerprint = format_fingerprint (sha256);
  g_autofree char *body = NULL;

  if (connection == NULL || inspector_connection_is_local (connection))
    return;
  body = g_strdup_printf (_("No known authority has signed the certificate of “%s”. Compare its fingerprint (SHA-256) with "
                            "the one that its owner tells you:\n\n%s"), inspector_connection_get_name (connection),
                          fingerprint);
  inspector_compat_ask (GTK_WINDOW (window), _("Trust This Certificate?"), body, _("_Trust It"), on_trust_answered,
                        visit_new (self, id, sha256, window), visit_free);
}

static void
on_service_changed (InspectorService *service, InspectorWindow *window)
{
  InspectorHosts *self = g_object_get_data (G_OBJECT (service), DATA_CONNECTION);
  const char *id = g_object_get_data (G_OBJECT (window), DATA_CONNECTION);
  g_autofree char *sha256 = ouioe_client_dup_refused_certificate (inspector_service_get_client (service));

  if (sha256 == NULL || inspector_service_get_state (service) != INSPECTOR_SERVICE_OFFLINE)
    return;
  if (g_object_get_data (G_OBJECT (window), DATA_ASKED) != NULL)
    return;
  g_object_set_data (G_OBJECT (window), DATA_ASKED, GINT_TO_POINTER (TRUE));
  ask_about (self, window, id, sha256);
}

/* ---- windows ---- */

static void
token_came_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(Visit) visit = user_data;
  g_autofree char *token = inspector_keyring_lookup_finish (INSPECTOR_KEYRING (source), result);
  InspectorHosts *self = visit->hosts;
  InspectorConnection *connection = inspector_connections_find (self->connections, visit->id);
  g_autoptr(OuioeClient) client = NULL;
  InspectorWindow *window;
  InspectorService *service;

  if (connection == NULL)
    connection = inspector_connections_find (self->connections, INSPECTOR_CONNECTION_LOCAL);
  client = inspector_connection_make_client (connection, token);
  window = inspector_window_new (self->application, client, NULL);
  service = inspector_window_get_service (window);
  g_object_set_data_full (G_OBJECT (window), DATA_CONNECTION, g_strdup (inspector_connection_get_id (connection)), g_free);
  if (!inspector_connection_is_local (connection))
    inspector_window_set_service_name (window, inspector_connection_get_name (connection));
  g_object_set_data_full (G_OBJECT (service), DATA_CONNECTION, g_object_ref (self), g_object_unref);
  g_signal_connect_object (service, "changed", G_CALLBACK (on_service_changed), window, 0);
  g_settings_set_string (inspector_settings_get (), "last-connection", inspector_connection_get_id (connection));
  gtk_window_present (GTK_WINDOW (window));
  if (visit->window != NULL)
    gtk_window_close (GTK_WINDOW (visit->window));
}

void
inspector_hosts_open (InspectorHosts *self, const char *id, InspectorWindow *replaced)
{
  inspector_keyring_lookup_async (self->keyring, id, NULL, token_came_cb, visit_new (self, id, NULL, replaced));
}

gboolean
inspector_hosts_open_last (InspectorHosts *self)
{
  g_autofree char *id = g_settings_get_string (inspector_settings_get (), "last-connection");
  InspectorConnection *connection = inspector_connections_find (self->connections, id);

  if (connection == NULL || inspector_connection_is_local (connection))
    return FALSE;
  inspector_hosts_open (self, id, NULL);
  return TRUE;
}

static void
on_chosen (InspectorConnectionsWindow *window, const char *id, gpointer user_data)
{
  Visit *visit = user_data;

  inspector_hosts_open (visit->hosts, id, visit->window);
}

static void
visit_free_closure (gpointer data, GClosure *closure)
{
  visit_free (data);
}

void
inspector_hosts_show (InspectorHosts *self, InspectorWindow *window)
{
  const char *id = window != NULL ? g_object_get_data (G_OBJECT (window), DATA_CONNECTION) : NULL;
  GtkWindow *dialog = GTK_WINDOW (inspector_connections_window_new (self->connections, self->keyring, id));

  gtk_window_set_transient_for (dialog, GTK_WINDOW (window));
  g_signal_connect_data (dialog, "chosen", G_CALLBACK (on_chosen), visit_new (self, "", NULL, window), visit_free_closure, 0);
  gtk_window_present (dialog);
}

/* ---- the type ---- */

static void
inspector_hosts_finalize (GObject *object)
{
  InspectorHosts *self = INSPECTOR_HOSTS (object);

  g_clear_object (&self->connections);
  g_clear_object (&self->keyring);
  G_OBJECT_CLASS (inspector_hosts_parent_class)->finalize (object);
}

static void
inspector_hosts_class_init (InspectorHostsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = inspector_hosts_finalize;
}

static void
inspector_hosts_init (InspectorHosts *self)
{
  self->connections = inspector_connections_new (inspector_settings_get ());
  self->keyring = inspector_keyring_new ();
}

InspectorHosts *
inspector_hosts_new (GtkApplication *application)
{
  InspectorHosts *self = g_object_new (INSPECTOR_TYPE_HOSTS, NULL);

  self->application = application;
  return self;
}
