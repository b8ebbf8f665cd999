/* test-calls.c - what a program asks of the daemon, and what it makes of the answers
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <glib/gstdio.h>
#include <jansson.h>
#include <string.h>

#include "fake-server.h"
#include "ouioe-client.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC (json_t, json_decref)

/* One answer for everything, and what was asked last. */
typedef struct {
  const char *status;
  const char *type;
  const char *body;
  GMutex      mutex;
  char       *last_body;     /* of the request */
  char       *last_type;
  GPtrArray  *keys;          /* idempotency keys, in the order they came */
  guint       n_broken;      /* this many requests are not answered: the connection ends */
} Script;

static gboolean
script_cb (FakeServer *server, const FakeRequest *request, GOutputStream *out, gpointer user_data)
{
  Script *script = user_data;
  gboolean is_broken;

  g_mutex_lock (&script->mutex);
  g_free (script->last_body);
  script->last_body = g_strdup (request->body);
  g_free (script->last_type);
  script->last_type = g_strdup (g_hash_table_lookup (request->headers, "content-type"));
  g_ptr_array_add (script->keys, g_strdup (g_hash_table_lookup (request->headers, "idempotency-key")));
  is_broken = script->n_broken > 0;
  if (is_broken)
    script->n_broken--;
  g_mutex_unlock (&script->mutex);

  if (is_broken)
    return FALSE;
  fake_answer (out, script->status, script->type, script->body);
  return TRUE;
}

static void
script_init (Script *script, const char *status, const char *type, const char *body)
{
  *script = (Script) { .status = status, .type = type, .body = body };
  g_mutex_init (&script->mutex);
  script->keys = g_ptr_array_new_with_free_func (g_free);
}

static void
script_clear (Script *script)
{
  g_mutex_clear (&script->mutex);
  g_free (script->last_body);
  g_free (script->last_type);
  g_ptr_array_unref (script->keys);
}

static void
keep_result_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

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
    fake_answer (out, "200 OK", "application/json", "{\"sessions\": [" SESSION ("c", "closed") "], \"has_more\": true}");
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

/* ---- errors ---- */

static void
assert_error (const char *status, const char *type, const char *body, OuioeError code, const char *sentence)
{
  Script script;
  g_autoptr(FakeServer) server = NULL;
  g_autoptr(OuioeClient) client = NULL;
  g_autofree char *stats = NULL;
  g_autoptr(GError) error = NULL;

  script_init (&script, status, type, body);
  server = fake_server_new (NULL, script_cb, &script);
  client = ouioe_client_new (fake_server_get_address (server));
  stats = ouioe_client_get_session_stats (client, "s", NULL, &error);
  g_assert_null (stats);
  g_assert_error (error, OUIOE_ERROR, (int) code);
  g_assert_cmpstr (error->message, ==, sentence);

  g_clear_pointer (&server, fake_server_free);
  script_clear (&script);
}

/* Every error that travels over HTTP arrives as itself, with the daemon's own sentence. */
static void
test_every_error_of_the_daemon_arrives (void)
{
  guint n = 0;

  for (int code = 0; code < OUIOE_N_ERRORS; code++)
    {
      guint http_status = ouioe_error_get_http_status ((OuioeError) code);
      g_autofree char *status = g_strdup_printf ("%u Reason", http_status);
      g_autofree char *sentence = g_strdup_printf ("Sentence number %d", code);
      g_autofree char *body = NULL;

      if (http_status == 0)
        continue;
      body = g_strdup_printf ("{\"type\": \"about:blank\", \"title\": \"%s\", \"status\": %u, \"detail\": \"%s\", "
                              "\"code\": \"%s\"}", ouioe_error_get_title ((OuioeError) code), http_status, sentence,
                              ouioe_error_to_string ((OuioeError) code));
      assert_error (status, "application/problem+json", body, (OuioeError) code, sentence);
      n++;
    }
  g_assert_cmpuint (n, >, 15);
}

