/* test-deltas-bus.c - steps while they are written, through the pipe of a bus; and control over a bus
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * On a private bus, with a daemon of which the test writes every line.
 */
#include "config.h"

#include <gio/gunixfdlist.h>
#include <glib-unix.h>
#include <string.h>
#include <unistd.h>

#include "ouioe-bus.h"
#include "told.h"

#define SESSION_PATH OUIOE_BUS_ROOT "/session/s"

#define OLD_METHODS \
  "<method name='OpenStream'><arg name='after' type='s' direction='in'/><arg name='stream' type='h' direction='out'/></method>"
#define NEW_METHODS \
  "<method name='OpenLiveStream'><arg name='options' type='a{sv}' direction='in'/>" \
  "<arg name='stream' type='h' direction='out'/></method><method name='Stop'/><method name='AnswerNow'/>"
#define MANAGER_METHODS \
  "<method name='OpenLiveStream'><arg name='options' type='a{sv}' direction='in'/>" \
  "<arg name='stream' type='h' direction='out'/><arg name='position' type='s' direction='out'/></method>"
#define NODE(session_methods, manager_methods) \
  "<node><interface name='" OUIOE_BUS_SESSION "'>" session_methods "</interface>" \
  "<interface name='" OUIOE_BUS_MANAGER "'>" manager_methods "</interface></node>"

static const char lines[] =
  "{\"type\":\"generation\",\"session_id\":\"s\",\"generation\":{\"phase\":\"thinking\",\"calls\":1}}\n"
  "{\"type\":\"thinking_delta\",\"session_id\":\"s\",\"step_id\":\"1\",\"offset\":0,\"text\":\"on\"}\n"
  "{\"type\":\"thinking_delta\",\"session_id\":\"s\",\"step_id\":\"1\",\"offset\":2,\"text\":\"e\"}\n"
  "{\"id\":\"5-0\",\"session_id\":\"s\",\"kind\":\"thinking_step\",\"timestamp\":\"2026-11-23T01:11:03+00:00\","
  "\"thinking_type\":\"analysis\",\"content\":\"one\",\"context_used\":{\"step_id\":\"1\"}}\n"
  "{\"type\":\"thinking_delta\",\"session_id\":\"s\",\"step_id\":\"2\",\"offset\":0,\"text\":\"no\"}\n"
  "{\"type\":\"thinking_dropped\",\"session_id\":\"s\",\"step_id\":\"2\"}\n"
  "{\"id\":\"7-0\",\"session_id\":\"s\",\"kind\":\"session_end\",\"timestamp\":\"2026-11-23T01:11:03+00:00\","
  "\"outcome\":\"done\",\"duration\":1.0,\"thinking_steps\":1,\"progress_updates\":0}\n";

typedef struct {
  GTestDBus       *dbus;
  GDBusConnection *connection;
  GDBusNodeInfo   *node;
  GString         *log;      /* methods that were called */
} FakeDaemon;

static void
answer_with_pipe (GDBusMethodInvocation *invocation, const char *position)
{
  g_autoptr(GUnixFDList) list = g_unix_fd_list_new ();
  g_autoptr(GError) error = NULL;
  int fds[2];

  g_assert_true (g_unix_open_pipe (fds, FD_CLOEXEC, &error));
  g_assert_cmpint (write (fds[1], lines, strlen (lines)), ==, (gssize) strlen (lines));
  close (fds[1]);
  g_assert_cmpint (g_unix_fd_list_append (list, fds[0], &error), ==, 0);
  close (fds[0]);
  g_dbus_method_invocation_return_value_with_unix_fd_list (
    invocation, position != NULL ? g_variant_new ("(hs)", 0, position) : g_variant_new ("(h)", 0), list);
}

static void
on_call (GDBusConnection *connection, const char *sender, const char *path, const char *interface, const char *method,
         GVariant *parameters, GDBusMethodInvocation *invocation, gpointer user_data)
{
  FakeDaemon *self = user_data;
  g_autofree char *arguments = g_variant_print (parameters, FALSE);

  g_string_append_printf (self->log, "%s%s\n", method, arguments);
  if (strcmp (method, "Stop") == 0)
    g_dbus_method_invocation_return_value (invocation, NULL);
  else if (strcmp (method, "AnswerNow") == 0)
    g_dbus_method_invocation_return_dbus_error (invocation, "org.ouioe.Streaming1.Error.WrongState", "Nothing to hurry");
  else
    answer_with_pipe (invocation, strcmp (path, OUIOE_BUS_ROOT) == 0 ? "4-0" : NULL);
}

static void
fake_daemon_init (FakeDaemon *self, const char *xml)
{
  static const GDBusInterfaceVTable vtable = { .method_call = on_call };
  g_autoptr(GError) error = NULL;
  g_autoptr(GVariant) reply = NULL;

  self->log = g_string_new (NULL);
  self->dbus = g_test_dbus_new (G_TEST_DBUS_NONE);
  g_test_dbus_up (self->dbus);
  self->connection = g_dbus_connection_new_for_address_sync (
    g_test_dbus_get_bus_address (self->dbus),
    G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION, NULL, NULL, &error);
  g_assert_no_error (error);
  self->node = g_dbus_node_info_new_for_xml (xml, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_dbus_connection_register_object (self->connection, SESSION_PATH, self->node->interfaces[0], &vtable,
                                                       self, NULL, &error), >, 0);
  g_assert_cmpuint (g_dbus_connection_register_object (self->connection, OUIOE_BUS_ROOT, self->node->interfaces[1], &vtable,
                                                       self, NULL, &error), >, 0);
  reply = g_dbus_connection_call_sync (self->connection, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                                       "org.freedesktop.DBus", "RequestName", g_variant_new ("(su)", OUIOE_BUS_NAME, 4),
                                       NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);
  g_assert_no_error (error);
}

