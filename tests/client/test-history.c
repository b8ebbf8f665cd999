/* test-history.c - pages of events, bulk, and calls with an idempotency key of one's own
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <string.h>

#include "ouioe-client.h"
#include "ouioe-question.h"
#include "script.h"

#define EVENT(id) "{\"id\":\"" id "\",\"session_id\":\"s\",\"kind\":\"thinking_step\"," \
  "\"timestamp\":\"2026-11-23T01:11:03.398083+00:00\",\"thinking_type\":\"analysis\",\"content\":\"Łódź \\u0000\"}"

typedef struct {
  const char *fields;   /* header lines */
  const char *body;
  char       *target;   /* of the last request */
} Page;

static gboolean
page_cb (FakeServer *server, const FakeRequest *request, GOutputStream *out, gpointer user_data)
{
  Page *page = user_data;
  g_autofree char *answer = g_strdup_printf ("HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\n%s"
                                             "Content-Length: %zu\r\n\r\n%s", page->fields, strlen (page->body), page->body);

  g_free (page->target);
  page->target = g_strdup (request->target);
  fake_write (out, answer, -1);
  return TRUE;
}

static void
assert_events (GPtrArray *events, const char *first, guint n)
{
  gsize len;
  const char *json;

  g_assert_nonnull (events);
  g_assert_cmpuint (events->len, ==, n);
  if (n == 0)
    return;
  json = g_bytes_get_data (ouioe_event_get_json (events->pdata[0]), &len);
  g_assert_cmpmem (json, len, first, strlen (first));   /* byte for byte */
}

static void
test_page_is_read_with_what_is_said_of_it (void)
{
  static const struct { const char *fields, *body; guint n; gboolean has_more, lost; } rows[] = {
    { "", "", 0, FALSE, FALSE },
    { "Ouioe-Has-More: true\r\n", EVENT ("5-0") "\n" EVENT ("5-1") "\n", 2, TRUE, FALSE },
    { "Ouioe-Has-More: false\r\nOuioe-Gap-Until: 4-0\r\n", EVENT ("5-0") "\n", 1, FALSE, TRUE },
    { "Ouioe-Has-More: true\r\n", "", 0, FALSE, FALSE },   /* nothing, and more of it: would never end */
  };
  OuioeEventId after = { 3, 7 };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      Page page = { rows[i].fields, rows[i].body, NULL };
      g_autoptr(FakeServer) server = fake_server_new (NULL, page_cb, &page);
      g_autoptr(OuioeClient) client = ouioe_client_new (fake_server_get_address (server));
      g_autoptr(GAsyncResult) result = NULL;
      g_autoptr(GPtrArray) events = NULL;
      g_autoptr(GPtrArray) again = NULL;
      g_autoptr(GError) error = NULL;
      gboolean has_more, lost;

      events = ouioe_client_read_events (client, "s /1", &after, 50, &has_more, &lost, NULL, &error);
      g_assert_no_error (error);
      assert_events (events, EVENT ("5-0"), rows[i].n);
      g_assert_cmpint (has_more, ==, rows[i].has_more);
      g_assert_cmpint (lost, ==, rows[i].lost);
      g_assert_cmpstr (page.target, ==, "/api/streaming/sessions/s%20%2F1/events?format=ndjson&limit=50&after=3-7");

      ouioe_client_read_events_async (client, "s", NULL, 0, NULL, keep_result_cb, &result);
      fake_wait_for (result != NULL);
      again = ouioe_client_read_events_finish (client, result, &has_more, NULL, &error);
      g_assert_no_error (error);
      assert_events (again, EVENT ("5-0"), rows[i].n);
      g_assert_cmpint (has_more, ==, rows[i].has_more);
      g_assert_cmpstr (page.target, ==, "/api/streaming/sessions/s/events?format=ndjson&limit=1000&after=0");
      g_clear_pointer (&server, fake_server_free);
      g_free (page.target);
    }
}

