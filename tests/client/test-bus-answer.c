/* test-bus-answer.c - what a bus says, as the JSON of REST; its errors; and lines of a pipe, however they are cut
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Needs no bus.
 */
#include "config.h"

#include <string.h>

#include "ouioe-line-stream.h"
#include "ouioe-question.h"

typedef GBytes *(*Convert) (const OuioeBusCall *, GVariant *, GError **);

/* @reply: text of a GVariant; @expected: (nullable): NULL for an error of @code */
static void
assert_converts (Convert convert, const char *type, const char *reply, const char *expected, OuioeError code)
{
  g_autoptr(OuioeBusCall) call = ouioe_bus_call_new (OUIOE_BUS_ROOT, OUIOE_BUS_MANAGER, "Method", NULL);
  g_autoptr(GError) error = NULL;
  g_autoptr(GVariant) value = g_variant_parse (G_VARIANT_TYPE (type), reply, NULL, NULL, &error);
  g_autoptr(GBytes) json = NULL;

  g_assert_no_error (error);
  json = convert (call, value, &error);
  if (expected == NULL)
    {
      g_assert_null (json);
      g_assert_error (error, OUIOE_ERROR, (int) code);
      return;
    }
  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (json, NULL), g_bytes_get_size (json), expected, strlen (expected));
}

static void
test_answers_of_appends (void)
{
  assert_converts (ouioe_bus_convert_append, "(as)", "(['{\"line\":1,\"status\":200,\"id\":\"5-0\"}'],)",
                   "{\"line\":1,\"status\":200,\"id\":\"5-0\"}\n", 0);
  assert_converts (ouioe_bus_convert_append, "(as)",
                   "(['{\"line\":1,\"status\":409,\"error\":{\"code\":\"wrong-state\",\"detail\":\"No\"}}'],)", NULL,
                   OUIOE_ERROR_WRONG_STATE);
  assert_converts (ouioe_bus_convert_append, "(as)", "(['nonsense'],)", NULL, OUIOE_ERROR_PROTOCOL);
  assert_converts (ouioe_bus_convert_append, "(as)", "([],)", NULL, OUIOE_ERROR_PROTOCOL);
  assert_converts (ouioe_bus_convert_append, "(s)", "('x',)", NULL, OUIOE_ERROR_PROTOCOL);
  assert_converts (ouioe_bus_convert_bulk, "(as)", "(['a', 'b'],)", "a\nb\n", 0);
}

static void
test_a_session (void)
{
  assert_converts (ouioe_bus_convert_session, "(a{sv})",
                   "({'Id': <'s'>, 'User': <'me'>, 'State': <'open'>, 'Outcome': <''>, 'EndedAt': <uint64 0>, "
                   "'CreatedAt': <uint64 1763858463398083>, 'DebugMode': <true>, 'ThinkingSteps': <uint64 3>, "
                   "'AverageConfidence': <-1.0>, 'Percentage': <-1.0>, 'Later': <(1, 2)>, 'Request': <7>},)",
                   "{\"session_id\":\"s\",\"user_id\":\"me\",\"state\":\"open\","
                   "\"created_at\":\"2025-11-23T00:41:03.398083+00:00\",\"debug_mode\":true,"
                   "\"stats\":{\"total_thinking_steps\":3}}", 0);
  assert_converts (ouioe_bus_convert_session, "(a{sv})",
                   "({'Id': <'s'>, 'Outcome': <'done'>, 'EndedAt': <uint64 1763858463000000>, "
                   "'AverageConfidence': <0.5>, 'Percentage': <62.0>},)",
                   "{\"session_id\":\"s\",\"outcome\":\"done\",\"ended_at\":\"2025-11-23T00:41:03.000000+00:00\","
                   "\"progress_percentage\":62.0,\"stats\":{\"average_confidence\":0.5}}", 0);
  assert_converts (ouioe_bus_convert_session, "(as)", "([],)", NULL, OUIOE_ERROR_PROTOCOL);
}

