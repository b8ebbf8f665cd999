/* test-shared.c - several daemons over one Redis: what one is given all know, and every reader gets it once
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <string.h>

#include "shared-fixture.h"

#define START OUIOE_EVENT_ID_ZERO

static const OuioedSessionRecord *
record_of (OuioedHub *hub, const char *id)
{
  OuioedChannel *channel = ouioed_hub_find (hub, id);

  return channel != NULL ? ouioed_channel_get_record (channel) : NULL;
}

static void
test_readers_of_all_daemons_get_each_event_once (Shared *f, gconstpointer data)
{
  g_autoptr(Reader) first = NULL;
  g_autoptr(Reader) second = NULL;
  OuioedReceipt receipt;

  if (f->servers[0] == NULL)
    return;
  first = reader_new (hub_of (f, 0), "s", TRUE, START);
  done (try_create (hub_of (f, 0), "s", NULL, NULL));
  second = reader_new (hub_of (f, 1), "s", TRUE, START);
  done (try_think (hub_of (f, 0), "s", "a", NULL, &receipt));
  done (try_think (hub_of (f, 1), "s", "b", NULL, NULL));
  done (try_progress (hub_of (f, 0), "s", "c", NULL));
  done (try_close (hub_of (f, 1), "s"));
  reader_expect (first, 5, "start a b c end");
  reader_expect (second, 5, "start a b c end");
  reader_check_order (first);
  g_assert_cmpint (ouioe_event_id_compare (g_array_index (first->ids, OuioeEventId, 1), receipt.id), ==, 0);
  for (guint i = 0; i < 5; i++)
    g_assert_cmpint (ouioe_event_id_compare (g_array_index (first->ids, OuioeEventId, i),
                                             g_array_index (second->ids, OuioeEventId, i)), ==, 0);
}

static void
test_sessions_are_known_to_all (Shared *f, gconstpointer data)
{
  g_autoptr(GPtrArray) listed = NULL;
  gboolean has_more;

  if (f->servers[0] == NULL)
    return;
  done (try_create (hub_of (f, 0), "s", NULL, NULL));
  test_redis_wait (record_of (hub_of (f, 1), "s") != NULL);
  g_assert_cmpstr (record_of (hub_of (f, 1), "s")->user_id, ==, "ann");
  listed = ouioed_hub_list (hub_of (f, 1), "ann", OUIOE_SESSION_OPEN, NULL, 10, &has_more);
  g_assert_cmpuint (listed->len, ==, 1);

  refused (try_create (hub_of (f, 1), "s", NULL, NULL), OUIOE_ERROR_SESSION_EXISTS);
  done (try_close (hub_of (f, 1), "s"));
  refused (try_think (hub_of (f, 0), "s", "late", NULL, NULL), OUIOE_ERROR_WRONG_STATE);
  refused (try_close (hub_of (f, 0), "s"), OUIOE_ERROR_SESSION_NOT_FOUND);
  test_redis_wait (record_of (hub_of (f, 0), "s")->state == OUIOE_SESSION_CLOSED);
  g_assert_cmpstr (record_of (hub_of (f, 0), "s")->outcome, ==, "done");
  refused (try_think (hub_of (f, 0), "nobody", "x", NULL, NULL), OUIOE_ERROR_SESSION_NOT_FOUND);
}

static void
test_counters_are_those_of_all (Shared *f, gconstpointer data)
{
  Posts posts = { 0 };

  if (f->servers[0] == NULL)
    return;
  done (try_create (hub_of (f, 0), "s", NULL, NULL));
  for (guint i = 0; i < 100; i++)
    post_think (hub_of (f, i % N_DAEMONS), "s", "x", &posts);
  test_redis_wait (posts.under_way == 0);
  g_assert_cmpuint (posts.taken, ==, 100);
  done (try_think (hub_of (f, 0), "s", "sure", NULL, NULL));
  for (guint i = 0; i < N_DAEMONS; i++)
    {
      const OuioedSessionRecord *record;

      done (try_look (hub_of (f, i), "s"));
      record = record_of (hub_of (f, i), "s");
      g_assert_cmpuint (record->stats->n_thinking, ==, 101);
      g_assert_cmpuint (record->stats->n_confidence, ==, 1);
      g_assert_cmpfloat (record->stats->confidence_sum, ==, 0.5);
      g_assert_cmpuint (ouioe_stream_stats_get_thinking_type_count (record->stats, "analysis"), ==, 101);
      g_assert_cmpuint (record->appended[0], ==, 102);
    }
}

static void
test_sessions_outlive_all_daemons (Shared *f, gconstpointer data)
{
  g_autoptr(Reader) reader = NULL;

  if (f->servers[0] == NULL)
    return;
  done (try_create (hub_of (f, 0), "s", NULL, NULL));
  done (try_think (hub_of (f, 1), "s", "a", NULL, NULL));
  for (guint i = 0; i < N_DAEMONS; i++)
    daemon_close (f, i);
  daemon_open (f, 0);
  g_assert_nonnull (record_of (hub_of (f, 0), "s"));
  g_assert_cmpuint (record_of (hub_of (f, 0), "s")->stats->n_thinking, ==, 1);
  done (try_think (hub_of (f, 0), "s", "b", NULL, NULL));
  reader = reader_new (hub_of (f, 0), "s", TRUE, START);
  reader_expect (reader, 3, "start a b");
}

static void
test_a_key_is_good_for_all (Shared *f, gconstpointer data)
{
  OuioedReceipt first, second;

  if (f->servers[0] == NULL)
    return;
  done (try_create (hub_of (f, 0), "s", "k0", NULL));
  done (try_create (hub_of (f, 1), "s", "k0", &second));
  g_assert_true (second.replayed);
  done (try_think (hub_of (f, 0), "s", "a", "k", &first));
  done (try_think (hub_of (f, 1), "s", "a", "k", &second));
  g_assert_false (first.replayed);
  g_assert_true (second.replayed);
  g_assert_cmpint (ouioe_event_id_compare (first.id, second.id), ==, 0);
  refused (try_think (hub_of (f, 1), "s", "other", "k", NULL), OUIOE_ERROR_KEY_REUSED);
  test_redis_expect (f->servers[0], "-n 9 XLEN t:thinking:s", "2");
}

static void
test_resumes_at_another_daemon (Shared *f, gconstpointer data)
{
  g_autoptr(Reader) reader = NULL;
  g_autoptr(Reader) resumed = NULL;
  OuioeEventId after;

  if (f->servers[0] == NULL)
    return;
  done (try_create (hub_of (f, 0), "s", NULL, NULL));
  done (try_think (hub_of (f, 0), "s", "a", NULL, NULL));
  reader = reader_new (hub_of (f, 0), "s", TRUE, START);
  reader_expect (reader, 2, NULL);
  after = reader_last (reader);
  done (try_think (hub_of (f, 1), "s", "b", NULL, NULL));
  resumed = reader_new (hub_of (f, 1), "s", FALSE, after);
  done (try_think (hub_of (f, 0), "s", "c", NULL, NULL));
  reader_expect (resumed, 2, "b c");
  g_assert_cmpuint (resumed->n_gaps, ==, 0);
}

static void
test_who_wants_only_news_gets_all_of_it (Shared *f, gconstpointer data)
{
  g_autoptr(Reader) early = NULL;
  g_autoptr(Reader) late = NULL;

  if (f->servers[0] == NULL)
    return;
  done (try_create (hub_of (f, 0), "s", NULL, NULL));
  done (try_think (hub_of (f, 0), "s", "old", NULL, NULL));
  early = reader_new (hub_of (f, 0), "s", FALSE, OUIOE_EVENT_ID_MAX);
  done (try_think (hub_of (f, 0), "s", "a", NULL, NULL));   /* before it can be told that the session is watched */
  reader_expect (early, 1, "a");
  late = reader_new (hub_of (f, 0), "s", FALSE, OUIOE_EVENT_ID_MAX);
  done (try_think (hub_of (f, 1), "s", "b", NULL, NULL));
  reader_expect (early, 2, "a b");
  reader_expect (late, 1, "b");
}

