/* test-alignment.c - what two sessions have in common, and how the rest is paired
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <string.h>

#include "inspector-alignment.h"
#include "inspector-diff.h"
#include "inspector-words.h"
#include "recorded.h"

/* ---- the longest common part ---- */

/* The same, as everybody would write it who has time. */
static guint
count_common (const guint64 *a, guint n_a, const guint64 *b, guint n_b)
{
  guint table[41][41] = { { 0 } };

  for (guint i = 1; i <= n_a; i++)
    for (guint j = 1; j <= n_b; j++)
      table[i][j] = a[i - 1] == b[j - 1] ? table[i - 1][j - 1] + 1 : MAX (table[i - 1][j], table[i][j - 1]);
  return table[n_a][n_b];
}

static void
assert_matches (GArray *matches, const guint64 *a, const guint64 *b)
{
  for (guint i = 0; i < matches->len; i++)
    {
      InspectorMatch *match = &g_array_index (matches, InspectorMatch, i);

      g_assert_cmpuint (a[match->a], ==, b[match->b]);
      g_assert_true (i == 0 || (match[-1].a < match->a && match[-1].b < match->b));
    }
}

static void
fill (guint64 *values, guint n, int n_letters)
{
  for (guint i = 0; i < n; i++)
    values[i] = (guint64) g_test_rand_int_range (0, n_letters);
}

static void
test_nothing_longer_is_common (void)
{
  for (guint round = 0; round < 5000; round++)
    {
      guint64 a[40], b[40];
      guint n_a = (guint) g_test_rand_int_range (0, 41);
      guint n_b = (guint) g_test_rand_int_range (0, 41);
      int n_letters = g_test_rand_int_range (1, 20);
      g_autoptr(GArray) matches = NULL;

      fill (a, n_a, n_letters);
      fill (b, n_b, n_letters);
      matches = inspector_diff_run (a, n_a, b, n_b, NULL);
      assert_matches (matches, a, b);
      g_assert_cmpuint (matches->len, ==, count_common (a, n_a, b, n_b));
    }
}

static void
test_the_worst_has_an_end (void)
{
  const guint n = 50000;
  g_autofree guint64 *a = g_new (guint64, n);
  g_autofree guint64 *b = g_new (guint64, n);

  for (int n_letters = 10; n_letters <= 1000000; n_letters *= 100)
    {
      g_autoptr(GArray) matches = NULL;
      gint64 from_us = g_get_monotonic_time ();
      gint64 took_us;

      fill (a, n, n_letters);
      fill (b, n, n_letters);
      matches = inspector_diff_run (a, n, b, n, NULL);
      took_us = g_get_monotonic_time () - from_us;
      assert_matches (matches, a, b);
      g_assert_cmpuint (matches->len, >, 0);
      g_test_message ("%d letters: %u common, %d ms", n_letters, matches->len, (int) (took_us / 1000));
      g_assert_cmpint (took_us, <, 20 * G_USEC_PER_SEC);   /* of a machine that is busy, and checks every access */
    }
}

static void
test_it_can_be_cancelled (void)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  const guint64 a[] = { 1, 2, 3 };
  const guint64 b[] = { 3, 2, 1 };

  g_cancellable_cancel (cancellable);
  g_assert_null (inspector_diff_run (a, 3, b, 3, cancellable));
}

/* ---- words ---- */

/* "[faster and] the hosts": what is marked stands in brackets. */
static char *
bracket (const char *text, GArray *spans)
{
  g_autoptr(GString) out = g_string_new (NULL);
  guint at = 0;

  for (guint i = 0; i < spans->len; i++)
    {
      InspectorSpan *span = &g_array_index (spans, InspectorSpan, i);

      g_string_append_len (out, text + at, span->begin - at);
      g_string_append_printf (out, "[%.*s]", (int) (span->end - span->begin), text + span->begin);
      at = span->end;
    }
  g_string_append (out, text + at);
  return g_string_free (g_steal_pointer (&out), FALSE);
}