static void
test_what_is_no_page_is_refused (void)
{
  static const char *const bodies[] = {
    "<html>\n", "{}\n", EVENT ("5-0"), EVENT ("5-0") "\n" EVENT ("5-0") "\n", EVENT ("5-0") "\n" EVENT ("4-9") "\n",
    EVENT ("5-0") "\n\n", EVENT ("0-0") "\n",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (bodies); i++)
    {
      Page page = { "", bodies[i], NULL };
      g_autoptr(FakeServer) server = fake_server_new (NULL, page_cb, &page);
      g_autoptr(OuioeClient) client = ouioe_client_new (fake_server_get_address (server));
      g_autoptr(GError) error = NULL;

      g_assert_null (ouioe_client_read_events (client, "s", NULL, 0, NULL, NULL, NULL, &error));
      g_assert_error (error, OUIOE_ERROR, OUIOE_ERROR_PROTOCOL);
      g_clear_pointer (&server, fake_server_free);
      g_free (page.target);
    }
}

static void
test_lines_go_in_bulk_and_each_is_answered (void)
{
  const char *lines[] = { "{\"a\":1}", "{\"b\":2}", NULL };
  Script script;
  g_autoptr(FakeServer) server = NULL;
  g_autoptr(OuioeClient) client = NULL;
  g_autoptr(GAsyncResult) result = NULL;
  g_auto(GStrv) answers = NULL;
  g_auto(GStrv) again = NULL;
  g_auto(GStrv) log = NULL;
  g_autoptr(GError) error = NULL;

  script_init (&script, "200 OK", "application/x-ndjson", "{\"line\":1}\n{\"line\":2}\n");
  server = fake_server_new (NULL, script_cb, &script);
  client = ouioe_client_new (fake_server_get_address (server));
  answers = ouioe_client_append_events (client, lines, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_strv_length (answers), ==, 2);
  g_assert_cmpstr (answers[1], ==, "{\"line\":2}");
  log = fake_server_dup_log (server);
  g_assert_cmpstr (log[0], ==, "POST /api/streaming/events");
  g_assert_cmpstr (script.last_body, ==, "{\"a\":1}\n{\"b\":2}\n");
  g_assert_cmpstr (script.last_type, ==, "application/x-ndjson");
  g_assert_null (script.keys->pdata[0]);   /* every line has its own, or none */

  ouioe_client_append_events_async (client, lines, NULL, keep_result_cb, &result);
  fake_wait_for (result != NULL);
  again = ouioe_client_append_events_finish (client, result, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_strv_length (again), ==, 2);
  g_clear_pointer (&server, fake_server_free);
  script_clear (&script);
}

static void
test_keys_are_sent_and_sent_again (void)
{
  const char *json = "{\"kind\":\"session_start\", \"session_id\":\"s\",\"n\":123456789012345678901234567890}";
  Script script;
  g_autoptr(FakeServer) server = NULL;
  g_autoptr(OuioeClient) client = NULL;
  g_autoptr(GAsyncResult) created = NULL;
  g_autoptr(GAsyncResult) closed = NULL;
  g_auto(GStrv) log = NULL;
  g_autoptr(GError) error = NULL;

  script_init (&script, "200 OK", "application/json", "{}");
  script.n_broken = 1;
  server = fake_server_new (NULL, script_cb, &script);
  client = ouioe_client_new (fake_server_get_address (server));
  g_assert_true (ouioe_client_create_session_from_json (client, json, "k-1", NULL, &error));
  g_assert_cmpstr (script.last_body, ==, json);
  g_assert_true (ouioe_client_close_session_with_key (client, "s", "done", "k-2", NULL, &error));
  ouioe_client_create_session_from_json_async (client, json, NULL, NULL, keep_result_cb, &created);
  fake_wait_for (created != NULL);
  g_assert_true (ouioe_client_create_session_from_json_finish (client, created, &error));
  ouioe_client_close_session_with_key_async (client, "s", NULL, "k-3", NULL, keep_result_cb, &closed);
  fake_wait_for (closed != NULL);
  g_assert_true (ouioe_client_close_session_with_key_finish (client, closed, &error));
  g_assert_no_error (error);

  g_assert_cmpuint (script.keys->len, ==, 5);
  g_assert_cmpstr (script.keys->pdata[0], ==, "k-1");
  g_assert_cmpstr (script.keys->pdata[1], ==, "k-1");   /* the first was not answered */
  g_assert_cmpstr (script.keys->pdata[2], ==, "k-2");
  g_assert_cmpuint (strlen (script.keys->pdata[3]), ==, 36);
  g_assert_cmpstr (script.keys->pdata[4], ==, "k-3");
  log = fake_server_dup_log (server);
  g_assert_cmpstr (log[2], ==, "DELETE /api/streaming/sessions/s?outcome=done");
  g_clear_pointer (&server, fake_server_free);
  script_clear (&script);
}

