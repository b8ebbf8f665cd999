/* test-connections.c - addresses, the list that is kept, tokens, and the window that shows them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <adwaita.h>
#include <string.h>

#include "display.h"
#include "fake-server.h"
#include "inspector-connections-window.h"
#include "inspector-settings.h"
#include "widgets.h"

static const char fingerprint[] = "a6ae8800afc655cdd1a9a5d25aa776cda6bc39a7106922674f4c42e0d7616c14";

static InspectorConnections *
make_connections (void)
{
  g_settings_reset (inspector_settings_get (), "connections");
  g_settings_reset (inspector_settings_get (), "trusted-certificates");
  return inspector_connections_new (inspector_settings_get ());
}

static guint
count (InspectorConnections *self)
{
  return g_list_model_get_n_items (G_LIST_MODEL (self));
}

/* ---- addresses ---- */

static void
test_addresses_are_read_as_they_are_written (void)
{
  static const struct { const char *text, *kept; } good[] = {
    { "http://127.0.0.1:3005", "http://127.0.0.1:3005" },
    { "  wss://build.example:3005/  ", "wss://build.example:3005" },
    { "ws://[::1]:3005/ws/sessions", "ws://[::1]:3005" },
    { "https://build.example/ouioe/ws/sessions/", "https://build.example/ouioe" },
    { "unix:/run/ouioe/socket", "unix:/run/ouioe/socket" },
  };
  static const char *const bad[] = {
    "", "build.example", "build.example:3005", "ftp://build.example", "http://", "http://a b", "unix:relative",
    "https://alice:secret@build.example", "http://build.example?token=1", "http://build.example#x",
  };
  g_autofree char *host = g_strnfill (INSPECTOR_CONNECTION_MAX_ADDRESS, 'a');
  g_autofree char *long_one = g_strconcat ("http://", host, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autofree char *kept = inspector_connection_read_address (good[i].text, NULL);

      g_assert_cmpstr (kept, ==, good[i].kept);
    }
  for (gsize i = 0; i <= G_N_ELEMENTS (bad); i++)
    {
      g_autoptr(GError) error = NULL;
      g_autofree char *kept = inspector_connection_read_address (i < G_N_ELEMENTS (bad) ? bad[i] : long_one, &error);

      g_assert_null (kept);
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
      g_assert_null (strstr (error->message, "secret"));
    }
}

static void
test_a_token_is_exposed_where_others_can_read_it (void)
{
  static const char *const exposed[] = { "http://build.example", "ws://192.0.2.1:3005", "ws://[2001:db8::1]" };
  static const char *const safe[] = {
    "https://build.example", "wss://build.example", "http://127.0.0.1:3005", "ws://[::1]:3005", "http://localhost:3005",
    "http://ouioe.localhost", "unix:/run/ouioe/socket",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (exposed); i++)
    g_assert_true (inspector_connection_is_exposed (exposed[i]));
  for (gsize i = 0; i < G_N_ELEMENTS (safe); i++)
    g_assert_false (inspector_connection_is_exposed (safe[i]));
}

/* ---- the list ---- */

static void
test_list_begins_with_this_computer (void)
{
  g_autoptr(InspectorConnections) list = make_connections ();
  InspectorConnection *local = inspector_connections_find (list, INSPECTOR_CONNECTION_LOCAL);

  g_assert_cmpuint (count (list), ==, 1);
  g_assert_true (inspector_connection_is_local (local));
  g_assert_cmpstr (inspector_connection_get_name (local), ==, "This Computer");
}

static void
test_what_is_added_is_there_next_time (void)
{
  g_autoptr(InspectorConnections) list = make_connections ();
  g_autoptr(InspectorConnections) later = NULL;
  g_autoptr(GVariant) kept = NULL;
  g_autofree char *printed = NULL;
  InspectorConnection *added = inspector_connections_add (list, " Build ", "wss://build.example:3005/", NULL);
  InspectorConnection *again;

  inspector_connections_trust (list, inspector_connection_get_id (added), fingerprint);
  later = inspector_connections_new (inspector_settings_get ());
  g_assert_cmpuint (count (later), ==, 2);
  again = inspector_connections_find (later, inspector_connection_get_id (added));
  g_assert_cmpstr (inspector_connection_get_name (again), ==, "Build");
  g_assert_cmpstr (inspector_connection_get_address (again), ==, "wss://build.example:3005");
  g_assert_cmpstr (inspector_connection_get_trusted (again), ==, fingerprint);
  kept = g_settings_get_value (inspector_settings_get (), "connections");
  printed = g_variant_print (kept, FALSE);
  g_assert_nonnull (strstr (printed, "'Build', 'wss://build.example:3005'"));
}

