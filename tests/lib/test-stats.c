/* test-stats.c - counters of a session
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioe-types-private.h"
#include "ouioe-vocabulary.h"

#define SECOND G_USEC_PER_SEC

static void
add_step (OuioeStreamStats *stats, const char *word, double confidence, gint64 time_us)
{
  g_autoptr(OuioeThinkingStep) step = ouioe_thinking_step_new (word, "", NULL, confidence, NULL, NULL);

  ouioe_stream_stats_add_step (stats, step, time_us);
}

static void
add_update (OuioeStreamStats *stats, const char *word, gint64 time_us)
{
  g_autoptr(OuioeProgressUpdate) update = ouioe_progress_update_new (word, "", -1, NULL, NULL);

  ouioe_stream_stats_add_update (stats, update, time_us);
}

static void
test_new_counters_stand_at_zero (void)
{
  g_autoptr(OuioeStreamStats) stats = ouioe_stream_stats_new (5 * SECOND);
  double average = -1;

  g_assert_cmpuint (ouioe_stream_stats_get_thinking_steps (stats), ==, 0);
  g_assert_cmpuint (ouioe_stream_stats_get_progress_updates (stats), ==, 0);
  g_assert_false (ouioe_stream_stats_get_average_confidence (stats, &average));
  g_assert_cmpfloat (average, ==, 0.0);
  g_assert_cmpint (ouioe_stream_stats_get_created_us (stats), ==, 5 * SECOND);
  g_assert_cmpint (ouioe_stream_stats_get_last_updated_us (stats), ==, 5 * SECOND);
  g_assert_cmpuint (ouioe_stream_stats_get_thinking_type_count (stats, "decision"), ==, 0);
  g_assert_cmpuint (ouioe_stream_stats_get_progress_type_count (stats, "acme.x"), ==, 0);
}

static void
test_counts_by_type (void)
{
  g_autoptr(OuioeStreamStats) stats = ouioe_stream_stats_new (0);

  add_step (stats, "decision", -1, 1);
  add_step (stats, "decision", -1, 2);
  add_step (stats, "completion", -1, 3);
  add_step (stats, "acme.lint", -1, 4);
  add_update (stats, "completion", 5);
  add_update (stats, "acme.lint", 6);
  add_update (stats, "acme.lint", 7);

  g_assert_cmpuint (ouioe_stream_stats_get_thinking_steps (stats), ==, 4);
  g_assert_cmpuint (ouioe_stream_stats_get_progress_updates (stats), ==, 3);
  g_assert_cmpuint (ouioe_stream_stats_get_thinking_type_count (stats, "decision"), ==, 2);
  g_assert_cmpuint (ouioe_stream_stats_get_thinking_type_count (stats, "completion"), ==, 1);
  g_assert_cmpuint (ouioe_stream_stats_get_thinking_type_count (stats, "acme.lint"), ==, 1);
  g_assert_cmpuint (ouioe_stream_stats_get_progress_type_count (stats, "completion"), ==, 1);
  g_assert_cmpuint (ouioe_stream_stats_get_progress_type_count (stats, "acme.lint"), ==, 2);
  g_assert_cmpuint (ouioe_stream_stats_get_progress_type_count (stats, "decision"), ==, 0);
}

static void
test_average_counts_reported_values_only (void)
{
  g_autoptr(OuioeStreamStats) stats = ouioe_stream_stats_new (0);
  double average;

  add_step (stats, "decision", 1.0, 1);
  add_step (stats, "decision", -1, 2);
  add_step (stats, "decision", 0.0, 3);
  add_step (stats, "decision", -1, 4);

  g_assert_true (ouioe_stream_stats_get_average_confidence (stats, &average));
  g_assert_cmpfloat (average, ==, 0.5);
}

static void
test_average_stays_in_range (void)
{
  g_autoptr(OuioeStreamStats) stats = ouioe_stream_stats_new (0);
  double average;

  for (guint i = 0; i < 100000; i++)
    add_step (stats, "decision", 1.0, i);
  g_assert_true (ouioe_stream_stats_get_average_confidence (stats, &average));
  g_assert_cmpfloat (average, ==, 1.0);
}

static void
test_last_update_never_steps_back (void)
{
  g_autoptr(OuioeStreamStats) stats = ouioe_stream_stats_new (10 * SECOND);

  add_step (stats, "decision", -1, 20 * SECOND);
  add_update (stats, "progress", 15 * SECOND);
  g_assert_cmpint (ouioe_stream_stats_get_last_updated_us (stats), ==, 20 * SECOND);
  add_update (stats, "progress", 21 * SECOND);
  g_assert_cmpint (ouioe_stream_stats_get_last_updated_us (stats), ==, 21 * SECOND);
}

static void
test_duration_grows_until_the_end (void)
{
  g_autoptr(OuioeStreamStats) stats = ouioe_stream_stats_new (10 * SECOND);

  g_assert_cmpfloat (ouioe_stream_stats_get_duration (stats, 10 * SECOND), ==, 0.0);
  g_assert_cmpfloat (ouioe_stream_stats_get_duration (stats, 11 * SECOND + 500000), ==, 1.5);
  g_assert_cmpfloat (ouioe_stream_stats_get_duration (stats, 9 * SECOND), ==, 0.0); /* the clock stepped back */
  ouioe_stream_stats_set_ended (stats, 14 * SECOND);
  g_assert_cmpfloat (ouioe_stream_stats_get_duration (stats, 100 * SECOND), ==, 4.0);
}