static void
test_what_the_model_does (void)
{
  assert_converts (ouioe_bus_convert_session, "(a{sv})",
                   "({'Id': <'s'>, 'Generation': <{'model': <'m'>, 'phase': <'thinking'>, "
                   "'phase_since': <uint64 1763858463000000>, 'calls': <uint32 2>, 'can_stop': <true>, "
                   "'phase_seconds': <{'waiting': 0.5}>, 'estimate': <{'low': <1.5>, 'runs': <uint32 3>}>, "
                   "'phases': <[{'phase': <'waiting'>, 'begin': <uint64 1763858463000000>}]>}>},)",
                   "{\"session_id\":\"s\",\"generation\":{\"model\":\"m\",\"phase\":\"thinking\","
                   "\"phase_since\":\"2025-11-23T00:41:03.000000+00:00\",\"calls\":2,\"can_stop\":true,"
                   "\"phase_seconds\":{\"waiting\":0.5},\"estimate\":{\"low\":1.5,\"runs\":3},"
                   "\"phases\":[{\"phase\":\"waiting\",\"begin\":\"2025-11-23T00:41:03.000000+00:00\"}]},"
                   "\"stats\":{}}", 0);
  assert_converts (ouioe_bus_convert_session, "(a{sv})", "({'Id': <'s'>, 'Generation': <@a{sv} {}>},)",
                   "{\"session_id\":\"s\",\"stats\":{}}", 0);
}

static void
test_stats (void)
{
  assert_converts (ouioe_bus_convert_stats, "(a{sv})",
                   "({'total_thinking_steps': <uint64 2>, 'thinking_types': <{'analysis': uint64 2}>, "
                   "'last_updated': <uint64 1763858463000000>, 'session_duration': <1.5>, 'strange': <(1, 2)>},)",
                   "{\"total_thinking_steps\":2,\"thinking_types_used\":{\"analysis\":2},"
                   "\"last_updated\":\"2025-11-23T00:41:03.000000+00:00\",\"session_duration\":1.5}", 0);
  assert_converts (ouioe_bus_convert_stats, "(s)", "('x',)", NULL, OUIOE_ERROR_PROTOCOL);
}

static void
test_the_list_is_sorted_and_picked (void)
{
  static const char objects[] =
    "({'/a': {'org.ouioe.Streaming1.Session': {'Id': <'a'>, 'User': <'me'>, 'State': <'open'>, 'CreatedAt': <uint64 1>}},"
    " '/b': {'org.ouioe.Streaming1.Session': {'Id': <'b'>, 'User': <'me'>, 'State': <'closed'>, 'CreatedAt': <uint64 2>}},"
    " '/c': {'org.ouioe.Streaming1.Session': {'Id': <'c'>, 'User': <'you'>, 'State': <'open'>, 'CreatedAt': <uint64 3>}},"
    " '/d': {'org.ouioe.Streaming1.Manager': @a{sv} {}}},)";
  static const struct { const char *user_id; const char *state; const char *ids; } rows[] = {
    { NULL, NULL, "cba" }, { "me", NULL, "ba" }, { NULL, "open", "ca" }, { "me", "open", "a" }, { "nobody", NULL, "" },
  };
  g_autoptr(GVariant) reply = g_variant_parse (G_VARIANT_TYPE ("(a{oa{sa{sv}}})"), objects, NULL, NULL, NULL);

  g_assert_nonnull (reply);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr(OuioeBusCall) call = ouioe_bus_call_new (OUIOE_BUS_ROOT, "x", "GetManagedObjects", NULL);
      g_autoptr(GError) error = NULL;
      g_autoptr(GBytes) bytes = NULL;
      g_autoptr(GString) ids = g_string_new (NULL);
      json_t *json;
      json_t *row;
      gsize k;

      call->user_id = g_strdup (rows[i].user_id);
      call->state = rows[i].state;
      bytes = ouioe_bus_convert_list (call, reply, &error);
      g_assert_no_error (error);
      json = json_loadb (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), 0, NULL);
      json_array_foreach (json_object_get (json, "sessions"), k, row)
        g_string_append (ids, json_string_value (json_object_get (row, "session_id")));
      g_assert_cmpstr (ids->str, ==, rows[i].ids);
      g_assert_true (json_is_false (json_object_get (json, "has_more")));
      json_decref (json);
    }
}

