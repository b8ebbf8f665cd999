/* test-fields.c - entries of Redis streams: ours come back byte for byte, those of others as they are
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <string.h>

#include "ouioe-codec.h"

static const OuioeEventId ID = { 1795396263398, 7 };

static void
take_field (const char *name, const char *value, gsize len, gpointer user_data)
{
  char *copy = g_malloc0 (len + 1);    /* @value may go on behind it, or end */
  const OuioeField field = { g_intern_string (name), strlen (name), copy, len };

  memcpy (copy, value, len);
  g_array_append_val ((GArray *) user_data, field);
}

static void
clear_field (gpointer data)
{
  g_free ((char *) ((OuioeField *) data)->value);
}

static GArray *
write_fields (OuioeEvent *event)
{
  GArray *fields = g_array_new (FALSE, FALSE, sizeof (OuioeField));

  g_array_set_clear_func (fields, clear_field);
  g_assert_true (ouioe_codec_write_fields (event, take_field, fields));
  return fields;
}

static const OuioeField *
find (GArray *fields, const char *name)
{
  for (guint i = 0; i < fields->len; i++)
    if (strcmp (g_array_index (fields, OuioeField, i).name, name) == 0)
      return &g_array_index (fields, OuioeField, i);

  return NULL;
}

static void
assert_field (GArray *fields, const char *name, const char *value)
{
  const OuioeField *field = find (fields, name);

  g_assert_nonnull (field);
  g_assert_cmpmem (field->value, field->len, value, strlen (value));
}

/* An event with the id 0-0, through fields, with another id. */
static GArray *
check_round_trip (const char *json, OuioeStreams stream)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(OuioeEvent) draft = ouioe_codec_decode_event (json, strlen (json), &error);
  g_autoptr(OuioeEvent) event = NULL;
  g_autoptr(GString) expected = g_string_new ("{\"id\":\"1795396263398-7\"");
  char *session_id = g_ref_string_new ("s/1");
  GArray *fields;

  g_assert_no_error (error);
  fields = write_fields (draft);
  event = ouioe_codec_read_fields (session_id, ID, stream, (OuioeField *) (gpointer) fields->data, fields->len);
  g_ref_string_release (session_id);
  g_string_append (expected, strstr (json, ",\"session_id\""));
  g_assert_cmpmem (g_bytes_get_data (event->json, NULL), g_bytes_get_size (event->json), expected->str, expected->len);
  g_assert_cmpint (event->kind, ==, draft->kind);
  g_assert_cmpstr (event->type_word, ==, draft->type_word);
  g_assert_false (event->is_foreign);
  return fields;
}

#define HEAD(kind) "{\"id\":\"0-0\",\"session_id\":\"s/1\",\"kind\":\"" kind "\"," \
  "\"timestamp\":\"2026-11-23T01:11:03.398083+00:00\""

static void
test_steps_come_back (void)
{
  g_autoptr(GArray) full = check_round_trip (
    HEAD ("thinking_step") ",\"thinking_type\":\"decision\",\"content\":\"D\\u0000\\\"é\\n\""
    ",\"reasoning_chain\":[\"a\",\"b\"],\"confidence\":0.85,\"alternatives\":[\"x\"],\"decision_factors\":[\"f\"]"
    ",\"context_used\":{\"k\":[1]},\"estimated_duration\":2.5}", OUIOE_STREAMS_THINKING);
  g_autoptr(GArray) bare = check_round_trip (HEAD ("thinking_step") ",\"thinking_type\":\"acme.lint\",\"content\":\"\"}",
                                             OUIOE_STREAMS_THINKING);
  g_autoptr(GArray) given = check_round_trip (
    HEAD ("thinking_step") ",\"thinking_type\":\"decision\",\"content\":\"\",\"confidence\":0.8}",
                                              OUIOE_STREAMS_THINKING);

  assert_field (full, "type", "thinking_step");
  assert_field (full, "thinking_type", "decision");
  g_assert_cmpuint (find (full, "content")->len, ==, 6);   /* D NUL " é newline */
  assert_field (full, "reasoning_chain", "[\"a\",\"b\"]");
  assert_field (full, "confidence_level", "0.85");
  assert_field (full, "alternatives_considered", "[\"x\"]");
  assert_field (full, "context_used", "{\"k\":[1]}");
  assert_field (full, "estimated_duration", "2.5");
  assert_field (bare, "confidence_level", "0.8");
  assert_field (bare, "reasoning_chain", "[]");
  assert_field (bare, "context_used", "");
  assert_field (given, "confidence_level", "0.8");
}