static void
test_another_address_is_not_trusted_yet (void)
{
  g_autoptr(InspectorConnections) list = make_connections ();
  InspectorConnection *item = inspector_connections_add (list, "", "wss://a.example", NULL);
  g_autofree char *id = g_strdup (inspector_connection_get_id (item));

  g_assert_cmpstr (inspector_connection_get_name (item), ==, "wss://a.example");
  inspector_connections_trust (list, id, fingerprint);
  item = inspector_connections_change (list, id, "A", "wss://a.example/", NULL);
  g_assert_cmpstr (inspector_connection_get_trusted (item), ==, fingerprint);
  item = inspector_connections_change (list, id, "A", "wss://b.example", NULL);
  g_assert_null (inspector_connection_get_trusted (item));
  g_assert_cmpuint (count (list), ==, 2);
  inspector_connections_remove (list, id);
  g_assert_null (inspector_connections_find (list, id));
}

static void
test_the_list_has_a_bound (void)
{
  g_autoptr(InspectorConnections) list = make_connections ();
  g_autoptr(GError) error = NULL;
  g_autofree char *name = g_strnfill (INSPECTOR_CONNECTION_MAX_NAME + 1, 'n');

  g_assert_null (inspector_connections_add (list, name, "http://localhost", &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  for (guint i = 0; i < INSPECTOR_CONNECTIONS_MAX; i++)
    g_assert_nonnull (inspector_connections_add (list, "x", "http://localhost", NULL));
  g_assert_null (inspector_connections_add (list, "x", "http://localhost", &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
}

static void
test_nonsense_in_the_settings_is_passed_over (void)
{
  g_autoptr(InspectorConnections) list = make_connections ();

  g_settings_set_value (inspector_settings_get (), "connections",
                        g_variant_new_parsed ("[('', 'no id', 'http://a'), ('1', 'one', 'http://a'),"
                                              " ('1', 'twice', 'http://a'), ('2', 'no address', 'nonsense')]"));
  g_assert_cmpuint (count (list), ==, 2);
  g_assert_cmpstr (inspector_connection_get_name (inspector_connections_find (list, "1")), ==, "one");
}

static void
counted_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static char *
look_up (InspectorKeyring *keyring, const char *id)
{
  g_autoptr(GAsyncResult) result = NULL;

  inspector_keyring_lookup_async (keyring, id, NULL, counted_cb, &result);
  fake_wait_for (result != NULL);
  return inspector_keyring_lookup_finish (keyring, result);
}

/* There is no Secret Service in here. */
static void
test_without_a_keyring_a_token_lasts_as_long_as_the_program (void)
{
  g_autoptr(InspectorKeyring) keyring = inspector_keyring_new ();
  g_autoptr(InspectorKeyring) next_run = inspector_keyring_new ();
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GAsyncResult) cleared = NULL;
  g_autofree char *token = NULL;
  g_autofree char *later = NULL;
  g_autofree char *gone = NULL;

  inspector_keyring_store_async (keyring, "id", "Build", "abc", NULL, counted_cb, &result);
  fake_wait_for (result != NULL);
  g_assert_false (inspector_keyring_store_finish (keyring, result));
  token = look_up (keyring, "id");
  g_assert_cmpstr (token, ==, "abc");
  later = look_up (next_run, "id");
  g_assert_null (later);
  inspector_keyring_store_async (keyring, "id", "Build", "", NULL, counted_cb, &cleared);
  fake_wait_for (cleared != NULL);
  gone = look_up (keyring, "id");
  g_assert_null (gone);
}

static gboolean
echo_token_cb (FakeServer *server, const FakeRequest *request, GOutputStream *out, gpointer user_data)
{
  const char *came = g_hash_table_lookup (request->headers, "authorization");
  g_autofree char *body = g_strdup_printf ("{\"code\":\"forbidden\",\"detail\":\"%s\"}", came != NULL ? came : "nothing");

  fake_answer (out, "403 Forbidden", "application/json", body);
  return TRUE;
}

static void
test_a_client_has_the_token_and_the_certificate (void)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "client", "certificate.pem", NULL);
  g_autoptr(GTlsCertificate) certificate = g_tls_certificate_new_from_file (path, NULL);
  g_autoptr(FakeServer) server = fake_server_new_tls (certificate, echo_token_cb, NULL);
  g_autoptr(InspectorConnection) connection = inspector_connection_new ("1", "x", fake_server_get_address (server));
  g_autoptr(OuioeClient) stranger = inspector_connection_make_client (connection, "abc");
  g_autoptr(OuioeClient) trusting = NULL;
  g_autoptr(GError) refused = NULL;
  g_autoptr(GError) answered = NULL;
  g_autofree char *seen = NULL;

  g_assert_null (ouioe_client_get_session_stats (stranger, "s", NULL, &refused));
  g_assert_error (refused, OUIOE_ERROR, OUIOE_ERROR_UNTRUSTED);
  seen = ouioe_client_dup_refused_certificate (stranger);
  inspector_connection_set_trusted (connection, seen);
  trusting = inspector_connection_make_client (connection, "abc");
  g_assert_null (ouioe_client_get_session_stats (trusting, "s", NULL, &answered));
  g_assert_cmpstr (answered->message, ==, "Bearer abc");
}

/* ---- the window ---- */

typedef struct {
  InspectorConnections *connections;
  InspectorKeyring     *keyring;
  GtkWidget            *window;
  char                 *chosen;
} Fixture;

static void
on_chosen (InspectorConnectionsWindow *window, const char *id, gpointer user_data)
{
  Fixture *f = user_data;

  g_free (f->chosen);
  f->chosen = g_strdup (id);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  f->connections = make_connections ();
  f->keyring = inspector_keyring_new ();
  f->window = GTK_WIDGET (inspector_connections_window_new (f->connections, f->keyring, INSPECTOR_CONNECTION_LOCAL));
  g_signal_connect (f->window, "chosen", G_CALLBACK (on_chosen), f);
  gtk_window_present (GTK_WINDOW (f->window));
  g_object_add_weak_pointer (G_OBJECT (f->window), (gpointer *) &f->window);
  fake_wait_for (widgets_find_label (f->window, "This Computer") != NULL);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  if (f->window != NULL)
    gtk_window_destroy (GTK_WINDOW (f->window));
  fake_wait_for (f->window == NULL);
  g_object_unref (f->connections);
  g_object_unref (f->keyring);
  g_free (f->chosen);
}

static void
press (Fixture *f, const char *label)
{
  GtkWidget *button;

  fake_wait_for ((button = widgets_find_button (f->window, label)) != NULL);
  gtk_widget_activate (button);
}

static GtkWidget *
find_row (GtkWidget *widget, const char *title)
{
  if (ADW_IS_PREFERENCES_ROW (widget) && g_strcmp0 (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (widget)), title) == 0)
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_row (child, title);

      if (found != NULL)
        return found;
    }
  return NULL;
}