static void
test_many_posts_come_in_one_order (Shared *f, gconstpointer data)
{
  g_autoptr(Reader) first = NULL;
  g_autoptr(Reader) second = NULL;
  g_autofree char *text = NULL;
  g_autofree char *other = NULL;
  Posts posts = { 0 };

  if (f->servers[0] == NULL)
    return;
  done (try_create (hub_of (f, 0), "s", NULL, NULL));
  first = reader_new (hub_of (f, 0), "s", TRUE, START);
  second = reader_new (hub_of (f, 1), "s", TRUE, START);
  for (guint i = 0; i < 1000; i++)
    {
      g_autofree char *word = g_strdup_printf ("n%u", i);

      post_think (hub_of (f, i % N_DAEMONS), "s", word, &posts);
      if (i % 50 == 0)
        g_main_context_iteration (NULL, FALSE);
    }
  reader_expect (first, 1001, NULL);
  reader_expect (second, 1001, NULL);
  reader_check_order (first);
  text = reader_dup_text (first);
  other = reader_dup_text (second);
  g_assert_cmpstr (text, ==, other);
}

static void
test_readers_of_all_sessions_get_those_of_all_daemons (Shared *f, gconstpointer data)
{
  g_autoptr(Reader) all = NULL;
  g_autoptr(Reader) news = NULL;
  g_autoptr(Reader) one = NULL;

  if (f->servers[0] == NULL)
    return;
  done (try_create (hub_of (f, 0), "a", NULL, NULL));
  done (try_think (hub_of (f, 0), "a", "a1", NULL, NULL));
  all = reader_new (hub_of (f, 1), NULL, TRUE, START);
  news = reader_new (hub_of (f, 1), NULL, FALSE, OUIOE_EVENT_ID_MAX);
  one = reader_new (hub_of (f, 1), "a", TRUE, START);
  done (try_create (hub_of (f, 1), "b", NULL, NULL));
  done (try_think (hub_of (f, 0), "b", "b1", NULL, NULL));
  done (try_think (hub_of (f, 1), "a", "a2", NULL, NULL));
  reader_expect (all, 5, "start a1 start b1 a2");
  reader_expect (news, 3, "start b1 a2");
  reader_expect (one, 3, "start a1 a2");
  reader_check_order (all);

  g_clear_pointer (&all, reader_free);
  g_clear_pointer (&news, reader_free);
  done (try_think (hub_of (f, 0), "a", "a3", NULL, NULL));
  reader_expect (one, 4, "start a1 a2 a3");   /* told by its own channel again */
}

