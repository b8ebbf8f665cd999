/* test-types.c - enumerations, errors, ids, texts, words and the plain types
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <string.h>

#include "ouioe-error.h"
#include "ouioe-types-private.h"
#include "ouioe-vocabulary.h"

/* ---- enumerations ---- */

static void
test_enums_words_read_back (void)
{
  static const char *const kinds[] = { NULL, "session_start", "thinking_step", "progress_update", "session_end" };
  static const char *const states[] = { NULL, "open", "closed", "expired" };

  for (guint i = 1; i < G_N_ELEMENTS (kinds); i++)
    {
      g_assert_cmpstr (ouioe_event_kind_to_string (i), ==, kinds[i]);
      g_assert_cmpint (ouioe_event_kind_from_string (kinds[i]), ==, i);
    }
  for (guint i = 1; i < G_N_ELEMENTS (states); i++)
    {
      g_assert_cmpstr (ouioe_session_state_to_string (i), ==, states[i]);
      g_assert_cmpint (ouioe_session_state_from_string (states[i]), ==, i);
    }
  for (OuioeStreams i = OUIOE_STREAMS_THINKING; i <= OUIOE_STREAMS_BOTH; i++)
    g_assert_cmpint (ouioe_streams_from_string (ouioe_streams_to_string (i)), ==, i);
  g_assert_cmpstr (ouioe_streams_to_string (OUIOE_STREAMS_BOTH), ==, "both");
  g_assert_cmpstr (ouioe_streams_to_string (OUIOE_STREAMS_NONE), ==, "none");
}

static void
test_enums_unknown_words_are_zero (void)
{
  static const char *const words[] = { NULL, "", "Thinking_step", "thinking_step ", "OPEN", "all" };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    {
      g_assert_cmpint (ouioe_event_kind_from_string (words[i]), ==, 0);
      g_assert_cmpint (ouioe_session_state_from_string (words[i]), ==, 0);
      g_assert_cmpint (ouioe_streams_from_string (words[i]), ==, 0);
    }
  g_assert_null (ouioe_event_kind_to_string (0));
  g_assert_null (ouioe_event_kind_to_string (99));
  g_assert_null (ouioe_session_state_to_string (99));
  g_assert_null (ouioe_streams_to_string (99));
}

static void
test_enums_kinds_stand_on_their_streams (void)
{
  g_assert_cmpint (ouioe_event_kind_get_streams (OUIOE_EVENT_SESSION_START), ==, OUIOE_STREAMS_BOTH);
  g_assert_cmpint (ouioe_event_kind_get_streams (OUIOE_EVENT_THINKING_STEP), ==, OUIOE_STREAMS_THINKING);
  g_assert_cmpint (ouioe_event_kind_get_streams (OUIOE_EVENT_PROGRESS_UPDATE), ==, OUIOE_STREAMS_PROGRESS);
  g_assert_cmpint (ouioe_event_kind_get_streams (OUIOE_EVENT_SESSION_END), ==, OUIOE_STREAMS_BOTH);
  g_assert_cmpint (ouioe_event_kind_get_streams (99), ==, OUIOE_STREAMS_NONE);
}

/* ---- errors ---- */

/* "session-not-found" -> "SessionNotFound" */
static char *
camel_case (const char *name)
{
  GString *out = g_string_new (NULL);
  gboolean is_start = TRUE;

  for (const char *p = name; *p != '\0'; p++)
    {
      if (*p != '-')
        g_string_append_c (out, is_start ? g_ascii_toupper (*p) : *p);
      is_start = *p == '-';
    }
  return g_string_free (out, FALSE);
}

static void
test_error_table_is_complete (void)
{
  g_autoptr(GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < OUIOE_N_ERRORS; i++)
    {
      const char *name = ouioe_error_to_string (i);
      guint status = ouioe_error_get_http_status (i);
      g_autofree char *camel = NULL;
      g_autofree char *dbus_name = NULL;
      OuioeError code;

      g_assert_nonnull (name);
      g_assert_true (g_hash_table_add (names, (gpointer) name));
      camel = camel_case (name);
      dbus_name = g_strconcat ("org.ouioe.Streaming1.Error.", camel, NULL);
      g_assert_cmpstr (ouioe_error_get_dbus_name (i), ==, dbus_name);
      g_assert_true (status == 0 || (status >= 400 && status < 600));
      g_assert_cmpuint (strlen (ouioe_error_get_title (i)), >, 3);
      g_assert_true (ouioe_error_from_string (name, &code));
      g_assert_cmpint (code, ==, i);
    }
}