/* ---- errors ---- */

static void
assert_error (const char *path, const char *name, int code)
{
  g_autoptr(GError) error = g_dbus_error_new_for_dbus_error (name, "No");
  g_autoptr(GError) said = ouioe_bus_to_error (path, error);

  if (code < 0)
    {
      g_assert_no_error (said);
      return;
    }
  g_assert_error (said, OUIOE_ERROR, code);
}

static void
test_errors (void)
{
  static const char session[] = OUIOE_BUS_ROOT "/session/s";

  assert_error (OUIOE_BUS_ROOT, "org.ouioe.Streaming1.Error.SessionExists", OUIOE_ERROR_SESSION_EXISTS);
  assert_error (session, "org.ouioe.Streaming1.Error.WrongState", OUIOE_ERROR_WRONG_STATE);
  assert_error (session, "org.freedesktop.DBus.Error.UnknownMethod", OUIOE_ERROR_SESSION_NOT_FOUND);
  assert_error (session, "org.freedesktop.DBus.Error.UnknownObject", OUIOE_ERROR_SESSION_NOT_FOUND);
  assert_error (OUIOE_BUS_ROOT, "org.freedesktop.DBus.Error.UnknownMethod", OUIOE_ERROR_PROTOCOL);
  assert_error (OUIOE_BUS_ROOT, "org.freedesktop.DBus.Error.AccessDenied", OUIOE_ERROR_FORBIDDEN);
  assert_error (OUIOE_BUS_ROOT, "org.freedesktop.DBus.Error.LimitsExceeded", OUIOE_ERROR_BUSY);
  /* These say that the daemon was not reached. */
  assert_error (OUIOE_BUS_ROOT, "org.freedesktop.DBus.Error.ServiceUnknown", -1);
  assert_error (OUIOE_BUS_ROOT, "org.freedesktop.DBus.Error.NoReply", -1);
}

static void
test_a_bus_that_is_not_there (void)
{
  g_autoptr(OuioeClient) client = NULL;
  g_autoptr(GError) error = NULL;

  g_setenv ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus", TRUE);
  client = ouioe_client_new ("bus:session");
  g_assert_cmpstr (ouioe_client_get_address (client), ==, "bus:session");
  g_assert_null (ouioe_client_get_session_stats (client, "s", NULL, &error));
  g_assert_error (error, OUIOE_ERROR, OUIOE_ERROR_UNREACHABLE);
  g_assert_nonnull (strstr (error->message, "bus:session"));
}

static void
test_without_a_bus_the_default_is_taken (void)
{
  g_autoptr(OuioeClient) client = NULL;

  g_setenv ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus", TRUE);
  g_unsetenv ("OUIOE_ADDRESS");
  client = ouioe_client_new (NULL);
  g_assert_cmpstr (ouioe_client_get_address (client), ==, OUIOE_DEFAULT_ADDRESS);
}

static void
test_paths_of_sessions (void)
{
  g_autofree char *plain = ouioe_bus_session_path ("s1");
  g_autofree char *odd = ouioe_bus_session_path ("a b_\xc3\xa4");

  g_assert_cmpstr (plain, ==, OUIOE_BUS_ROOT "/session/s1");
  g_assert_cmpstr (odd, ==, OUIOE_BUS_ROOT "/session/a_20b_5f_c3_a4");
}

/* ---- lines ---- */

