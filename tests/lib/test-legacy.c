/* test-legacy.c - entries and frames as the old service showed them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "codec-helpers.h"

#define HEAD(stream, type) \
  "{\"id\":\"1795396263398-0\",\"stream\":\"" stream ":s1\",\"type\":\"" type "\",\"session_id\":\"s1\"," \
  "\"timestamp\":\"2026-11-23T01:11:03.398083+00:00\","

static const OuioeEventId test_id = { 1795396263398, 0 };

static OuioeEvent *
make_step (const char *session_id, const char *body)
{
  g_autoptr(OuioeThinkingStep) step = test_read_step (body);

  return ouioe_codec_encode_step (test_session (session_id), test_id, TEST_TIME_US, step);
}

static OuioeEvent *
make_update (const char *body)
{
  g_autoptr(OuioeProgressUpdate) update = test_read_update (body);

  return ouioe_codec_encode_update (test_session ("s1"), test_id, TEST_TIME_US, update);
}

static OuioeEvent *
make_start (const char *request, gsize request_len, const char *system_context, gboolean debug_mode)
{
  g_autoptr(OuioeThinkingContext) context = ouioe_thinking_context_new ("", system_context);
  OuioeSessionStartInfo info = { "user-1", OUIOE_STREAM_CONFIG_DEFAULT, context };

  ouioe_text_clear (&context->user_request);
  context->user_request = ouioe_text_new (request, (gssize) request_len);
  info.config.debug_mode = debug_mode;
  return ouioe_codec_encode_start (test_session ("s1"), test_id, TEST_TIME_US, &info);
}

static OuioeEvent *
make_end (gint64 duration_us)
{
  OuioeSessionEndInfo info = { "closed", duration_us, 3, 0 };

  return ouioe_codec_encode_end (test_session ("s1"), test_id, TEST_TIME_US, &info);
}

static void
assert_entry (OuioeEvent *event, OuioeStreams stream, const char *expected)
{
  g_autofree char *entry = test_entry (event, stream);

  g_assert_cmpstr (entry, ==, expected);
}

static void
test_step_entry_is_text (void)
{
  g_autoptr(OuioeEvent) event =
    make_step ("s1", "{\"thinking_type\":\"decision\",\"content\":\"text\",\"reasoning_chain\":[\"a\",\"b\"],"
                     "\"confidence\":0.85,\"alternatives\":[\"x\"],\"decision_factors\":[\"f\",\"g\"]}");

  assert_entry (event, OUIOE_STREAMS_THINKING,
                HEAD ("thinking", "thinking_step")
                "\"thinking_type\":\"decision\",\"content\":\"text\",\"reasoning_chain\":[\"a\",\"b\"],"
                "\"confidence_level\":\"0.85\",\"alternatives_considered\":[\"x\"],\"decision_factors\":[\"f\",\"g\"],"
                "\"context_used\":\"\",\"estimated_duration\":\"\",\"thinking_content\":\"text\","
                "\"confidence_reported\":\"true\"}");
}

static void
test_step_without_confidence_has_that_of_the_contract (void)
{
  g_autoptr(OuioeEvent) event = make_step ("s1", "{\"thinking_type\":\"acme.lint\",\"content\":\"\"}");

  assert_entry (event, OUIOE_STREAMS_THINKING,
                HEAD ("thinking", "thinking_step")
                "\"thinking_type\":\"acme.lint\",\"content\":\"\",\"reasoning_chain\":[],"
                "\"confidence_level\":\"0.8\",\"alternatives_considered\":[],\"decision_factors\":[],"
                "\"context_used\":\"\",\"estimated_duration\":\"\",\"thinking_content\":\"\","
                "\"confidence_reported\":\"false\"}");
}

static void
test_step_with_everything_keeps_objects (void)
{
  g_autoptr(OuioeEvent) event =
    make_step ("s1", "{\"thinking_type\":\"error\",\"content\":\"c\",\"confidence\":1,"
                     "\"context_used\":{\"k\":[1,\"]}\"]},\"estimated_duration\":3}");

  assert_entry (event, OUIOE_STREAMS_THINKING,
                HEAD ("thinking", "thinking_step")
                "\"thinking_type\":\"error\",\"content\":\"c\",\"reasoning_chain\":[],"
                "\"confidence_level\":\"1.0\",\"alternatives_considered\":[],\"decision_factors\":[],"
                "\"context_used\":{\"k\":[1,\"]}\"]},\"estimated_duration\":\"3.0\",\"thinking_content\":\"c\","
                "\"confidence_reported\":\"true\"}");
}

static void
test_confidence_is_the_shortest_text (void)
{
  static const struct {
    const char *number;
    const char *text;
  } rows[] = {
    { "0.85", "0.85" }, { "0.8", "0.8" }, { "1", "1.0" }, { "0", "0.0" }, { "1e-7", "1e-07" }, { "0.50", "0.5" },
    { "0.30000000000000004", "0.30000000000000004" }, { "5E-1", "0.5" }, { "0.1000000000000000055511", "0.1" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *body = g_strdup_printf ("{\"thinking_type\":\"error\",\"content\":\"\",\"confidence\":%s}",
                                               rows[i].number);
      g_autofree char *member = g_strdup_printf ("\"confidence_level\":\"%s\",", rows[i].text);
      g_autoptr(OuioeEvent) event = make_step ("s1", body);
      g_autofree char *entry = test_entry (event, OUIOE_STREAMS_THINKING);

      g_assert_nonnull (strstr (entry, member));
    }
}

static void
test_text_is_kept_exactly (void)
{
  g_autoptr(OuioeEvent) event =
    make_step ("s \"1\\", "{\"thinking_type\":\"error\","
                          "\"content\":\"\\u0000a\\u0000 \\ud83d\\ude00 \\u2028 \\\" \\\\ \\n\"}");
  g_autofree char *entry = test_entry (event, OUIOE_STREAMS_THINKING);
  g_autoptr(json_t) root = test_parse (entry);
  static const char expected[] = "\0a\0 😀 \xe2\x80\xa8 \" \\ \n";
  const json_t *content = json_object_get (root, "content");
  const json_t *again = json_object_get (root, "thinking_content");

  g_assert_cmpmem (json_string_value (content), json_string_length (content), expected, sizeof expected - 1);
  g_assert_true (json_equal (content, again));
  g_assert_cmpstr (json_string_value (json_object_get (root, "stream")), ==, "thinking:s \"1\\");
  g_assert_cmpstr (json_string_value (json_object_get (root, "session_id")), ==, "s \"1\\");
}

static void
test_update_entry_is_text (void)
{
  g_autoptr(OuioeEvent) full =
    make_update ("{\"progress_type\":\"progress\",\"message\":\"m\",\"progress_percentage\":60,\"current_step\":\"p\","
                 "\"total_steps\":8,\"estimated_remaining\":\"2 min\",\"intermediate_findings\":[{\"a\":1}],"
                 "\"current_activity\":\"x\",\"confidence\":0.5}");
  g_autoptr(OuioeEvent) bare = make_update ("{\"progress_type\":\"completion\",\"message\":\"\"}");
  g_autoptr(OuioeEvent) zero =
    make_update ("{\"progress_type\":\"progress\",\"message\":\"\",\"progress_percentage\":0,\"total_steps\":0}");

  assert_entry (full, OUIOE_STREAMS_PROGRESS,
                HEAD ("progress", "progress_update")
                "\"update_type\":\"progress\",\"message\":\"m\",\"progress_percentage\":\"60.0\","
                "\"current_step\":\"p\",\"total_steps\":\"8\",\"estimated_remaining\":\"2 min\","
                "\"intermediate_findings\":[{\"a\":1}],\"current_activity\":\"x\",\"confidence\":\"0.5\","
                "\"operation\":\"m\"}");
  assert_entry (bare, OUIOE_STREAMS_PROGRESS,
                HEAD ("progress", "progress_update")
                "\"update_type\":\"completion\",\"message\":\"\",\"progress_percentage\":\"\",\"current_step\":\"\","
                "\"total_steps\":\"\",\"estimated_remaining\":\"\",\"intermediate_findings\":\"\","
                "\"current_activity\":\"\",\"confidence\":\"\",\"operation\":\"\"}");
  assert_entry (zero, OUIOE_STREAMS_PROGRESS,
                HEAD ("progress", "progress_update")
                "\"update_type\":\"progress\",\"message\":\"\",\"progress_percentage\":\"0.0\",\"current_step\":\"\","
                "\"total_steps\":\"0\",\"estimated_remaining\":\"\",\"intermediate_findings\":\"\","
                "\"current_activity\":\"\",\"confidence\":\"\",\"operation\":\"\"}");
}

static void
test_start_stands_on_both_streams (void)
{
  g_autoptr(OuioeEvent) event = make_start ("do it", 5, "{\"a\": 9007199254740993}", TRUE);

  assert_entry (event, OUIOE_STREAMS_THINKING,
                HEAD ("thinking", "session_start")
                "\"user_id\":\"user-1\",\"debug_mode\":\"True\",\"context\":\"{\\\"user_request\\\":\\\"do it\\\","
                "\\\"system_context\\\":{\\\"a\\\":9007199254740993},\\\"conversation_history\\\":[],"
                "\\\"available_services\\\":{},\\\"user_preferences\\\":{},\\\"safety_constraints\\\":[],"
                "\\\"operation_complexity\\\":\\\"medium\\\",\\\"estimated_duration\\\":null}\"}");
  assert_entry (event, OUIOE_STREAMS_PROGRESS,
                HEAD ("progress", "session_start")
                "\"user_id\":\"user-1\",\"debug_mode\":\"True\",\"context\":\"{\\\"user_request\\\":\\\"do it\\\","
                "\\\"system_context\\\":{\\\"a\\\":9007199254740993},\\\"conversation_history\\\":[],"
                "\\\"available_services\\\":{},\\\"user_preferences\\\":{},\\\"safety_constraints\\\":[],"
                "\\\"operation_complexity\\\":\\\"medium\\\",\\\"estimated_duration\\\":null}\"}");
}

static void
test_context_is_text_that_holds_json (void)
{
  static const char request[] = "a\0\"b\\ 😀\n";
  g_autoptr(OuioeEvent) event = make_start (request, sizeof request - 1, "{\"k\":\"\\u0000\\\"\"}", FALSE);
  g_autofree char *entry = test_entry (event, OUIOE_STREAMS_THINKING);
  g_autoptr(json_t) root = test_parse (entry);
  g_autoptr(json_t) context = test_parse (json_string_value (json_object_get (root, "context")));
  const json_t *user_request = json_object_get (context, "user_request");
  const json_t *value = json_object_get (json_object_get (context, "system_context"), "k");

  g_assert_cmpstr (json_string_value (json_object_get (root, "debug_mode")), ==, "False");
  g_assert_cmpuint (json_object_size (context), ==, 8);
  g_assert_cmpmem (json_string_value (user_request), json_string_length (user_request), request, sizeof request - 1);
  g_assert_cmpmem (json_string_value (value), json_string_length (value), "\0\"", 2);
}

static void
test_end_counts_as_text (void)
{
  g_autoptr(OuioeEvent) event = make_end (9256138);
  g_autoptr(OuioeEvent) none = make_end (0);
  g_autofree char *entry = test_entry (none, OUIOE_STREAMS_PROGRESS);

  assert_entry (event, OUIOE_STREAMS_THINKING,
                HEAD ("thinking", "session_end")
                "\"duration\":\"9.256138\",\"thinking_steps\":\"3\",\"progress_updates\":\"0\"}");
  g_assert_nonnull (strstr (entry, "\"duration\":\"0.0\""));
}

static void
test_frames_are_named_after_their_stream (void)
{
  g_autoptr(OuioeEvent) event = make_end (1000000);
  g_autoptr(GString) out = g_string_new ("before");
  g_autoptr(GError) error = NULL;

  g_assert_true (ouioe_codec_write_frame (out, event, OUIOE_STREAMS_THINKING, &error));
  g_assert_cmpstr (out->str, ==, "before{\"type\":\"thinking_step\",\"data\":" HEAD ("thinking", "session_end")
                   "\"duration\":\"1.0\",\"thinking_steps\":\"3\",\"progress_updates\":\"0\"}}");
  g_string_truncate (out, 0);
  g_assert_true (ouioe_codec_write_frame (out, event, OUIOE_STREAMS_PROGRESS, &error));
  g_assert_true (g_str_has_prefix (out->str,
                                   "{\"type\":\"progress_update\",\"data\":" HEAD ("progress", "session_end")));
  test_assert_json (out->str, out->len);
}

static void
test_entries_of_stored_lines_are_the_same (void)
{
  g_autoptr(OuioeEvent) event =
    make_step ("s1", "{\"thinking_type\":\"error\",\"content\":\"\\u0000\",\"confidence\":0.3,"
                     "\"context_used\":{\"a\":1}}");
  gsize len;
  const char *data = g_bytes_get_data (ouioe_event_get_json (event), &len);
  g_autoptr(OuioeEvent) stored = ouioe_codec_decode_event (data, len, NULL);
  g_autofree char *first = test_entry (event, OUIOE_STREAMS_THINKING);
  g_autofree char *second = test_entry (stored, OUIOE_STREAMS_THINKING);

  g_assert_cmpstr (first, ==, second);
}

static void
check_damaged (OuioeEventKind kind, const char *json, gsize len)
{
  g_autoptr(GBytes) bytes = g_bytes_new (json, len);
  g_autoptr(OuioeEvent) event = ouioe_event_new_encoded (test_session ("s1"), test_id, kind, NULL, 0, bytes);
  g_autoptr(GString) out = g_string_new ("before");
  g_autoptr(GError) error = NULL;
  OuioeStreams stream = kind == OUIOE_EVENT_PROGRESS_UPDATE ? OUIOE_STREAMS_PROGRESS : OUIOE_STREAMS_THINKING;

  g_assert_false (ouioe_codec_write_frame (out, event, stream, &error));
  g_assert_error (error, OUIOE_ERROR, OUIOE_ERROR_STORE_DAMAGED);
  g_assert_cmpstr (out->str, ==, "before");
}

static void
test_damaged_lines_add_nothing (void)
{
  g_autoptr(OuioeEvent) event =
    make_step ("s1", "{\"thinking_type\":\"error\",\"content\":\"c\",\"confidence\":0.3,\"reasoning_chain\":[\"a\"]}");
  gsize len;
  const char *data = g_bytes_get_data (ouioe_event_get_json (event), &len);
  static const struct {
    OuioeEventKind kind;
    const char    *json;
  } rows[] = {
    { OUIOE_EVENT_THINKING_STEP, "{\"session_id\":\"s\",\"timestamp\":\"t\",\"thinking_type\":\"x\"}" },
    { OUIOE_EVENT_THINKING_STEP, "{\"session_id\":5,\"timestamp\":\"t\",\"thinking_type\":\"x\",\"content\":\"\"}" },
    { OUIOE_EVENT_THINKING_STEP, "{\"session_id\":\"s\",\"timestamp\":\"t\",\"thinking_type\":\"x\",\"content\":[]}" },
    { OUIOE_EVENT_THINKING_STEP, "{\"session_id\":\"s\",\"timestamp\":\"t\",\"thinking_type\":\"x\",\"content\":\"\","
                                 "\"confidence\":\"high\"}" },
    { OUIOE_EVENT_THINKING_STEP, "{\"session_id\":\"s\",\"timestamp\":\"t\",\"thinking_type\":\"x\",\"content\":\"\","
                                 "\"alternatives\":{}}" },
    { OUIOE_EVENT_PROGRESS_UPDATE, "{\"session_id\":\"s\",\"timestamp\":\"t\",\"progress_type\":\"x\"}" },
    { OUIOE_EVENT_SESSION_START, "{\"session_id\":\"s\",\"timestamp\":\"t\",\"user_id\":\"u\",\"debug_mode\":false}" },
    { OUIOE_EVENT_SESSION_START, "{\"session_id\":\"s\",\"timestamp\":\"t\",\"user_id\":\"u\",\"debug_mode\":false,"
                                 "\"user_request\":\"\",\"system_context\":[]}" },
    { OUIOE_EVENT_SESSION_START, "{\"session_id\":\"s\",\"timestamp\":\"t\",\"user_id\":\"u\",\"debug_mode\":\"no\","
                                 "\"user_request\":\"\",\"system_context\":{}}" },
    { OUIOE_EVENT_SESSION_END, "{\"session_id\":\"s\",\"timestamp\":\"t\",\"duration\":\"long\"}" },
    { OUIOE_EVENT_SESSION_END, "{}" },
    { OUIOE_EVENT_SESSION_END, "" },
  };

  for (gsize n = 0; n < len; n++)
    check_damaged (OUIOE_EVENT_THINKING_STEP, data, n);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    check_damaged (rows[i].kind, rows[i].json, strlen (rows[i].json));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/legacy/step/is-text", test_step_entry_is_text);
  g_test_add_func ("/legacy/step/without-confidence-has-that-of-the-contract",
                   test_step_without_confidence_has_that_of_the_contract);
  g_test_add_func ("/legacy/step/with-everything-keeps-objects", test_step_with_everything_keeps_objects);
  g_test_add_func ("/legacy/step/confidence-is-the-shortest-text", test_confidence_is_the_shortest_text);
  g_test_add_func ("/legacy/step/text-is-kept-exactly", test_text_is_kept_exactly);
  g_test_add_func ("/legacy/update/is-text", test_update_entry_is_text);
  g_test_add_func ("/legacy/start/stands-on-both-streams", test_start_stands_on_both_streams);
  g_test_add_func ("/legacy/start/context-is-text-that-holds-json", test_context_is_text_that_holds_json);
  g_test_add_func ("/legacy/end/counts-as-text", test_end_counts_as_text);
  g_test_add_func ("/legacy/frame/is-named-after-its-stream", test_frames_are_named_after_their_stream);
  g_test_add_func ("/legacy/stored-lines-give-the-same-entry", test_entries_of_stored_lines_are_the_same);
  g_test_add_func ("/legacy/damaged-lines-add-nothing", test_damaged_lines_add_nothing);

  return g_test_run ();
}