static void
test_error_statuses_are_those_of_the_contract (void)
{
  static const struct {
    OuioeError code;
    guint      status;
  } rows[] = {
    { OUIOE_ERROR_INTERNAL, 500 }, { OUIOE_ERROR_BAD_REQUEST, 400 }, { OUIOE_ERROR_BAD_ENCODING, 400 },
    { OUIOE_ERROR_INVALID_BODY, 422 }, { OUIOE_ERROR_INVALID_QUERY, 422 }, { OUIOE_ERROR_UNKNOWN_TYPE, 400 },
    { OUIOE_ERROR_NOT_FOUND, 404 }, { OUIOE_ERROR_METHOD_NOT_ALLOWED, 405 }, { OUIOE_ERROR_SESSION_NOT_FOUND, 404 },
    { OUIOE_ERROR_SESSION_EXISTS, 409 }, { OUIOE_ERROR_WRONG_STATE, 409 }, { OUIOE_ERROR_KEY_REUSED, 422 },
    { OUIOE_ERROR_HOST_NOT_ALLOWED, 403 }, { OUIOE_ERROR_ORIGIN_NOT_ALLOWED, 403 },
    { OUIOE_ERROR_UNAUTHORIZED, 401 }, { OUIOE_ERROR_FORBIDDEN, 403 }, { OUIOE_ERROR_TOO_MANY_FAILURES, 429 },
    { OUIOE_ERROR_BODY_TOO_LARGE, 413 }, { OUIOE_ERROR_HEADER_TOO_LARGE, 431 }, { OUIOE_ERROR_REQUEST_TIMEOUT, 408 },
    { OUIOE_ERROR_UNSUPPORTED_MEDIA_TYPE, 422 }, { OUIOE_ERROR_TOO_MANY_SESSIONS, 429 },
    { OUIOE_ERROR_TOO_MANY_READERS, 503 }, { OUIOE_ERROR_TOO_MANY_CONNECTIONS, 503 }, { OUIOE_ERROR_BUSY, 503 },
    { OUIOE_ERROR_STORE_UNAVAILABLE, 503 }, { OUIOE_ERROR_STORE_DAMAGED, 0 }, { OUIOE_ERROR_STORE_TOO_NEW, 0 },
    { OUIOE_ERROR_STORE_LOCKED, 0 }, { OUIOE_ERROR_DRAINING, 503 }, { OUIOE_ERROR_CONFIGURATION, 0 },
    { OUIOE_ERROR_UNREACHABLE, 0 }, { OUIOE_ERROR_PROTOCOL, 0 },
    { OUIOE_ERROR_UNTRUSTED, 0 },
  };

  g_assert_cmpuint (G_N_ELEMENTS (rows), ==, OUIOE_N_ERRORS);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_cmpuint (ouioe_error_get_http_status (rows[i].code), ==, rows[i].status);
  g_assert_cmpstr (ouioe_error_get_title (OUIOE_ERROR_SESSION_NOT_FOUND), ==, "Session not found");
}

static void
test_error_what_is_not_known_is_internal (void)
{
  OuioeError code = OUIOE_ERROR_BUSY;

  g_assert_cmpstr (ouioe_error_to_string (12345), ==, "internal");
  g_assert_cmpuint (ouioe_error_get_http_status (-1), ==, 500);
  g_assert_false (ouioe_error_from_string ("no-such-error", &code));
  g_assert_false (ouioe_error_from_string (NULL, &code));
  g_assert_cmpint (code, ==, OUIOE_ERROR_BUSY);
}

/* ---- event ids ---- */

