/* test-event.c - the typed form of events: encoded once, read back without loss
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "codec-helpers.h"

#define HEAD(kind) \
  "{\"id\":\"1795396263398-2\",\"session_id\":\"s1\",\"kind\":\"" kind "\"," \
  "\"timestamp\":\"2026-11-23T01:11:03.398083+00:00\","

static const OuioeEventId test_id = { 1795396263398, 2 };

/* A body, and the event it becomes. */
typedef struct {
  const char *body;
  const char *event;
} Encoding;

static const Encoding steps[] = {
  { "{\"thinking_type\":\"decision\",\"content\":\"\"}",
    HEAD ("thinking_step") "\"thinking_type\":\"decision\",\"content\":\"\"}" },
  { "{\"thinking_type\":\"decision\",\"content\":\"c\",\"reasoning_chain\":[\"a\",\"b\"],\"confidence\":0.85,"
    "\"alternatives\":[\"x\"],\"decision_factors\":[\"f\",\"g\"],\"context_used\":{\"k\":1},"
    "\"estimated_duration\":2.5}",
    HEAD ("thinking_step") "\"thinking_type\":\"decision\",\"content\":\"c\",\"reasoning_chain\":[\"a\",\"b\"],"
    "\"confidence\":0.85,\"alternatives\":[\"x\"],\"decision_factors\":[\"f\",\"g\"],\"context_used\":{\"k\":1},"
    "\"estimated_duration\":2.5}" },
  { "{\"estimated_duration\":0,\"confidence\":0,\"content\":\"\\u0000\\n\\\"\\ud83d\\ude00é\",\"alternatives\":[],"
    "\"thinking_type\":\"acme.lint\",\"reasoning_chain\":[\"\\u0000\"],\"context_used\":{}}",
    HEAD ("thinking_step") "\"thinking_type\":\"acme.lint\",\"content\":\"\\u0000\\n\\\"😀é\","
    "\"reasoning_chain\":[\"\\u0000\"],\"confidence\":0.0,\"context_used\":{},\"estimated_duration\":0.0}" },
  { "{\"thinking_type\":\"error\",\"content\":\"c\",\"confidence\":1e-7,"
    "\"context_used\":{\"big\":9223372036854775807,\"low\":-9223372036854775808,\"r\":0.1,\"n\":[null,{\"\":[]}]}}",
    HEAD ("thinking_step") "\"thinking_type\":\"error\",\"content\":\"c\",\"confidence\":1e-07,"
    "\"context_used\":{\"big\":9223372036854775807,\"low\":-9223372036854775808,\"r\":0.1,\"n\":[null,{\"\":[]}]}}" },
};

static const Encoding updates[] = {
  { "{\"progress_type\":\"progress\",\"message\":\"\"}",
    HEAD ("progress_update") "\"progress_type\":\"progress\",\"message\":\"\"}" },
  { "{\"progress_type\":\"progress\",\"message\":\"m\",\"progress_percentage\":60,\"current_step\":\"p\","
    "\"total_steps\":8,\"estimated_remaining\":\"2 min\",\"intermediate_findings\":[{\"a\":1}],"
    "\"current_activity\":\"x\",\"confidence\":0.5}",
    HEAD ("progress_update") "\"progress_type\":\"progress\",\"message\":\"m\",\"progress_percentage\":60.0,"
    "\"current_step\":\"p\",\"total_steps\":8,\"estimated_remaining\":\"2 min\",\"intermediate_findings\":[{\"a\":1}],"
    "\"current_activity\":\"x\",\"confidence\":0.5}" },
  { "{\"progress_type\":\"acme.tick\",\"message\":\"\\u0000\",\"progress_percentage\":0,\"current_step\":\"\","
    "\"total_steps\":9223372036854775807,\"estimated_remaining\":\"\"}",
    HEAD ("progress_update") "\"progress_type\":\"acme.tick\",\"message\":\"\\u0000\",\"progress_percentage\":0.0,"
    "\"current_step\":\"\",\"total_steps\":9223372036854775807,\"estimated_remaining\":\"\"}" },
};