static void
test_own_words_are_bounded (void)
{
  g_autoptr(OuioeStreamStats) stats = ouioe_stream_stats_new (0);

  for (guint i = 0; i < OUIOE_MAX_OWN_TYPES; i++)
    {
      g_autofree char *word = g_strdup_printf ("own.%u", i);

      g_assert_true (ouioe_stream_stats_has_room (stats, OUIOE_EVENT_THINKING_STEP, word));
      add_step (stats, word, -1, i);
    }

  g_assert_false (ouioe_stream_stats_has_room (stats, OUIOE_EVENT_THINKING_STEP, "own.more"));
  g_assert_true (ouioe_stream_stats_has_room (stats, OUIOE_EVENT_THINKING_STEP, "own.0"));
  g_assert_true (ouioe_stream_stats_has_room (stats, OUIOE_EVENT_THINKING_STEP, "decision"));
  g_assert_true (ouioe_stream_stats_has_room (stats, OUIOE_EVENT_PROGRESS_UPDATE, "own.more"));
}

static void
test_a_copy_no_longer_changes (void)
{
  g_autoptr(OuioeStreamStats) stats = ouioe_stream_stats_new (1);
  g_autoptr(OuioeStreamStats) copy = NULL;
  g_autoptr(OuioeStreamStats) same = NULL;

  add_step (stats, "decision", 0.5, 2);
  add_step (stats, "acme.lint", 0.5, 3);
  copy = ouioe_stream_stats_copy (stats);
  same = ouioe_stream_stats_ref (stats);
  add_step (stats, "decision", 1.0, 4);
  add_step (stats, "acme.lint", 1.0, 5);

  g_assert_cmpuint (ouioe_stream_stats_get_thinking_steps (copy), ==, 2);
  g_assert_cmpuint (ouioe_stream_stats_get_thinking_type_count (copy, "decision"), ==, 1);
  g_assert_cmpuint (ouioe_stream_stats_get_thinking_type_count (copy, "acme.lint"), ==, 1);
  g_assert_cmpuint (ouioe_stream_stats_get_thinking_type_count (same, "acme.lint"), ==, 2);
}

static void
append_type (const char *word, guint64 count, gpointer user_data)
{
  g_string_append_printf (user_data, "%s=%" G_GUINT64_FORMAT " ", word, count);
}

static void
test_types_are_told_in_a_fixed_order (void)
{
  g_autoptr(OuioeStreamStats) stats = ouioe_stream_stats_new (1);
  g_autoptr(GString) told = g_string_new (NULL);

  add_step (stats, "z.z", -1, 1);
  add_step (stats, "reflection", -1, 1);
  add_step (stats, "a.a", -1, 1);
  add_step (stats, "initialization", -1, 1);
  ouioe_stream_stats_set_type_count (stats, OUIOE_EVENT_THINKING_STEP, "m.m", 7);
  ouioe_stream_stats_set_type_count (stats, OUIOE_EVENT_THINKING_STEP, "decision", 9);

  ouioe_stream_stats_foreach_type (stats, OUIOE_EVENT_THINKING_STEP, append_type, told);
  g_assert_cmpstr (told->str, ==, "initialization=1 decision=9 reflection=1 a.a=1 m.m=7 z.z=1 ");
  g_string_truncate (told, 0);
  ouioe_stream_stats_foreach_type (stats, OUIOE_EVENT_PROGRESS_UPDATE, append_type, told);
  g_assert_cmpstr (told->str, ==, "");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/stats/new-counters-stand-at-zero", test_new_counters_stand_at_zero);
  g_test_add_func ("/stats/counts-by-type", test_counts_by_type);
  g_test_add_func ("/stats/average-counts-reported-values-only", test_average_counts_reported_values_only);
  g_test_add_func ("/stats/average-stays-in-range", test_average_stays_in_range);
  g_test_add_func ("/stats/last-update-never-steps-back", test_last_update_never_steps_back);
  g_test_add_func ("/stats/duration-grows-until-the-end", test_duration_grows_until_the_end);
  g_test_add_func ("/stats/own-words-are-bounded", test_own_words_are_bounded);
  g_test_add_func ("/stats/a-copy-no-longer-changes", test_a_copy_no_longer_changes);
  g_test_add_func ("/stats/types-are-told-in-a-fixed-order", test_types_are_told_in_a_fixed_order);

  return g_test_run ();
}
