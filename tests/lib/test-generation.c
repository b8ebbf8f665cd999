/* test-generation.c - what is known of the model's work, its phases and its JSON
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <string.h>

#include "codec-helpers.h"
#include "ouioe-generation-private.h"

#define SECOND G_USEC_PER_SEC
#define T0 TEST_TIME_US

static char *
to_text (const OuioeGeneration *generation)
{
  GString *out = g_string_new (NULL);

  ouioe_generation_write (generation, out);
  test_assert_json (out->str, out->len);
  return g_string_free (out, FALSE);
}

static OuioeGeneration *
make_full (void)
{
  OuioeGeneration *self = ouioe_generation_new ();

  self->model = g_strdup ("gpt-oss:20b \"q\"");
  self->upstream = g_strdup ("ollama");
  self->dialect = g_strdup ("ollama");
  self->n_calls = 2;
  self->n_under_way = 1;
  ouioe_generation_enter (self, OUIOE_PHASE_WAITING, T0);
  ouioe_generation_enter (self, OUIOE_PHASE_THINKING, T0 + SECOND / 2);
  ouioe_generation_enter (self, OUIOE_PHASE_ANSWER, T0 + 2 * SECOND);
  self->stalled_since_us = T0 + 3 * SECOND;
  self->input_tokens = 0;
  self->output_tokens = 40;
  self->thinking_tokens = 10;
  self->tokens_per_second = 31.5;
  self->time_to_first_token_us = 500001;
  self->finish_reason = g_strdup ("stop");
  self->can_stop = TRUE;
  self->can_answer_now = TRUE;
  self->estimate_low_us = 4 * SECOND;
  self->estimate_high_us = 9 * SECOND;
  self->estimate_runs = 3;
  return self;
}

static const char full_json[] =
  "{\"model\":\"gpt-oss:20b \\\"q\\\"\",\"upstream\":\"ollama\",\"dialect\":\"ollama\",\"phase\":\"answer\","
  "\"phase_since\":\"2026-11-23T01:11:05.398083+00:00\",\"stalled_since\":\"2026-11-23T01:11:06.398083+00:00\","
  "\"calls\":2,\"calls_under_way\":1,\"input_tokens\":0,\"output_tokens\":40,\"thinking_tokens\":10,"
  "\"tokens_per_second\":31.5,\"time_to_first_token\":0.500001,\"thinking_share\":0.25,"
  "\"phase_seconds\":{\"waiting\":0.5,\"thinking\":1.5},\"finish_reason\":\"stop\",\"can_stop\":true,"
  "\"can_answer_now\":true,\"estimate\":{\"low\":4.0,\"high\":9.0,\"runs\":3},"
  "\"phases\":[{\"phase\":\"waiting\",\"begin\":\"2026-11-23T01:11:03.398083+00:00\","
  "\"end\":\"2026-11-23T01:11:03.898083+00:00\"},"
  "{\"phase\":\"thinking\",\"begin\":\"2026-11-23T01:11:03.898083+00:00\",\"end\":\"2026-11-23T01:11:05.398083+00:00\"},"
  "{\"phase\":\"answer\",\"begin\":\"2026-11-23T01:11:05.398083+00:00\"}]}";

static void
test_unknown_is_absent (void)
{
  g_autoptr(OuioeGeneration) generation = ouioe_generation_new ();
  g_autofree char *json = ouioe_generation_to_json (generation);
  double low = 0, high = 0;
  guint runs = 5;

  g_assert_cmpstr (json, ==, "{\"phase\":\"none\",\"calls\":0}");
  g_assert_null (ouioe_generation_get_model (generation));
  g_assert_null (ouioe_generation_get_upstream (generation));
  g_assert_null (ouioe_generation_get_dialect (generation));
  g_assert_null (ouioe_generation_get_finish_reason (generation));
  g_assert_cmpint (ouioe_generation_get_phase_since_us (generation), ==, 0);
  g_assert_cmpint (ouioe_generation_get_stalled_since_us (generation), ==, 0);
  g_assert_cmpint (ouioe_generation_get_input_tokens (generation), ==, -1);
  g_assert_cmpint (ouioe_generation_get_output_tokens (generation), ==, -1);
  g_assert_cmpint (ouioe_generation_get_thinking_tokens (generation), ==, -1);
  g_assert_cmpfloat (ouioe_generation_get_tokens_per_second (generation), ==, -1);
  g_assert_cmpfloat (ouioe_generation_get_time_to_first_token (generation), ==, -1);
  g_assert_cmpfloat (ouioe_generation_get_thinking_share (generation), ==, -1);
  g_assert_false (ouioe_generation_get_can_stop (generation));
  g_assert_false (ouioe_generation_get_can_answer_now (generation));
  g_assert_false (ouioe_generation_get_estimate (generation, &low, &high, &runs));
  g_assert_cmpfloat (low, ==, -1);
  g_assert_cmpfloat (high, ==, -1);
  g_assert_cmpuint (runs, ==, 0);
  g_assert_cmpuint (ouioe_generation_get_n_spans (generation), ==, 0);
}

static void
test_everything_is_written (void)
{
  g_autoptr(OuioeGeneration) generation = make_full ();
  g_autofree char *json = to_text (generation);

  g_assert_cmpstr (json, ==, full_json);
}

static void
test_what_is_written_reads_back (void)
{
  g_autoptr(OuioeGeneration) generation = ouioe_generation_read (full_json, sizeof full_json - 1);
  g_autofree char *json = NULL;
  double low, high;
  guint runs;

  g_assert_nonnull (generation);
  json = to_text (generation);
  g_assert_cmpstr (json, ==, full_json);

  g_assert_cmpstr (ouioe_generation_get_model (generation), ==, "gpt-oss:20b \"q\"");
  g_assert_cmpstr (ouioe_generation_get_upstream (generation), ==, "ollama");
  g_assert_cmpstr (ouioe_generation_get_dialect (generation), ==, "ollama");
  g_assert_cmpint (ouioe_generation_get_phase (generation), ==, OUIOE_PHASE_ANSWER);
  g_assert_cmpint (ouioe_generation_get_phase_since_us (generation), ==, T0 + 2 * SECOND);
  g_assert_cmpint (ouioe_generation_get_stalled_since_us (generation), ==, T0 + 3 * SECOND);
  g_assert_cmpuint (ouioe_generation_get_calls (generation), ==, 2);
  g_assert_cmpuint (ouioe_generation_get_calls_under_way (generation), ==, 1);
  g_assert_cmpint (ouioe_generation_get_input_tokens (generation), ==, 0);
  g_assert_cmpint (ouioe_generation_get_output_tokens (generation), ==, 40);
  g_assert_cmpint (ouioe_generation_get_thinking_tokens (generation), ==, 10);
  g_assert_cmpfloat (ouioe_generation_get_tokens_per_second (generation), ==, 31.5);
  g_assert_cmpfloat (ouioe_generation_get_time_to_first_token (generation), ==, 0.500001);
  g_assert_cmpfloat (ouioe_generation_get_phase_seconds (generation, OUIOE_PHASE_THINKING), ==, 1.5);
  g_assert_cmpfloat (ouioe_generation_get_phase_seconds (generation, OUIOE_PHASE_TOOL), ==, 0);
  g_assert_cmpstr (ouioe_generation_get_finish_reason (generation), ==, "stop");
  g_assert_true (ouioe_generation_get_can_stop (generation));
  g_assert_true (ouioe_generation_get_can_answer_now (generation));
  g_assert_true (ouioe_generation_get_estimate (generation, &low, &high, &runs));
  g_assert_cmpfloat (low, ==, 4);
  g_assert_cmpfloat (high, ==, 9);
  g_assert_cmpuint (runs, ==, 3);
}

static void
test_what_is_none_is_not_read (void)
{
  static const char *const wrong[] = {
    "", "[]", "null", "{", "{}", "{\"calls\":1}", "{\"phase\":5}", "{\"phase\":\"answer\",\"calls\":-1}",
    "{\"phase\":\"answer\",\"calls\":\"2\"}", "{\"phase\":\"answer\",\"model\":7}",
    "{\"phase\":\"answer\",\"phase_since\":\"yesterday\"}", "{\"phase\":\"answer\",\"input_tokens\":1.5}",
    "{\"phase\":\"answer\",\"tokens_per_second\":-2}", "{\"phase\":\"answer\",\"can_stop\":1}",
    "{\"phase\":\"answer\",\"estimate\":[]}", "{\"phase\":\"answer\",\"estimate\":{\"low\":\"x\"}}",
    "{\"phase\":\"answer\",\"phase_seconds\":3}", "{\"phase\":\"answer\",\"phase_seconds\":{\"thinking\":-1}}",
    "{\"phase\":\"answer\",\"phases\":{}}", "{\"phase\":\"answer\",\"phases\":[5]}", "{\"phase\":\"answer\",\"phases\":[{}]}",
    "{\"phase\":\"answer\"} x",
  };

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_test_message ("%s", wrong[i]);
      g_assert_null (ouioe_generation_read (wrong[i], strlen (wrong[i])));
    }
}

static void
test_what_a_newer_service_adds_is_passed_over (void)
{
  static const char newer[] = "{\"phase\":\"dreaming\",\"model\":null,\"colour\":{\"a\":[1]},\"calls\":4,"
                              "\"phase_seconds\":{\"dreaming\":2.0},"
                              "\"estimate\":{\"low\":1,\"high\":2,\"runs\":0,\"kind\":\"x\"}}";
  g_autoptr(OuioeGeneration) generation = ouioe_generation_read (newer, sizeof newer - 1);
  g_autofree char *json = NULL;

  g_assert_nonnull (generation);
  json = to_text (generation);
  g_assert_cmpstr (json, ==, "{\"phase\":\"none\",\"calls\":4}");
}

static void
test_text_with_zeros_and_strange_numbers_stay_out (void)
{
  static const char zeros[] = "{\"phase\":\"none\",\"model\":\"a\\u0000b\",\"calls\":0}";
  g_autoptr(OuioeGeneration) generation = ouioe_generation_read (zeros, sizeof zeros - 1);
  g_autofree char *json = NULL;

  g_assert_nonnull (generation);
  g_assert_cmpstr (ouioe_generation_get_model (generation), ==, "a\xef\xbf\xbd" "b");
  generation->tokens_per_second = 0.0 / (generation->n_calls + 0.0);
  json = to_text (generation);
  g_assert_null (strstr (json, "tokens_per_second"));
}

static void
test_phases_follow_each_other (void)
{
  g_autoptr(OuioeGeneration) generation = ouioe_generation_new ();
  OuioePhase phase;
  gint64 begin_us, end_us;

  ouioe_generation_enter (generation, OUIOE_PHASE_NONE, 5);
  g_assert_cmpint (generation->phase_since_us, ==, 0); /* nothing ended */
  ouioe_generation_enter (generation, OUIOE_PHASE_THINKING, 10);
  ouioe_generation_enter (generation, OUIOE_PHASE_THINKING, 15);
  g_assert_cmpuint (ouioe_generation_get_n_spans (generation), ==, 1);
  g_assert_cmpint (generation->phase_since_us, ==, 10);
  g_assert_true (ouioe_generation_get_span (generation, 0, &phase, &begin_us, &end_us));
  g_assert_cmpint (phase, ==, OUIOE_PHASE_THINKING);
  g_assert_cmpint (begin_us, ==, 10);
  g_assert_cmpint (end_us, ==, 0);

  ouioe_generation_enter (generation, OUIOE_PHASE_ANSWER, 30);
  ouioe_generation_enter (generation, OUIOE_PHASE_THINKING, 31);
  ouioe_generation_enter (generation, OUIOE_PHASE_NONE, 41);
  ouioe_generation_enter (generation, OUIOE_PHASE_NONE, 50);
  g_assert_cmpint (ouioe_generation_get_phase (generation), ==, OUIOE_PHASE_NONE);
  g_assert_cmpint (generation->phase_since_us, ==, 41);
  g_assert_cmpint (generation->spent_us[OUIOE_PHASE_THINKING], ==, 30);
  g_assert_cmpint (generation->spent_us[OUIOE_PHASE_ANSWER], ==, 1);
  g_assert_cmpuint (ouioe_generation_get_n_spans (generation), ==, 3);
  g_assert_true (ouioe_generation_get_span (generation, 2, NULL, NULL, &end_us));
  g_assert_cmpint (end_us, ==, 41);
  g_assert_false (ouioe_generation_get_span (generation, 3, &phase, &begin_us, &end_us));
  g_assert_cmpint (phase, ==, OUIOE_PHASE_NONE);

  ouioe_generation_enter (generation, OUIOE_PHASE_THINKING, 60); /* the next call */
  g_assert_cmpuint (ouioe_generation_get_n_spans (generation), ==, 4);
  g_assert_cmpint (generation->spent_us[OUIOE_PHASE_THINKING], ==, 30);
}