static OuioeEvent *
encode_step (const char *body)
{
  g_autoptr(OuioeThinkingStep) step = test_read_step (body);

  return ouioe_codec_encode_step (test_session ("s1"), test_id, TEST_TIME_US, step);
}

static OuioeEvent *
encode_update (const char *body)
{
  g_autoptr(OuioeProgressUpdate) update = test_read_update (body);

  return ouioe_codec_encode_update (test_session ("s1"), test_id, TEST_TIME_US, update);
}

static OuioeEvent *
encode_start (const OuioeStreamConfig *config)
{
  g_autoptr(OuioeThinkingContext) context = ouioe_thinking_context_new ("do \"it\"", "{\"a\": 1}");
  OuioeSessionStartInfo info = { "me", *config, context };

  return ouioe_codec_encode_start (test_session ("s1"), test_id, TEST_TIME_US, &info);
}

static OuioeEvent *
encode_end (void)
{
  OuioeSessionEndInfo info = { "closed", 9250000, 3, 0 };

  return ouioe_codec_encode_end (test_session ("s1"), test_id, TEST_TIME_US, &info);
}

static void
test_events_have_the_canonical_form (void)
{
  OuioeStreamConfig config = OUIOE_STREAM_CONFIG_DEFAULT;
  g_autoptr(OuioeEvent) start = NULL;
  g_autoptr(OuioeEvent) end = encode_end ();
  g_autofree char *start_text = NULL;
  g_autofree char *end_text = test_event_text (end);

  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      g_autoptr(OuioeEvent) event = encode_step (steps[i].body);
      g_autofree char *text = test_event_text (event);

      g_assert_cmpstr (text, ==, steps[i].event);
    }
  for (guint i = 0; i < G_N_ELEMENTS (updates); i++)
    {
      g_autoptr(OuioeEvent) event = encode_update (updates[i].body);
      g_autofree char *text = test_event_text (event);

      g_assert_cmpstr (text, ==, updates[i].event);
    }

  config.debug_mode = TRUE;
  config.update_threshold_us = 1500000;
  start = encode_start (&config);
  start_text = test_event_text (start);
  g_assert_cmpstr (start_text, ==, HEAD ("session_start")
                   "\"user_id\":\"me\",\"debug_mode\":true,\"progress_updates\":true,\"max_stream_length\":1000,"
                   "\"update_threshold_seconds\":1.5,\"expiry_seconds\":86400.0,\"user_request\":\"do \\\"it\\\"\","
                   "\"system_context\":{\"a\":1}}");
  g_assert_cmpstr (end_text, ==, HEAD ("session_end")
                   "\"outcome\":\"closed\",\"duration\":9.25,\"thinking_steps\":3,\"progress_updates\":0}");
}

static void
test_events_know_their_envelope (void)
{
  g_autoptr(OuioeEvent) step = encode_step (steps[2].body);
  g_autoptr(OuioeEvent) end = encode_end ();

  g_assert_cmpint (ouioe_event_id_compare (*ouioe_event_get_id (step), test_id), ==, 0);
  g_assert_cmpstr (ouioe_event_get_session_id (step), ==, "s1");
  g_assert_cmpint (ouioe_event_get_kind (step), ==, OUIOE_EVENT_THINKING_STEP);
  g_assert_cmpstr (ouioe_event_get_type_word (step), ==, "acme.lint");
  g_assert_cmpint (ouioe_event_get_time_us (step), ==, TEST_TIME_US);
  g_assert_cmpint (ouioe_event_get_kind (end), ==, OUIOE_EVENT_SESSION_END);
  g_assert_null (ouioe_event_get_type_word (end));
}

/* Reads the line of @event as a client does; it must become the same event. */
static OuioeEvent *
read_back (OuioeEvent *event)
{
  g_autoptr(GError) error = NULL;
  gsize len;
  const char *data = g_bytes_get_data (ouioe_event_get_json (event), &len);
  OuioeEvent *back = ouioe_codec_decode_event (data, len, &error);

  g_assert_no_error (error);
  g_assert_cmpint (ouioe_event_id_compare (*ouioe_event_get_id (back), *ouioe_event_get_id (event)), ==, 0);
  g_assert_cmpstr (ouioe_event_get_session_id (back), ==, ouioe_event_get_session_id (event));
  g_assert_cmpint (ouioe_event_get_kind (back), ==, ouioe_event_get_kind (event));
  g_assert_cmpstr (ouioe_event_get_type_word (back), ==, ouioe_event_get_type_word (event));
  g_assert_cmpint (ouioe_event_get_time_us (back), ==, ouioe_event_get_time_us (event));
  g_assert_true (g_bytes_equal (ouioe_event_get_json (back), ouioe_event_get_json (event)));
  return back;
}

