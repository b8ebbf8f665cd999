/* test-generation.c - what a model does, in words: only what is known
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <string.h>
#include <time.h>

#include "ouioe-generation-private.h"
#include "ouioectl-generation.h"

#define NOON_US (G_GINT64_CONSTANT (1767355200) * G_USEC_PER_SEC)   /* 2026-01-02 12:00:00 UTC */

static OuioeGeneration *
read_generation (const char *json)
{
  OuioeGeneration *generation = ouioe_generation_read (json, strlen (json));

  g_assert_nonnull (generation);
  return generation;
}

static void
assert_describes (const char *json, const char *expected)
{
  g_autoptr(OuioeGeneration) generation = read_generation (json);
  g_autofree char *text = ouioectl_generation_describe (generation, NOON_US);

  g_assert_cmpstr (text, ==, expected);
}

static void
test_a_phase_is_told_with_its_time (void)
{
  assert_describes ("{\"phase\":\"none\",\"calls\":1,\"model\":\"m\"}", NULL);
  assert_describes ("{\"phase\":\"waiting\",\"calls\":1}", "waiting");
  assert_describes ("{\"phase\":\"thinking\",\"calls\":1,\"model\":\"m\",\"phase_since\":\"2026-01-02T11:59:48+00:00\"}",
                    "m · thinking for 12 s");
  assert_describes ("{\"phase\":\"answer\",\"calls\":1,\"phase_since\":\"2026-01-02T11:57:55+00:00\"}",
                    "answering for 2 min 05 s");
  assert_describes ("{\"phase\":\"tool\",\"calls\":1,\"phase_since\":\"2026-01-02T12:00:05+00:00\"}", "at a tool for 0 s");
}

static void
test_silence_is_told_since_when (void)
{
  assert_describes ("{\"phase\":\"prompt\",\"calls\":1,\"stalled_since\":\"2026-01-02T11:59:52+00:00\"}",
                    "reading the prompt · stalled since 11:59:52 (8 s)");
  assert_describes ("{\"phase\":\"none\",\"calls\":1,\"stalled_since\":\"2026-01-02T11:59:52+00:00\"}",
                    "under way · stalled since 11:59:52 (8 s)");
}

static void
test_a_model_cannot_steer_the_terminal (void)
{
  assert_describes ("{\"phase\":\"progress\",\"calls\":1,\"model\":\"\\u001b[2J\\n\"}", "␛[2J␊ · at work");
}

static char *
rows_of (const char *json)
{
  g_autoptr(OuioeGeneration) generation = read_generation (json);
  g_autoptr(OuioectlTable) table = ouioectl_table_new (NULL, 2);

  ouioectl_generation_add_rows (table, generation, NOON_US);
  return ouioectl_table_format (table, 0);
}

static void
test_rows_are_for_what_is_known (void)
{
  g_autofree char *bare = rows_of ("{\"phase\":\"none\",\"calls\":1}");
  g_autofree char *more = rows_of ("{\"phase\":\"none\",\"calls\":1,\"output_tokens\":0,\"tokens_per_second\":34.25,"
                                   "\"finish_reason\":\"length\",\"can_answer_now\":true,"
                                   "\"estimate\":{\"low\":1,\"high\":2,\"runs\":1}}");

  g_assert_cmpstr (bare, ==, "Calls  1\n");
  g_assert_cmpstr (more, ==,
                   "Calls              1\n"
                   "Output tokens      0\n"
                   "Tokens per second  34.2\n"
                   "Finish reason      length\n"
                   "Estimate           1.0 s to 2.0 s in all, going by 1 earlier run\n"
                   "Can be             made to answer now\n");
}

static void
test_cells_of_what_is_not_known_are_empty (void)
{
  g_autoptr(OuioeGeneration) generation = read_generation ("{\"phase\":\"none\",\"calls\":1}");
  char *cells[] = { ouioectl_generation_count (-1), ouioectl_generation_rate (generation),
                    ouioectl_generation_first (generation), ouioectl_generation_share (generation) };

  for (gsize i = 0; i < G_N_ELEMENTS (cells); i++)
    {
      g_assert_cmpstr (cells[i], ==, "");
      g_free (cells[i]);
    }
}

int
main (int argc, char **argv)
{
  g_setenv ("TZ", "UTC", TRUE);
  tzset ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/generation/a-phase-is-told-with-its-time", test_a_phase_is_told_with_its_time);
  g_test_add_func ("/generation/silence-is-told-since-when", test_silence_is_told_since_when);
  g_test_add_func ("/generation/a-model-cannot-steer-the-terminal", test_a_model_cannot_steer_the_terminal);
  g_test_add_func ("/generation/rows-are-for-what-is-known", test_rows_are_for_what_is_known);
  g_test_add_func ("/generation/cells-of-what-is-not-known-are-empty", test_cells_of_what_is_not_known_are_empty);
  return g_test_run ();
}
