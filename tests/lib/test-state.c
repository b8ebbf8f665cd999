/* test-state.c - sessions and counters as JSON, and back from databases
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "codec-helpers.h"

#define CREATED_US (TEST_TIME_US - 90 * G_USEC_PER_SEC)

/* Three steps, one with a known and one with an own type, two with a confidence; one update. */
static OuioeStreamStats *
make_stats (void)
{
  OuioeStreamStats *stats = ouioe_stream_stats_new (CREATED_US);
  g_autoptr(OuioeThinkingStep) first = ouioe_thinking_step_new ("decision", "", NULL, 0.5, NULL, NULL);
  g_autoptr(OuioeThinkingStep) second = ouioe_thinking_step_new ("acme.lint", "", NULL, 1.0, NULL, NULL);
  g_autoptr(OuioeThinkingStep) third = ouioe_thinking_step_new ("decision", "", NULL, -1, NULL, NULL);
  g_autoptr(OuioeProgressUpdate) update = ouioe_progress_update_new ("progress", "", -1, NULL, NULL);

  ouioe_stream_stats_add_step (stats, first, CREATED_US + 1);
  ouioe_stream_stats_add_step (stats, second, CREATED_US + 2);
  ouioe_stream_stats_add_step (stats, third, CREATED_US + 3);
  ouioe_stream_stats_add_update (stats, update, CREATED_US + 1000000);
  return stats;
}

static void
test_stats_are_really_filled (void)
{
  g_autoptr(OuioeStreamStats) stats = make_stats ();
  g_autoptr(GString) out = g_string_new (NULL);

  ouioe_codec_write_stats (out, "s1", stats, TEST_TIME_US);
  test_assert_json (out->str, out->len);
  g_assert_cmpstr (out->str, ==,
                   "{\"session_id\":\"s1\",\"total_thinking_steps\":3,\"total_progress_updates\":1,"
                   "\"average_confidence\":0.75,\"session_duration\":90.0,"
                   "\"thinking_types_used\":{\"decision\":2,\"acme.lint\":1},\"progress_types_used\":{\"progress\":1},"
                   "\"last_updated\":\"2026-11-23T01:09:34.398083+00:00\",\"thinking_per_minute\":2.0,"
                   "\"progress_per_minute\":0.6666666666666666}");
}

static void
test_stats_without_reports_have_no_average (void)
{
  g_autoptr(OuioeStreamStats) stats = ouioe_stream_stats_new (TEST_TIME_US);
  g_autoptr(GString) out = g_string_new (NULL);

  ouioe_codec_write_stats (out, "s", stats, TEST_TIME_US);
  g_assert_cmpstr (out->str, ==,
                   "{\"session_id\":\"s\",\"total_thinking_steps\":0,\"total_progress_updates\":0,"
                   "\"session_duration\":0.0,\"thinking_types_used\":{},\"progress_types_used\":{},"
                   "\"last_updated\":\"2026-11-23T01:11:03.398083+00:00\",\"thinking_per_minute\":0.0,"
                   "\"progress_per_minute\":0.0}");
}

static void
test_stats_frames_always_have_an_average (void)
{
  g_autoptr(OuioeStreamStats) empty = ouioe_stream_stats_new (TEST_TIME_US);
  g_autoptr(OuioeStreamStats) stats = make_stats ();
  g_autoptr(GString) out = g_string_new (NULL);
  static const char *const fields[] = {
    "session_id", "total_thinking_steps", "total_progress_updates", "average_confidence", "session_duration",
    "thinking_types_used", "progress_types_used", "last_updated",
  };
  g_autoptr(json_t) root = NULL;

  ouioe_codec_write_stats_frame (out, "s", empty, TEST_TIME_US);
  g_assert_nonnull (strstr (out->str, "\"average_confidence\":0.0,\"average_confidence_reported\":false,"));
  root = test_parse (out->str);
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    g_assert_nonnull (json_object_get (root, fields[i]));

  g_string_truncate (out, 0);
  ouioe_codec_write_stats_frame (out, "s", stats, TEST_TIME_US);
  g_assert_nonnull (strstr (out->str, "\"average_confidence\":0.75,\"average_confidence_reported\":true,"));
}