static void
test_a_clock_that_steps_back_makes_no_negative_times (void)
{
  g_autoptr(OuioeGeneration) generation = ouioe_generation_new ();
  gint64 begin_us, end_us;

  ouioe_generation_enter (generation, OUIOE_PHASE_WAITING, 100);
  ouioe_generation_enter (generation, OUIOE_PHASE_ANSWER, 40);
  g_assert_cmpint (generation->spent_us[OUIOE_PHASE_WAITING], ==, 0);
  g_assert_true (ouioe_generation_get_span (generation, 1, NULL, &begin_us, &end_us));
  g_assert_cmpint (begin_us, ==, 100);
  ouioe_generation_enter (generation, OUIOE_PHASE_NONE, 130);
  g_assert_cmpint (generation->spent_us[OUIOE_PHASE_ANSWER], ==, 30);
}

static void
test_a_clock_of_zeros_ends_phases_too (void)
{
  g_autoptr(OuioeGeneration) generation = ouioe_generation_new ();
  gint64 end_us;

  ouioe_generation_enter (generation, OUIOE_PHASE_WAITING, 0);
  ouioe_generation_enter (generation, OUIOE_PHASE_ANSWER, 0);
  g_assert_true (ouioe_generation_get_span (generation, 0, NULL, NULL, &end_us));
  g_assert_cmpint (end_us, !=, 0);
}

