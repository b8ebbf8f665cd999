/* test-hosts.c - windows of other hosts: tokens, certificates, the last one; and what the desktop is told
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <adwaita.h>
#include <string.h>

#include "display.h"
#include "fake-daemon.h"
#include "fake-server.h"
#include "inspector-application.h"
#include "inspector-connections.h"
#include "inspector-settings.h"
#include "inspector-window.h"
#include "widgets.h"

/* One for the whole program. */
static InspectorApplication *application;

static GTestDBus *test_bus;

/* What the desktop was told, a line each. */
static GString *told;

/* ---- a desktop ---- */

static void
on_notifications_call (GDBusConnection *bus, const char *sender, const char *path, const char *interface, const char *method,
                       GVariant *parameters, GDBusMethodInvocation *invocation, gpointer user_data)
{
  if (strcmp (method, "Notify") == 0)
    {
      const char *title, *body;

      g_variant_get (parameters, "(&su&s&s&sasa{sv}i)", NULL, NULL, NULL, &title, &body, NULL, NULL, NULL);
      g_string_append_printf (told, "%s: %s\n", title, body);
      g_dbus_method_invocation_return_value (invocation, g_variant_new ("(u)", 7));
      return;
    }
  if (strcmp (method, "CloseNotification") == 0)
    g_string_append (told, "closed\n");
  g_dbus_method_invocation_return_value (invocation, NULL);
}

static void
offer_notifications (GDBusConnection *bus)
{
  static const char xml[] = "<node><interface name='org.freedesktop.Notifications'>"
    "<method name='Notify'><arg type='s' direction='in'/><arg type='u' direction='in'/><arg type='s' direction='in'/>"
    "<arg type='s' direction='in'/><arg type='s' direction='in'/><arg type='as' direction='in'/>"
    "<arg type='a{sv}' direction='in'/><arg type='i' direction='in'/><arg type='u' direction='out'/></method>"
    "<method name='CloseNotification'><arg type='u' direction='in'/></method>"
    "</interface></node>";
  static const GDBusInterfaceVTable vtable = { .method_call = on_notifications_call };
  g_autoptr(GDBusNodeInfo) info = g_dbus_node_info_new_for_xml (xml, NULL);
  g_autoptr(GError) error = NULL;
  g_autoptr(GVariant) reply = NULL;

  g_dbus_connection_register_object (bus, "/org/freedesktop/Notifications", info->interfaces[0], &vtable, NULL, NULL, &error);
  g_assert_no_error (error);
  reply = g_dbus_connection_call_sync (bus, "org.freedesktop.DBus", "/", "org.freedesktop.DBus", "RequestName",
                                       g_variant_new ("(su)", "org.freedesktop.Notifications", 4), NULL,
                                       G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);
  g_assert_no_error (error);
}

/* ---- windows ---- */

/* The nth window of the program that shows sessions, or NULL. */
static InspectorWindow *
find_window (guint n)
{
  for (GList *l = gtk_application_get_windows (GTK_APPLICATION (application)); l != NULL; l = l->next)
    {
      if (INSPECTOR_IS_WINDOW (l->data) && n-- == 0)
        return l->data;
    }
  return NULL;
}

static void
close_all (void)
{
  InspectorWindow *window;

  while ((window = find_window (0)) != NULL)
    gtk_window_destroy (GTK_WINDOW (window));
}

static const char *
add_connection (const char *name, const char *address)
{
  g_autoptr(InspectorConnections) list = NULL;

  g_settings_reset (inspector_settings_get (), "connections");
  g_settings_reset (inspector_settings_get (), "trusted-certificates");
  list = inspector_connections_new (inspector_settings_get ());
  return g_intern_string (inspector_connection_get_id (inspector_connections_add (list, name, address, NULL)));
}

static void
answer (GtkWidget *dialog, const char *response)
{
  adw_message_dialog_response (ADW_MESSAGE_DIALOG (dialog), response);
  gtk_window_destroy (GTK_WINDOW (dialog));
}

static gboolean
refuse_cb (FakeServer *server, const FakeRequest *request, GOutputStream *out, gpointer user_data)
{
  fake_answer (out, "403 Forbidden", "application/json", "{\"code\":\"forbidden\",\"detail\":\"Only for friends\"}");
  return TRUE;
}

static void
test_a_connection_is_chosen_for_the_window (void)
{
  g_autoptr(FakeDaemon) daemon = fake_daemon_new ();
  const char *id = add_connection ("Build", fake_daemon_get_address (daemon));
  GtkWidget *dialog;
  GtkWidget *row;
  InspectorWindow *window;

  fake_daemon_set_session (daemon, "s", "alice", "open", "Summarise disk usage", 1);
  g_settings_reset (inspector_settings_get (), "last-connection");
  g_action_group_activate_action (G_ACTION_GROUP (application), "new-window", NULL);
  fake_wait_for ((window = find_window (0)) != NULL);
  g_action_group_activate_action (G_ACTION_GROUP (application), "connections", NULL);
  fake_wait_for ((dialog = widgets_find_window ("Connections")) != NULL);
  fake_wait_for ((row = widgets_find_label (dialog, "Build")) != NULL);
  gtk_widget_activate (gtk_widget_get_ancestor (row, GTK_TYPE_LIST_BOX_ROW));
  fake_wait_for (find_window (0) != NULL && find_window (0) != window && find_window (1) == NULL);
  fake_wait_for (widgets_find_label (GTK_WIDGET (find_window (0)), "Summarise disk usage") != NULL);
  g_assert_nonnull (widgets_find_label (GTK_WIDGET (find_window (0)), "Build"));
  {
    g_autofree char *last = g_settings_get_string (inspector_settings_get (), "last-connection");

    g_assert_cmpstr (last, ==, id);
  }
  close_all ();

  /* What was looked at last comes again. */
  g_application_activate (G_APPLICATION (application));
  fake_wait_for (find_window (0) != NULL);
  fake_wait_for (widgets_find_label (GTK_WIDGET (find_window (0)), "Build") != NULL);
  close_all ();
  g_settings_reset (inspector_settings_get (), "last-connection");
}

