/* test-recorder.c - calls become sessions, and every session ends
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "recorder-bed.h"

#include <gio/gio.h>
#include <string.h>

#include "ouioe-dialect.h"
#include "test-log.h"

/* Texts of all steps, one behind the other, without white space: what borders drop is nothing else. */
static char *
read_thinking (Bed *bed, const char *session)
{
  g_autoptr(OuioedPage) page = bed_read_events (bed, session);
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < page->events->len; i++)
    {
      OuioeEvent *event = page->events->pdata[i];
      json_t *object = json_loadb (g_bytes_get_data (event->json, NULL), g_bytes_get_size (event->json), 0, NULL);
      const char *content = json_string_value (json_object_get (object, "content"));

      for (const char *p = event->kind == OUIOE_EVENT_THINKING_STEP ? content : ""; *p != '\0'; p++)
        if (!g_ascii_isspace (*p))
          g_string_append_c (text, *p);
      json_decref (object);
    }
  return g_string_free (text, FALSE);
}

static void
collect_thinking (const OuioeDialectEvent *event, gpointer user_data)
{
  if (event->kind == OUIOE_DIALECT_EVENT_THINKING)
    for (gsize i = 0; i < event->len; i++)
      if (!g_ascii_isspace (event->text[i]))
        g_string_append_c (user_data, event->text[i]);
}

/* ---- tests ---- */

static void
test_all_thinking_is_kept (Bed *bed, gconstpointer data)
{
  static const gsize pieces[] = { 1, 7, 65536 };
  g_autoptr(GString) expected = g_string_new (NULL);
  g_autoptr(OuioeDialect) dialect = ouioe_dialect_new (OUIOE_DIALECT_OLLAMA, OUIOE_DIALECT_SPLIT_TAGS, collect_thinking,
                                                       expected);

  ouioe_dialect_feed (dialect, bed->demo, bed->demo_len);
  ouioe_dialect_end (dialect);
  g_assert_cmpuint (expected->len, >, 100);
  for (guint i = 0; i < G_N_ELEMENTS (pieces); i++)
    {
      g_autofree char *session = g_strdup_printf ("all-%u", i);
      g_autofree char *thinking = NULL;

      bed_run (bed, session, bed->demo, bed->demo_len, pieces[i], OUIOED_CALL_COMPLETE);
      bed_assert_outcome (bed, session, "done");
      thinking = read_thinking (bed, session);
      g_assert_cmpstr (thinking, ==, expected->str);
      g_assert_cmpstr (bed_get_record (bed, session)->generation->upstream, ==, "lab");
      g_assert_cmpuint (bed_get_record (bed, session)->generation->n_calls, ==, 1);
      g_assert_cmpuint (bed_get_record (bed, session)->generation->n_under_way, ==, 0);
    }
  g_assert_cmpuint (ouioed_recorder_get_n_calls (bed->recorder), ==, 0);
  g_assert_cmpuint (ouioed_recorder_get_n_sessions (bed->recorder), ==, 0);
}

static void
test_broken_anywhere_it_ends (Bed *bed, gconstpointer data)
{
  const char *last = g_strrstr_len (bed->demo, (gssize) bed->demo_len - 1, "\n");
  gsize n_whole = (gsize) (last - bed->demo) + 1;

  for (gsize n = 0; n < bed->demo_len; n += n + 300 < bed->demo_len && n > 300 ? 41 : 1)
    {
      g_autofree char *session = g_strdup_printf ("cut-%" G_GSIZE_FORMAT, n);

      bed_run (bed, session, bed->demo, n, 1000, OUIOED_CALL_TRUNCATED);
      settle ();
      if (n <= n_whole)
        bed_assert_outcome (bed, session, "truncated");
      g_assert_cmpint (bed_get_record (bed, session)->state, ==, OUIOE_SESSION_CLOSED);
    }
  g_assert_cmpuint (ouioed_recorder_get_n_sessions (bed->recorder), ==, 0);
}