static void
test_events_read_back_without_loss (void)
{
  OuioeStreamConfig config = OUIOE_STREAM_CONFIG_DEFAULT;
  g_autoptr(OuioeEvent) start = encode_start (&config);
  g_autoptr(OuioeEvent) end = encode_end ();
  g_autoptr(OuioeEvent) start_back = read_back (start);
  g_autoptr(OuioeEvent) end_back = read_back (end);

  g_assert_null (ouioe_event_get_type_word (start_back));
  g_assert_null (ouioe_event_get_type_word (end_back));
  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      g_autoptr(OuioeEvent) event = encode_step (steps[i].body);
      g_autoptr(OuioeEvent) back = read_back (event);
      g_autoptr(OuioeThinkingStep) step = ouioe_event_dup_thinking_step (back);
      g_autoptr(OuioeEvent) again = ouioe_codec_encode_step (test_session ("s1"), test_id, TEST_TIME_US, step);

      g_assert_true (g_bytes_equal (ouioe_event_get_json (again), ouioe_event_get_json (event)));
    }
  for (guint i = 0; i < G_N_ELEMENTS (updates); i++)
    {
      g_autoptr(OuioeEvent) event = encode_update (updates[i].body);
      g_autoptr(OuioeEvent) back = read_back (event);
      g_autoptr(OuioeProgressUpdate) update = ouioe_event_dup_progress_update (back);
      g_autoptr(OuioeEvent) again = ouioe_codec_encode_update (test_session ("s1"), test_id, TEST_TIME_US, update);

      g_assert_true (g_bytes_equal (ouioe_event_get_json (again), ouioe_event_get_json (event)));
    }
}

static void
test_session_ids_survive_as_they_are (void)
{
  static const char *const ids[] = { "a\"b", "back\\slash", "ünï 😀", "%2F", "a'b", "\x7f" };

  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      OuioeSessionEndInfo info = { "closed", 0, 0, 0 };
      g_autoptr(OuioeEvent) event = ouioe_codec_encode_end (test_session (ids[i]), test_id, 0, &info);
      g_autoptr(OuioeEvent) back = read_back (event);

      g_assert_cmpstr (ouioe_event_get_session_id (back), ==, ids[i]);
    }
}

static void
test_decode_takes_what_newer_daemons_add (void)
{
  static const char text[] =
    "{\n \"new\": {\"id\": 5},\r\n \"thinking_type\": \"tomorrow\", \"timestamp\": \"2026-11-23T01:11:03.398083Z\",\n"
    " \"kind\": \"thinking_step\", \"session_id\": \"\\u0073\\u00e9\", \"content\": \"a\\nb c\", \"id\": \"5\" }\n";
  g_autoptr(GError) error = NULL;
  g_autoptr(OuioeEvent) event = ouioe_codec_decode_event (text, strlen (text), &error);
  g_autoptr(OuioeThinkingStep) step = NULL;
  g_autofree char *line = NULL;

  g_assert_no_error (error);
  g_assert_cmpstr (ouioe_event_get_session_id (event), ==, "sé");
  g_assert_cmpstr (ouioe_event_get_type_word (event), ==, "tomorrow");
  g_assert_cmpuint (ouioe_event_get_id (event)->ms, ==, 5);
  g_assert_cmpint (ouioe_event_get_time_us (event), ==, TEST_TIME_US);
  line = test_event_text (event); /* one line */
  g_assert_true (g_str_has_prefix (line, "{\"new\":{\"id\":5},\"thinking_type\":"));
  step = ouioe_codec_decode_step (event, &error);
  g_assert_no_error (error);
  test_assert_text (&step->content, "a\nb c", 5);
}