static void
test_field_errors_become_one_sentence (void)
{
  assert_error ("422 Unprocessable Entity", "application/problem+json",
                "{\"code\": \"invalid-body\", \"detail\": [{\"loc\": [\"body\", \"reasoning_chain\", 2], "
                "\"msg\": \"Input should be a string\", \"type\": \"string_type\"}]}",
                OUIOE_ERROR_INVALID_BODY, "reasoning_chain[2]: Input should be a string");
  assert_error ("422 Unprocessable Entity", "application/problem+json",
                "{\"detail\": [{\"loc\": [\"body\"], \"msg\": \"Not JSON\", \"type\": \"json_invalid\"}, {}, {}]}",
                OUIOE_ERROR_INVALID_BODY, "Not JSON (and 2 more)");
}

static void
test_answers_of_strangers_are_understood (void)
{
  static const struct { const char *status; OuioeError code; } rows[] = {
    { "400 R", OUIOE_ERROR_BAD_REQUEST },        { "401 R", OUIOE_ERROR_BAD_REQUEST },
    { "403 R", OUIOE_ERROR_ORIGIN_NOT_ALLOWED }, { "404 R", OUIOE_ERROR_NOT_FOUND },
    { "405 R", OUIOE_ERROR_METHOD_NOT_ALLOWED }, { "408 R", OUIOE_ERROR_REQUEST_TIMEOUT },
    { "409 R", OUIOE_ERROR_WRONG_STATE },        { "413 R", OUIOE_ERROR_BODY_TOO_LARGE },
    { "415 R", OUIOE_ERROR_UNSUPPORTED_MEDIA_TYPE }, { "418 R", OUIOE_ERROR_BAD_REQUEST },
    { "422 R", OUIOE_ERROR_INVALID_BODY },       { "429 R", OUIOE_ERROR_BUSY },
    { "431 R", OUIOE_ERROR_HEADER_TOO_LARGE },   { "500 R", OUIOE_ERROR_INTERNAL },
    { "502 R", OUIOE_ERROR_UNREACHABLE },        { "503 R", OUIOE_ERROR_STORE_UNAVAILABLE },
    { "504 R", OUIOE_ERROR_UNREACHABLE },        { "302 R", OUIOE_ERROR_PROTOCOL },
    { "599 R", OUIOE_ERROR_PROTOCOL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *sentence = g_strconcat ("The service answered ", rows[i].status, NULL);

      assert_error (rows[i].status, "text/html", "<html>Oh no</html>", rows[i].code, sentence);
    }
  assert_error ("404 Not Found", "application/json", "{\"detail\": \"Not Found\"}", OUIOE_ERROR_NOT_FOUND, "Not Found");
  assert_error ("409 Conflict", "application/json", "{\"title\": \"Exists\", \"code\": \"of-the-future\"}",
                OUIOE_ERROR_WRONG_STATE, "Exists");
  assert_error ("500 Oh", "application/json", "{\"detail\": [3]}", OUIOE_ERROR_INTERNAL, "The service answered 500 Oh");
}

static void
test_nobody_there_is_unreachable (void)
{
  Script script;
  g_autoptr(FakeServer) server = NULL;
  g_autoptr(OuioeClient) client = NULL;
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(GError) second_error = NULL;

  script_init (&script, "200 OK", "application/json", "{}");
  server = fake_server_new (NULL, script_cb, &script);
  client = ouioe_client_new (fake_server_get_address (server));
  fake_server_shut (server);

  g_assert_false (ouioe_client_close_session (client, "s", NULL, NULL, &error));
  g_assert_error (error, OUIOE_ERROR, OUIOE_ERROR_UNREACHABLE);
  g_assert_nonnull (strstr (error->message, fake_server_get_address (server)));

  ouioe_client_close_session_async (client, "s", NULL, NULL, keep_result_cb, &result);
  fake_wait_for (result != NULL);
  g_assert_false (ouioe_client_close_session_finish (client, result, &second_error));
  g_assert_error (second_error, OUIOE_ERROR, OUIOE_ERROR_UNREACHABLE);

  g_clear_pointer (&server, fake_server_free);
  script_clear (&script);
}

static void
test_text_that_is_no_address_is_said_to_be_none (void)
{
  static const char *const texts[] = {
    "localhost:3005", "ftp://x", "http://", "unix:relative", "unix:", "http://a b", "http://u@h/", "http://h/?q", "3005",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr(OuioeClient) client = ouioe_client_new (texts[i]);
      g_autoptr(GAsyncResult) result = NULL;
      g_autoptr(GAsyncResult) listed = NULL;
      g_autoptr(GError) error = NULL;

      g_assert_cmpstr (ouioe_client_get_address (client), ==, texts[i]);
      g_assert_false (ouioe_client_create_session (client, "s", "u", NULL, NULL, NULL, &error));
      g_assert_error (error, OUIOE_ERROR, OUIOE_ERROR_CONFIGURATION);
      g_assert_nonnull (strstr (error->message, texts[i]));
      g_clear_error (&error);
      g_assert_null (ouioe_client_list_sessions (client, NULL, 0, NULL, &error));
      g_assert_error (error, OUIOE_ERROR, OUIOE_ERROR_CONFIGURATION);
      g_clear_error (&error);

      ouioe_client_create_session_async (client, "s", "u", NULL, NULL, NULL, keep_result_cb, &result);
      fake_wait_for (result != NULL);
      g_assert_false (ouioe_client_create_session_finish (client, result, &error));
      g_assert_error (error, OUIOE_ERROR, OUIOE_ERROR_CONFIGURATION);
      g_clear_error (&error);
      ouioe_client_list_sessions_async (client, NULL, 0, NULL, keep_result_cb, &listed);
      fake_wait_for (listed != NULL);
      g_assert_null (ouioe_client_list_sessions_finish (client, listed, &error));
      g_assert_error (error, OUIOE_ERROR, OUIOE_ERROR_CONFIGURATION);
    }
}

static void
test_address_comes_from_the_environment (void)
{
  g_autoptr(OuioeClient) from_environment = NULL;
  g_autoptr(OuioeClient) built_in = NULL;

  g_setenv ("OUIOE_ADDRESS", "http://[::1]:4000/", TRUE);
  from_environment = ouioe_client_new (NULL);
  g_assert_cmpstr (ouioe_client_get_address (from_environment), ==, "http://[::1]:4000/");
  g_unsetenv ("OUIOE_ADDRESS");
  built_in = ouioe_client_new (NULL);
  g_assert_cmpstr (ouioe_client_get_address (built_in), ==, "http://127.0.0.1:3005");
}

/* ---- the connection ---- */

static void
test_speaks_over_a_unix_socket (void)
{
  Script script;
  g_autofree char *dir = g_dir_make_tmp ("ouioe-test-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (dir, "sock", NULL);
  g_autoptr(FakeServer) server = NULL;
  g_autoptr(OuioeClient) client = NULL;
  g_autofree char *stats = NULL;
  g_autoptr(GError) error = NULL;

  script_init (&script, "200 OK", "application/json", "{}");
  server = fake_server_new (path, script_cb, &script);
  client = ouioe_client_new (fake_server_get_address (server));
  g_assert_true (g_str_has_prefix (ouioe_client_get_address (client), "unix:/"));
  stats = ouioe_client_get_session_stats (client, "s", NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (stats, ==, "{}");

  g_clear_pointer (&server, fake_server_free);
  g_rmdir (dir);
  script_clear (&script);
}

/* The connection breaks before the answer: it is asked again, with the same key, so that it happens once. */
static void
test_asks_again_with_the_same_key (void)
{
  Script script;
  g_autoptr(FakeServer) server = NULL;
  g_autoptr(OuioeClient) client = NULL;
  g_autoptr(OuioeThinkingStep) step = ouioe_thinking_step_new ("analysis", "x", NULL, -1, NULL, NULL);
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  script_init (&script, "200 OK", "application/json", "{}");
  server = fake_server_new (NULL, script_cb, &script);
  client = ouioe_client_new (fake_server_get_address (server));

  script.n_broken = 1;
  g_assert_true (ouioe_client_append_thinking (client, "s", step, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (script.keys->len, ==, 2);
  g_assert_nonnull (script.keys->pdata[0]);
  g_assert_cmpstr (script.keys->pdata[0], ==, script.keys->pdata[1]);

  script.n_broken = 1;
  ouioe_client_append_thinking_async (client, "s", step, NULL, keep_result_cb, &result);
  fake_wait_for (result != NULL);
  g_assert_true (ouioe_client_append_thinking_finish (client, result, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (script.keys->len, ==, 4);
  g_assert_cmpstr (script.keys->pdata[2], ==, script.keys->pdata[3]);
  g_assert_cmpstr (script.keys->pdata[0], !=, script.keys->pdata[2]);

  g_clear_pointer (&server, fake_server_free);
  script_clear (&script);
}

static void
test_a_restart_between_two_calls_goes_unnoticed (void)
{
  Script script;
  g_autoptr(FakeServer) server = NULL;
  g_autoptr(OuioeClient) client = NULL;
  g_autoptr(GError) error = NULL;

  script_init (&script, "200 OK", "application/json", "{}");
  server = fake_server_new (NULL, script_cb, &script);
  client = ouioe_client_new (fake_server_get_address (server));
  for (guint i = 0; i < 5; i++)
    {
      g_assert_true (ouioe_client_close_session (client, "s", NULL, NULL, &error));
      g_assert_no_error (error);
      fake_server_shut (server);
      fake_server_reopen (server);
    }

  g_clear_pointer (&server, fake_server_free);
  script_clear (&script);
}

static gboolean
hold_cb (FakeServer *server, const FakeRequest *request, GOutputStream *out, gpointer user_data)
{
  if (user_data != NULL)
    fake_write (out, user_data, -1);
  fake_hold (out);
  return FALSE;
}

static void
assert_can_be_cancelled (const char *what_comes)
{
  g_autoptr(FakeServer) server = fake_server_new (NULL, hold_cb, (gpointer) what_comes);
  g_autoptr(OuioeClient) client = ouioe_client_new (fake_server_get_address (server));
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  ouioe_client_close_session_async (client, "s", NULL, cancellable, keep_result_cb, &result);
  fake_wait_for (fake_server_get_n_requests (server) == 1);
  g_assert_null (result);
  g_cancellable_cancel (cancellable);
  fake_wait_for (result != NULL);
  g_assert_false (ouioe_client_close_session_finish (client, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
test_can_be_cancelled (void)
{
  assert_can_be_cancelled (NULL);
  assert_can_be_cancelled ("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{");
}

static gboolean
endless_cb (FakeServer *server, const FakeRequest *request, GOutputStream *out, gpointer user_data)
{
  g_autofree char *block = g_strnfill (1 << 20, ' ');

  fake_write (out, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n", -1);
  for (guint i = 0; i < 40; i++)
    fake_write (out, block, 1 << 20);
  return FALSE;
}

static void
test_an_endless_answer_is_cut_off (void)
{
  g_autoptr(FakeServer) server = fake_server_new (NULL, endless_cb, NULL);
  g_autoptr(OuioeClient) client = ouioe_client_new (fake_server_get_address (server));
  g_autofree char *stats = NULL;
  g_autoptr(GError) error = NULL;

  stats = ouioe_client_get_session_stats (client, "s", NULL, &error);
  g_assert_null (stats);
  g_assert_error (error, OUIOE_ERROR, OUIOE_ERROR_PROTOCOL);
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
  g_test_add_func ("/calls/every-error-of-the-daemon-arrives", test_every_error_of_the_daemon_arrives);
  g_test_add_func ("/calls/field-errors-become-one-sentence", test_field_errors_become_one_sentence);
  g_test_add_func ("/calls/answers-of-strangers-are-understood", test_answers_of_strangers_are_understood);
  g_test_add_func ("/calls/nobody-there-is-unreachable", test_nobody_there_is_unreachable);
  g_test_add_func ("/calls/text-that-is-no-address-is-said-to-be-none", test_text_that_is_no_address_is_said_to_be_none);
  g_test_add_func ("/calls/address-comes-from-the-environment", test_address_comes_from_the_environment);
  g_test_add_func ("/calls/speaks-over-a-unix-socket", test_speaks_over_a_unix_socket);
  g_test_add_func ("/calls/asks-again-with-the-same-key", test_asks_again_with_the_same_key);
  g_test_add_func ("/calls/a-restart-between-two-calls-goes-unnoticed", test_a_restart_between_two_calls_goes_unnoticed);
  g_test_add_func ("/calls/can-be-cancelled", test_can_be_cancelled);
  g_test_add_func ("/calls/an-endless-answer-is-cut-off", test_an_endless_answer_is_cut_off);
  return g_test_run ();
}