static void
test_how_a_call_ends_is_told (Bed *bed, gconstpointer data)
{
  static const struct { OuioedCallEnd how; guint status; const char *body, *outcome, *type, *says; } rows[] = {
    { OUIOED_CALL_NO_UPSTREAM, 0, NULL, "error", "error", "for a test" },
    { OUIOED_CALL_UPSTREAM_TIMEOUT, 0, NULL, "error", "error", "for a test" },
    { OUIOED_CALL_CLIENT_GONE, 200, "", "cancelled", NULL, NULL },
    { OUIOED_CALL_DRAINED, 200, "", "cancelled", NULL, NULL },
    { OUIOED_CALL_COMPLETE, 404, "{\"error\":\"model 'm' not found\"}", "error", "error", "status 404: model 'm' not found" },
    { OUIOED_CALL_COMPLETE, 429, "{\"error\":{\"message\":\"slow down\"}}", "error", "error", "status 429: slow down" },
    { OUIOED_CALL_COMPLETE, 502, "Bad Gateway\n", "error", "error", "status 502: Bad Gateway" },
    { OUIOED_CALL_COMPLETE, 500, "", "error", "error", "status 500" },
    { OUIOED_CALL_COMPLETE, 200, "", "truncated", NULL, NULL },
    { OUIOED_CALL_COMPLETE, 200, "<html>", "unreadable", NULL, NULL },
    { OUIOED_CALL_COMPLETE, 0, NULL, "unreadable", "warning", "switched to another protocol" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *session = g_strdup_printf ("end-%u", i);
      OuioedCall *call = bed_begin_chat (bed, session);

      if (rows[i].status != 0)
        {
          bed_answer_head (call, rows[i].status, rows[i].body[0] == '<' ? "text/html" : "application/json", bed->hub.now_us);
          bed_answer_body (bed, call, rows[i].body, strlen (rows[i].body), 5);
        }
      bed_end (bed, call, rows[i].how);
      bed_assert_outcome (bed, session, rows[i].outcome);
      if (rows[i].says != NULL)
        g_assert_true (bed_has_message (bed, session, rows[i].type, rows[i].says));
    }
}

static void
test_what_cannot_be_read_is_said (Bed *bed, gconstpointer data)
{
  OuioedCall *call = bed_begin_chat (bed, "br");
  char type[] = "content-type", coding[] = "content-encoding", ndjson[] = "application/x-ndjson", br[] = "br";
  OuioedHeader headers[] = { { type, ndjson }, { coding, br } };
  OuioedAnswerHead head = { 200, headers, 2 };

  ouioed_recorder_funcs.answer (call->data, &head, bed->hub.now_us);
  bed_answer_body (bed, call, "\x0b\x02\x80", 3, 3);
  bed_end (bed, call, OUIOED_CALL_COMPLETE);
  bed_assert_outcome (bed, "br", "unreadable");
  g_assert_true (bed_has_message (bed, "br", "warning", "compressed with br"));

  call = bed_begin_chat (bed, "hole");
  bed_answer_head (call, 200, "application/x-ndjson", bed->hub.now_us);
  bed_answer_body (bed, call, bed->demo, bed->demo_len / 2, 100);
  ouioed_recorder_funcs.lost (call->data);
  bed_end (bed, call, OUIOED_CALL_COMPLETE);
  bed_assert_outcome (bed, "hole", "unreadable");
  g_assert_true (bed_has_message (bed, "hole", "warning", "faster than it could be recorded"));
}

static void
test_turns_are_one_session (Bed *bed, gconstpointer data)
{
  g_autoptr(GPtrArray) sessions = NULL;
  const OuioedSessionRecord *record;
  OuioedCall *call;
  gboolean has_more;

  bed_run (bed, NULL, bed->demo, bed->demo_len, 500, OUIOED_CALL_COMPLETE);
  settle ();
  call = bed_begin (bed, "/api/chat", "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"Why?\"},"
                "{\"role\":\"assistant\",\"content\":\"So.\"},{\"role\":\"user\",\"content\":\"And then?\"}]}", NULL);
  bed_answer_head (call, 200, "application/x-ndjson", bed->hub.now_us);
  bed_answer_body (bed, call, bed->demo, bed->demo_len, 500);
  bed_end (bed, call, OUIOED_CALL_COMPLETE);
  settle ();

  sessions = ouioed_hub_list (bed->hub.hub, NULL, 0, NULL, 10, &has_more);
  g_assert_cmpuint (sessions->len, ==, 1);
  record = ouioed_channel_get_record (sessions->pdata[0]);
  g_assert_cmpuint (record->generation->n_calls, ==, 2);
  g_assert_cmpstr (record->context->user_request.str, ==, "And then?");
  g_assert_cmpstr (record->outcome, ==, "done");
  g_assert_true (g_str_has_prefix (record->id, "lab-"));
  g_assert_cmpstr (record->user_id, ==, g_get_user_name ());
}

static void
test_a_context_continues_its_session (Bed *bed, gconstpointer data)
{
  static const char answer[] = "{\"model\":\"m\",\"response\":\"So.\",\"done\":false}\n"
    "{\"model\":\"m\",\"response\":\"\",\"done\":true,\"done_reason\":\"stop\",\"context\":[1, 2,3]}\n";
  static const char *const asked[] = {
    "{\"model\":\"m\",\"prompt\":\"Why?\"}",
    "{\"model\":\"m\",\"prompt\":\"And then?\",\"context\":[1,2,3]}",
    "{\"model\":\"m\",\"prompt\":\"Else?\",\"context\":[1,2,4]}",
  };
  static const guint sessions[] = { 1, 1, 2 };

  for (guint i = 0; i < G_N_ELEMENTS (asked); i++)
    {
      OuioedCall *call = bed_begin (bed, "/api/generate", asked[i], NULL);

      bed_answer_head (call, 200, "application/x-ndjson", bed->hub.now_us);
      bed_answer_body (bed, call, answer, strlen (answer), i + 1);
      bed_end (bed, call, OUIOED_CALL_COMPLETE);
      settle ();
      g_assert_cmpuint (ouioed_hub_get_n (bed->hub.hub, OUIOE_SESSION_CLOSED), ==, sessions[i]);
    }
}

static void
test_the_last_call_closes (Bed *bed, gconstpointer data)
{
  OuioedCall *first = bed_begin_chat (bed, "both"), *second = bed_begin_chat (bed, "both");
  const OuioedSessionRecord *record;

  bed_answer_head (first, 200, "application/x-ndjson", bed->hub.now_us);
  bed_answer_body (bed, first, bed->demo, bed->demo_len, 300);
  bed_end (bed, first, OUIOED_CALL_COMPLETE);
  settle ();
  record = bed_get_record (bed, "both");
  g_assert_cmpint (record->state, ==, OUIOE_SESSION_OPEN);
  g_assert_cmpuint (record->generation->n_under_way, ==, 1);

  bed_answer_head (second, 200, "application/x-ndjson", bed->hub.now_us);
  bed_answer_body (bed, second, bed->demo, bed->demo_len, 300);
  bed_end (bed, second, OUIOED_CALL_COMPLETE);
  bed_assert_outcome (bed, "both", "done");
}

static void
test_a_session_of_a_producer_stays_open (Bed *bed, gconstpointer data)
{
  fixture_open (&bed->hub, "mine");
  bed_run (bed, "mine", bed->demo, bed->demo_len, 300, OUIOED_CALL_COMPLETE);
  settle ();
  g_assert_cmpint (bed_get_record (bed, "mine")->state, ==, OUIOE_SESSION_OPEN);
  g_assert_cmpuint (ouioe_stream_stats_get_thinking_steps (bed_get_record (bed, "mine")->stats), >, 0);
  g_assert_cmpuint (ouioed_recorder_get_n_sessions (bed->recorder), ==, 0);
}

static void
test_silence_is_shown_and_taken_back (Bed *bed, gconstpointer data)
{
  OuioedCall *call = bed_begin_chat (bed, "quiet");
  OuioeGeneration *generation;

  bed_answer_head (call, 200, "application/x-ndjson", bed->hub.now_us);
  bed_answer_body (bed, call, bed->demo, 200, 200);
  settle ();
  bed->hub.now_us += 19 * G_USEC_PER_SEC;
  ouioed_recorder_look (bed->recorder);
  generation = ouioed_channel_get_generation (ouioed_hub_find (bed->hub.hub, "quiet"));
  g_assert_cmpint (generation->stalled_since_us, ==, 0);
  g_assert_true (generation->can_stop);
  g_assert_false (generation->can_answer_now);

  bed->hub.now_us += 2 * G_USEC_PER_SEC;
  ouioed_recorder_look (bed->recorder);
  ouioed_recorder_look (bed->recorder);
  generation = ouioed_channel_get_generation (ouioed_hub_find (bed->hub.hub, "quiet"));
  g_assert_cmpint (generation->stalled_since_us, ==, bed->hub.now_us - 21 * G_USEC_PER_SEC);

  bed_answer_body (bed, call, bed->demo + 200, bed->demo_len - 200, 300);
  generation = ouioed_channel_get_generation (ouioed_hub_find (bed->hub.hub, "quiet"));
  g_assert_cmpint (generation->stalled_since_us, ==, 0);
  bed_end (bed, call, OUIOED_CALL_COMPLETE);
  bed_assert_outcome (bed, "quiet", "done");
  g_assert_true (bed_has_message (bed, "quiet", "warning", "Nothing has come from the model server for 21 seconds"));
}

/* The model server is not silent when nobody listens to it. */
static void
test_slow_clients_are_not_silence (Bed *bed, gconstpointer data)
{
  OuioedCall *call = bed_begin_chat (bed, "slow");

  bed_answer_head (call, 200, "application/x-ndjson", bed->hub.now_us);
  bed_answer_body (bed, call, bed->demo, 200, 200);
  settle ();
  call->waits = TRUE;
  for (guint i = 0; i < 60; i++)
    {
      bed->hub.now_us += G_USEC_PER_SEC;
      ouioed_recorder_look (bed->recorder);
      g_assert_cmpint (ouioed_channel_get_generation (ouioed_hub_find (bed->hub.hub, "slow"))->stalled_since_us, ==, 0);
    }

  call->waits = FALSE;    /* it took everything; from here on the server is asked */
  bed->hub.now_us += 19 * G_USEC_PER_SEC;
  ouioed_recorder_look (bed->recorder);
  g_assert_cmpint (ouioed_channel_get_generation (ouioed_hub_find (bed->hub.hub, "slow"))->stalled_since_us, ==, 0);
  bed->hub.now_us += 2 * G_USEC_PER_SEC;
  ouioed_recorder_look (bed->recorder);
  g_assert_cmpint (ouioed_channel_get_generation (ouioed_hub_find (bed->hub.hub, "slow"))->stalled_since_us, ==,
                   bed->hub.now_us - 21 * G_USEC_PER_SEC);
  bed_answer_body (bed, call, bed->demo + 200, bed->demo_len - 200, 300);
  bed_end (bed, call, OUIOED_CALL_COMPLETE);
  bed_assert_outcome (bed, "slow", "done");
  g_assert_true (bed_has_message (bed, "slow", "warning", "Nothing has come from the model server for 21 seconds"));
}

static gboolean
on_patience (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
  return G_SOURCE_REMOVE;
}

static void
test_a_store_that_fails_is_tried_again (Bed *bed, gconstpointer data)
{
  g_autofree char *expected = NULL, *thinking = NULL;
  gboolean late = FALSE;
  guint limit = g_timeout_add_seconds (20, on_patience, &late);

  bed_run (bed, "good", bed->demo, bed->demo_len, 300, OUIOED_CALL_COMPLETE);
  bed_assert_outcome (bed, "good", "done");
  bed->hub.store->fail = 1;
  test_log_expect ("The store refused*the disk is full*");
  bed_run (bed, "bad", bed->demo, bed->demo_len, 300, OUIOED_CALL_COMPLETE);
  while (ouioed_recorder_get_n_sessions (bed->recorder) > 0 && !late)
    g_main_context_iteration (NULL, TRUE);
  g_assert_false (late);
  g_source_remove (limit);
  test_log_assert ();
  bed_assert_outcome (bed, "bad", "done");
  expected = read_thinking (bed, "good");
  thinking = read_thinking (bed, "bad");
  g_assert_cmpstr (thinking, ==, expected);
}

static void
control_done_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GError **error = user_data;

  if (ouioed_hub_control_finish (OUIOED_HUB (source), result, error))
    *error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED, "good");
}

