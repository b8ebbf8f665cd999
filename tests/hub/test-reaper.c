/* test-reaper.c - retention: what is trimmed, what expires, what goes when the store is full
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "hub-fixture.h"
#include "ouioed-hub-private.h"
#include "test-log.h"

static guint n_removed;

static void
on_removed (OuioedHub *hub, OuioedChannel *channel, gpointer user_data)
{
  n_removed++;
}

static void
watch_removed (Fixture *f)
{
  n_removed = 0;
  g_signal_connect (f->hub, "session-removed", G_CALLBACK (on_removed), NULL);
}

static void
test_expiry_counts_from_the_last_activity (Fixture *f, gconstpointer data)
{
  watch_removed (f);
  fixture_open (f, "busy");
  fixture_open (f, "quiet");
  for (guint i = 0; i < 6; i++)
    {
      f->now_us += 5 * 3600 * (gint64) G_USEC_PER_SEC;
      g_assert_true (fixture_think (f, "busy", "x", NULL, NULL));
      ouioed_reaper_run (f->hub);
      settle ();
    }

  g_assert_nonnull (ouioed_hub_find (f->hub, "busy"));
  g_assert_null (ouioed_hub_find (f->hub, "quiet"));
  g_assert_cmpuint (n_removed, ==, 1);
  g_assert_cmpuint (ouioed_hub_get_n (f->hub, OUIOE_SESSION_OPEN), ==, 1);
}

static void
test_own_expiry_is_honoured (Fixture *f, gconstpointer data)
{
  OuioeStreamConfig config = OUIOE_STREAM_CONFIG_DEFAULT;

  config.expiry_us = 10 * G_USEC_PER_SEC;
  g_assert_true (fixture_create (f, "short", config, NULL));
  f->now_us += 10 * G_USEC_PER_SEC;
  ouioed_reaper_run (f->hub);
  settle ();
  g_assert_nonnull (ouioed_hub_find (f->hub, "short"));
  f->now_us += 1;
  ouioed_reaper_run (f->hub);
  settle ();
  g_assert_null (ouioed_hub_find (f->hub, "short"));
  g_assert_true (fixture_create (f, "short", config, NULL));
}

static guint
count_kept (Fixture *f, const char *id, guint stream)
{
  const OuioedSessionRecord *record = ouioed_channel_get_record (ouioed_hub_find (f->hub, id));

  return (guint) (record->appended[stream] - record->trimmed[stream]);
}

static void
test_each_stream_keeps_its_length (Fixture *f, gconstpointer data)
{
  OuioeStreamConfig config = OUIOE_STREAM_CONFIG_DEFAULT;

  config.debug_mode = TRUE;
  config.max_stream_length = 100;
  g_assert_true (fixture_create (f, "s", config, NULL));
  for (guint i = 0; i < 30; i++)
    g_assert_true (fixture_think (f, "s", "thought", NULL, NULL));
  for (guint i = 0; i < 500; i++)
    {
      g_assert_true (fixture_progress (f, "s", "progress", "m", NULL, NULL));
      g_assert_cmpuint (count_kept (f, "s", 1), <=, 111);
      g_assert_cmpuint (count_kept (f, "s", 1), >=, MIN (100, i + 2));
    }

  /* A chatty stream does not push the other one out. */
  g_assert_cmpuint (count_kept (f, "s", 0), >=, 30);
}

static void
test_a_full_store_forgets_the_oldest_closed_sessions (Fixture *f, gconstpointer data)
{
  watch_removed (f);
  for (guint i = 0; i < 10; i++)
    {
      g_autofree char *id = g_strdup_printf ("s%u", i);

      f->now_us += G_USEC_PER_SEC;
      fixture_open (f, id);
      g_assert_true (fixture_think (f, id, "thought", NULL, NULL));
      if (i != 1)
        g_assert_true (fixture_close (f, id, NULL));
    }

  f->limits.max_store_bytes = 100;
  ouioed_hub_set_limits (f->hub, &f->limits);
  ouioed_reaper_run (f->hub);
  settle ();

  g_assert_cmpuint (n_removed, ==, 1);
  g_assert_null (ouioed_hub_find (f->hub, "s0"));
  g_assert_nonnull (ouioed_hub_find (f->hub, "s1"));
  g_assert_nonnull (ouioed_hub_find (f->hub, "s2"));
}

static void
test_a_full_store_of_running_sessions_halves_them (Fixture *f, gconstpointer data)
{
  fixture_open (f, "s");
  for (guint i = 0; i < 39; i++)
    g_assert_true (fixture_think (f, "s", "thought", NULL, NULL));

  f->limits.max_store_bytes = 100;
  ouioed_hub_set_limits (f->hub, &f->limits);
  ouioed_reaper_run (f->hub);
  settle ();

  g_assert_nonnull (ouioed_hub_find (f->hub, "s"));
  g_assert_cmpuint (count_kept (f, "s", 0), ==, 20);
}

#define ADD(name) g_test_add ("/hub/reaper/" #name, Fixture, NULL, fixture_set_up, test_##name, fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  test_log_install ();

  ADD (expiry_counts_from_the_last_activity);
  ADD (own_expiry_is_honoured);
  ADD (each_stream_keeps_its_length);
  ADD (a_full_store_forgets_the_oldest_closed_sessions);
  ADD (a_full_store_of_running_sessions_halves_them);

  return g_test_run ();
}
