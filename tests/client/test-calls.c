/* test-calls.c - what a program asks of the daemon, and what it makes of the answers
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <jansson.h>
#include <string.h>

#include "ouioe-client.h"
#include "script.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC (json_t, json_decref)

static void
assert_last_request (FakeServer *server, const char *expected)
{
  g_auto(GStrv) log = fake_server_dup_log (server);

  g_assert_cmpuint (g_strv_length (log), >, 0);
  g_assert_cmpstr (log[g_strv_length (log) - 1], ==, expected);
}

static void
assert_body_member (Script *script, const char *name, const char *expected)
{
  g_autoptr(json_t) body = json_loads (script->last_body, 0, NULL);

  g_assert_cmpstr (script->last_type, ==, "application/json");
  g_assert_nonnull (body);
  g_assert_cmpstr (json_string_value (json_object_get (body, name)), ==, expected);
}

/* ---- each call, both ways ---- */

static void
test_create_sends_what_was_given (void)
{
  Script script;
  g_autoptr(FakeServer) server = NULL;
  g_autoptr(OuioeClient) client = NULL;
  g_autoptr(OuioeThinkingContext) context = ouioe_thinking_context_new ("Summarise", "{\"host\":\"a\"}");
  OuioeStreamConfig config = OUIOE_STREAM_CONFIG_DEFAULT;
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  script_init (&script, "200 OK", "application/json", "{\"success\": true}");
  server = fake_server_new (NULL, script_cb, &script);
  client = ouioe_client_new (fake_server_get_address (server));
  config.debug_mode = TRUE;

  g_assert_true (ouioe_client_create_session (client, "s 1", "alice", &config, context, NULL, &error));
  g_assert_no_error (error);
  assert_last_request (server, "POST /api/streaming/sessions");
  assert_body_member (&script, "session_id", "s 1");
  assert_body_member (&script, "user_id", "alice");
  assert_body_member (&script, "user_request", "Summarise");
  g_assert_nonnull (strstr (script.last_body, "\"debug_mode\":true"));

  ouioe_client_create_session_async (client, "s2", "bob", NULL, NULL, NULL, keep_result_cb, &result);
  fake_wait_for (result != NULL);
  g_assert_true (ouioe_client_create_session_finish (client, result, &error));
  g_assert_no_error (error);
  assert_body_member (&script, "session_id", "s2");
  assert_body_member (&script, "user_id", "bob");

  g_clear_pointer (&server, fake_server_free);
  script_clear (&script);
}

static void
test_steps_and_updates_are_posted (void)
{
  Script script;
  g_autoptr(FakeServer) server = NULL;
  g_autoptr(OuioeClient) client = NULL;
  g_autoptr(OuioeThinkingStep) step = NULL;
  g_autoptr(OuioeProgressUpdate) update = NULL;
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GAsyncResult) second = NULL;
  g_autoptr(GError) error = NULL;

  script_init (&script, "200 OK", "application/json", "{\"success\": true}");
  server = fake_server_new (NULL, script_cb, &script);
  client = ouioe_client_new (fake_server_get_address (server));
  step = ouioe_thinking_step_new ("decision", "So it is", NULL, 0.5, NULL, NULL);
  update = ouioe_progress_update_new ("progress", "Half", 50, NULL, NULL);

  g_assert_true (ouioe_client_append_thinking (client, "s", step, NULL, &error));
  assert_last_request (server, "POST /api/streaming/thinking");
  assert_body_member (&script, "content", "So it is");
  g_assert_true (ouioe_client_append_progress (client, "s", update, NULL, &error));
  assert_last_request (server, "POST /api/streaming/progress");
  assert_body_member (&script, "message", "Half");

  ouioe_client_append_thinking_async (client, "t", step, NULL, keep_result_cb, &result);
  fake_wait_for (result != NULL);
  g_assert_true (ouioe_client_append_thinking_finish (client, result, &error));
  assert_body_member (&script, "session_id", "t");
  ouioe_client_append_progress_async (client, "u", update, NULL, keep_result_cb, &second);
  fake_wait_for (second != NULL);
  g_assert_true (ouioe_client_append_progress_finish (client, second, &error));
  assert_body_member (&script, "session_id", "u");
  g_assert_no_error (error);

  g_clear_pointer (&server, fake_server_free);
  script_clear (&script);
}

