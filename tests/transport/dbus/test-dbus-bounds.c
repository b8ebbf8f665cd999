/* test-dbus-bounds.c - a flood stays bounded, and nothing is left out in silence
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "bus-fixture.h"

#include <string.h>

#define S1 OUIOED_BUS_ROOT "/session/s1"
#define FLOOD_US (1500 * 1000)

/* ---- what the session was told, in the order of ids ---- */

static gboolean
is_event (const Heard *heard)
{
  return g_str_equal (heard->name, "StepAdded") || g_str_equal (heard->name, "ProgressChanged")
         || g_str_equal (heard->name, "Lagged");
}

static OuioeEventId
id_argument (const Heard *heard, guint n)
{
  OuioeEventId id;
  const char *text;

  g_variant_get_child (heard->arguments, n, "&s", &text);
  g_assert_true (ouioe_event_id_parse (text, &id));
  return id;
}

/* Every published event was told by a signal of its own or lies within exactly one Lagged. */
static void
assert_nothing_is_missing (BusFixture *f, const char *path, GArray *published)
{
  guint next = 0;

  for (guint i = 0; i < f->heard->len; i++)
    {
      const Heard *heard = f->heard->pdata[i];
      OuioeEventId first, last;

      if (!is_event (heard) || !g_str_equal (heard->path, path))
        continue;
      first = id_argument (heard, 0);
      last = g_str_equal (heard->name, "Lagged") ? id_argument (heard, 1) : first;
      g_assert_cmpint (ouioe_event_id_compare (g_array_index (published, OuioeEventId, next), first), ==, 0);
      while (next < published->len && ouioe_event_id_compare (g_array_index (published, OuioeEventId, next), last) <= 0)
        next++;
      g_assert_cmpint (ouioe_event_id_compare (g_array_index (published, OuioeEventId, next - 1), last), ==, 0);
    }
  g_assert_cmpuint (next, ==, published->len);
}

static void
assert_bounded (BusFixture *f, const char *path, guint limit)
{
  g_autoptr(GArray) times = g_array_new (FALSE, FALSE, sizeof (gint64));

  for (guint i = 0; i < f->heard->len; i++)
    {
      const Heard *heard = f->heard->pdata[i];

      if (is_event (heard) && (path == NULL || g_str_equal (heard->path, path)))
        g_array_append_val (times, heard->time_us);
    }
  g_assert_cmpuint (times->len, >, limit);
  /* what was sent at a distance of a second may arrive a little closer to each other */
  for (guint i = limit; i < times->len; i++)
    g_assert_cmpint (g_array_index (times, gint64, i) - g_array_index (times, gint64, i - limit), >,
                     G_USEC_PER_SEC / 2);
}

static void
on_published (OuioedHub *hub, OuioedChannel *channel, OuioedEntry *entry, GHashTable *published)
{
  GArray *ids = g_hash_table_lookup (published, ouioed_channel_get_id (channel));

  if (ids != NULL && entry->event->kind != OUIOE_EVENT_SESSION_START && entry->event->kind != OUIOE_EVENT_SESSION_END)
    g_array_append_val (ids, entry->event->id);
}

static GHashTable *
note_published (BusFixture *f, guint n_sessions)
{
  GHashTable *published = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_array_unref);

  for (guint i = 1; i <= n_sessions; i++)
    g_hash_table_insert (published, g_strdup_printf ("s%u", i), g_array_new (FALSE, FALSE, sizeof (OuioeEventId)));
  g_signal_connect (f->hub, "published", G_CALLBACK (on_published), published);
  return published;
}

/* Feeds the sessions s1 … in turn, as fast as they take it, for longer than a budget lasts. */
static void
flood (BusFixture *f, guint n_sessions)
{
  gint64 end = g_get_monotonic_time () + FLOOD_US;

  for (guint i = 0; g_get_monotonic_time () < end; i++)
    {
      g_autofree char *id = g_strdup_printf ("s%u", i % n_sessions + 1);

      if (i % 3 == 0)
        bus_progress (f, id, "on it", 10);
      else
        bus_think (f, id, "thought", 0.5);
      while (f->under_way > 20)
        g_main_context_iteration (NULL, TRUE);
      g_main_context_iteration (NULL, FALSE);
    }
  bus_settle (f);
}

/* ---- tests ---- */

static void
test_flood_of_one_session_is_bounded_and_told (void)
{
  BusFixture f = { 0 };
  const OuioedDbusConfig config = { 40, 1000, FALSE };
  g_autoptr(GHashTable) published = NULL;
  GArray *ids;

  bus_fixture_up (&f, &config, NULL);
  published = note_published (&f, 1);
  bus_create (&f, "s1");
  flood (&f, 1);
  bus_close (&f, "s1", "done");
  bus_hear (&f, S1, "Finished", 0);

  ids = g_hash_table_lookup (published, "s1");
  g_assert_cmpuint (ids->len, >, 500);
  g_assert_cmpuint (bus_count (&f, S1, "Lagged"), >=, 1);
  assert_bounded (&f, S1, 40 + 1);                  /* the Lagged before Finished is not held back */
  assert_nothing_is_missing (&f, S1, ids);
  g_assert_cmpuint (f.failed, ==, 0);
  g_signal_handlers_disconnect_by_data (f.hub, published);
  bus_fixture_down (&f);
}

