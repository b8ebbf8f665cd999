/* test-shared-faults.c - several daemons over one Redis that fails: what writers are told, what readers get afterwards
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <signal.h>
#include <string.h>

#include "shared-fixture.h"

#include "ouioed-store-redis.h"

#define START OUIOE_EVENT_ID_ZERO

/* Posts until one is taken again; each refusal comes soon. */
static void
post_until_taken (OuioedHub *hub, const char *id, const char *content)
{
  gint64 end_us = g_get_monotonic_time () + 20 * G_USEC_PER_SEC;

  for (;;)
    {
      gint64 start_us = g_get_monotonic_time ();
      guint tick;
      g_autoptr(GError) error = try_think (hub, id, content, NULL, NULL);

      if (error == NULL)
        return;
      g_assert_error (error, OUIOE_ERROR, OUIOE_ERROR_STORE_UNAVAILABLE);
      g_assert_cmpint (g_get_monotonic_time () - start_us, <, 8 * G_USEC_PER_SEC);
      g_assert_cmpint (g_get_monotonic_time (), <, end_us);
      tick = g_timeout_add (50, test_redis_tick, NULL);
      g_main_context_iteration (NULL, TRUE);
      g_source_remove (tick);
    }
}

static void
begin (Shared *f, Reader **reader)
{
  done (try_create (hub_of (f, 0), "s", NULL, NULL));
  done (try_think (hub_of (f, 0), "s", "a", NULL, NULL));
  *reader = reader_new (hub_of (f, 1), "s", TRUE, START);
  reader_expect (*reader, 2, "start a");
}