static void
test_what_others_add_is_seen_live (Shared *f, gconstpointer data)
{
  g_autoptr(Reader) reader = NULL;
  g_autoptr(Reader) stranger = NULL;
  g_autofree char *added = NULL;

  if (f->servers[0] == NULL)
    return;
  done (try_create (hub_of (f, 0), "s", NULL, NULL));
  reader = reader_new (hub_of (f, 1), "s", TRUE, START);
  reader_expect (reader, 1, "start");
  added = test_redis_cli (f->servers[0], "-n 9 XADD t:thinking:s * type thinking_step content foreign");
  done (try_think (hub_of (f, 0), "s", "own", NULL, NULL));
  added = (g_free (added), test_redis_cli (f->servers[0], "-n 9 XADD t:progress:s * type progress_update message more"));
  reader_expect (reader, 4, "start foreign own more");
  reader_check_order (reader);

  /* Their ids are their own: two streams may have the same one. */
  added = (g_free (added), test_redis_cli (f->servers[0], "-n 9 EVAL "
                                           "\"redis.call('XADD','t:thinking:s','9999999999999-0','content','x')"
                                           "redis.call('XADD','t:progress:s','9999999999999-0','message','y')\" 0"));
  reader_expect (reader, 6, "start foreign own more x y");
  done (try_think (hub_of (f, 0), "s", "z", NULL, NULL));
  reader_expect (reader, 7, "start foreign own more x y z");

  /* A session that nobody has created here. */
  added = (g_free (added), test_redis_cli (f->servers[0], "-n 9 XADD t:thinking:x * content one"));
  stranger = reader_new (hub_of (f, 0), "x", TRUE, START);
  reader_expect (stranger, 1, "one");
  added = (g_free (added), test_redis_cli (f->servers[0], "-n 9 XADD t:thinking:x * content two"));
  reader_expect (stranger, 2, "one two");
  g_assert_null (ouioed_hub_find (hub_of (f, 0), "x"));
}