static void
test_event_id_text_reads_back (void)
{
  static const OuioeEventId ids[] = {
    { 0, 0 }, { 1795396263398, 0 }, { 1795396263398, 17 }, { 10, 100 }, { G_MAXUINT64, G_MAXUINT64 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      char text[OUIOE_EVENT_ID_TEXT_MAX];
      g_autofree char *string = ouioe_event_id_to_string (ids[i]);
      OuioeEventId back;

      g_assert_cmpuint (ouioe_event_id_format (ids[i], text), ==, strlen (text));
      g_assert_cmpstr (text, ==, string);
      g_assert_true (ouioe_event_id_parse (text, &back));
      g_assert_cmpint (ouioe_event_id_compare (ids[i], back), ==, 0);
    }
  g_assert_cmpuint (strlen ("18446744073709551615-18446744073709551615") + 1, ==, OUIOE_EVENT_ID_TEXT_MAX);
}

static void
test_event_id_short_form_is_the_first_of_its_millisecond (void)
{
  OuioeEventId id;

  g_assert_true (ouioe_event_id_parse ("1795396263398", &id));
  g_assert_cmpuint (id.ms, ==, 1795396263398);
  g_assert_cmpuint (id.seq, ==, 0);
  g_assert_true (ouioe_event_id_parse ("0", &id));
  g_assert_true (ouioe_event_id_is_zero (id));
}

static void
test_event_id_refuses_what_is_none (void)
{
  static const char *const texts[] = {
    NULL, "", "-", "1-", "-1", "+1", " 1", "1 ", "1-2-3", "1--2", "a", "1-a", "0x10", "1.5", "1-+2", "1 -2",
    "18446744073709551616", "1-18446744073709551616", "99999999999999999999999", "１",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      OuioeEventId id = { 7, 7 };

      g_assert_false (ouioe_event_id_parse (texts[i], &id));
      g_assert_cmpuint (id.ms, ==, 7);
      g_assert_cmpuint (id.seq, ==, 7);
    }
}

static void
test_event_id_order_is_time_then_number (void)
{
  static const OuioeEventId ids[] = { { 0, 0 }, { 0, 1 }, { 5, 0 }, { 5, 9 }, { 5, 10 }, { 6, 0 } };

  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    for (guint k = 0; k < G_N_ELEMENTS (ids); k++)
      g_assert_cmpint (ouioe_event_id_compare (ids[i], ids[k]), ==, (i > k) - (i < k));
}

/* ---- texts ---- */

static void
test_text_keeps_zero_characters (void)
{
  OuioeText text = ouioe_text_new ("a\0b", 3);
  OuioeText copy = ouioe_text_copy (&text);
  g_autofree char *shown = ouioe_text_to_c (&copy);

  g_assert_cmpmem (copy.str, copy.len, "a\0b", 3);
  g_assert_cmpstr (shown, ==, "a\xef\xbf\xbd" "b");
  ouioe_text_clear (&text);
  ouioe_text_clear (&copy);
  g_assert_null (text.str);
  g_assert_cmpuint (text.len, ==, 0);
}

static void
test_text_absent_is_not_empty (void)
{
  OuioeText absent = ouioe_text_new (NULL, -1);
  OuioeText empty = ouioe_text_new ("", -1);
  OuioeText copy = ouioe_text_copy (&absent);
  g_autofree char *shown = ouioe_text_to_c (&empty);

  g_assert_null (absent.str);
  g_assert_null (copy.str);
  g_assert_null (ouioe_text_to_c (&absent));
  g_assert_nonnull (empty.str);
  g_assert_cmpstr (shown, ==, "");
  ouioe_text_clear (&empty);
}

static void
test_text_lists_and_string_vectors_are_the_same (void)
{
  const char *const strv[] = { "one", "", "drei ö", NULL };
  const char *const none[] = { NULL };
  OuioeTextList list = ouioe_text_list_new_strv (strv);
  OuioeTextList empty = ouioe_text_list_new_strv (none);
  g_auto(GStrv) back = ouioe_text_list_to_strv (&list);
  g_auto(GStrv) empty_back = ouioe_text_list_to_strv (&empty);

  g_assert_cmpuint (list.n, ==, 3);
  g_assert_cmpstrv (back, strv);
  g_assert_null (empty.items);
  g_assert_cmpuint (g_strv_length (empty_back), ==, 0);
  ouioe_text_list_clear (&list);
  g_assert_cmpuint (list.n, ==, 0);
  ouioe_text_list_clear (&list);
}

/* ---- vocabulary ---- */

static void
test_vocabulary_has_all_known_words (void)
{
  static const char *const thinking[] = {
    "initialization", "analysis", "decision", "planning", "evaluation", "risk_assessment", "service_selection",
    "workflow_generation", "execution_planning", "result_analysis", "processing", "execution", "completion", "error",
    "model_performance", "decision_visualization", "collaborative_reasoning", "reflection",
  };
  static const char *const progress[] = {
    "progress", "intermediate_result", "thinking_aloud", "discovery", "warning", "completion", "start", "started",
    "completed", "error", "decision_progress",
  };
  guint n;

  ouioe_vocabulary_get_words (OUIOE_EVENT_THINKING_STEP, &n);
  g_assert_cmpuint (n, ==, G_N_ELEMENTS (thinking));
  for (guint i = 0; i < n; i++)
    {
      g_assert_cmpint (ouioe_vocabulary_index (OUIOE_EVENT_THINKING_STEP, thinking[i]), ==, i);
      g_assert_true (ouioe_vocabulary_is_accepted (OUIOE_EVENT_THINKING_STEP, thinking[i]));
    }

  g_assert_null (ouioe_vocabulary_get_words (OUIOE_EVENT_PROGRESS_UPDATE, &n)[G_N_ELEMENTS (progress)]);
  g_assert_cmpuint (n, ==, G_N_ELEMENTS (progress));
  for (guint i = 0; i < n; i++)
    g_assert_cmpint (ouioe_vocabulary_index (OUIOE_EVENT_PROGRESS_UPDATE, progress[i]), ==, i);
}

static void
test_vocabulary_accepts_namespaced_words (void)
{
  static const char *const good[] = {
    "acme.lint", "a.b", "a.b.c", "A-1.B_2", "1.2", "_._",
    "abcdefghijklmnopqrstuvwxyz01234.abcdefghijklmnopqrstuvwxyz012345", /* 64 bytes */
  };
  static const char *const bad[] = {
    "", ".", "acme", "acme.", ".lint", "acme..lint", "acme.li nt", "acme.lint\n", "äcme.lint", "acme/x.lint",
    "Analysis",
    "analysis ", "abcdefghijklmnopqrstuvwxyz01234.abcdefghijklmnopqrstuvwxyz0123456", /* 65 bytes */
  };

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_assert_true (ouioe_vocabulary_is_accepted (OUIOE_EVENT_THINKING_STEP, good[i]));
      g_assert_true (ouioe_vocabulary_is_accepted (OUIOE_EVENT_PROGRESS_UPDATE, good[i]));
      g_assert_cmpint (ouioe_vocabulary_index (OUIOE_EVENT_THINKING_STEP, good[i]), ==, -1);
    }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_assert_false (ouioe_vocabulary_is_accepted (OUIOE_EVENT_THINKING_STEP, bad[i]));
      g_assert_false (ouioe_vocabulary_is_accepted (OUIOE_EVENT_PROGRESS_UPDATE, bad[i]));
    }
}