static void
type (Fixture *f, const char *row, const char *text)
{
  GtkWidget *widget;

  fake_wait_for ((widget = find_row (f->window, row)) != NULL && gtk_widget_get_mapped (widget));
  gtk_editable_set_text (GTK_EDITABLE (widget), text);
}

static void
answer (GtkWidget *dialog, const char *response)
{
  adw_message_dialog_response (ADW_MESSAGE_DIALOG (dialog), response);
  gtk_window_destroy (GTK_WINDOW (dialog));
}

static void
test_a_connection_is_added_and_chosen (Fixture *f, gconstpointer data)
{
  GtkWidget *row;

  press (f, "Add Connection");
  type (f, "Address", "wss://build.example:3005");
  type (f, "Name", "Build <1>");
  press (f, "Save");
  fake_wait_for ((row = find_row (f->window, "Build <1>")) != NULL && gtk_widget_get_mapped (row));
  g_assert_cmpuint (count (f->connections), ==, 2);
  g_assert_cmpuint (widgets_count_unnamed_buttons (f->window), ==, 0);
  gtk_widget_activate (row);
  fake_wait_for (f->window == NULL);
  g_assert_nonnull (inspector_connections_find (f->connections, f->chosen));
}

static void
test_what_is_no_address_is_said_in_the_form (Fixture *f, gconstpointer data)
{
  press (f, "Add Connection");
  type (f, "Address", "build");
  press (f, "Save");
  fake_wait_for (widgets_find_like (f->window, "An address looks like *") != NULL);
  g_assert_cmpuint (count (f->connections), ==, 1);
  press (f, "Cancel");
  fake_wait_for (widgets_find_label (f->window, "This Computer") != NULL);
}