static void
test_decode_refuses_what_is_no_event (void)
{
  static const char *const texts[] = {
    "", "{}", "[]", "null", HEAD ("thinking_step") "\"content\":\"\"}",
    HEAD ("progress_update") "\"thinking_type\":\"x\"}",
    HEAD ("thinking_step") "\"thinking_type\":5}", HEAD ("thinking_step") "\"thinking_type\":\"a\\u0000\"}",
    HEAD ("something_else") "\"a\":1}", HEAD ("session_end") "\"id\":\"1-1\"}", HEAD ("session_end") "\"a\":1",
    "{\"id\":5,\"session_id\":\"s\",\"kind\":\"session_end\",\"timestamp\":\"2026-11-23T01:11:03Z\"}",
    "{\"id\":\"x\",\"session_id\":\"s\",\"kind\":\"session_end\",\"timestamp\":\"2026-11-23T01:11:03Z\"}",
    "{\"id\":\"1-1\",\"session_id\":\"s\\u0000\",\"kind\":\"session_end\",\"timestamp\":\"2026-11-23T01:11:03Z\"}",
    "{\"id\":\"1-1\",\"kind\":\"session_end\",\"timestamp\":\"2026-11-23T01:11:03Z\"}",
    "{\"id\":\"1-1\",\"session_id\":\"s\",\"kind\":\"session_end\",\"timestamp\":\"yesterday\"}",
    "{\"id\":\"1-1\",\"session_id\":\"s\",\"kind\":\"session_end\"}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr(GError) error = NULL;

      g_assert_null (ouioe_codec_decode_event (texts[i], strlen (texts[i]), &error));
      g_assert_error (error, OUIOE_ERROR, OUIOE_ERROR_PROTOCOL);
    }
}

static void
test_decode_tells_what_is_wrong_with_a_step (void)
{
  static const char step_text[] = HEAD ("thinking_step") "\"thinking_type\":\"x\",\"content\":5,\"confidence\":2}";
  static const char update_text[] =
    HEAD ("progress_update") "\"progress_type\":\"x\",\"message\":\"\",\"total_steps\":-1}";
  g_autoptr(OuioeEvent) step = ouioe_codec_decode_event (step_text, strlen (step_text), NULL);
  g_autoptr(OuioeEvent) update = ouioe_codec_decode_event (update_text, strlen (update_text), NULL);
  g_autoptr(GError) step_error = NULL;
  g_autoptr(GError) update_error = NULL;

  g_assert_null (ouioe_codec_decode_step (step, &step_error));
  g_assert_error (step_error, OUIOE_ERROR, OUIOE_ERROR_PROTOCOL);
  g_assert_nonnull (strstr (step_error->message, "content: must be a string"));
  g_assert_null (ouioe_codec_decode_update (update, &update_error));
  g_assert_error (update_error, OUIOE_ERROR, OUIOE_ERROR_PROTOCOL);
  g_assert_nonnull (strstr (update_error->message, "total_steps"));
}

/* ---- bodies that clients send ---- */

static void
test_requests_are_read_as_they_were_meant (void)
{
  g_autoptr(OuioeThinkingContext) context = ouioe_thinking_context_new ("r", "{\"a\":[1]}");
  OuioeStreamConfig config = { TRUE, FALSE, 77, 1500000, 60000000 };
  OuioeStreamConfig defaults = OUIOE_STREAM_CONFIG_DEFAULT;
  g_autofree char *full = ouioe_codec_create_to_json ("s\"1", "me", &config, context);
  g_autofree char *brief = ouioe_codec_create_to_json ("s", "me", NULL, NULL);
  g_autoptr(OuioeProblems) problems = ouioe_problems_new ();
  g_autoptr(json_t) body = test_parse (full);
  g_autoptr(OuioeCreateRequest) request = ouioe_codec_read_create (body, &defaults, 1000, 86400000000, problems);

  g_assert_cmpstr (brief, ==, "{\"session_id\":\"s\",\"user_id\":\"me\"}");
  g_assert_nonnull (request);
  g_assert_cmpstr (request->session_id, ==, "s\"1");
  test_assert_config (&request->config, &config);
  g_assert_cmpstr (request->context->system_context.str, ==, "{\"a\":[1]}");
  test_assert_text (&request->context->user_request, "r", 1);
}