static void
test_forgotten_sessions_are_forgotten_by_all (Shared *f, gconstpointer data)
{
  g_autoptr(Reader) reader = NULL;
  g_autofree char *expired = NULL;

  if (f->servers[0] == NULL)
    return;
  done (try_create (hub_of (f, 0), "s", NULL, NULL));
  reader = reader_new (hub_of (f, 1), "s", TRUE, START);
  reader_expect (reader, 1, "start");
  test_redis_wait (record_of (hub_of (f, 1), "s") != NULL);
  expired = test_redis_cli (f->servers[0], "-n 9 ZADD t:ouioe:expiry 1 s");
  ouioed_shared_sweep (OUIOED_SHARED (f->daemons[0].store), 0);
  test_redis_wait (record_of (hub_of (f, 0), "s") == NULL && record_of (hub_of (f, 1), "s") == NULL);
  test_redis_wait (reader->n_removed == 1);
  test_redis_expect (f->servers[0], "-n 9 EXISTS t:thinking:s t:progress:s t:ouioe:session:s", "0");
}

static void
test_streams_are_trimmed_and_told (Shared *f, gconstpointer data)
{
  g_autoptr(Reader) reader = NULL;
  g_autoptr(Reader) resumed = NULL;
  g_autofree char *length = NULL;
  Posts posts = { 0 };
  OuioeEventId after;

  if (f->servers[0] == NULL)
    return;
  done (try_create (hub_of (f, 0), "s", NULL, NULL));
  reader = reader_new (hub_of (f, 0), "s", TRUE, START);
  reader_expect (reader, 1, NULL);
  after = reader_last (reader);
  for (guint i = 0; i < 1300; i++)
    post_think (hub_of (f, 0), "s", "x", &posts);
  reader_expect (reader, 1301, NULL);
  length = test_redis_cli (f->servers[0], "-n 9 XLEN t:thinking:s");
  g_assert_cmpint (atoi (length), >=, 1000);
  g_assert_cmpint (atoi (length), <=, 1101);
  resumed = reader_new (hub_of (f, 1), "s", FALSE, after);
  reader_expect (resumed, (guint) atoi (length), NULL);
  g_assert_cmpuint (resumed->n_gaps, ==, 1);
  test_redis_expect (f->servers[0], "-n 9 PERSIST t:thinking:s", "1");   /* it had an expiry */
}

static void
test_daemons_know_of_each_other (Shared *f, gconstpointer data)
{
  static const char *const urls[] = { "http://127.0.0.1:1", NULL };
  GPtrArray *peers;
  OuioedPartState state;

  if (f->servers[0] == NULL)
    return;
  for (guint i = 0; i < N_DAEMONS; i++)
    ouioed_hub_set_urls (hub_of (f, i), urls);
  peers = ouioed_shared_get_peers (OUIOED_SHARED (f->daemons[1].store));
  test_redis_wait (peers->len == 2);
  for (guint i = 0; i < 2; i++)
    {
      const OuioedPeer *peer = peers->pdata[i];

      g_assert_true (ouioed_peer_about_is_good (peer));
      g_assert_nonnull (strstr (peer->about, "http://127.0.0.1:1"));
      g_assert_cmpint (peer->age_us, <, 30 * G_USEC_PER_SEC);
    }
  daemon_close (f, 0);
  test_redis_wait (peers->len == 1);   /* who leaves says so */
  g_assert_cmpstr (((OuioedPeer *) peers->pdata[0])->name, ==, "d1");

  g_assert_true (ouioed_shared_get_part_state (OUIOED_SHARED (f->daemons[1].store), 0, &state));
  g_assert_true (state.is_up);
  g_assert_cmpuint (state.connects, ==, 2);
  g_assert_cmpuint (state.commands, >, 0);
  g_assert_false (ouioed_shared_get_part_state (OUIOED_SHARED (f->daemons[1].store), 1, &state));
}