static void
test_updates_come_back (void)
{
  g_autoptr(GArray) full = check_round_trip (HEAD ("progress_update") ",\"progress_type\":\"discovery\",\"message\":\"m\""
    ",\"progress_percentage\":60.0,\"current_step\":\"S\",\"total_steps\":8,\"estimated_remaining\":\"2 min\""
    ",\"intermediate_findings\":[{\"p\":1}],\"current_activity\":\"act\",\"confidence\":0.5}", OUIOE_STREAMS_PROGRESS);
  g_autoptr(GArray) bare = check_round_trip (HEAD ("progress_update") ",\"progress_type\":\"progress\",\"message\":\"\"}",
                                             OUIOE_STREAMS_PROGRESS);
  /* Empty is not absent. */
  g_autoptr(GArray) empty = check_round_trip (
    HEAD ("progress_update") ",\"progress_type\":\"progress\",\"message\":\"\",\"current_step\":\"\"}",
                                              OUIOE_STREAMS_PROGRESS);

  assert_field (full, "update_type", "discovery");
  assert_field (full, "progress_percentage", "60.0");
  assert_field (full, "total_steps", "8");
  assert_field (full, "intermediate_findings", "[{\"p\":1}]");
  assert_field (bare, "progress_percentage", "");
  assert_field (empty, "current_step", "");
}

static void
test_start_and_end_come_back (void)
{
  g_autoptr(GArray) start = check_round_trip (
    HEAD ("session_start") ",\"user_id\":\"u\",\"debug_mode\":true,\"progress_updates\":true"
    ",\"max_stream_length\":1000,\"update_threshold_seconds\":0.0,\"expiry_seconds\":86400.0,\"user_request\":\"Où ?\""
    ",\"system_context\":{\"a\":[1,null]}}", OUIOE_STREAMS_THINKING);
  g_autoptr(GArray) end = check_round_trip (
    HEAD ("session_end") ",\"outcome\":\"closed\",\"duration\":9.25,\"thinking_steps\":3"
    ",\"progress_updates\":0}", OUIOE_STREAMS_PROGRESS);

  assert_field (start, "debug_mode", "True");
  g_assert_nonnull (strstr (find (start, "context")->value, "\"user_request\":\"Où ?\""));
  g_assert_nonnull (strstr (find (start, "context")->value, "\"operation_complexity\":\"medium\""));
  assert_field (end, "duration", "9.25");
  assert_field (end, "thinking_steps", "3");
}

static void
test_the_end_is_begun_without_its_counters (void)
{
  g_autoptr(GString) rest = ouioe_codec_begin_end ("s\"1", 1795396263398083, "done");
  g_autoptr(OuioeEvent) event = NULL;

  g_assert_cmpstr (rest->str, ==, ",\"session_id\":\"s\\\"1\",\"kind\":\"session_end\","
                   "\"timestamp\":\"2026-11-23T01:11:03.398083+00:00\""
                   ",\"outcome\":\"done\"");
  g_string_append_c (rest, '}');
  event = ouioe_codec_join_rest (ID, rest->str, rest->len, NULL);
  g_assert_cmpint (event->kind, ==, OUIOE_EVENT_SESSION_END);
  g_assert_cmpint (ouioe_event_id_compare (event->id, ID), ==, 0);
  g_assert_null (ouioe_codec_get_rest ("{}", 2));
  g_assert_null (ouioe_codec_get_rest ("{\"id\":\"1-0\"", 11));
  g_assert_null (ouioe_codec_join_rest (ID, ",broken", 7, NULL));
}