static void
test_spans_are_bounded (void)
{
  g_autoptr(OuioeGeneration) generation = ouioe_generation_new ();
  g_autoptr(OuioeGeneration) again = NULL;
  g_autofree char *json = NULL;
  const guint n = OUIOE_GENERATION_MAX_SPANS + 10;
  gint64 begin_us;

  for (guint i = 1; i <= n; i++)
    ouioe_generation_enter (generation, i % 2 == 0 ? OUIOE_PHASE_THINKING : OUIOE_PHASE_TOOL, T0 + i);

  g_assert_cmpuint (ouioe_generation_get_n_spans (generation), ==, OUIOE_GENERATION_MAX_SPANS);
  g_assert_true (ouioe_generation_get_span (generation, 0, NULL, &begin_us, NULL));
  g_assert_cmpint (begin_us, ==, T0 + 11);
  g_assert_cmpint (generation->spent_us[OUIOE_PHASE_THINKING] + generation->spent_us[OUIOE_PHASE_TOOL], ==, n - 1);

  json = to_text (generation);
  again = ouioe_generation_read (json, strlen (json));
  g_assert_nonnull (again);
  g_assert_cmpuint (ouioe_generation_get_n_spans (again), ==, OUIOE_GENERATION_MAX_SPANS);
}

static void
test_share_of_thinking (void)
{
  g_autoptr(OuioeGeneration) generation = ouioe_generation_new ();

  generation->spent_us[OUIOE_PHASE_THINKING] = 3 * SECOND;
  g_assert_cmpfloat (ouioe_generation_get_thinking_share (generation), ==, 1);
  generation->spent_us[OUIOE_PHASE_ANSWER] = SECOND;
  g_assert_cmpfloat (ouioe_generation_get_thinking_share (generation), ==, 0.75);

  generation->output_tokens = 10;
  g_assert_cmpfloat (ouioe_generation_get_thinking_share (generation), ==, 0.75);
  generation->thinking_tokens = 2;
  g_assert_cmpfloat (ouioe_generation_get_thinking_share (generation), ==, 0.2); /* tokens are better than time */
  generation->thinking_tokens = 11;                                             /* not part of the output there */
  g_assert_cmpfloat (ouioe_generation_get_thinking_share (generation), ==, 0.75);
}