static void
test_sessions_are_spread_over_nodes (Shared *f, gconstpointer data)
{
  g_autoptr(GPtrArray) readers = g_ptr_array_new ();

  if (f->servers[0] == NULL)
    return;
  for (guint i = 0; i < 60; i++)
    {
      g_autofree char *id = g_strdup_printf ("s%u", i);

      done (try_create (hub_of (f, i % 2), id, NULL, NULL));
      g_ptr_array_add (readers, reader_new (hub_of (f, (i + 1) % 2), id, TRUE, START));
      done (try_think (hub_of (f, (i + 1) % 2), id, "x", NULL, NULL));
    }
  for (guint i = 0; i < 60; i++)
    reader_expect (readers->pdata[i], 2, "start x");
  for (guint i = 0; i < f->n_servers; i++)
    {
      g_autofree char *n = test_redis_cli (f->servers[i], "-n 9 ZCARD t:ouioe:sessions");

      /* A third of 60 each, more or less: names differ from run to run, and three of a thousand are beyond 9 to 34. */
      g_assert_cmpint (atoi (n), >, 2);
      g_assert_cmpint (atoi (n), <, 45);
    }

  /* Who starts anew, with the nodes in another order, finds them all. Readers of the daemon that ends end with it. */
  for (guint i = 0; i < 60; i++)
    if (i % 2 == 1)
      {
        reader_free (readers->pdata[i]);
        readers->pdata[i] = NULL;
      }
  daemon_close (f, 0);
  g_free (f->url);
  f->url = g_strdup_printf ("redis://127.0.0.1:%u,127.0.0.1:%u,127.0.0.1:%u/9?prefix=t:", f->servers[2]->port,
                            f->servers[0]->port, f->servers[1]->port);
  daemon_open (f, 0);
  for (guint i = 0; i < 60; i++)
    {
      g_autofree char *id = g_strdup_printf ("s%u", i);

      done (try_think (hub_of (f, 0), id, "y", NULL, NULL));
      if (readers->pdata[i] != NULL)
        {
          reader_expect (readers->pdata[i], 3, "start x y");
          reader_free (readers->pdata[i]);
        }
    }
}

#define ADD(name, n, func) \
  g_test_add ("/shared/" name, Shared, GUINT_TO_POINTER (n), shared_set_up, func, shared_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("readers-of-all-daemons-get-each-event-once", 1, test_readers_of_all_daemons_get_each_event_once);
  ADD ("sessions-are-known-to-all", 1, test_sessions_are_known_to_all);
  ADD ("counters-are-those-of-all", 1, test_counters_are_those_of_all);
  ADD ("sessions-outlive-all-daemons", 1, test_sessions_outlive_all_daemons);
  ADD ("a-key-is-good-for-all", 1, test_a_key_is_good_for_all);
  ADD ("resumes-at-another-daemon", 1, test_resumes_at_another_daemon);
  ADD ("who-wants-only-news-gets-all-of-it", 1, test_who_wants_only_news_gets_all_of_it);
  ADD ("many-posts-come-in-one-order", 1, test_many_posts_come_in_one_order);
  ADD ("readers-of-all-sessions-get-those-of-all-daemons", 1, test_readers_of_all_sessions_get_those_of_all_daemons);
  ADD ("what-others-add-is-seen-live", 1, test_what_others_add_is_seen_live);
  ADD ("forgotten-sessions-are-forgotten-by-all", 1, test_forgotten_sessions_are_forgotten_by_all);
  ADD ("streams-are-trimmed-and-told", 1, test_streams_are_trimmed_and_told);
  ADD ("daemons-know-of-each-other", 1, test_daemons_know_of_each_other);
  ADD ("sessions-are-spread-over-nodes", 3, test_sessions_are_spread_over_nodes);
  return g_test_run ();
}