static void
test_stop_hangs_up (Bed *bed, gconstpointer data)
{
  OuioedCall *call = bed_begin_chat (bed, "stop");
  g_autoptr(GError) stopped = NULL;
  g_autoptr(GError) answered = NULL;
  g_autoptr(GError) over = NULL;

  bed_answer_head (call, 200, "application/x-ndjson", bed->hub.now_us);
  bed_answer_body (bed, call, bed->demo, 300, 300);
  settle ();
  ouioed_hub_control_async (bed->hub.hub, "stop", OUIOED_CONTROL_ANSWER_NOW, control_done_cb, &answered);
  ouioed_hub_control_async (bed->hub.hub, "stop", OUIOED_CONTROL_STOP, control_done_cb, &stopped);
  settle ();
  g_assert_error (answered, OUIOE_ERROR, OUIOE_ERROR_WRONG_STATE);
  g_assert_nonnull (strstr (answered->message, "llama-server"));
  g_assert_error (stopped, G_IO_ERROR, G_IO_ERROR_FAILED);
  g_assert_cmpuint (call->n_stops, ==, 1);
  bed_end (bed, call, OUIOED_CALL_STOPPED);
  bed_assert_outcome (bed, "stop", "cancelled");
  ouioed_hub_control_async (bed->hub.hub, "stop", OUIOED_CONTROL_STOP, control_done_cb, &over);
  settle ();
  g_assert_error (over, OUIOE_ERROR, OUIOE_ERROR_WRONG_STATE);
}