static void
test_damaged_json_gives_no_fields (void)
{
  g_autoptr(GBytes) json = g_bytes_new_static ("t2", 2);
  char *session_id = g_ref_string_new ("s");
  g_autoptr(OuioeEvent) event = ouioe_event_new_encoded (session_id, ID, OUIOE_EVENT_THINKING_STEP, "analysis", 0, json);
  g_autoptr(GArray) fields = g_array_new (FALSE, FALSE, sizeof (OuioeField));

  g_ref_string_release (session_id);
  g_array_set_clear_func (fields, clear_field);
  g_assert_false (ouioe_codec_write_fields (event, take_field, fields));
}

/* ---- of other programs ---- */

#define FIELD(name, value) { name, sizeof (name) - 1, value, sizeof (value) - 1 }

static OuioeEvent *
read_foreign (const OuioeField *fields, guint n, OuioeStreams stream)
{
  char *session_id = g_ref_string_new ("s1");
  OuioeEvent *event = ouioe_codec_read_fields (session_id, ID, stream, fields, n);

  g_ref_string_release (session_id);
  g_assert_nonnull (event);
  g_assert_true (event->is_foreign);
  return event;
}

static void
test_what_others_wrote_is_understood (void)
{
  const OuioeField fields[] = {
    FIELD ("type", "thinking_step"), FIELD ("session_id", "s1"), FIELD ("timestamp", "2025-01-01T10:00:00.5"),
    FIELD ("thinking_type", "analysis"), FIELD ("content", "thought"), FIELD ("reasoning_chain", "[ \"r\\u00e9\" ]"),
    FIELD ("confidence_level", "0.5"), FIELD ("alternatives_considered", "[]"), FIELD ("context_used", "{\"k\": [1]}"),
    FIELD ("estimated_duration", "2.5"), FIELD ("custom", "kept"),
  };
  g_autoptr(OuioeEvent) event = read_foreign (fields, G_N_ELEMENTS (fields), OUIOE_STREAMS_THINKING);
  g_autoptr(OuioeThinkingStep) step = ouioe_codec_decode_step (event, NULL);
  g_autoptr(GString) entry = g_string_new (NULL);

  g_assert_nonnull (step);
  g_assert_cmpstr (step->content.str, ==, "thought");
  g_assert_cmpuint (step->reasoning_chain.n, ==, 1);
  g_assert_cmpstr (step->reasoning_chain.items[0].str, ==, "ré");
  g_assert_cmpfloat (step->confidence, ==, 0.5);
  g_assert_true (ouioe_codec_write_entry (entry, event, OUIOE_STREAMS_THINKING, NULL));
  g_assert_cmpstr (entry->str, ==, "{\"id\":\"1795396263398-7\",\"stream\":\"thinking:s1\",\"type\":\"thinking_step\","
                   "\"session_id\":\"s1\","
                   "\"timestamp\":\"2025-01-01T10:00:00.5\",\"thinking_type\":\"analysis\",\"content\":\"thought\","
                   "\"reasoning_chain\":[\"r\\u00e9\"],\"confidence_level\":\"0.5\",\"alternatives_considered\":[],"
                   "\"context_used\":{\"k\":[1]},\"estimated_duration\":\"2.5\",\"custom\":\"kept\","
                   "\"thinking_content\":\"thought\"}");
}

static void
test_what_cannot_be_understood_is_shown_as_text (void)
{
  const OuioeField fields[] = {
    FIELD ("reasoning_chain", "not json"), FIELD ("confidence_level", "very"), FIELD ("context_used", ""),
        FIELD ("odd\xff", "\xfe"),
    FIELD ("id", "forged"), FIELD ("custom", "one"), FIELD ("custom", "two"), FIELD ("timestamp", "yesterday"),
  };
  g_autoptr(OuioeEvent) event = read_foreign (fields, G_N_ELEMENTS (fields), OUIOE_STREAMS_THINKING);
  g_autoptr(GString) frame = g_string_new (NULL);

  g_assert_cmpint (event->kind, ==, OUIOE_EVENT_THINKING_STEP);
  g_assert_cmpstr (event->type_word, ==, "ouioe.unspecified");
  g_assert_cmpint (event->time_us, ==, 1795396263398000);
  g_assert_true (ouioe_codec_write_frame (frame, event, OUIOE_STREAMS_THINKING, NULL));
  g_assert_nonnull (strstr (frame->str, "\"reasoning_chain\":\"not json\""));
  g_assert_nonnull (strstr (frame->str, "\"context_used\":\"\""));
  g_assert_nonnull (strstr (frame->str, "\"custom\":\"one\""));
  g_assert_null (strstr (frame->str, "two"));
  g_assert_null (strstr (frame->str, "forged"));
  g_assert_true (g_utf8_validate (frame->str, (gssize) frame->len, NULL));
}