static void
test_an_unknown_certificate_is_asked_about (void)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "client", "certificate.pem", NULL);
  g_autoptr(GTlsCertificate) certificate = g_tls_certificate_new_from_file (path, NULL);
  g_autoptr(FakeServer) server = fake_server_new_tls (certificate, refuse_cb, NULL);
  g_autoptr(InspectorConnections) later = NULL;
  const char *id = add_connection ("Build", fake_server_get_address (server));
  InspectorWindow *first;
  GtkWidget *dialog;

  g_settings_set_string (inspector_settings_get (), "last-connection", id);
  g_application_activate (G_APPLICATION (application));
  fake_wait_for ((dialog = widgets_find_window ("Trust This Certificate?")) != NULL);
  g_assert_nonnull (widgets_find_like (dialog, "*A6AE 8800 AFC6*"));
  g_assert_cmpuint (fake_server_get_n_requests (server), ==, 0);
  first = find_window (0);
  answer (dialog, "accept");
  fake_wait_for (find_window (0) != NULL && find_window (0) != first && find_window (1) == NULL);
  fake_wait_for (widgets_find_label (GTK_WIDGET (find_window (0)), "Only for friends") != NULL);
  g_assert_null (widgets_find_window ("Trust This Certificate?"));
  later = inspector_connections_new (inspector_settings_get ());
  g_assert_nonnull (inspector_connection_get_trusted (inspector_connections_find (later, id)));
  close_all ();
  g_settings_reset (inspector_settings_get (), "last-connection");
}

static void
test_the_desktop_is_told_of_an_end (void)
{
  g_autoptr(FakeDaemon) daemon = fake_daemon_new ();
  g_autoptr(OuioeClient) client = ouioe_client_new (fake_daemon_get_address (daemon));
  InspectorWindow *window;

  fake_daemon_set_session (daemon, "a", "alice", "open", "Plan the migration", 1);
  fake_daemon_set_session (daemon, "b", "bob", "open", "Index the wiki", 1);
  window = inspector_window_new (GTK_APPLICATION (application), client, "a");
  gtk_window_present (GTK_WINDOW (window));
  fake_wait_for (widgets_find_label (GTK_WIDGET (window), "Index the wiki") != NULL);
  g_string_truncate (told, 0);
  fake_daemon_set_session (daemon, "b", "bob", "closed", "Index the wiki", 1);
  fake_wait_for (told->len > 0);
  g_assert_true (g_str_has_prefix (told->str, "Session Completed: "));
  g_action_group_activate_action (G_ACTION_GROUP (application), "show-session", g_variant_new_string ("b"));
  fake_wait_for (g_strcmp0 (inspector_window_get_session_id (window), "b") == 0);
  close_all ();
}

int
main (int argc, char **argv)
{
  g_autoptr(GDBusConnection) desktop = NULL;
  g_autoptr(GDBusConnection) session = NULL;
  g_autoptr(GError) error = NULL;
  g_autofree char *dbus_daemon = g_find_program_in_path ("dbus-daemon");
  g_autofree char *display = NULL;
  int status;

  display_prepare ();
  g_setenv ("GNOTIFICATION_BACKEND", "freedesktop", TRUE);
  g_setenv ("GTK_A11Y", "test", TRUE);
  g_test_init (&argc, &argv, NULL);
  if (dbus_daemon == NULL)
    {
      g_print ("1..0 # SKIP dbus-daemon is not installed\n");
      return 0;
    }
  if (!display_start ())
    return 0;
  display = g_strdup (g_getenv ("DISPLAY"));
  test_bus = g_test_dbus_new (G_TEST_DBUS_NONE);
  g_test_dbus_up (test_bus);
  g_setenv ("DISPLAY", display, TRUE);   /* a test bus takes it away */
  told = g_string_new (NULL);
  desktop = g_dbus_connection_new_for_address_sync (g_test_dbus_get_bus_address (test_bus),
                                                    G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                                      G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                                    NULL, NULL, &error);
  g_assert_no_error (error);
  offer_notifications (desktop);
  application = inspector_application_new ();
  g_application_register (G_APPLICATION (application), NULL, &error);
  g_assert_no_error (error);

  g_test_add_func ("/hosts/a-connection-is-chosen-for-the-window", test_a_connection_is_chosen_for_the_window);
  g_test_add_func ("/hosts/an-unknown-certificate-is-asked-about", test_an_unknown_certificate_is_asked_about);
  g_test_add_func ("/hosts/the-desktop-is-told-of-an-end", test_the_desktop_is_told_of_an_end);
  status = g_test_run ();

  g_clear_object (&application);
  g_clear_object (&desktop);
  session = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, NULL);    /* of the keyring, too */
  g_dbus_connection_set_exit_on_close (session, FALSE);
  g_test_dbus_stop (test_bus);    /* and never let go of: that would wait for the connection of the keyring's library */
  display_stop ();
  g_string_free (told, TRUE);
  return status;
}