static void
test_an_open_token_needs_a_yes (Fixture *f, gconstpointer data)
{
  InspectorConnection *added;
  GtkWidget *dialog;
  g_autofree char *token = NULL;

  press (f, "Add Connection");
  type (f, "Address", "ws://build.example:3005");
  fake_wait_for (widgets_find_like (f->window, "This address is not encrypted: *") != NULL);
  type (f, "Token", "abc");
  press (f, "Save");
  fake_wait_for ((dialog = widgets_find_window ("Send the Token Unprotected?")) != NULL);
  answer (dialog, "cancel");
  g_assert_cmpuint (count (f->connections), ==, 1);
  press (f, "Save");
  fake_wait_for ((dialog = widgets_find_window ("Send the Token Unprotected?")) != NULL);
  answer (dialog, "accept");
  fake_wait_for (count (f->connections) == 2);
  fake_wait_for (widgets_find_like (f->window, "There is no keyring*") != NULL);
  added = g_list_model_get_item (G_LIST_MODEL (f->connections), 1);
  token = look_up (f->keyring, inspector_connection_get_id (added));
  g_assert_cmpstr (token, ==, "abc");
  g_object_unref (added);
}

static void
test_a_connection_is_changed_and_removed (Fixture *f, gconstpointer data)
{
  InspectorConnection *item = inspector_connections_add (f->connections, "Build", "wss://build.example", NULL);
  g_autofree char *id = g_strdup (inspector_connection_get_id (item));
  GtkWidget *dialog;

  press (f, "Change");
  type (f, "Name", "Night");
  press (f, "Save");
  fake_wait_for (find_row (f->window, "Night") != NULL);
  g_assert_cmpstr (inspector_connection_get_name (inspector_connections_find (f->connections, id)), ==, "Night");
  press (f, "Remove");
  fake_wait_for ((dialog = widgets_find_window ("Remove “Night”?")) != NULL);
  answer (dialog, "accept");
  fake_wait_for (count (f->connections) == 1);
}

int
main (int argc, char **argv)
{
  int status;

  display_prepare ();
  g_test_init (&argc, &argv, NULL);
  if (!display_start ())
    return 0;
  adw_init ();
  g_test_add_func ("/connections/addresses-are-read-as-they-are-written", test_addresses_are_read_as_they_are_written);
  g_test_add_func ("/connections/a-token-is-exposed-where-others-can-read-it",
                   test_a_token_is_exposed_where_others_can_read_it);
  g_test_add_func ("/connections/list-begins-with-this-computer", test_list_begins_with_this_computer);
  g_test_add_func ("/connections/what-is-added-is-there-next-time", test_what_is_added_is_there_next_time);
  g_test_add_func ("/connections/another-address-is-not-trusted-yet", test_another_address_is_not_trusted_yet);
  g_test_add_func ("/connections/the-list-has-a-bound", test_the_list_has_a_bound);
  g_test_add_func ("/connections/nonsense-in-the-settings-is-passed-over", test_nonsense_in_the_settings_is_passed_over);
  g_test_add_func ("/connections/without-a-keyring-a-token-lasts-as-long-as-the-program",
                   test_without_a_keyring_a_token_lasts_as_long_as_the_program);
  g_test_add_func ("/connections/a-client-has-the-token-and-the-certificate",
                   test_a_client_has_the_token_and_the_certificate);
#define ADD(name, func) g_test_add ("/connections/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("a-connection-is-added-and-chosen", test_a_connection_is_added_and_chosen);
  ADD ("what-is-no-address-is-said-in-the-form", test_what_is_no_address_is_said_in_the_form);
  ADD ("an-open-token-needs-a-yes", test_an_open_token_needs_a_yes);
  ADD ("a-connection-is-changed-and-removed", test_a_connection_is_changed_and_removed);
  status = g_test_run ();
  display_stop ();
  return status;
}