static void
test_nothing_at_all_is_an_event (void)
{
  g_autoptr(OuioeEvent) event = read_foreign (NULL, 0, OUIOE_STREAMS_PROGRESS);
  g_autoptr(GString) entry = g_string_new (NULL);

  g_assert_cmpint (event->kind, ==, OUIOE_EVENT_PROGRESS_UPDATE);
  g_assert_true (ouioe_codec_write_entry (entry, event, OUIOE_STREAMS_PROGRESS, NULL));
  g_assert_cmpstr (entry->str, ==, "{\"id\":\"1795396263398-7\",\"stream\":\"progress:s1\"}");
}

static void
test_deep_json_stays_text (void)
{
  g_autofree char *open = g_strnfill (200, '[');
  g_autofree char *close = g_strnfill (200, ']');
  g_autofree char *deep = g_strconcat (open, close, NULL);
  const OuioeField fields[] = { { "reasoning_chain", 15, deep, 400 } };
  g_autoptr(OuioeEvent) event = read_foreign (fields, 1, OUIOE_STREAMS_THINKING);

  g_assert_nonnull (g_strstr_len (g_bytes_get_data (event->json, NULL), (gssize) g_bytes_get_size (event->json),
      "\"reasoning_chain\":\"[["));
}

static void
test_start_and_end_of_others (void)
{
  const OuioeField start[] = { FIELD ("type", "session_start"), FIELD ("user_id", "u"), FIELD ("debug_mode", "True") };
  const OuioeField end[] = { FIELD ("type", "session_end"), FIELD ("duration", "9.25"), FIELD ("thinking_steps", "3") };
  g_autoptr(OuioeEvent) first = read_foreign (start, G_N_ELEMENTS (start), OUIOE_STREAMS_THINKING);
  g_autoptr(OuioeEvent) last = read_foreign (end, G_N_ELEMENTS (end), OUIOE_STREAMS_PROGRESS);

  g_assert_cmpint (first->kind, ==, OUIOE_EVENT_SESSION_START);
  g_assert_nonnull (g_strstr_len (g_bytes_get_data (first->json, NULL), (gssize) g_bytes_get_size (first->json),
      "\"debug_mode\":true"));
  g_assert_cmpint (last->kind, ==, OUIOE_EVENT_SESSION_END);
  g_assert_nonnull (g_strstr_len (g_bytes_get_data (last->json, NULL), (gssize) g_bytes_get_size (last->json),
      "\"duration\":9.25,\"thinking_steps\":3,"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/fields/steps-come-back", test_steps_come_back);
  g_test_add_func ("/fields/updates-come-back", test_updates_come_back);
  g_test_add_func ("/fields/start-and-end-come-back", test_start_and_end_come_back);
  g_test_add_func ("/fields/the-end-is-begun-without-its-counters", test_the_end_is_begun_without_its_counters);
  g_test_add_func ("/fields/damaged-json-gives-no-fields", test_damaged_json_gives_no_fields);
  g_test_add_func ("/fields/what-others-wrote-is-understood", test_what_others_wrote_is_understood);
  g_test_add_func ("/fields/what-cannot-be-understood-is-shown-as-text", test_what_cannot_be_understood_is_shown_as_text);
  g_test_add_func ("/fields/nothing-at-all-is-an-event", test_nothing_at_all_is_an_event);
  g_test_add_func ("/fields/deep-json-stays-text", test_deep_json_stays_text);
  g_test_add_func ("/fields/start-and-end-of-others", test_start_and_end_of_others);
  return g_test_run ();
}