/* ---- llama-server ---- */

typedef struct {
  guint       status;
  const char *answer;
  const char *says;      /* part of the error; NULL: it is good */
} Control;

/* One request of each connection, in a thread of its own. */
static gboolean
on_control (GThreadedSocketService *service, GSocketConnection *connection, GObject *source, gpointer user_data)
{
  const Control *control = user_data;
  g_autoptr(GDataInputStream) in = g_data_input_stream_new (g_io_stream_get_input_stream (G_IO_STREAM (connection)));
  g_autofree char *first = g_data_input_stream_read_line (in, NULL, NULL, NULL);
  g_autofree char *answer = g_strdup_printf ("HTTP/1.1 %u Said\r\nContent-Type: application/json\r\nLocation: /elsewhere\r\n"
                                             "Connection: close\r\nContent-Length: %zu\r\n\r\n%s", control->status,
                                             strlen (control->answer), control->answer);
  char body[512] = "";
  guint64 length = 0;
  json_t *object;

  g_assert_cmpstr (first, ==, "POST /v1/chat/completions/control HTTP/1.1\r");
  for (;;)
    {
      g_autofree char *line = g_data_input_stream_read_line (in, NULL, NULL, NULL);

      g_assert_nonnull (line);
      if (g_ascii_strncasecmp (line, "content-length:", 15) == 0)
        length = g_ascii_strtoull (line + 15, NULL, 10);
      if (g_str_equal (line, "\r"))
        break;
    }
  g_assert_cmpuint (length, <, sizeof body);
  g_assert_true (g_input_stream_read_all (G_INPUT_STREAM (in), body, length, NULL, NULL, NULL));
  object = json_loadb (body, length, 0, NULL);
  g_assert_cmpstr (json_string_value (json_object_get (object, "id")), ==, "chatcmpl-7");
  g_assert_cmpstr (json_string_value (json_object_get (object, "action")), ==, "reasoning_end");
  json_decref (object);
  g_assert_true (g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)), answer,
                                            strlen (answer), NULL, NULL, NULL));
  return TRUE;
}

