/* test-control.c - end the call of a model, have it answer, and see what it does
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioe-client.h"
#include "script.h"

static void
assert_last_request (FakeServer *server, const char *expected)
{
  g_auto(GStrv) log = fake_server_dup_log (server);

  g_assert_cmpstr (log[g_strv_length (log) - 1], ==, expected);
}

static void
test_the_daemon_is_asked (void)
{
  Script script;
  g_autoptr(FakeServer) server = NULL;
  g_autoptr(OuioeClient) client = NULL;
  g_autoptr(GAsyncResult) stopped = NULL;
  g_autoptr(GAsyncResult) answered = NULL;
  g_autoptr(GError) error = NULL;

  script_init (&script, "200 OK", "application/json", "{\"success\":true,\"session_id\":\"a b\"}");
  server = fake_server_new (NULL, script_cb, &script);
  client = ouioe_client_new (fake_server_get_address (server));

  g_assert_true (ouioe_client_stop_session (client, "a b", NULL, &error));
  assert_last_request (server, "POST /api/streaming/sessions/a%20b/stop");
  g_assert_true (ouioe_client_answer_now (client, "a b", NULL, &error));
  assert_last_request (server, "POST /api/streaming/sessions/a%20b/answer-now");
  ouioe_client_stop_session_async (client, "s", NULL, keep_result_cb, &stopped);
  fake_wait_for (stopped != NULL);
  g_assert_true (ouioe_client_stop_session_finish (client, stopped, &error));
  ouioe_client_answer_now_async (client, "s", NULL, keep_result_cb, &answered);
  fake_wait_for (answered != NULL);
  g_assert_true (ouioe_client_answer_now_finish (client, answered, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (script.keys->pdata[0], !=, script.keys->pdata[1]);

  g_clear_pointer (&server, fake_server_free);
  script_clear (&script);
}

static void
test_a_refusal_keeps_its_sentence (void)
{
  Script script;
  g_autoptr(FakeServer) server = NULL;
  g_autoptr(OuioeClient) client = NULL;
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  script_init (&script, "409 Conflict", "application/json",
               "{\"detail\":\"No call of a model is under way in this session.\",\"code\":\"wrong-state\",\"status\":409}");
  server = fake_server_new (NULL, script_cb, &script);
  client = ouioe_client_new (fake_server_get_address (server));

  g_assert_false (ouioe_client_stop_session (client, "s", NULL, &error));
  g_assert_error (error, OUIOE_ERROR, OUIOE_ERROR_WRONG_STATE);
  g_assert_cmpstr (error->message, ==, "No call of a model is under way in this session.");
  g_clear_error (&error);
  ouioe_client_answer_now_async (client, "s", NULL, keep_result_cb, &result);
  fake_wait_for (result != NULL);
  g_assert_false (ouioe_client_answer_now_finish (client, result, &error));
  g_assert_error (error, OUIOE_ERROR, OUIOE_ERROR_WRONG_STATE);

  g_clear_pointer (&server, fake_server_free);
  script_clear (&script);
}

static void
test_an_address_that_is_none_is_refused (void)
{
  g_autoptr(OuioeClient) client = ouioe_client_new ("nowhere");
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  g_assert_false (ouioe_client_answer_now (client, "s", NULL, &error));
  g_assert_error (error, OUIOE_ERROR, OUIOE_ERROR_CONFIGURATION);
  g_clear_error (&error);
  ouioe_client_stop_session_async (client, "s", NULL, keep_result_cb, &result);
  fake_wait_for (result != NULL);
  g_assert_false (ouioe_client_stop_session_finish (client, result, &error));
  g_assert_error (error, OUIOE_ERROR, OUIOE_ERROR_CONFIGURATION);
}

/* ---- what the model does ---- */

#define SESSION(more) \
  "{\"session_id\":\"s\",\"state\":\"open\",\"created_at\":\"2026-11-23T01:11:03+00:00\",\"stats\":{}" more "}"

static OuioeSession *
ask (const char *body)
{
  Script script;
  g_autoptr(FakeServer) server = NULL;
  g_autoptr(OuioeClient) client = NULL;
  g_autoptr(GError) error = NULL;
  OuioeSession *session;

  script_init (&script, "200 OK", "application/json", body);
  server = fake_server_new (NULL, script_cb, &script);
  client = ouioe_client_new (fake_server_get_address (server));
  session = ouioe_client_get_session (client, "s", NULL, &error);
  g_assert_no_error (error);
  g_clear_pointer (&server, fake_server_free);
  script_clear (&script);
  return session;
}

static void
test_a_session_tells_of_its_model (void)
{
  g_autoptr(OuioeSession) session = ask (SESSION (",\"generation\":{\"model\":\"m:8b\",\"phase\":\"thinking\",\"calls\":1,"
                                                  "\"stalled_since\":\"2026-11-23T01:11:03+00:00\",\"can_stop\":true}"));
  g_autoptr(OuioeGeneration) generation = NULL;

  g_object_get (session, "generation", &generation, NULL);
  g_assert_true (generation == ouioe_session_get_generation (session));
  g_assert_cmpstr (ouioe_generation_get_model (generation), ==, "m:8b");
  g_assert_cmpint (ouioe_generation_get_phase (generation), ==, OUIOE_PHASE_THINKING);
  g_assert_cmpint (ouioe_generation_get_stalled_since_us (generation), >, 0);
  g_assert_true (ouioe_generation_get_can_stop (generation));
  g_assert_false (ouioe_generation_get_can_answer_now (generation));
}

static void
test_most_sessions_have_none (void)
{
  static const char *const bodies[] = {
    SESSION (""), SESSION (",\"generation\":7"), SESSION (",\"generation\":{\"calls\":[]}"),
  };

  for (gsize i = 0; i < G_N_ELEMENTS (bodies); i++)
    {
      g_autoptr(OuioeSession) session = ask (bodies[i]);

      g_assert_null (ouioe_session_get_generation (session));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/control/the-daemon-is-asked", test_the_daemon_is_asked);
  g_test_add_func ("/control/a-refusal-keeps-its-sentence", test_a_refusal_keeps_its_sentence);
  g_test_add_func ("/control/an-address-that-is-none-is-refused", test_an_address_that_is_none_is_refused);
  g_test_add_func ("/control/a-session-tells-of-its-model", test_a_session_tells_of_its_model);
  g_test_add_func ("/control/most-sessions-have-none", test_most_sessions_have_none);
  return g_test_run ();
}