static void
test_sessions_tell_what_they_are (void)
{
  g_autoptr(OuioeThinkingContext) context = ouioe_thinking_context_new ("r", "{\"a\":1}");
  g_autoptr(OuioeStreamStats) stats = ouioe_stream_stats_new (TEST_TIME_US);
  g_autoptr(GString) open = g_string_new (NULL);
  g_autoptr(GString) closed = g_string_new (NULL);
  OuioeSessionInfo info = {
    .id = "s\"1", .user_id = "me", .state = OUIOE_SESSION_OPEN, .config = OUIOE_STREAM_CONFIG_DEFAULT,
    .context = context, .stats = stats, .last_id = { 5, 6 }, .created_us = TEST_TIME_US,
    .last_activity_us = TEST_TIME_US + 1000000,
  };

  ouioe_codec_write_session (open, &info, TEST_TIME_US + 500000);
  test_assert_json (open->str, open->len);
  g_assert_cmpstr (open->str, ==,
                   "{\"session_id\":\"s\\\"1\",\"user_id\":\"me\",\"state\":\"open\","
                   "\"created_at\":\"2026-11-23T01:11:03.398083+00:00\","
                   "\"last_activity\":\"2026-11-23T01:11:04.398083+00:00\",\"debug_mode\":false,"
                   "\"progress_updates\":true,\"max_stream_length\":1000,\"update_threshold_seconds\":0.0,"
                   "\"expiry_seconds\":86400.0,\"user_request\":\"r\",\"system_context\":{\"a\":1},"
                   "\"last_event_id\":\"5-6\",\"stats\":{\"total_thinking_steps\":0,\"total_progress_updates\":0,"
                   "\"session_duration\":0.5,\"thinking_types_used\":{},\"progress_types_used\":{},"
                   "\"last_updated\":\"2026-11-23T01:11:03.398083+00:00\",\"thinking_per_minute\":0.0,"
                   "\"progress_per_minute\":0.0}}");

  stats->has_percentage = TRUE;
  stats->percentage = 62;
  g_string_truncate (open, 0);
  ouioe_codec_write_session (open, &info, TEST_TIME_US);
  test_assert_json (open->str, open->len);
  g_assert_nonnull (strstr (open->str, "\"last_event_id\":\"5-6\",\"progress_percentage\":62.0,\"stats\":{"));

  info.generation = ouioe_generation_new ();
  g_string_truncate (open, 0);
  ouioe_codec_write_session (open, &info, TEST_TIME_US);
  test_assert_json (open->str, open->len);
  g_assert_true (g_str_has_suffix (open->str, "\"progress_per_minute\":0.0},"
                                              "\"generation\":{\"phase\":\"none\",\"calls\":0}}"));
  g_clear_pointer (&info.generation, ouioe_generation_unref);

  info.state = OUIOE_SESSION_CLOSED;
  info.outcome = "done";
  info.ended_us = TEST_TIME_US + 2000000;
  ouioe_codec_write_session (closed, &info, TEST_TIME_US + 500000);
  g_assert_nonnull (strstr (closed->str, "\"state\":\"closed\",\"outcome\":\"done\",\"created_at\""));
  g_assert_nonnull (strstr (closed->str, "\"ended_at\":\"2026-11-23T01:11:05.398083+00:00\",\"debug_mode\""));
}

static void
test_config_survives_a_database (void)
{
  static const OuioeStreamConfig configs[] = {
    { FALSE, TRUE, 1000, 0, G_GINT64_CONSTANT (86400000000) },
    { TRUE, FALSE, G_MAXUINT, 1, 1 },
    { TRUE, TRUE, 1, 1234567, G_GINT64_CONSTANT (31536000000001) },
  };

  for (guint i = 0; i < G_N_ELEMENTS (configs); i++)
    {
      g_autofree char *json = ouioe_codec_config_to_json (&configs[i]);
      g_autoptr(GError) error = NULL;
      OuioeStreamConfig back;

      test_assert_json (json, strlen (json));
      g_assert_true (ouioe_codec_config_from_json (json, &back, &error));
      g_assert_no_error (error);
      test_assert_config (&back, &configs[i]);
    }
}

static void
test_context_survives_a_database (void)
{
  g_autoptr(OuioeThinkingContext) context = ouioe_thinking_context_new ("", "{\"a\":[1.5,9007199254740993]}");
  g_autoptr(OuioeThinkingContext) back = NULL;
  g_autoptr(GError) error = NULL;
  g_autofree char *json = NULL;
  gsize len;

  ouioe_text_clear (&context->user_request);
  context->user_request = ouioe_text_new ("a\0b😀", 7);
  json = ouioe_codec_context_to_json (context, &len);
  g_assert_cmpuint (len, ==, strlen (json));
  back = ouioe_codec_context_from_json (json, len, &error);
  g_assert_no_error (error);
  test_assert_text (&back->user_request, "a\0b😀", 7);
  g_assert_cmpstr (back->system_context.str, ==, "{\"a\":[1.5,9007199254740993]}");
}