static void
test_close_and_stats_encode_the_id (void)
{
  Script script;
  g_autoptr(FakeServer) server = NULL;
  g_autoptr(OuioeClient) client = NULL;
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GAsyncResult) second = NULL;
  g_autofree char *stats = NULL;
  g_autofree char *same_stats = NULL;
  g_autoptr(GError) error = NULL;

  script_init (&script, "200 OK", "application/json", "{\"total_thinking_steps\": 3}");
  server = fake_server_new (NULL, script_cb, &script);
  client = ouioe_client_new (fake_server_get_address (server));

  g_assert_true (ouioe_client_close_session (client, "a b?\xc3\xa4", "done & dusted", NULL, &error));
  assert_last_request (server, "DELETE /api/streaming/sessions/a%20b%3F%C3%A4?outcome=done%20%26%20dusted");
  ouioe_client_close_session_async (client, "s", NULL, NULL, keep_result_cb, &result);
  fake_wait_for (result != NULL);
  g_assert_true (ouioe_client_close_session_finish (client, result, &error));
  assert_last_request (server, "DELETE /api/streaming/sessions/s");

  stats = ouioe_client_get_session_stats (client, "50%", NULL, &error);
  g_assert_cmpstr (stats, ==, "{\"total_thinking_steps\": 3}");
  assert_last_request (server, "GET /api/streaming/sessions/50%25/stats");
  ouioe_client_get_session_stats_async (client, "s", NULL, keep_result_cb, &second);
  fake_wait_for (second != NULL);
  same_stats = ouioe_client_get_session_stats_finish (client, second, &error);
  g_assert_cmpstr (same_stats, ==, stats);
  g_assert_no_error (error);

  g_clear_pointer (&server, fake_server_free);
  script_clear (&script);
}

/* ---- the list ---- */

#define SESSION(id, state) \
  "{\"session_id\": \"" id "\", \"user_id\": \"alice\", \"state\": \"" state "\"," \
  " \"created_at\": \"2026-11-23T01:11:03.398083+00:00\", \"last_activity\": \"2026-11-23T01:11:04+00:00\"," \
  " \"last_event_id\": \"1795396263398-2\", \"user_request\": \"Do it\"," \
  " \"stats\": {\"total_thinking_steps\": 3, \"total_progress_updates\": 4}}"

static void
test_a_session_is_read_or_refused (void)
{
  Script script;
  g_autoptr(FakeServer) server = NULL;
  g_autoptr(OuioeClient) client = NULL;
  g_autoptr(OuioeSession) session = NULL;
  g_autoptr(OuioeSession) same = NULL;
  g_autoptr(OuioeSession) broken = NULL;
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  script_init (&script, "200 OK", "application/json", SESSION ("a b", "closed"));
  server = fake_server_new (NULL, script_cb, &script);
  client = ouioe_client_new (fake_server_get_address (server));

  session = ouioe_client_get_session (client, "a b", NULL, &error);
  g_assert_no_error (error);
  assert_last_request (server, "GET /api/streaming/sessions/a%20b");
  g_assert_cmpstr (ouioe_session_get_id (session), ==, "a b");
  g_assert_cmpint (ouioe_session_get_state (session), ==, OUIOE_SESSION_CLOSED);
  ouioe_client_get_session_async (client, "a b", NULL, keep_result_cb, &result);
  fake_wait_for (result != NULL);
  same = ouioe_client_get_session_finish (client, result, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (ouioe_session_get_json (same), ==, ouioe_session_get_json (session));

  g_clear_pointer (&server, fake_server_free);
  script_clear (&script);

  script_init (&script, "200 OK", "application/json", "no JSON");
  server = fake_server_new (NULL, script_cb, &script);
  g_clear_object (&client);
  client = ouioe_client_new (fake_server_get_address (server));
  broken = ouioe_client_get_session (client, "s", NULL, &error);
  g_assert_null (broken);
  g_assert_error (error, OUIOE_ERROR, OUIOE_ERROR_PROTOCOL);

  g_clear_pointer (&server, fake_server_free);
  script_clear (&script);
}

static gboolean
pages_cb (FakeServer *server, const FakeRequest *request, GOutputStream *out, gpointer user_data)
{
  if (strstr (request->target, "before=c") != NULL)
    fake_answer (out, "200 OK", "application/json", "{\"sessions\": [], \"has_more\": true}");
  else if (strstr (request->target, "before=b") != NULL)
    fake_answer (out, "200 OK", "application/json",
                 "{\"sessions\": [" SESSION ("c", "closed") "], \"has_more\": true}");
  else
    fake_answer (out, "200 OK", "application/json",
                 "{\"sessions\": [" SESSION ("a", "open") "," SESSION ("b", "open") "], \"has_more\": true}");
  return TRUE;
}

static void
assert_three_sessions (GPtrArray *sessions)
{
  OuioeSession *first;
  g_autoptr(json_t) json = NULL;

  g_assert_nonnull (sessions);
  g_assert_cmpuint (sessions->len, ==, 3);
  first = sessions->pdata[0];
  g_assert_cmpstr (ouioe_session_get_id (first), ==, "a");
  g_assert_cmpstr (ouioe_session_get_id (sessions->pdata[1]), ==, "b");
  g_assert_cmpstr (ouioe_session_get_id (sessions->pdata[2]), ==, "c");
  g_assert_cmpstr (ouioe_session_get_user_id (first), ==, "alice");
  g_assert_cmpint (ouioe_session_get_state (first), ==, OUIOE_SESSION_OPEN);
  g_assert_cmpint (ouioe_session_get_state (sessions->pdata[2]), ==, OUIOE_SESSION_CLOSED);
  g_assert_null (ouioe_session_get_outcome (first));
  g_assert_cmpstr (ouioe_session_get_user_request (first), ==, "Do it");
  g_assert_cmpint (ouioe_session_get_created_us (first), ==, 1795396263398083);
  g_assert_cmpint (ouioe_session_get_last_activity_us (first), ==, 1795396264000000);
  g_assert_cmpint (ouioe_session_get_ended_us (first), ==, 0);
  g_assert_cmpuint (ouioe_session_get_thinking_steps (first), ==, 3);
  g_assert_cmpuint (ouioe_session_get_progress_updates (first), ==, 4);
  g_assert_cmpuint (ouioe_session_get_last_event_id (first)->ms, ==, 1795396263398);
  g_assert_cmpuint (ouioe_session_get_last_event_id (first)->seq, ==, 2);
  json = json_loads (ouioe_session_get_json (first), 0, NULL);
  g_assert_cmpstr (json_string_value (json_object_get (json, "session_id")), ==, "a");
}

static void
test_list_reads_all_pages (void)
{
  g_autoptr(FakeServer) server = fake_server_new (NULL, pages_cb, NULL);
  g_autoptr(OuioeClient) client = ouioe_client_new (fake_server_get_address (server));
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GPtrArray) sessions = NULL;
  g_autoptr(GPtrArray) same = NULL;
  g_auto(GStrv) log = NULL;
  g_autoptr(GError) error = NULL;

  sessions = ouioe_client_list_sessions (client, "al ice", OUIOE_SESSION_OPEN, NULL, &error);
  g_assert_no_error (error);
  assert_three_sessions (sessions);
  log = fake_server_dup_log (server);
  g_assert_cmpstr (log[0], ==, "GET /api/streaming/sessions?limit=500&user_id=al%20ice&state=open");
  g_assert_cmpstr (log[1], ==, "GET /api/streaming/sessions?limit=500&user_id=al%20ice&state=open&before=b");
  g_assert_cmpstr (log[2], ==, "GET /api/streaming/sessions?limit=500&user_id=al%20ice&state=open&before=c");
  g_assert_null (log[3]);   /* the empty page ended it, though it promised more */

  ouioe_client_list_sessions_async (client, NULL, 0, NULL, keep_result_cb, &result);
  fake_wait_for (result != NULL);
  same = ouioe_client_list_sessions_finish (client, result, &error);
  g_assert_no_error (error);
  assert_three_sessions (same);
}