/* Its port on the loopback. */
static guint16
serve_control (GSocketService *service, const Control *control)
{
  g_autoptr(GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr(GSocketAddress) wanted = g_inet_socket_address_new (loopback, 0);
  g_autoptr(GSocketAddress) address = NULL;

  g_signal_connect (service, "run", G_CALLBACK (on_control), (gpointer) control);
  g_assert_true (g_socket_listener_add_address (G_SOCKET_LISTENER (service), wanted, G_SOCKET_TYPE_STREAM,
                                                G_SOCKET_PROTOCOL_TCP, NULL, &address, NULL));
  return g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address));
}

static void
check_control (Bed *bed, const Control *control)
{
  static const char thinking[] = "data: {\"id\":\"chatcmpl-7\",\"choices\":[{\"index\":0,"
                                 "\"delta\":{\"reasoning_content\":\"Hm, \"}}]}\n\n";
  g_autoptr(GSocketService) service = g_threaded_socket_service_new (1);
  g_autoptr(GError) error = NULL;
  g_autofree char *spec = NULL;
  OuioedCall *call;

  spec = g_strdup_printf ("lab=http://127.0.0.1:%u,dialect=llamacpp", serve_control (service, control));
  ouioed_upstream_unref (bed->upstream);
  bed->upstream = ouioed_upstream_parse (spec, NULL);

  call = bed_begin (bed, "/v1/chat/completions", "{\"model\":\"m\",\"reasoning_control\":true,\"stream\":true,"
                "\"messages\":[{\"role\":\"user\",\"content\":\"Why?\"}]}", "now");
  bed_answer_head (call, 200, "text/event-stream", bed->hub.now_us);
  bed_answer_body (bed, call, thinking, strlen (thinking), 9);
  settle ();
  g_assert_true (ouioed_channel_get_generation (ouioed_hub_find (bed->hub.hub, "now"))->can_answer_now);
  ouioed_hub_control_async (bed->hub.hub, "now", OUIOED_CONTROL_ANSWER_NOW, control_done_cb, &error);
  while (error == NULL)
    g_main_context_iteration (NULL, TRUE);
  if (control->says == NULL)
    g_assert_error (error, G_IO_ERROR, G_IO_ERROR_FAILED);
  else
    {
      g_assert_error (error, OUIOE_ERROR, OUIOE_ERROR_WRONG_STATE);
      g_assert_nonnull (strstr (error->message, control->says));
    }
  bed_end (bed, call, OUIOED_CALL_CLIENT_GONE);
  bed_assert_outcome (bed, "now", "cancelled");
  g_socket_service_stop (service);
}