static void
test_refusals_are_told (void)
{
  Script script;
  g_autoptr(FakeServer) server = NULL;
  g_autoptr(OuioeClient) client = NULL;
  g_autoptr(OuioeClient) nowhere = ouioe_client_new ("nonsense");
  const char *lines[] = { "{}", NULL };
  g_autoptr(GError) error = NULL;

  script_init (&script, "404 Not Found", "application/problem+json",
               "{\"code\":\"session-not-found\",\"detail\":\"There is no session.\"}");
  server = fake_server_new (NULL, script_cb, &script);
  client = ouioe_client_new (fake_server_get_address (server));
  g_assert_null (ouioe_client_read_events (client, "s", NULL, 0, NULL, NULL, NULL, &error));
  g_assert_error (error, OUIOE_ERROR, OUIOE_ERROR_SESSION_NOT_FOUND);
  g_clear_error (&error);
  g_assert_null (ouioe_client_append_events (client, lines, NULL, &error));
  g_assert_error (error, OUIOE_ERROR, OUIOE_ERROR_SESSION_NOT_FOUND);
  g_clear_error (&error);
  g_assert_false (ouioe_client_close_session_with_key (client, "s", NULL, NULL, NULL, &error));
  g_assert_error (error, OUIOE_ERROR, OUIOE_ERROR_SESSION_NOT_FOUND);
  g_clear_error (&error);

  g_assert_null (ouioe_client_read_events (nowhere, "s", NULL, 0, NULL, NULL, NULL, &error));
  g_assert_error (error, OUIOE_ERROR, OUIOE_ERROR_CONFIGURATION);
  g_clear_error (&error);
  g_assert_null (ouioe_client_append_events (nowhere, lines, NULL, &error));
  g_assert_error (error, OUIOE_ERROR, OUIOE_ERROR_CONFIGURATION);
  g_clear_error (&error);
  g_assert_false (ouioe_client_create_session_from_json (nowhere, "{}", NULL, NULL, &error));
  g_assert_error (error, OUIOE_ERROR, OUIOE_ERROR_CONFIGURATION);
  g_clear_pointer (&server, fake_server_free);
  script_clear (&script);
}

/* ---- over a bus: what would be called, without one ---- */

static void
assert_called (OuioeRequest *request, const char *method, const char *parameters)
{
  g_autoptr(OuioeRequest) owned = request;
  g_autofree char *text = NULL;

  g_assert_nonnull (request);
  g_assert_cmpstr (request->call->method, ==, method);
  g_assert_true (request->call->is_repeatable);
  text = g_variant_print (request->call->parameters, FALSE);
  g_assert_cmpstr (text, ==, parameters);
}

static void
test_json_becomes_options_of_the_bus (void)
{
  g_autoptr(OuioeAddress) address = ouioe_address_new ("bus:session");
  g_autoptr(GError) error = NULL;

  assert_called (ouioe_question_create_from_json (address,
                   "{\"id\":\"5-0\",\"kind\":\"session_start\",\"session_id\":\"s\",\"user_id\":\"me\",\"debug_mode\":true,"
                   "\"max_stream_length\":50,\"expiry_seconds\":60,\"update_threshold_seconds\":0.5,"
                   "\"user_request\":\"a\\u0000b\",\"system_context\":{\"n\":9007199254740993}}", "k", &error),
                 "CreateSession",
                 "('s', 'me', {'idempotency_key': <'k'>, 'debug_mode': <true>, 'user_request': <'a\357\277\275b'>, "
                 "'system_context': <'{\"n\":9007199254740993}'>, 'max_stream_length': <uint32 50>, "
                 "'update_threshold_seconds': <0.5>, 'expiry_seconds': <60.0>})");
  /* What does not suit an option stays what it is, for the service to refuse; a number beyond 32 bits, too. */
  assert_called (ouioe_question_create_from_json (address,
                   "{\"debug_mode\":\"yes\",\"max_stream_length\":99999999999,\"expiry_seconds\":[1],\"user_request\":null}",
                   "k", &error),
                 "CreateSession", "('', '', {'idempotency_key': <'k'>, 'debug_mode': <'yes'>, "
                 "'max_stream_length': <uint32 4294967295>, 'expiry_seconds': <'[1]'>})");
  assert_called (ouioe_question_create_from_json (address, "{\"max_stream_length\":-1}", "k", &error),
                 "CreateSession", "('', '', {'idempotency_key': <'k'>, 'max_stream_length': <-1.0>})");
  g_assert_no_error (error);
  g_assert_null (ouioe_question_create_from_json (address, "[1]", "k", &error));
  g_assert_error (error, OUIOE_ERROR, OUIOE_ERROR_INVALID_BODY);
}

