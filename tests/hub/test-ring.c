/* test-ring.c - positions stay meaningful whatever is dropped
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-ring.h"

static OuioedEntry *
new_entry (guint64 ms)
{
  g_autoptr(GBytes) json = g_bytes_new_static ("{}", 2);
  char *session_id = g_ref_string_new ("s");
  g_autoptr(OuioeEvent) event = ouioe_event_new_encoded (session_id, (OuioeEventId) { ms, 0 }, OUIOE_EVENT_THINKING_STEP,
                                                         "analysis", 1, json);

  g_ref_string_release (session_id);
  return ouioed_entry_new (event);
}

static void
push (OuioedRing *ring, guint64 ms)
{
  g_autoptr(OuioedEntry) entry = new_entry (ms);

  ouioed_ring_push (ring, entry);
}

static void
test_positions_survive_growth_and_drops (void)
{
  OuioedRing ring = { 0 };

  for (guint64 i = 1; i <= 1000; i++)
    {
      push (&ring, i * 10);
      if (i % 3 == 0)
        {
          g_autoptr(OuioedEntry) entry = ouioed_ring_pop (&ring);

          g_assert_cmpuint (entry->event->id.ms, ==, i / 3 * 10);
        }
    }
  g_assert_cmpuint (ring.first, ==, 333);
  g_assert_cmpuint (ring.end, ==, 1000);
  for (guint64 position = ring.first; position < ring.end; position++)
    g_assert_cmpuint (ouioed_ring_get (&ring, position)->event->id.ms, ==, (position + 1) * 10);

  ouioed_ring_clear (&ring);
  g_assert_cmpuint (ouioed_ring_get_n (&ring), ==, 0);
  g_assert_null (ouioed_ring_pop (&ring));
  push (&ring, 20000);
  g_assert_cmpuint (ring.first, ==, 1000);
  ouioed_ring_clear (&ring);
}

static void
test_finds_what_follows_an_id (void)
{
  OuioedRing ring = { 0 };

  g_assert_cmpuint (ouioed_ring_find_after (&ring, OUIOE_EVENT_ID_ZERO), ==, 0);
  for (guint64 i = 1; i <= 100; i++)
    push (&ring, i * 10);
  g_assert_cmpuint (ouioed_ring_find_after (&ring, OUIOE_EVENT_ID_ZERO), ==, 0);
  g_assert_cmpuint (ouioed_ring_find_after (&ring, (OuioeEventId) { 10, 0 }), ==, 1);
  g_assert_cmpuint (ouioed_ring_find_after (&ring, (OuioeEventId) { 15, 0 }), ==, 1);
  g_assert_cmpuint (ouioed_ring_find_after (&ring, (OuioeEventId) { 990, 7 }), ==, 99);
  g_assert_cmpuint (ouioed_ring_find_after (&ring, OUIOE_EVENT_ID_MAX), ==, 100);
  ouioed_ring_clear (&ring);
}

static void
test_a_burst_gives_its_memory_back (void)
{
  OuioedRing ring = { 0 };

  for (guint64 i = 1; i <= 5000; i++)
    push (&ring, i);
  while (ouioed_ring_get_n (&ring) > 4)
    {
      g_autoptr(OuioedEntry) entry = ouioed_ring_pop (&ring);

      g_assert_nonnull (entry);
    }
  g_assert_cmpuint (ring.capacity, <=, 64);
  g_assert_cmpuint (ouioed_ring_get (&ring, ring.first)->event->id.ms, ==, 4997);
  ouioed_ring_clear (&ring);
}

static void
test_views_are_counted (void)
{
  g_autoptr(OuioedEntry) entry = new_entry (1);
  gsize account = entry->bytes;

  entry->account = &account;
  ouioed_entry_set_view (entry, OUIOED_VIEW_SSE, g_bytes_new_static ("12345", 5));
  g_assert_cmpuint (account, ==, entry->bytes);
  entry->account = NULL;
  ouioed_entry_set_view (entry, OUIOED_VIEW_TYPED, g_bytes_new_static ("12345", 5));
  g_assert_cmpuint (entry->bytes, ==, account + 5);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/hub/ring/positions_survive_growth_and_drops", test_positions_survive_growth_and_drops);
  g_test_add_func ("/hub/ring/finds_what_follows_an_id", test_finds_what_follows_an_id);
  g_test_add_func ("/hub/ring/a_burst_gives_its_memory_back", test_a_burst_gives_its_memory_back);
  g_test_add_func ("/hub/ring/views_are_counted", test_views_are_counted);

  return g_test_run ();
}