static void
test_flood_of_many_sessions_is_bounded_in_all (void)
{
  enum { SESSIONS = 20 };
  BusFixture f = { 0 };
  const OuioedDbusConfig config = { 100, 60, FALSE };
  g_autoptr(GHashTable) published = NULL;

  bus_fixture_up (&f, &config, NULL);
  published = note_published (&f, SESSIONS);
  for (guint i = 1; i <= SESSIONS; i++)
    {
      g_autofree char *id = g_strdup_printf ("s%u", i);

      bus_create (&f, id);
    }
  bus_settle (&f);
  flood (&f, SESSIONS);
  assert_bounded (&f, NULL, 60);
  for (guint i = 1; i <= SESSIONS; i++)
    {
      g_autofree char *id = g_strdup_printf ("s%u", i);
      g_autofree char *path = ouioed_dbus_session_path (id);

      bus_close (&f, id, "done");
      bus_hear (&f, path, "Finished", 0);
      assert_nothing_is_missing (&f, path, g_hash_table_lookup (published, id));
    }
  g_signal_handlers_disconnect_by_data (f.hub, published);
  bus_fixture_down (&f);
}

static void
test_lag_is_told_when_it_is_quiet (void)
{
  BusFixture f = { 0 };
  const OuioedDbusConfig config = { 5, 1000, FALSE };
  const Heard *heard;

  bus_fixture_up (&f, &config, NULL);
  bus_create (&f, "s1");
  for (guint i = 0; i < 12; i++)
    bus_think (&f, "s1", "burst", 0.5);
  heard = bus_hear (&f, S1, "Lagged", 0);           /* though nothing follows */
  g_assert_cmpuint (bus_count (&f, S1, "StepAdded"), ==, 5);
  g_assert_cmpint (ouioe_event_id_compare (id_argument (heard, 0), id_argument (heard, 1)), <, 0);
  bus_think (&f, "s1", "after", 0.5);               /* and then it goes on */
  bus_hear (&f, S1, "StepAdded", 5);
  g_assert_cmpuint (bus_count (&f, S1, "Lagged"), ==, 1);
  bus_fixture_down (&f);
}

static void
test_finished_comes_last_and_after_the_lag (void)
{
  BusFixture f = { 0 };
  const OuioedDbusConfig config = { 2, 1000, FALSE };
  const Heard *last = NULL;
  const Heard *before = NULL;

  bus_fixture_up (&f, &config, NULL);
  bus_create (&f, "s1");
  for (guint i = 0; i < 10; i++)
    bus_think (&f, "s1", "burst", 0.5);
  bus_close (&f, "s1", "done");
  bus_hear (&f, S1, "Finished", 0);
  for (guint i = 0; i < f.heard->len; i++)
    {
      const Heard *heard = f.heard->pdata[i];

      if (!is_event (heard) && !g_str_equal (heard->name, "Finished"))
        continue;
      before = last;
      last = heard;
    }
  g_assert_cmpstr (last->name, ==, "Finished");
  g_assert_cmpstr (before->name, ==, "Lagged");
  bus_fixture_down (&f);
}

static void
test_bounds_can_be_changed (void)
{
  BusFixture f = { 0 };
  OuioedDbusConfig config = { 1, 1000, FALSE };

  bus_fixture_up (&f, &config, NULL);
  config.signals_per_session = 50;
  ouioed_dbus_set_config (f.dbus, &config);
  bus_create (&f, "s1");
  for (guint i = 0; i < 30; i++)
    bus_think (&f, "s1", "burst", 0.5);
  bus_hear (&f, S1, "StepAdded", 29);
  g_assert_cmpuint (bus_count (&f, S1, "Lagged"), ==, 0);
  bus_fixture_down (&f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/dbus/bounds/flood-of-one-session-is-bounded-and-told",
                   test_flood_of_one_session_is_bounded_and_told);
  g_test_add_func ("/dbus/bounds/flood-of-many-sessions-is-bounded-in-all",
                   test_flood_of_many_sessions_is_bounded_in_all);
  g_test_add_func ("/dbus/bounds/lag-is-told-when-it-is-quiet", test_lag_is_told_when_it_is_quiet);
  g_test_add_func ("/dbus/bounds/finished-comes-last-and-after-the-lag", test_finished_comes_last_and_after_the_lag);
  g_test_add_func ("/dbus/bounds/can-be-changed", test_bounds_can_be_changed);
  return g_test_run ();
}
