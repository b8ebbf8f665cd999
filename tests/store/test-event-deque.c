/* test-event-deque.c - the deque of events does what a list would do
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-event-deque.h"
#include "store-support.h"

static OuioedKept *
make_kept (guint64 ms)
{
  OuioedKept *kept = g_new0 (OuioedKept, 1);

  kept->id = (OuioeEventId) { ms, 0 };
  return kept;
}

/* The same pushes and pops on both, in a random mixture that grows and shrinks. */
static void
test_pops_what_was_pushed_first (void)
{
  OuioedEventDeque deque = { 0 };
  guint64 first = 1, next = 1;

  for (guint round = 0; round < 200; round++)
    {
      const guint n_push = (guint) g_test_rand_int_range (0, round < 100 ? 50 : 20);
      const guint n_pop = (guint) g_test_rand_int_range (0, round < 100 ? 20 : 50);

      for (guint i = 0; i < n_push; i++)
        ouioed_event_deque_push (&deque, make_kept (next++));
      for (guint i = 0; i < n_pop && first < next; i++)
        {
          g_autofree OuioedKept *kept = ouioed_event_deque_pop (&deque);

          g_assert_cmpuint (kept->id.ms, ==, first++);
        }
      g_assert_cmpuint (ouioed_event_deque_get_n (&deque), ==, next - first);
    }

  g_assert_cmpuint (deque.size, <=, 16 + 8 * (next - first));   /* what went has given its room back */
  while (ouioed_event_deque_get_n (&deque) > 0)
    g_free (ouioed_event_deque_pop (&deque));
  ouioed_event_deque_clear (&deque);
}

static void
test_finds_by_id (void)
{
  OuioedEventDeque deque = { 0 };
  gsize first;

  for (guint64 ms = 10; ms <= 1000; ms += 10)
    ouioed_event_deque_push (&deque, make_kept (ms));
  for (guint i = 0; i < 20; i++)
    g_free (ouioed_event_deque_pop (&deque));

  first = deque.head;            /* has 210 */
  g_assert_cmpuint (ouioed_event_deque_find (&deque, OUIOE_EVENT_ID_ZERO, TRUE), ==, first);
  g_assert_cmpuint (ouioed_event_deque_find (&deque, (OuioeEventId) { 210, 0 }, TRUE), ==, first);
  g_assert_cmpuint (ouioed_event_deque_find (&deque, (OuioeEventId) { 210, 0 }, FALSE), ==, first + 1);
  g_assert_cmpuint (ouioed_event_deque_find (&deque, (OuioeEventId) { 210, 1 }, TRUE), ==, first + 1);
  g_assert_cmpuint (ouioed_event_deque_find (&deque, (OuioeEventId) { 999, 9 }, FALSE), ==, deque.end - 1);
  g_assert_cmpuint (ouioed_event_deque_find (&deque, (OuioeEventId) { 1000, 0 }, FALSE), ==, deque.end);
  g_assert_cmpuint (ouioed_event_deque_find (&deque, OUIOE_EVENT_ID_MAX, TRUE), ==, deque.end);

  ouioed_event_deque_tidy (&deque);   /* none of them has an event */
  g_assert_cmpuint (ouioed_event_deque_get_n (&deque), ==, 0);
  ouioed_event_deque_clear (&deque);
}

static void
test_tidy_takes_out_only_what_is_gone (void)
{
  OuioedEventDeque deque = { 0 };
  g_autoptr(OuioeEvent) event = test_event ("a", 1, OUIOE_EVENT_THINKING_STEP, "analysis", "t");

  for (guint64 ms = 1; ms <= 1000; ms++)
    {
      OuioedKept *kept = make_kept (ms);

      if (ms % 100 == 0)
        kept->event = event;
      ouioed_event_deque_push (&deque, kept);
    }
  g_free (ouioed_event_deque_pop (&deque));
  ouioed_event_deque_tidy (&deque);

  g_assert_cmpuint (ouioed_event_deque_get_n (&deque), ==, 10);
  for (guint64 ms = 100; ms <= 1000; ms += 100)
    {
      g_autofree OuioedKept *kept = ouioed_event_deque_pop (&deque);

      g_assert_cmpuint (kept->id.ms, ==, ms);
    }
  ouioed_event_deque_clear (&deque);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/event-deque/pops-what-was-pushed-first", test_pops_what_was_pushed_first);
  g_test_add_func ("/event-deque/finds-by-id", test_finds_by_id);
  g_test_add_func ("/event-deque/tidy-takes-out-only-what-is-gone", test_tidy_takes_out_only_what_is_gone);

  return g_test_run ();
}