static gboolean
note_cb (const OuioeSseEvent *message, gpointer user_data)
{
  g_string_append_printf (user_data, "%s %s %zu\n", message->event, message->id != NULL ? message->id : "-", message->len);
  return TRUE;
}

static void
test_lines_may_be_cut_anywhere (void)
{
  static const char text[] =
    "{\"id\":\"5-0\",\"session_id\":\"s\",\"kind\":\"thinking_step\",\"content\":\"\\\"kind\\\": \"}\n"
    "{\"type\":\"gap\",\"id\":\"9-0\",\"until\":\"6-0\"}\n"
    "\n"
    "nonsense\n"
    "{\"kind\":7}\n"
    "{\"kind\":\"session_end\",\"id\":\"7-0\"}\n"
    "{\"kind\":\"half a li";
  static const char expected[] =
    "thinking_step 5-0 75\ngap - 39\nmessage - 0\nmessage - 8\nmessage - 10\nsession_end 7-0 33\n";

  for (gsize cut = 0; cut <= strlen (text); cut++)
    {
      g_autoptr(OuioeLineStream) stream = ouioe_line_stream_new (1000);
      g_autoptr(GString) notes = g_string_new (NULL);
      g_autoptr(GError) error = NULL;

      g_assert_true (ouioe_line_stream_feed (stream, text, cut, note_cb, notes, &error));
      g_assert_true (ouioe_line_stream_feed (stream, text + cut, strlen (text) - cut, note_cb, notes, &error));
      g_assert_no_error (error);
      g_assert_cmpstr (notes->str, ==, expected);
    }
}

static void
test_a_line_is_bounded (void)
{
  g_autoptr(OuioeLineStream) stream = ouioe_line_stream_new (10);
  g_autoptr(GString) notes = g_string_new (NULL);
  g_autoptr(GError) error = NULL;

  g_assert_true (ouioe_line_stream_feed (stream, "0123456789\n0123", 15, note_cb, notes, &error));
  g_assert_cmpstr (notes->str, ==, "message - 10\n");
  g_assert_false (ouioe_line_stream_feed (stream, "4567890", 7, note_cb, notes, &error));
  g_assert_error (error, OUIOE_ERROR, OUIOE_ERROR_PROTOCOL);
}

static gboolean
enough_cb (const OuioeSseEvent *message, gpointer user_data)
{
  (*(guint *) user_data)++;
  return FALSE;
}

static void
test_who_has_enough_gets_no_more (void)
{
  g_autoptr(OuioeLineStream) stream = ouioe_line_stream_new (10);
  guint n = 0;

  g_assert_true (ouioe_line_stream_feed (stream, "a\nb\n", 4, enough_cb, &n, NULL));
  g_assert_cmpuint (n, ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/bus-answer/answers-of-appends", test_answers_of_appends);
  g_test_add_func ("/bus-answer/a-session", test_a_session);
  g_test_add_func ("/bus-answer/stats", test_stats);
  g_test_add_func ("/bus-answer/what-the-model-does", test_what_the_model_does);
  g_test_add_func ("/bus-answer/the-list-is-sorted-and-picked", test_the_list_is_sorted_and_picked);
  g_test_add_func ("/bus-answer/errors", test_errors);
  g_test_add_func ("/bus-answer/a-bus-that-is-not-there", test_a_bus_that_is_not_there);
  g_test_add_func ("/bus-answer/without-a-bus-the-default-is-taken", test_without_a_bus_the_default_is_taken);
  g_test_add_func ("/bus-answer/paths-of-sessions", test_paths_of_sessions);
  g_test_add_func ("/bus-answer/lines-may-be-cut-anywhere", test_lines_may_be_cut_anywhere);
  g_test_add_func ("/bus-answer/a-line-is-bounded", test_a_line_is_bounded);
  g_test_add_func ("/bus-answer/who-has-enough-gets-no-more", test_who_has_enough_gets_no_more);
  return g_test_run ();
}
