/* test-errors.c - what a call makes of trouble: refusals, strangers, broken connections
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <glib/gstdio.h>
#include <string.h>

#include "ouioe-client.h"
#include "script.h"

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
    { "400 R", OUIOE_ERROR_BAD_REQUEST },        { "401 R", OUIOE_ERROR_UNAUTHORIZED },
    { "403 R", OUIOE_ERROR_FORBIDDEN }, { "404 R", OUIOE_ERROR_NOT_FOUND },
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
test_no_address_is_said_to_be_none (void)
{
  static const char *const texts[] = {
    "localhost:3005", "ftp://x", "http://", "unix:relative", "unix:", "http://a b", "http://u@h/", "http://h/?q",
    "3005",
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
test_a_restart_between_calls_goes_unnoticed (void)
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
  g_test_add_func ("/errors/every-error-of-the-daemon-arrives", test_every_error_of_the_daemon_arrives);
  g_test_add_func ("/errors/field-errors-become-one-sentence", test_field_errors_become_one_sentence);
  g_test_add_func ("/errors/answers-of-strangers-are-understood", test_answers_of_strangers_are_understood);
  g_test_add_func ("/errors/nobody-there-is-unreachable", test_nobody_there_is_unreachable);
  g_test_add_func ("/errors/no-address-is-said-to-be-none", test_no_address_is_said_to_be_none);
  g_test_add_func ("/errors/address-comes-from-the-environment", test_address_comes_from_the_environment);
  g_test_add_func ("/errors/speaks-over-a-unix-socket", test_speaks_over_a_unix_socket);
  g_test_add_func ("/errors/asks-again-with-the-same-key", test_asks_again_with_the_same_key);
  g_test_add_func ("/errors/a-restart-between-calls-goes-unnoticed", test_a_restart_between_calls_goes_unnoticed);
  g_test_add_func ("/errors/can-be-cancelled", test_can_be_cancelled);
  g_test_add_func ("/errors/an-endless-answer-is-cut-off", test_an_endless_answer_is_cut_off);
  return g_test_run ();
}