static void
test_a_copy_is_deep (void)
{
  g_autoptr(OuioeGeneration) generation = make_full ();
  g_autoptr(OuioeGeneration) copy = ouioe_generation_copy (generation);
  g_autoptr(OuioeGeneration) same = g_boxed_copy (OUIOE_TYPE_GENERATION, generation);
  g_autofree char *json = NULL;

  ouioe_generation_enter (generation, OUIOE_PHASE_NONE, T0 + 9 * SECOND);
  generation->model[0] = 'X';
  json = to_text (copy);
  g_assert_cmpstr (json, ==, full_json);
  g_assert_true (same == generation);
}

static void
test_words_of_phases (void)
{
  OuioePhase phase;

  for (guint i = 0; i <= OUIOE_PHASE_PROGRESS; i++)
    {
      g_assert_true (ouioe_phase_from_string (ouioe_phase_to_string ((OuioePhase) i), &phase));
      g_assert_cmpint (phase, ==, i);
    }
  g_assert_null (ouioe_phase_to_string ((OuioePhase) (OUIOE_PHASE_PROGRESS + 1)));
  g_assert_false (ouioe_phase_from_string ("Thinking", &phase));
  g_assert_false (ouioe_phase_from_string (NULL, &phase));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/generation/unknown-is-absent", test_unknown_is_absent);
  g_test_add_func ("/generation/everything-is-written", test_everything_is_written);
  g_test_add_func ("/generation/what-is-written-reads-back", test_what_is_written_reads_back);
  g_test_add_func ("/generation/what-is-none-is-not-read", test_what_is_none_is_not_read);
  g_test_add_func ("/generation/what-a-newer-service-adds-is-passed-over", test_what_a_newer_service_adds_is_passed_over);
  g_test_add_func ("/generation/text-with-zeros-and-strange-numbers-stay-out",
                   test_text_with_zeros_and_strange_numbers_stay_out);
  g_test_add_func ("/generation/phases-follow-each-other", test_phases_follow_each_other);
  g_test_add_func ("/generation/a-clock-that-steps-back-makes-no-negative-times",
                   test_a_clock_that_steps_back_makes_no_negative_times);
  g_test_add_func ("/generation/a-clock-of-zeros-ends-phases-too", test_a_clock_of_zeros_ends_phases_too);
  g_test_add_func ("/generation/spans-are-bounded", test_spans_are_bounded);
  g_test_add_func ("/generation/share-of-thinking", test_share_of_thinking);
  g_test_add_func ("/generation/a-copy-is-deep", test_a_copy_is_deep);
  g_test_add_func ("/generation/words-of-phases", test_words_of_phases);

  return g_test_run ();
}
