/* test-deadlines.c - many deadlines, one timer
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-deadlines.h"

typedef struct {
  OuioedDeadline deadline;
  guint          n_passed;
  gint64         passed_at;
  gint64         again_us;           /* set again in the callback, when not 0 */
  OuioedDeadline *victim;            /* removed in the callback */
} Item;

static OuioedDeadlines *deadlines;

static void
on_passed (OuioedDeadline *deadline, gint64 now, gpointer user_data)
{
  Item *item = (Item *) deadline;

  g_assert_true (user_data == &deadlines);
  item->n_passed++;
  item->passed_at = now;
  if (item->again_us > 0)
    ouioed_deadlines_set (deadlines, deadline, now + item->again_us);
  if (item->victim != NULL)
    ouioed_deadlines_remove (deadlines, item->victim);
}

static void
setup (Item *items, guint n)
{
  deadlines = ouioed_deadlines_new (on_passed, &deadlines);
  for (guint i = 0; i < n; i++)
    ouioed_deadlines_add (deadlines, &items[i].deadline);
}

static void
test_each_passes_once_and_not_early (void)
{
  Item items[100] = { 0 };
  gint64 start = g_get_monotonic_time ();

  setup (items, 100);
  for (guint i = 0; i < 99; i++)
    ouioed_deadlines_set (deadlines, &items[i].deadline, start + (99 - i) * 2000);
  while (items[0].n_passed == 0)
    g_main_context_iteration (NULL, TRUE);
  for (guint i = 0; i < 99; i++)
    {
      g_assert_cmpuint (items[i].n_passed, ==, 1);
      g_assert_cmpint (items[i].passed_at, >=, start + (99 - i) * 2000);
    }
  g_assert_cmpuint (items[99].n_passed, ==, 0);
  ouioed_deadlines_free (deadlines);
}

static void
test_moved_one_passes_later (void)
{
  Item items[2] = { 0 };
  gint64 start = g_get_monotonic_time ();

  setup (items, 2);
  ouioed_deadlines_set (deadlines, &items[0].deadline, start + 20000);
  ouioed_deadlines_set (deadlines, &items[1].deadline, start + 100000);
  ouioed_deadlines_set (deadlines, &items[0].deadline, start + 300000);
  while (items[1].n_passed == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (items[0].n_passed, ==, 0);
  while (items[0].n_passed == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (items[0].passed_at, >=, start + 300000);
  ouioed_deadlines_free (deadlines);
}

static void
test_one_set_again_in_the_callback_passes_again (void)
{
  Item items[1] = { { .again_us = 1000 } };

  setup (items, 1);
  ouioed_deadlines_set (deadlines, &items[0].deadline, 0);
  while (items[0].n_passed < 3)
    g_main_context_iteration (NULL, TRUE);
  ouioed_deadlines_free (deadlines);
}

static void
test_removed_one_never_passes_and_others_keep_theirs (void)
{
  Item items[5] = { 0 };

  setup (items, 5);
  for (guint i = 0; i < 5; i++)
    ouioed_deadlines_set (deadlines, &items[i].deadline, i == 4 ? OUIOED_DEADLINE_NEVER : 0);
  ouioed_deadlines_remove (deadlines, &items[1].deadline);   /* the last takes its place */
  ouioed_deadlines_remove (deadlines, &items[1].deadline);
  items[3].victim = &items[0].deadline;                      /* scanned last */
  while (items[2].n_passed == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (items[0].n_passed, ==, 0);
  g_assert_cmpuint (items[1].n_passed, ==, 0);
  g_assert_cmpuint (items[3].n_passed, ==, 1);
  g_assert_cmpuint (items[4].n_passed, ==, 0);

  ouioed_deadlines_set (deadlines, &items[4].deadline, 0);
  while (items[4].n_passed == 0)
    g_main_context_iteration (NULL, TRUE);
  ouioed_deadlines_free (deadlines);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/deadlines/each-passes-once-and-not-early", test_each_passes_once_and_not_early);
  g_test_add_func ("/deadlines/moved-one-passes-later", test_moved_one_passes_later);
  g_test_add_func ("/deadlines/one-set-again-in-the-callback-passes-again",
                   test_one_set_again_in_the_callback_passes_again);
  g_test_add_func ("/deadlines/removed-one-never-passes-and-others-keep-theirs",
                   test_removed_one_never_passes_and_others_keep_theirs);

  return g_test_run ();
}