static void
test_vocabulary_kinds_are_apart (void)
{
  g_autofree char *description = ouioe_vocabulary_describe (OUIOE_EVENT_PROGRESS_UPDATE);

  g_assert_false (ouioe_vocabulary_is_accepted (OUIOE_EVENT_PROGRESS_UPDATE, "analysis"));
  g_assert_false (ouioe_vocabulary_is_accepted (OUIOE_EVENT_THINKING_STEP, "thinking_aloud"));
  g_assert_true (g_str_has_prefix (description, "progress, intermediate_result, "));
  g_assert_true (g_str_has_suffix (description, ", decision_progress"));
}

/* ---- plain types ---- */

static void
test_config_defaults_are_those_of_the_contract (void)
{
  OuioeStreamConfig config = OUIOE_STREAM_CONFIG_DEFAULT;
  g_autoptr(OuioeStreamConfig) copy = ouioe_stream_config_copy (&config);

  g_assert_false (copy->debug_mode);
  g_assert_true (copy->progress_updates);
  g_assert_cmpuint (copy->max_stream_length, ==, 1000);
  g_assert_cmpint (copy->update_threshold_us, ==, 0);
  g_assert_cmpint (copy->expiry_us, ==, 24 * 3600 * G_GINT64_CONSTANT (1000000));
}