static void
fake_daemon_clear (FakeDaemon *self)
{
  g_dbus_connection_close_sync (self->connection, NULL, NULL);
  g_clear_object (&self->connection);
  g_dbus_node_info_unref (self->node);
  g_test_dbus_down (self->dbus);
  g_clear_object (&self->dbus);
  g_string_free (self->log, TRUE);
}

static void
test_frames_come_through_the_pipe (void)
{
  FakeDaemon daemon;
  Told told = { .deltas = TRUE };

  fake_daemon_init (&daemon, NODE (OLD_METHODS NEW_METHODS, MANAGER_METHODS));
  told_follow (&told, "bus:session", "s", "3-0");
  fake_wait_for (told.is_over);
  g_assert_cmpstr (daemon.log->str, ==, "OpenLiveStream({'after': <'3-0'>, 'deltas': <true>},)\n");
  g_assert_cmpstr (told.notes->str, ==,
                   "connected\ngeneration s thinking\ndelta s/1 0 on: on\ndelta s/1 2 e: one\nthinking_step 5-0\n"
                   "delta s/2 0 no: no\ndropped s/2\nsession_end 7-0\nended s done\n");
  told_clear (&told);
  fake_daemon_clear (&daemon);
}

static void
test_all_sessions_are_followed (void)
{
  FakeDaemon daemon;
  Told told = { .deltas = TRUE };

  fake_daemon_init (&daemon, NODE (OLD_METHODS NEW_METHODS, MANAGER_METHODS));
  told_follow (&told, "bus:session", NULL, NULL);
  fake_wait_for (told.is_over);
  g_assert_true (g_str_has_prefix (daemon.log->str, "OpenLiveStream({'deltas': <true>},)\n"));
  g_assert_cmpuint (told.n_deltas, ==, 3);
  told_clear (&told);
  fake_daemon_clear (&daemon);
}

static void
test_an_older_daemon_gives_what_it_has (void)
{
  FakeDaemon daemon;
  Told told = { .deltas = TRUE };

  fake_daemon_init (&daemon, NODE (OLD_METHODS, ""));
  told_follow (&told, "bus:session", "s", NULL);
  fake_wait_for (told.is_over);
  g_assert_cmpstr (daemon.log->str, ==, "OpenStream('0',)\n");
  g_assert_cmpuint (told.n_events, ==, 2);
  told_clear (&told);
  fake_daemon_clear (&daemon);
}

static void
test_without_deltas_the_plain_stream_is_opened (void)
{
  FakeDaemon daemon;
  Told told = { .deltas = FALSE };

  fake_daemon_init (&daemon, NODE (OLD_METHODS NEW_METHODS, MANAGER_METHODS));
  told_follow (&told, "bus:session", "s", NULL);
  fake_wait_for (told.is_over);
  g_assert_cmpstr (daemon.log->str, ==, "OpenStream('0',)\n");
  g_assert_cmpstr (told.notes->str, ==, "connected\nthinking_step 5-0\nsession_end 7-0\nended s done\n");
  told_clear (&told);
  fake_daemon_clear (&daemon);
}

static void
keep_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static void
test_a_session_is_controlled (void)
{
  FakeDaemon daemon;
  g_autoptr(OuioeClient) client = ouioe_client_new ("bus:session");
  g_autoptr(GAsyncResult) stopped = NULL;
  g_autoptr(GAsyncResult) refused = NULL;
  g_autoptr(GError) error = NULL;

  fake_daemon_init (&daemon, NODE (OLD_METHODS NEW_METHODS, MANAGER_METHODS));
  ouioe_client_stop_session_async (client, "s", NULL, keep_cb, &stopped);
  ouioe_client_answer_now_async (client, "s", NULL, keep_cb, &refused);
  fake_wait_for (stopped != NULL && refused != NULL);
  g_assert_true (ouioe_client_stop_session_finish (client, stopped, &error));
  g_assert_no_error (error);
  g_assert_false (ouioe_client_answer_now_finish (client, refused, &error));
  g_assert_error (error, OUIOE_ERROR, OUIOE_ERROR_WRONG_STATE);
  g_assert_cmpstr (error->message, ==, "Nothing to hurry");
  g_clear_object (&client);
  fake_daemon_clear (&daemon);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/deltas-bus/frames-come-through-the-pipe", test_frames_come_through_the_pipe);
  g_test_add_func ("/deltas-bus/all-sessions-are-followed", test_all_sessions_are_followed);
  g_test_add_func ("/deltas-bus/an-older-daemon-gives-what-it-has", test_an_older_daemon_gives_what_it_has);
  g_test_add_func ("/deltas-bus/without-deltas-the-plain-stream-is-opened", test_without_deltas_the_plain_stream_is_opened);
  g_test_add_func ("/deltas-bus/a-session-is-controlled", test_a_session_is_controlled);
  return g_test_run ();
}