static void
test_llama_server_is_told_to_answer (Bed *bed, gconstpointer data)
{
  static const Control rows[] = {
    { 200, "{\"success\":true}", NULL },
    { 200, "{\"success\":false,\"message\":\"no active completion\"}", "no active completion" },
    { 404, "{\"error\":{\"message\":\"File Not Found\"}}", "File Not Found" },
    { 404, "", "does not know how" },
    { 401, "{}", "keeps none" },
    { 302, "", "no reason given" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    check_control (bed, &rows[i]);
}

static void
test_what_was_left_open_is_closed (Bed *bed, gconstpointer data)
{
  g_autofree OuioedCall *call = bed_begin_chat (bed, "left");   /* its process is gone before it ends */
  OuioedRecorder *second;

  settle ();
  g_assert_cmpint (bed_get_record (bed, "left")->state, ==, OUIOE_SESSION_OPEN);
  fixture_open (&bed->hub, "other");
  second = ouioed_recorder_new (bed->hub.hub, ouioed_estimates_new (NULL), G_USEC_PER_SEC);
  bed_assert_outcome (bed, "left", "interrupted");
  g_assert_cmpint (bed_get_record (bed, "other")->state, ==, OUIOE_SESSION_OPEN);
  ouioed_recorder_free (second);
}

static void
test_other_requests_are_not_recorded (Bed *bed, gconstpointer data)
{
  static const char *const paths[] = { "/api/tags", "/v1/models", "/api/blobs/sha256:1", "/", "/v1/embeddings" };

  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      OuioedCall *call = bed_begin (bed, paths[i], "{}", NULL);

      g_assert_null (call->data);
      g_free (call);
    }
  g_assert_cmpuint (ouioed_recorder_get_n_calls (bed->recorder), ==, 0);
}

int
main (int argc, char **argv)
{
  static const struct { const char *path; void (*func) (Bed *, gconstpointer); } tests[] = {
    { "/recorder/all-thinking-is-kept", test_all_thinking_is_kept },
    { "/recorder/broken-anywhere-it-ends", test_broken_anywhere_it_ends },
    { "/recorder/how-a-call-ends-is-told", test_how_a_call_ends_is_told },
    { "/recorder/what-cannot-be-read-is-said", test_what_cannot_be_read_is_said },
    { "/recorder/turns-are-one-session", test_turns_are_one_session },
    { "/recorder/a-context-continues-its-session", test_a_context_continues_its_session },
    { "/recorder/the-last-call-closes", test_the_last_call_closes },
    { "/recorder/a-session-of-a-producer-stays-open", test_a_session_of_a_producer_stays_open },
    { "/recorder/silence-is-shown-and-taken-back", test_silence_is_shown_and_taken_back },
    { "/recorder/slow-clients-are-not-silence", test_slow_clients_are_not_silence },
    { "/recorder/a-store-that-fails-is-tried-again", test_a_store_that_fails_is_tried_again },
    { "/recorder/stop-hangs-up", test_stop_hangs_up },
    { "/recorder/llama-server-is-told-to-answer", test_llama_server_is_told_to_answer },
    { "/recorder/what-was-left-open-is-closed", test_what_was_left_open_is_closed },
    { "/recorder/other-requests-are-not-recorded", test_other_requests_are_not_recorded },
  };

  g_test_init (&argc, &argv, NULL);
  test_log_install ();
  bed_demo_path = argv[1];
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Bed, NULL, bed_set_up, tests[i].func, bed_tear_down);
  return g_test_run ();
}