static void
test_step_gives_back_what_it_got (void)
{
  const char *const chain[] = { "a", "b", NULL };
  const char *const factors[] = { "f", NULL };
  g_autoptr(OuioeThinkingStep) step = ouioe_thinking_step_new ("decision", "text", chain, 0.85, NULL, factors);
  g_autoptr(OuioeThinkingStep) again = ouioe_thinking_step_ref (step);
  g_autofree char *content = ouioe_thinking_step_dup_content (again);
  g_auto(GStrv) chain_back = ouioe_thinking_step_dup_reasoning_chain (step);
  g_auto(GStrv) alternatives = ouioe_thinking_step_dup_alternatives (step);
  g_auto(GStrv) factors_back = ouioe_thinking_step_dup_decision_factors (step);
  double value = -1;

  g_assert_cmpstr (ouioe_thinking_step_get_thinking_type (step), ==, "decision");
  g_assert_cmpstr (content, ==, "text");
  g_assert_cmpstrv (chain_back, chain);
  g_assert_cmpuint (g_strv_length (alternatives), ==, 0);
  g_assert_cmpstrv (factors_back, factors);
  g_assert_true (ouioe_thinking_step_get_confidence (step, &value));
  g_assert_cmpfloat (value, ==, 0.85);
  g_assert_null (ouioe_thinking_step_dup_context_used (step));
  g_assert_false (ouioe_thinking_step_get_estimated_duration (step, &value));
}

static void
test_step_negative_confidence_is_not_reported (void)
{
  g_autoptr(OuioeThinkingStep) without = ouioe_thinking_step_new ("decision", "", NULL, -1, NULL, NULL);
  g_autoptr(OuioeThinkingStep) zero = ouioe_thinking_step_new ("decision", "", NULL, 0, NULL, NULL);
  double value = -1;

  g_assert_false (ouioe_thinking_step_get_confidence (without, &value));
  g_assert_cmpfloat (value, ==, 0.0);
  g_assert_true (ouioe_thinking_step_get_confidence (zero, &value));
}

static void
test_update_gives_back_what_it_got (void)
{
  g_autoptr(OuioeProgressUpdate) update = ouioe_progress_update_new ("progress", "m", 60, "phase", NULL);
  g_autofree char *message = ouioe_progress_update_dup_message (update);
  g_autofree char *step = ouioe_progress_update_dup_current_step (update);
  gint64 total = -1;
  double value = -1;

  g_assert_cmpstr (ouioe_progress_update_get_progress_type (update), ==, "progress");
  g_assert_cmpstr (message, ==, "m");
  g_assert_cmpstr (step, ==, "phase");
  g_assert_true (ouioe_progress_update_get_percentage (update, &value));
  g_assert_cmpfloat (value, ==, 60.0);
  g_assert_null (ouioe_progress_update_dup_estimated_remaining (update));
  g_assert_null (ouioe_progress_update_dup_current_activity (update));
  g_assert_null (ouioe_progress_update_dup_intermediate_findings (update));
  g_assert_false (ouioe_progress_update_get_total_steps (update, &total));
  g_assert_false (ouioe_progress_update_get_confidence (update, &value));
}

static void
test_update_zero_is_not_absent (void)
{
  g_autoptr(OuioeProgressUpdate) zero = ouioe_progress_update_new ("progress", "", 0, NULL, NULL);
  g_autoptr(OuioeProgressUpdate) none = ouioe_progress_update_new ("progress", "", -1, NULL, "2 min");
  g_autofree char *remaining = ouioe_progress_update_dup_estimated_remaining (none);
  double value = -1;

  g_assert_true (ouioe_progress_update_get_percentage (zero, &value));
  g_assert_cmpfloat (value, ==, 0.0);
  g_assert_false (ouioe_progress_update_get_percentage (none, &value));
  g_assert_cmpstr (remaining, ==, "2 min");
}

static void
test_step_comes_from_json (void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(OuioeThinkingStep) step = ouioe_thinking_step_new_from_json (
    "{\"thinking_type\":\"decision\",\"content\":\"a\\u0000b\","
    "\"alternatives\":[\"c\"],\"context_used\":{\"step_id\":\"3\"}}", -1, &error);
  g_autofree char *content = NULL;
  g_autofree char *context = NULL;
  g_auto(GStrv) alternatives = NULL;

  g_assert_no_error (error);
  content = ouioe_thinking_step_dup_content (step);
  context = ouioe_thinking_step_dup_context_used (step);
  alternatives = ouioe_thinking_step_dup_alternatives (step);
  g_assert_cmpstr (content, ==, "a\xef\xbf\xbd" "b");
  g_assert_cmpstr (context, ==, "{\"step_id\":\"3\"}");
  g_assert_cmpstr (alternatives[0], ==, "c");

  g_assert_null (ouioe_thinking_step_new_from_json ("{\"thinking_type\":\"decision\"}", -1, &error));
  g_assert_error (error, OUIOE_ERROR, OUIOE_ERROR_INVALID_BODY);
  g_assert_nonnull (strstr (error->message, "content"));
  g_clear_error (&error);
  g_assert_null (ouioe_thinking_step_new_from_json ("{}}", 2, &error));
  g_assert_error (error, OUIOE_ERROR, OUIOE_ERROR_INVALID_BODY);
}