static void
test_words_that_differ_are_marked (void)
{
  static const struct { const char *a; const char *b; const char *marked_a; const char *marked_b; } rows[] = {
    { "Fan-out is faster and good.", "Fan-out is slower but good.",
      "Fan-out is [faster and] good.", "Fan-out is [slower but] good." },
    { "host-1", "host-2", "host-[1]", "host-[2]" },
    { "naïve  Wörter", "naïve\nWort", "naïve  [Wörter]", "naïve\n[Wort]" },
    { "", "all new", "", "[all new]" },
    { "same", "same", "same", "same" },
    { "e\xCC\x81t\xC3\xA9 1", "e\xCC\x81t\xC3\xA9 2", "e\xCC\x81t\xC3\xA9 [1]", "e\xCC\x81t\xC3\xA9 [2]" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr(GArray) only_a = NULL;
      g_autoptr(GArray) only_b = NULL;
      g_autofree char *a = NULL;
      g_autofree char *b = NULL;

      inspector_words_diff (rows[i].a, rows[i].b, &only_a, &only_b);
      a = bracket (rows[i].a, only_a);
      b = bracket (rows[i].b, only_b);
      g_assert_cmpstr (a, ==, rows[i].marked_a);
      g_assert_cmpstr (b, ==, rows[i].marked_b);
    }
}

static void
test_a_long_text_has_bounded_words (void)
{
  g_autoptr(GString) text = g_string_new (NULL);
  g_autoptr(GArray) words = NULL;

  for (guint i = 0; i < 3 * INSPECTOR_WORDS_MAX; i++)
    g_string_append (text, "w ");
  words = inspector_words_split (text->str);
  g_assert_cmpuint (words->len, ==, INSPECTOR_WORDS_MAX);
  g_assert_cmpuint (g_array_index (words, InspectorSpan, words->len - 1).end, ==, text->len);
}

static void
test_numbers_case_and_spaces_do_not_count (void)
{
  g_autofree char *a = inspector_words_normalise ("  Host-12 answered\tin 4.5 s\n");
  g_autofree char *b = inspector_words_normalise ("host-7 ANSWERED in 380.25 s");
  g_autofree char *empty = inspector_words_normalise (" \n");

  g_assert_cmpstr (a, ==, "host-0 answered in 0.0 s");
  g_assert_cmpstr (a, ==, b);
  g_assert_cmpstr (empty, ==, "");
}

static void
test_similarity_is_what_is_common (void)
{
  g_assert_cmpfloat (inspector_words_compare ("", ""), ==, 1);
  g_assert_cmpfloat (inspector_words_compare ("a b", "c d"), ==, 0);
  g_assert_cmpfloat (inspector_words_compare ("a b c d", "d c x y"), ==, 0.5);
  g_assert_cmpfloat (inspector_words_compare ("a a", "a"), ==, 2.0 / 3);
}

/* ---- sessions ---- */

static const GPtrArray *
none (void)
{
  static GPtrArray *empty;

  if (empty == NULL)
    empty = g_ptr_array_new ();
  return empty;
}

/* "0=0 1~1 2- +2": positions of both, and what the pair is. */
static char *
describe (InspectorAlignment *alignment)
{
  g_autoptr(GString) out = g_string_new (NULL);
  guint n;
  const InspectorPair *pairs = inspector_alignment_get_pairs (alignment, &n);

  for (guint i = 0; i < n; i++)
    {
      g_string_append (out, i > 0 ? " " : "");
      if (pairs[i].state == INSPECTOR_PAIR_ONLY_A)
        g_string_append_printf (out, "%u-", pairs[i].a);
      else if (pairs[i].state == INSPECTOR_PAIR_ONLY_B)
        g_string_append_printf (out, "+%u", pairs[i].b);
      else
        g_string_append_printf (out, "%u%c%u", pairs[i].a, pairs[i].state == INSPECTOR_PAIR_SAME ? '=' : '~', pairs[i].b);
    }
  return g_string_free (g_steal_pointer (&out), FALSE);
}

/* Each letter is a step with words of its own; a digit behind one makes a number in it another, an apostrophe some words. */
static void
record (Recorded *recorded, const char *session, const char *letters)
{
  recorded_init (recorded, session);
  for (const char *c = letters; *c != '\0'; c++)
    {
      gboolean is_number = g_ascii_isdigit (c[1]);
      gboolean is_changed = c[1] == '\'';
      g_autofree char *text = g_strdup_printf ("%c%c%c %c%c%c%c %c %c%c %c wanted%s", *c, *c, *c, *c, *c, *c, *c,
                                               is_number ? c[1] : '0', *c, *c, *c, is_changed ? " and more than that" : "");

      recorded_step_with (recorded, g_ascii_isupper (*c) ? "decision" : "analysis", text, 0.5);
      c += is_number || is_changed;
    }
}

static void
assert_aligned (const char *letters_a, const char *letters_b, const char *expected)
{
  g_auto(Recorded) recorded_a = { 0 };
  g_auto(Recorded) recorded_b = { 0 };
  g_autoptr(InspectorAlignment) alignment = inspector_alignment_new ();
  g_autoptr(GPtrArray) a = NULL;
  g_autoptr(GPtrArray) b = NULL;
  g_autofree char *text = NULL;
  guint kept;

  record (&recorded_a, "a", letters_a);
  record (&recorded_b, "b", letters_b);
  a = recorded_events (&recorded_a);
  b = recorded_events (&recorded_b);
  g_assert_true (inspector_alignment_extend (alignment, a, b, &kept, NULL));
  g_assert_cmpuint (kept, ==, 0);
  text = describe (alignment);
  g_assert_cmpstr (text, ==, expected);
}

static void
test_sessions_are_aligned (void)
{
  assert_aligned ("", "", "");
  assert_aligned ("abc", "abc", "0=0 1=1 2=2");
  assert_aligned ("abc", "ac", "0=0 1- 2=1");
  assert_aligned ("ac", "abc", "0=0 +1 1=2");
  assert_aligned ("abc", "ab7c", "0=0 1~1 2=2");    /* another number only */
  assert_aligned ("abc", "ab'c", "0=0 1~1 2=2");    /* similar words */
  assert_aligned ("abc", "axc", "0=0 1- +1 2=2");   /* others */
  assert_aligned ("abc", "aBc", "0=0 1- +1 2=2");   /* another kind, whatever the words */
  assert_aligned ("abxd", "ayb'd", "0=0 +1 1~2 2- 3=3");
  assert_aligned ("abc", "", "0- 1- 2-");
}

/* Runs with nothing in common that are too long for looking at every pair. */
static void
test_long_runs_are_paired_nearby (void)
{
  g_auto(Recorded) recorded_a = { 0 };
  g_auto(Recorded) recorded_b = { 0 };
  g_autoptr(InspectorAlignment) alignment = inspector_alignment_new ();
  g_autoptr(GPtrArray) a = NULL;
  g_autoptr(GPtrArray) b = NULL;
  const InspectorPair *pairs;
  guint n;
  guint kept;

  recorded_init (&recorded_a, "a");
  recorded_init (&recorded_b, "b");
  for (guint i = 0; i < 200; i++)
    {
      g_autofree char *name = g_strdup_printf ("word%c%c%c", 'a' + (char) (i % 26), 'a' + (char) (i / 26),
                                               'a' + (char) (i % 7));
      g_autofree char *text_a = g_strdup_printf ("%s %s %s before", name, name, name);
      g_autofree char *text_b = g_strdup_printf ("%s %s %s after", name, name, name);

      recorded_step (&recorded_a, "analysis", text_a);
      recorded_step (&recorded_b, "analysis", text_b);
    }
  a = recorded_events (&recorded_a);
  b = recorded_events (&recorded_b);
  g_assert_true (inspector_alignment_extend (alignment, a, b, &kept, NULL));
  pairs = inspector_alignment_get_pairs (alignment, &n);
  g_assert_cmpuint (n, ==, 200);
  for (guint i = 0; i < n; i++)
    g_assert_true (pairs[i].a == i && pairs[i].b == i && pairs[i].state == INSPECTOR_PAIR_CHANGED);
}

static void
test_what_comes_is_aligned_at_the_end (void)
{
  g_auto(Recorded) recorded_a = { 0 };
  g_auto(Recorded) recorded_b = { 0 };
  g_autoptr(InspectorAlignment) alignment = inspector_alignment_new ();
  g_autoptr(GPtrArray) a = NULL;
  g_autoptr(GPtrArray) b = NULL;
  g_autofree char *text = NULL;
  static const guint expected[] = { 0, 1, 2, 2, 5, 6 };   /* the rows of what is settled */
  guint kept = 99;

  record (&recorded_a, "a", "abcdef");
  record (&recorded_b, "b", "abxdef");
  a = recorded_events (&recorded_a);
  b = recorded_events (&recorded_b);
  for (guint i = 0; i < b->len; i++)
    {
      GPtrArray one = { .pdata = b->pdata + i, .len = 1 };

      g_assert_true (inspector_alignment_extend (alignment, i == 0 ? a : (GPtrArray *) none (), &one, &kept, NULL));
      g_assert_cmpuint (kept, ==, expected[i]);
    }
  text = describe (alignment);
  g_assert_cmpstr (text, ==, "0=0 1=1 2- +2 3=3 4=4 5=5");
}

/* That the first step of one looks like a late one of the other must not settle where all that follows goes. */
static void
test_a_coincidence_is_taken_back (void)
{
  g_auto(Recorded) recorded_a = { 0 };
  g_auto(Recorded) recorded_b = { 0 };
  g_autoptr(InspectorAlignment) alignment = inspector_alignment_new ();
  g_autoptr(GPtrArray) a = NULL;
  g_autoptr(GPtrArray) b = NULL;
  const InspectorPair *pairs;
  guint kept;
  guint n;

  record (&recorded_a, "a", "abcdefghijklmnopqz");
  record (&recorded_b, "b", "zabcdefghijklmnopq");
  a = recorded_events (&recorded_a);
  b = recorded_events (&recorded_b);
  for (guint i = 0; i < b->len; i++)
    {
      GPtrArray one = { .pdata = b->pdata + i, .len = 1 };

      g_assert_true (inspector_alignment_extend (alignment, i == 0 ? a : (GPtrArray *) none (), &one, &kept, NULL));
    }
  pairs = inspector_alignment_get_pairs (alignment, &n);
  g_assert_cmpuint (n, ==, 19);
  g_assert_cmpint (pairs[0].state, ==, INSPECTOR_PAIR_ONLY_B);
  g_assert_cmpint (pairs[1].state, ==, INSPECTOR_PAIR_SAME);
}

static void
test_totals_are_those_of_the_events (void)
{
  g_auto(Recorded) recorded = { 0 };
  g_autoptr(InspectorAlignment) alignment = inspector_alignment_new ();
  g_autoptr(GPtrArray) events = NULL;
  InspectorTotals a;
  InspectorTotals b;
  guint kept;

  recorded_init (&recorded, "a");
  recorded_start (&recorded, "alice", "x");
  recorded_step_with (&recorded, "analysis", "one", 0.5);
  recorded_step (&recorded, "analysis", "two");
  recorded_update (&recorded, "warning", "w", 10);
  recorded_step_with (&recorded, "analysis", "three", 1);
  recorded_update (&recorded, "progress", "p", 20);
  events = recorded_events (&recorded);
  g_assert_true (inspector_alignment_extend (alignment, (GPtrArray *) none (), events, &kept, NULL));
  a = inspector_alignment_get_totals (alignment, FALSE);
  b = inspector_alignment_get_totals (alignment, TRUE);
  g_assert_cmpuint (a.n_steps + a.n_warnings + a.n_confident, ==, 0);
  g_assert_cmpint (a.duration_us, ==, 0);
  g_assert_cmpuint (b.n_steps, ==, 3);
  g_assert_cmpuint (b.n_warnings, ==, 1);
  g_assert_cmpuint (b.n_confident, ==, 2);
  g_assert_cmpfloat (b.confidence, ==, 0.75);
  g_assert_cmpint (b.duration_us, ==, 5 * G_USEC_PER_SEC);
}

static void
test_a_cancelled_alignment_says_so (void)
{
  g_auto(Recorded) recorded = { 0 };
  g_autoptr(InspectorAlignment) alignment = inspector_alignment_new ();
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GPtrArray) events = NULL;
  guint kept;

  record (&recorded, "a", "abc");
  events = recorded_events (&recorded);
  g_cancellable_cancel (cancellable);
  g_assert_false (inspector_alignment_extend (alignment, events, events, &kept, cancellable));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/diff/nothing-longer-is-common", test_nothing_longer_is_common);
  g_test_add_func ("/diff/the-worst-has-an-end", test_the_worst_has_an_end);
  g_test_add_func ("/diff/it-can-be-cancelled", test_it_can_be_cancelled);
  g_test_add_func ("/words/those-that-differ-are-marked", test_words_that_differ_are_marked);
  g_test_add_func ("/words/a-long-text-has-bounded-ones", test_a_long_text_has_bounded_words);
  g_test_add_func ("/words/numbers-case-and-spaces-do-not-count", test_numbers_case_and_spaces_do_not_count);
  g_test_add_func ("/words/similarity-is-what-is-common", test_similarity_is_what_is_common);
  g_test_add_func ("/alignment/sessions-are-aligned", test_sessions_are_aligned);
  g_test_add_func ("/alignment/long-runs-are-paired-nearby", test_long_runs_are_paired_nearby);
  g_test_add_func ("/alignment/what-comes-is-aligned-at-the-end", test_what_comes_is_aligned_at_the_end);
  g_test_add_func ("/alignment/a-coincidence-is-taken-back", test_a_coincidence_is_taken_back);
  g_test_add_func ("/alignment/totals-are-those-of-the-events", test_totals_are_those_of_the_events);
  g_test_add_func ("/alignment/a-cancelled-one-says-so", test_a_cancelled_alignment_says_so);
  return g_test_run ();
}