static void
test_what_changes_something_on_the_bus_can_be_repeated (void)
{
  g_autoptr(OuioeAddress) address = ouioe_address_new ("bus:session");
  OuioeEventId after = { 5, 1 };
  g_autoptr(OuioeRequest) create = ouioe_question_create (address, "s", "me", NULL, NULL);
  g_autoptr(GVariant) options = g_variant_get_child_value (create->call->parameters, 2);
  const char *key;

  g_assert_true (create->call->is_repeatable);
  g_assert_true (g_variant_lookup (options, "idempotency_key", "&s", &key));
  g_assert_cmpuint (strlen (key), ==, 36);
  assert_called (ouioe_question_close (address, "s", "done", "k"), "Close", "('done', {'idempotency_key': <'k'>})");
  assert_called (ouioe_question_close (address, "s", NULL, "k"), "Close", "('', {'idempotency_key': <'k'>})");
  assert_called (ouioe_question_events (address, "s", &after, 7), "ReadEvents", "('5-1', 7)");
  assert_called (ouioe_question_events (address, "s", NULL, 0), "ReadEvents", "('0', 0)");
}

static void
assert_page (const char *reply, const char *expected)
{
  g_autoptr(OuioeBusCall) call = ouioe_bus_call_new ("/", OUIOE_BUS_SESSION, "ReadEvents", NULL);
  g_autoptr(GVariant) value = g_variant_ref_sink (g_variant_new_parsed (reply));
  g_autoptr(GBytes) page = NULL;
  g_autoptr(GError) error = NULL;

  page = ouioe_bus_convert_events (call, value, &error);
  if (expected == NULL)
    {
      g_assert_null (page);
      g_assert_error (error, OUIOE_ERROR, OUIOE_ERROR_PROTOCOL);
      return;
    }
  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (page, NULL), g_bytes_get_size (page), expected, strlen (expected));
}

static void
test_pages_of_the_bus_are_like_those_of_http (void)
{
  assert_page ("(@as [], '0', false)", "{\"has_more\":false,\"lost\":false}\n");
  assert_page ("(['{\"kind\":\"x\"}', '{}'], '5-0', true)", "{\"has_more\":true,\"lost\":false}\n{\"kind\":\"x\"}\n{}\n");
  assert_page ("(['{\"type\":\"gap\",\"until\":\"4-0\"}', '{\"kind\":\"x\"}'], '5-0', false)",
               "{\"has_more\":false,\"lost\":true}\n{\"kind\":\"x\"}\n");
  assert_page ("(['a'],)", NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_unsetenv ("OUIOE_ADDRESS");
  g_test_add_func ("/history/page-is-read-with-what-is-said-of-it", test_page_is_read_with_what_is_said_of_it);
  g_test_add_func ("/history/what-is-no-page-is-refused", test_what_is_no_page_is_refused);
  g_test_add_func ("/history/lines-go-in-bulk-and-each-is-answered", test_lines_go_in_bulk_and_each_is_answered);
  g_test_add_func ("/history/keys-are-sent-and-sent-again", test_keys_are_sent_and_sent_again);
  g_test_add_func ("/history/refusals-are-told", test_refusals_are_told);
  g_test_add_func ("/history/json-becomes-options-of-the-bus", test_json_becomes_options_of_the_bus);
  g_test_add_func ("/history/what-changes-something-on-the-bus-can-be-repeated",
                   test_what_changes_something_on_the_bus_can_be_repeated);
  g_test_add_func ("/history/pages-of-the-bus-are-like-those-of-http", test_pages_of_the_bus_are_like_those_of_http);
  return g_test_run ();
}