static void
test_update_comes_from_json (void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(OuioeProgressUpdate) update = ouioe_progress_update_new_from_json (
    "{\"progress_type\":\"progress\",\"message\":\"m\",\"total_steps\":8,\"current_activity\":\"thinking\"}", -1, &error);
  g_autofree char *activity = NULL;
  gint64 total = 0;

  g_assert_no_error (error);
  activity = ouioe_progress_update_dup_current_activity (update);
  g_assert_cmpstr (activity, ==, "thinking");
  g_assert_true (ouioe_progress_update_get_total_steps (update, &total));
  g_assert_cmpint (total, ==, 8);

  g_assert_null (ouioe_progress_update_new_from_json ("[]", -1, &error));
  g_assert_error (error, OUIOE_ERROR, OUIOE_ERROR_INVALID_BODY);
  g_clear_error (&error);
  g_assert_null (ouioe_progress_update_new_from_json ("\xff", -1, &error));
  g_assert_error (error, OUIOE_ERROR, OUIOE_ERROR_BAD_ENCODING);
}

static void
test_context_is_one_compact_object (void)
{
  g_autoptr(OuioeThinkingContext) context = ouioe_thinking_context_new ("do it", "{ \"a b\" :\n [1, \"x \\\" y\"] }");
  g_autoptr(OuioeThinkingContext) empty = ouioe_thinking_context_new (NULL, NULL);
  g_autofree char *object = ouioe_thinking_context_dup_system_context (context);
  g_autofree char *request = ouioe_thinking_context_dup_user_request (context);
  g_autofree char *empty_object = ouioe_thinking_context_dup_system_context (empty);
  g_autofree char *empty_request = ouioe_thinking_context_dup_user_request (empty);

  g_assert_cmpstr (object, ==, "{\"a b\":[1,\"x \\\" y\"]}");
  g_assert_cmpstr (request, ==, "do it");
  g_assert_cmpstr (empty_object, ==, "{}");
  g_assert_cmpstr (empty_request, ==, "");
}

static void
test_context_refuses_what_is_no_object (void)
{
  static const char *const texts[] = { "", "[]", "1", "{", "{}{}", "{\"a\":1,}", "null" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_test_expect_message ("Ouioe", G_LOG_LEVEL_CRITICAL, "*ouioe_json_scan_object*");
      g_assert_null (ouioe_thinking_context_new ("", texts[i]));
      g_test_assert_expected_messages ();
    }
}

static void
test_boxed_types_copy_and_free (void)
{
  g_autoptr(OuioeThinkingStep) step = ouioe_thinking_step_new ("decision", "", NULL, -1, NULL, NULL);
  OuioeStreamConfig config = OUIOE_STREAM_CONFIG_DEFAULT;
  g_auto(GValue) value = G_VALUE_INIT;
  g_auto(GValue) config_value = G_VALUE_INIT;

  g_value_init (&value, OUIOE_TYPE_THINKING_STEP);
  g_value_set_boxed (&value, step);
  g_assert_true (g_value_get_boxed (&value) == step);
  g_value_init (&config_value, OUIOE_TYPE_STREAM_CONFIG);
  g_value_set_boxed (&config_value, &config);
  g_assert_cmpmem (g_value_get_boxed (&config_value), sizeof config, &config, sizeof config);
  g_assert_cmpstr (g_type_name (OUIOE_TYPE_EVENT), ==, "OuioeEvent");
  g_assert_cmpstr (g_type_name (OUIOE_TYPE_PROGRESS_UPDATE), ==, "OuioeProgressUpdate");
  g_assert_cmpstr (g_type_name (OUIOE_TYPE_THINKING_CONTEXT), ==, "OuioeThinkingContext");
  g_assert_cmpstr (g_type_name (OUIOE_TYPE_STREAM_STATS), ==, "OuioeStreamStats");
}