static void
test_steps_travel_as_requests (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      g_autoptr(OuioeThinkingStep) step = test_read_step (steps[i].body);
      g_autofree char *json = ouioe_codec_thinking_to_json ("s1", step);
      g_autoptr(OuioeEvent) event = encode_step (json);
      g_autofree char *text = test_event_text (event);

      g_assert_cmpstr (text, ==, steps[i].event);
    }
  for (guint i = 0; i < G_N_ELEMENTS (updates); i++)
    {
      g_autoptr(OuioeProgressUpdate) update = test_read_update (updates[i].body);
      g_autofree char *json = ouioe_codec_progress_to_json ("s1", update);
      g_autoptr(OuioeEvent) event = encode_update (json);
      g_autofree char *text = test_event_text (event);

      g_assert_cmpstr (text, ==, updates[i].event);
    }
}

static void
test_exported_events_can_be_posted_again (void)
{
  g_autoptr(OuioeProblems) problems = ouioe_problems_new ();

  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      g_autoptr(json_t) body = test_parse (steps[i].event);
      g_autoptr(OuioeEvent) event = encode_step (steps[i].event);
      g_autofree char *text = test_event_text (event);

      g_assert_cmpint (ouioe_codec_read_kind (body, problems), ==, OUIOE_EVENT_THINKING_STEP);
      g_assert_cmpstr (text, ==, steps[i].event);
    }
  for (guint i = 0; i < G_N_ELEMENTS (updates); i++)
    {
      g_autoptr(json_t) body = test_parse (updates[i].event);

      g_assert_cmpint (ouioe_codec_read_kind (body, problems), ==, OUIOE_EVENT_PROGRESS_UPDATE);
    }
}

static void
test_an_exported_line_is_an_event_again (void)
{
  static const char line[] = "{\"id\":\"1-2\",\"session_id\":\"s\",\"kind\":\"thinking_step\",\"timestamp\":"
    "\"2026-01-02T03:04:05+00:00\",\"thinking_type\":\"analysis\",\"content\":\"x\"}\n";
  g_autoptr(GError) error = NULL;
  g_autoptr(OuioeEvent) counted = ouioe_event_new_from_json (line, (gssize) strlen (line) - 1, &error);
  g_autoptr(OuioeEvent) event = ouioe_event_new_from_json (line, -1, &error);
  g_autoptr(OuioeEvent) none = NULL;

  g_assert_no_error (error);
  g_assert_cmpstr (ouioe_event_get_session_id (event), ==, "s");
  g_assert_cmpstr (ouioe_event_get_type_word (counted), ==, "analysis");
  none = ouioe_event_new_from_json ("{}", -1, &error);
  g_assert_null (none);
  g_assert_error (error, OUIOE_ERROR, OUIOE_ERROR_PROTOCOL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/event/encode/has-the-canonical-form", test_events_have_the_canonical_form);
  g_test_add_func ("/event/encode/knows-its-envelope", test_events_know_their_envelope);
  g_test_add_func ("/event/decode/reads-back-without-loss", test_events_read_back_without_loss);
  g_test_add_func ("/event/decode/an-exported-line-is-an-event-again", test_an_exported_line_is_an_event_again);
  g_test_add_func ("/event/decode/session-ids-survive-as-they-are", test_session_ids_survive_as_they_are);
  g_test_add_func ("/event/decode/takes-what-newer-daemons-add", test_decode_takes_what_newer_daemons_add);
  g_test_add_func ("/event/decode/refuses-what-is-no-event", test_decode_refuses_what_is_no_event);
  g_test_add_func ("/event/decode/tells-what-is-wrong-with-a-step", test_decode_tells_what_is_wrong_with_a_step);
  g_test_add_func ("/event/request/is-read-as-it-was-meant", test_requests_are_read_as_they_were_meant);
  g_test_add_func ("/event/request/steps-travel-as-requests", test_steps_travel_as_requests);
  g_test_add_func ("/event/request/exported-events-can-be-posted-again", test_exported_events_can_be_posted_again);

  return g_test_run ();
}