static void
test_list_refuses_what_is_none (void)
{
  static const char *const bodies[] = {
    "", "[]", "{}", "{\"sessions\": 3}", "{\"sessions\": [", "{\"sessions\": [{}]}", "{\"sessions\": [3]}",
    "{\"sessions\": [{\"session_id\": \"a\"}]}", "{\"sessions\": [{\"session_id\": \"a\", \"state\": \"asleep\"}]}",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (bodies); i++)
    {
      Script script;
      g_autoptr(FakeServer) server = NULL;
      g_autoptr(OuioeClient) client = NULL;
      g_autoptr(GPtrArray) sessions = NULL;
      g_autoptr(GError) error = NULL;

      script_init (&script, "200 OK", "application/json", bodies[i]);
      server = fake_server_new (NULL, script_cb, &script);
      client = ouioe_client_new (fake_server_get_address (server));
      sessions = ouioe_client_list_sessions (client, NULL, 0, NULL, &error);
      g_assert_null (sessions);
      g_assert_error (error, OUIOE_ERROR, OUIOE_ERROR_PROTOCOL);

      g_clear_pointer (&server, fake_server_free);
      script_clear (&script);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_unsetenv ("OUIOE_ADDRESS");
  g_test_add_func ("/calls/create-sends-what-was-given", test_create_sends_what_was_given);
  g_test_add_func ("/calls/steps-and-updates-are-posted", test_steps_and_updates_are_posted);
  g_test_add_func ("/calls/session-is-read-or-refused", test_a_session_is_read_or_refused);
  g_test_add_func ("/calls/close-and-stats-encode-the-id", test_close_and_stats_encode_the_id);
  g_test_add_func ("/calls/list-reads-all-pages", test_list_reads_all_pages);
  g_test_add_func ("/calls/list-refuses-what-is-none", test_list_refuses_what_is_none);
  return g_test_run ();
}