static void
test_stats_survive_a_database (void)
{
  g_autoptr(OuioeStreamStats) stats = make_stats ();
  g_autoptr(OuioeStreamStats) back = NULL;
  g_autoptr(GString) before = g_string_new (NULL);
  g_autoptr(GString) after = g_string_new (NULL);
  g_autoptr(GError) error = NULL;
  g_autofree char *json = NULL;

  stats->confidence_sum = 0.1 + 0.2;
  stats->has_percentage = TRUE;
  stats->percentage = 62.5;
  ouioe_stream_stats_set_ended (stats, TEST_TIME_US + 5);
  json = ouioe_codec_stats_to_json (stats);
  test_assert_json (json, strlen (json));
  back = ouioe_codec_stats_from_json (json, &error);
  g_assert_no_error (error);

  g_assert_cmpfloat (back->confidence_sum, ==, 0.1 + 0.2);
  g_assert_cmpuint (back->n_confidence, ==, 2);
  g_assert_true (back->has_percentage);
  g_assert_cmpfloat (back->percentage, ==, 62.5);
  g_assert_cmpint (back->ended_us, ==, TEST_TIME_US + 5);
  g_assert_cmpint (back->created_us, ==, CREATED_US);
  ouioe_codec_write_stats_frame (before, "s", stats, TEST_TIME_US);
  ouioe_codec_write_stats_frame (after, "s", back, TEST_TIME_US);
  g_assert_cmpstr (after->str, ==, before->str);
}

static void
test_damaged_rows_are_told (void)
{
  static const char *const configs[] = {
    "", "{", "[]", "null", "{}", "{\"debug_mode\":1,\"progress_updates\":true,\"max_stream_length\":1,"
    "\"update_threshold_seconds\":0,\"expiry_seconds\":1}",
    "{\"debug_mode\":true,\"progress_updates\":true,\"max_stream_length\":0,\"update_threshold_seconds\":0,"
    "\"expiry_seconds\":1}",
    "{\"debug_mode\":true,\"progress_updates\":true,\"max_stream_length\":1,\"update_threshold_seconds\":0,"
    "\"expiry_seconds\":1e300}",
  };
  static const char *const contexts[] = {
    "", "x", "[]", "{}", "{\"user_request\":\"\"}", "{\"user_request\":1,\"system_context\":{}}",
    "{\"user_request\":\"\",\"system_context\":[]}",
  };
  static const char *const stats[] = {
    "", "{}", "[]",
    "{\"total_thinking_steps\":-1,\"total_progress_updates\":0,\"confidence_sum\":0,\"confidence_count\":0,"
    "\"thinking_types_used\":{},\"progress_types_used\":{},\"created_us\":1,\"last_updated_us\":1,\"ended_us\":0}",
    "{\"total_thinking_steps\":1,\"total_progress_updates\":0,\"confidence_sum\":0,\"confidence_count\":0,"
    "\"thinking_types_used\":{\"a\":-1},\"progress_types_used\":{},\"created_us\":1,\"last_updated_us\":1,"
    "\"ended_us\":0}",
    "{\"total_thinking_steps\":1,\"total_progress_updates\":0,\"confidence_sum\":0,\"confidence_count\":0,"
    "\"thinking_types_used\":[],\"progress_types_used\":{},\"created_us\":1,\"last_updated_us\":1,\"ended_us\":0}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (configs); i++)
    {
      OuioeStreamConfig config = { TRUE, TRUE, 7, 7, 7 };
      g_autoptr(GError) error = NULL;

      g_assert_false (ouioe_codec_config_from_json (configs[i], &config, &error));
      g_assert_error (error, OUIOE_ERROR, OUIOE_ERROR_STORE_DAMAGED);
      g_assert_cmpuint (config.max_stream_length, ==, 7);
    }
  for (guint i = 0; i < G_N_ELEMENTS (contexts); i++)
    {
      g_autoptr(GError) error = NULL;

      g_assert_null (ouioe_codec_context_from_json (contexts[i], strlen (contexts[i]), &error));
      g_assert_error (error, OUIOE_ERROR, OUIOE_ERROR_STORE_DAMAGED);
    }
  for (guint i = 0; i < G_N_ELEMENTS (stats); i++)
    {
      g_autoptr(GError) error = NULL;

      g_assert_null (ouioe_codec_stats_from_json (stats[i], &error));
      g_assert_error (error, OUIOE_ERROR, OUIOE_ERROR_STORE_DAMAGED);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/state/stats/are-really-filled", test_stats_are_really_filled);
  g_test_add_func ("/state/stats/without-reports-have-no-average", test_stats_without_reports_have_no_average);
  g_test_add_func ("/state/stats/frames-always-have-an-average", test_stats_frames_always_have_an_average);
  g_test_add_func ("/state/session/tells-what-it-is", test_sessions_tell_what_they_are);
  g_test_add_func ("/state/database/config-survives", test_config_survives_a_database);
  g_test_add_func ("/state/database/context-survives", test_context_survives_a_database);
  g_test_add_func ("/state/database/stats-survive", test_stats_survive_a_database);
  g_test_add_func ("/state/database/damaged-rows-are-told", test_damaged_rows_are_told);

  return g_test_run ();
}