static void
test_event_shares_words (void)
{
  char *session_id = g_ref_string_new ("s");
  g_autoptr(GBytes) json = g_bytes_new_static ("{}", 2);
  g_autofree char *own_word = g_strdup ("acme.lint");
  g_autoptr(OuioeEvent) known = ouioe_event_new_encoded (session_id, (OuioeEventId) { 1, 2 }, OUIOE_EVENT_THINKING_STEP,
                                                         "decision", 5, json);
  g_autoptr(OuioeEvent) own = ouioe_event_new_encoded (session_id, (OuioeEventId) { 1, 3 },
                                                       OUIOE_EVENT_PROGRESS_UPDATE, own_word, 5, json);
  g_autoptr(OuioeEvent) end = ouioe_event_new_encoded (session_id, (OuioeEventId) { 1, 4 }, OUIOE_EVENT_SESSION_END,
                                                       NULL, 5, json);

  g_ref_string_release (session_id);
  g_assert_true (ouioe_event_get_type_word (known)
                 == ouioe_vocabulary_get_words (OUIOE_EVENT_THINKING_STEP, NULL)[2]);
  g_assert_cmpstr (ouioe_event_get_type_word (own), ==, "acme.lint");
  g_assert_null (ouioe_event_get_type_word (end));
  g_assert_cmpstr (ouioe_event_get_session_id (end), ==, "s");
  g_assert_cmpint (ouioe_event_get_kind (own), ==, OUIOE_EVENT_PROGRESS_UPDATE);
  g_assert_cmpuint (ouioe_event_get_id (own)->seq, ==, 3);
  g_assert_cmpint (ouioe_event_get_time_us (own), ==, 5);
  g_assert_true (ouioe_event_get_json (own) == json);
  g_assert_null (ouioe_event_dup_thinking_step (own));
  g_assert_null (ouioe_event_dup_progress_update (known));
  g_assert_null (ouioe_event_dup_thinking_step (known)); /* nothing in it */
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/enums/words-read-back", test_enums_words_read_back);
  g_test_add_func ("/enums/unknown-words-are-zero", test_enums_unknown_words_are_zero);
  g_test_add_func ("/enums/kinds-stand-on-their-streams", test_enums_kinds_stand_on_their_streams);
  g_test_add_func ("/error/table-is-complete", test_error_table_is_complete);
  g_test_add_func ("/error/statuses-are-those-of-the-contract", test_error_statuses_are_those_of_the_contract);
  g_test_add_func ("/error/what-is-not-known-is-internal", test_error_what_is_not_known_is_internal);
  g_test_add_func ("/event-id/text-reads-back", test_event_id_text_reads_back);
  g_test_add_func ("/event-id/short-form-is-the-first-of-its-millisecond",
                   test_event_id_short_form_is_the_first_of_its_millisecond);
  g_test_add_func ("/event-id/refuses-what-is-none", test_event_id_refuses_what_is_none);
  g_test_add_func ("/event-id/order-is-time-then-number", test_event_id_order_is_time_then_number);
  g_test_add_func ("/text/keeps-zero-characters", test_text_keeps_zero_characters);
  g_test_add_func ("/text/absent-is-not-empty", test_text_absent_is_not_empty);
  g_test_add_func ("/text/lists-and-string-vectors-are-the-same", test_text_lists_and_string_vectors_are_the_same);
  g_test_add_func ("/vocabulary/has-all-known-words", test_vocabulary_has_all_known_words);
  g_test_add_func ("/vocabulary/accepts-namespaced-words", test_vocabulary_accepts_namespaced_words);
  g_test_add_func ("/vocabulary/kinds-are-apart", test_vocabulary_kinds_are_apart);
  g_test_add_func ("/config/defaults-are-those-of-the-contract", test_config_defaults_are_those_of_the_contract);
  g_test_add_func ("/step/gives-back-what-it-got", test_step_gives_back_what_it_got);
  g_test_add_func ("/step/negative-confidence-is-not-reported", test_step_negative_confidence_is_not_reported);
  g_test_add_func ("/update/gives-back-what-it-got", test_update_gives_back_what_it_got);
  g_test_add_func ("/update/zero-is-not-absent", test_update_zero_is_not_absent);
  g_test_add_func ("/step/comes-from-json", test_step_comes_from_json);
  g_test_add_func ("/update/comes-from-json", test_update_comes_from_json);
  g_test_add_func ("/context/is-one-compact-object", test_context_is_one_compact_object);
  g_test_add_func ("/context/refuses-what-is-no-object", test_context_refuses_what_is_no_object);
  g_test_add_func ("/boxed/types-copy-and-free", test_boxed_types_copy_and_free);
  g_test_add_func ("/event/shares-words", test_event_shares_words);

  return g_test_run ();
}