static void
test_nothing_acknowledged_is_lost_when_it_is_killed (Shared *f, gconstpointer data)
{
  g_autoptr(Reader) reader = NULL;
  g_autoptr(Reader) resumed = NULL;
  g_autoptr(GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  Posts posts = { 0 };
  OuioeEventId after;
  guint n_before;

  if (f->servers[0] == NULL)
    return;
  begin (f, &reader);
  after = reader_last (reader);
  for (guint i = 0; i < 400; i++)
    {
      g_autofree char *word = g_strdup_printf ("n%u", i);

      post_think (hub_of (f, i % 2), "s", word, &posts);
      g_main_context_iteration (NULL, FALSE);
    }
  test_redis_kill (f->servers[0]);
  test_redis_wait (posts.under_way == 0);
  g_assert_cmpuint (posts.taken + posts.failed, ==, 400);
  refused (try_think (hub_of (f, 0), "s", "away", NULL, NULL), OUIOE_ERROR_STORE_UNAVAILABLE);
  refused (try_look (hub_of (f, 0), "s"), OUIOE_ERROR_STORE_UNAVAILABLE);

  test_redis_start (f->servers[0], "--appendonly", "yes", "--appendfsync", "always", NULL);
  post_until_taken (hub_of (f, 0), "s", "back");
  test_redis_wait (reader->words->len > 0 && strcmp (reader->words->pdata[reader->words->len - 1], "back") == 0);
  reader_check_order (reader);
  n_before = reader->words->len;
  for (guint i = 0; i < n_before; i++)
    g_assert_true (g_hash_table_add (seen, reader->words->pdata[i]));   /* no double */
  /* What was answered is there; what was refused may be, for its answer was lost. */
  g_assert_cmpuint (n_before, >=, 2 + posts.taken + 1);
  g_assert_cmpuint (n_before, <=, 2 + 400 + 1);

  resumed = reader_new (hub_of (f, 0), "s", FALSE, after);
  reader_expect (resumed, n_before - 2, NULL);
  g_assert_cmpuint (resumed->n_gaps, ==, 0);
}

static void
test_a_restart_without_a_file_begins_anew (Shared *f, gconstpointer data)
{
  g_autoptr(Reader) reader = NULL;

  if (f->servers[0] == NULL)
    return;
  begin (f, &reader);
  test_redis_kill (f->servers[0]);
  test_redis_start (f->servers[0], "--appendonly", "no", "--appenddirname", "other", NULL);
  test_redis_wait (ouioed_hub_find (hub_of (f, 0), "s") == NULL && ouioed_hub_find (hub_of (f, 1), "s") == NULL);
  test_redis_wait (reader->n_removed >= 1);   /* it is told */
  refused (try_think (hub_of (f, 0), "s", "b", NULL, NULL), OUIOE_ERROR_SESSION_NOT_FOUND);
  done (try_create (hub_of (f, 0), "s", NULL, NULL));
  reader_expect (reader, 3, "start a start");
}

static void
test_a_server_that_hangs_is_given_up (Shared *f, gconstpointer data)
{
  g_autoptr(Reader) reader = NULL;
  gint64 start_us;

  if (f->servers[0] == NULL)
    return;
  begin (f, &reader);
  test_redis_signal (f->servers[0], SIGSTOP);
  start_us = g_get_monotonic_time ();
  refused (try_think (hub_of (f, 0), "s", "lost?", NULL, NULL), OUIOE_ERROR_STORE_UNAVAILABLE);
  g_assert_cmpint (g_get_monotonic_time () - start_us, <, 8 * G_USEC_PER_SEC);
  refused (try_think (hub_of (f, 0), "s", "x", NULL, NULL), OUIOE_ERROR_STORE_UNAVAILABLE);
  test_redis_signal (f->servers[0], SIGCONT);
  post_until_taken (hub_of (f, 0), "s", "b");
  test_redis_wait (strcmp (reader->words->pdata[reader->words->len - 1], "b") == 0);
  reader_check_order (reader);
}

static void
test_a_pause_only_delays (Shared *f, gconstpointer data)
{
  g_autoptr(Reader) reader = NULL;

  if (f->servers[0] == NULL)
    return;
  begin (f, &reader);
  test_redis_expect (f->servers[0], "CLIENT PAUSE 800 ALL", "OK");
  done (try_think (hub_of (f, 0), "s", "b", NULL, NULL));
  reader_expect (reader, 3, "start a b");
}

static void
test_forgotten_scripts_are_given_again (Shared *f, gconstpointer data)
{
  g_autoptr(Reader) reader = NULL;

  if (f->servers[0] == NULL)
    return;
  begin (f, &reader);
  test_redis_expect (f->servers[0], "SCRIPT FLUSH", "OK");
  done (try_think (hub_of (f, 0), "s", "b", NULL, NULL));
  done (try_think (hub_of (f, 1), "s", "c", NULL, NULL));
  reader_expect (reader, 4, "start a b c");
}

static void
test_a_full_server_refuses_and_recovers (Shared *f, gconstpointer data)
{
  g_autoptr(Reader) reader = NULL;
  g_autoptr(Reader) other = NULL;
  g_autoptr(GError) error = NULL;

  if (f->servers[0] == NULL)
    return;
  begin (f, &reader);
  test_redis_expect (f->servers[0], "CONFIG SET maxmemory 1", "OK");
  error = try_think (hub_of (f, 0), "s", "b", NULL, NULL);
  g_assert_error (error, OUIOE_ERROR, OUIOE_ERROR_STORE_UNAVAILABLE);
  g_assert_nonnull (strstr (error->message, "no memory left"));
  other = reader_new (hub_of (f, 0), "s", TRUE, START);   /* reading goes on */
  reader_expect (other, 2, "start a");
  test_redis_expect (f->servers[0], "CONFIG SET maxmemory 0", "OK");
  done (try_think (hub_of (f, 0), "s", "c", NULL, NULL));
  reader_expect (reader, 3, "start a c");
}

static void
test_a_replica_is_left (Shared *f, gconstpointer data)
{
  g_autoptr(Reader) reader = NULL;

  if (f->servers[0] == NULL)
    return;
  begin (f, &reader);
  test_redis_expect (f->servers[0], "REPLICAOF 127.0.0.1 1", "OK");
  refused (try_think (hub_of (f, 0), "s", "b", NULL, NULL), OUIOE_ERROR_STORE_UNAVAILABLE);
  test_redis_expect (f->servers[0], "REPLICAOF NO ONE", "OK");
  post_until_taken (hub_of (f, 0), "s", "c");
  reader_expect (reader, 3, "start a c");
}

static void
test_wait_asks_for_replicas (Shared *f, gconstpointer data)
{
  g_autoptr(GError) error = NULL;

  if (f->servers[0] == NULL)
    return;
  done (try_create (hub_of (f, 1), "s", NULL, NULL));
  daemon_close (f, 0);
  g_free (f->url);
  f->url = test_redis_dup_url (f->servers[0], "db=9&prefix=t:&durable=1");
  daemon_open (f, 0);
  error = try_think (hub_of (f, 0), "s", "b", NULL, NULL);   /* there is none */
  g_assert_error (error, OUIOE_ERROR, OUIOE_ERROR_STORE_UNAVAILABLE);
  g_assert_nonnull (strstr (error->message, "Only 0 replicas"));
}

static void
test_what_cannot_be_opened_is_said (Shared *f, gconstpointer data)
{
  g_autofree char *text = NULL;
  g_autoptr(OuioedRedisUrl) url = NULL;
  g_autoptr(OuioedStore) store = NULL;
  g_autoptr(GError) error = NULL;
  g_autofree char *set = NULL;

  if (f->servers[0] == NULL)
    return;
  set = test_redis_cli (f->servers[0], "ACL SETUSER bob on >secret ~* &* +@all");
  text = test_redis_dup_url (f->servers[0], "db=9&user=bob");
  url = ouioed_redis_url_parse (text, NULL);
  url->password = g_strdup ("wrong");
  store = ouioed_store_redis_new (url, NULL);
  g_assert_null (ouioed_store_open (store, &error));
  g_assert_error (error, OUIOE_ERROR, OUIOE_ERROR_STORE_UNAVAILABLE);
  g_assert_nonnull (strstr (error->message, "does not accept user and password"));
  g_assert_null (strstr (error->message, "wrong "));
}

/* One node of several is away: what is on the others goes on. */
static void
test_nodes_fail_for_themselves (Shared *f, gconstpointer data)
{
  guint taken = 0, failed = 0;

  if (f->servers[0] == NULL)
    return;
  for (guint i = 0; i < 30; i++)
    {
      g_autofree char *id = g_strdup_printf ("s%u", i);

      done (try_create (hub_of (f, 0), id, NULL, NULL));
    }
  test_redis_kill (f->servers[1]);
  for (guint i = 0; i < 30; i++)
    {
      g_autofree char *id = g_strdup_printf ("s%u", i);
      g_autoptr(GError) error = try_think (hub_of (f, 0), id, "x", NULL, NULL);

      taken += error == NULL;
      failed += error != NULL;
    }
  g_assert_cmpuint (taken, >, 5);
  g_assert_cmpuint (failed, >, 2);
  test_redis_start (f->servers[1], "--appendonly", "yes", "--appendfsync", "always", NULL);
  for (guint i = 0; i < 30; i++)
    {
      g_autofree char *id = g_strdup_printf ("s%u", i);

      post_until_taken (hub_of (f, 0), id, "y");
    }
}

#define ADD(name, n, func) \
  g_test_add ("/shared-faults/" name, Shared, GUINT_TO_POINTER (n), shared_set_up, func, shared_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  /* That the store is away is worth a warning, and is what is tested here. */
  g_log_set_always_fatal (G_LOG_LEVEL_CRITICAL | G_LOG_FATAL_MASK);
  ADD ("nothing-acknowledged-is-lost-when-it-is-killed", 1, test_nothing_acknowledged_is_lost_when_it_is_killed);
  ADD ("a-restart-without-a-file-begins-anew", 1, test_a_restart_without_a_file_begins_anew);
  ADD ("a-server-that-hangs-is-given-up", 1, test_a_server_that_hangs_is_given_up);
  ADD ("a-pause-only-delays", 1, test_a_pause_only_delays);
  ADD ("forgotten-scripts-are-given-again", 1, test_forgotten_scripts_are_given_again);
  ADD ("a-full-server-refuses-and-recovers", 1, test_a_full_server_refuses_and_recovers);
  ADD ("a-replica-is-left", 1, test_a_replica_is_left);
  ADD ("wait-asks-for-replicas", 1, test_wait_asks_for_replicas);
  ADD ("what-cannot-be-opened-is-said", 1, test_what_cannot_be_opened_is_said);
  ADD ("nodes-fail-for-themselves", 3, test_nodes_fail_for_themselves);
  return g_test_run ();
}
