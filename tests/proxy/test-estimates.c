/* test-estimates.c - what a run may take is told from earlier ones, or not at all
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ouioed-estimates.h"

#include <glib/gstdio.h>

#define S ((gint64) G_USEC_PER_SEC)

typedef struct {
  char *dir;
  char *path;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->dir = g_dir_make_tmp ("ouioed-estimates-XXXXXX", NULL);
  f->path = g_build_filename (f->dir, "estimates.json", NULL);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_remove (f->path);
  g_assert_cmpint (g_rmdir (f->dir), ==, 0);    /* nothing else was left there */
  g_free (f->path);
  g_free (f->dir);
}

static void
assert_range (OuioedEstimates *estimates, const char *model, double low, double high, guint runs)
{
  gint64 low_us = -1, high_us = -1;
  guint n = 99;

  g_assert_cmpint (ouioed_estimates_get (estimates, "ollama", model, &low_us, &high_us, &n), ==, low >= 0);
  g_assert_cmpuint (n, ==, runs);
  if (low < 0)
    return;
  g_assert_cmpint (low_us, ==, (gint64) (low * 1e6));
  g_assert_cmpint (high_us, ==, (gint64) (high * 1e6));
}

static void
test_the_range_holds_the_runs_in_the_middle (Fixture *f, gconstpointer data)
{
  static const struct { guint n; gint64 seconds[OUIOED_ESTIMATES_MAX_RUNS + 4]; double low, high; guint runs; } rows[] = {
    { 0, { 0 }, -1, -1, 0 },
    { 4, { 1, 2, 3, 4 }, -1, -1, 4 },
    { 5, { 5, 1, 4, 2, 3 }, 1.8, 4.2, 5 },
    { 6, { 10, 10, 10, 10, 10, 10 }, 10, 10, 6 },
    { 11, { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 }, 3, 9, 11 },
    /* Of more than are kept the newest count. */
    { 36, { 900, 900, 900, 900, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
            1 }, 1, 1, 32 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr(OuioedEstimates) estimates = ouioed_estimates_new (NULL);

      for (guint j = 0; j < rows[i].n; j++)
        ouioed_estimates_add (estimates, "ollama", "qwen3", rows[i].seconds[j] * S);
      assert_range (estimates, "qwen3", rows[i].low, rows[i].high, rows[i].runs);
      assert_range (estimates, "other", -1, -1, 0);
    }
}

static void
add_runs (OuioedEstimates *estimates, const char *model, guint n)
{
  for (guint i = 0; i < n; i++)
    ouioed_estimates_add (estimates, "ollama", model, 2500 * 1000);
}

static void
test_runs_outlive_the_process (Fixture *f, gconstpointer data)
{
  g_autoptr(OuioedEstimates) estimates = ouioed_estimates_new (f->path);

  add_runs (estimates, "a \"model\"\\\xc3\xa4", 6);
  add_runs (estimates, "b", 3);
  g_clear_pointer (&estimates, ouioed_estimates_free);
  g_assert_true (g_file_test (f->path, G_FILE_TEST_IS_REGULAR));

  estimates = ouioed_estimates_new (f->path);
  assert_range (estimates, "a \"model\"\\\xc3\xa4", 2.5, 2.5, 6);
  assert_range (estimates, "b", -1, -1, 3);
}

static void
test_the_file_is_written_while_the_process_runs (Fixture *f, gconstpointer data)
{
  g_autoptr(OuioedEstimates) estimates = ouioed_estimates_new (f->path);
  g_autoptr(OuioedEstimates) other = NULL;

  add_runs (estimates, "a", 6);
  while (!g_file_test (f->path, G_FILE_TEST_EXISTS))
    if (!g_main_context_iteration (NULL, FALSE))
      g_usleep (1000);
  other = ouioed_estimates_new (f->path);
  assert_range (other, "a", 2.5, 2.5, 6);
}

static void
test_a_file_that_is_not_one_is_begun_anew (Fixture *f, gconstpointer data)
{
  static const char *const contents[] = {
    "", "{", "[]", "{\"models\":{}}", "\xff\xfe", "{\"models\":[{\"upstream\":\"ollama\"}]}",
    "{\"models\":[{\"upstream\":\"ollama\",\"model\":\"a\",\"seconds\":[1,1,1,1,1]},7]}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (contents); i++)
    {
      g_autoptr(OuioedEstimates) estimates = NULL;

      g_assert_true (g_file_set_contents (f->path, contents[i], -1, NULL));
      estimates = ouioed_estimates_new (f->path);
      assert_range (estimates, "a", -1, -1, 0);
      add_runs (estimates, "a", 5);
      g_clear_pointer (&estimates, ouioed_estimates_free);
      estimates = ouioed_estimates_new (f->path);
      assert_range (estimates, "a", 2.5, 2.5, 5);
    }
}

static void
test_numbers_that_cannot_be_are_left_out (Fixture *f, gconstpointer data)
{
  g_autoptr(OuioedEstimates) estimates = NULL;

  g_assert_true (g_file_set_contents (f->path, "{\"models\":[{\"upstream\":\"ollama\",\"model\":\"a\",\"seconds\":"
                                      "[1,-5,0,1e300,\"9\",null,1,1,1,1]}]}", -1, NULL));
  estimates = ouioed_estimates_new (f->path);
  ouioed_estimates_add (estimates, "ollama", "a", -1);
  ouioed_estimates_add (estimates, "ollama", "a", G_MAXINT64);
  assert_range (estimates, "a", 1, 1, 5);
}

static void
test_the_models_used_longest_ago_are_forgotten (Fixture *f, gconstpointer data)
{
  g_autoptr(OuioedEstimates) estimates = ouioed_estimates_new (f->path);
  g_autofree char *endless = g_strnfill (5000, 'x');

  add_runs (estimates, "first", 5);
  add_runs (estimates, "second", 5);
  for (guint i = 0; i < OUIOED_ESTIMATES_MAX_MODELS - 1; i++)
    {
      g_autofree char *name = g_strdup_printf ("m%u", i);

      assert_range (estimates, "first", 2.5, 2.5, 5);    /* to look is to use */
      add_runs (estimates, name, 1);
    }
  add_runs (estimates, endless, 5);
  for (guint i = 0; i < 2; i++)
    {
      assert_range (estimates, "first", 2.5, 2.5, 5);
      assert_range (estimates, "second", -1, -1, 0);
      assert_range (estimates, endless, -1, -1, 0);
      g_clear_pointer (&estimates, ouioed_estimates_free);
      estimates = ouioed_estimates_new (f->path);
    }
}

static void
test_a_place_that_cannot_be_written_does_no_harm (Fixture *f, gconstpointer data)
{
  g_autofree char *path = g_build_filename (f->dir, "nowhere", "estimates.json", NULL);
  g_autoptr(OuioedEstimates) estimates = ouioed_estimates_new (path);

  add_runs (estimates, "a", 5);
  assert_range (estimates, "a", 2.5, 2.5, 5);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add ("/estimates/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("the-range-holds-the-runs-in-the-middle", test_the_range_holds_the_runs_in_the_middle);
  ADD ("runs-outlive-the-process", test_runs_outlive_the_process);
  ADD ("the-file-is-written-while-the-process-runs", test_the_file_is_written_while_the_process_runs);
  ADD ("a-file-that-is-not-one-is-begun-anew", test_a_file_that_is_not_one_is_begun_anew);
  ADD ("numbers-that-cannot-be-are-left-out", test_numbers_that_cannot_be_are_left_out);
  ADD ("the-models-used-longest-ago-are-forgotten", test_the_models_used_longest_ago_are_forgotten);
  ADD ("a-place-that-cannot-be-written-does-no-harm", test_a_place_that_cannot_be_written_does_no_harm);
  return g_test_run ();
}
