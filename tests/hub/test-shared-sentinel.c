/* test-shared-sentinel.c - a Redis behind a Sentinel: the master dies, a replica takes over, and everything goes on
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <signal.h>
#include <string.h>

#include "shared-fixture.h"

#define START OUIOE_EVENT_ID_ZERO

typedef struct {
  TestRedis *sentinel;
  Shared     shared;             /* servers: the master, and its replica */
} Sentinel;

static gboolean
replica_is_ready (Sentinel *f)
{
  g_autofree char *info = test_redis_cli (f->shared.servers[1], "INFO replication");

  return strstr (info, "master_link_status:up") != NULL;
}

static gboolean
sentinel_knows_replica (Sentinel *f)
{
  g_autofree char *known = test_redis_cli (f->sentinel, "SENTINEL replicas m");

  return strstr (known, "slave") != NULL;
}

static void
set_up (Sentinel *f, gconstpointer data)
{
  Shared *shared = &f->shared;
  g_autofree char *replica_of = NULL;
  g_autofree char *config = NULL;
  g_autofree char *text = NULL;

  shared->n_servers = 2;
  for (guint i = 0; i < 2; i++)
    if ((shared->servers[i] = test_redis_new (test_redis_find_port ())) == NULL)
      return;
  f->sentinel = test_redis_new (test_redis_find_port ());
  test_redis_start (shared->servers[0], NULL);
  replica_of = g_strdup_printf ("127.0.0.1 %u", shared->servers[0]->port);
  test_redis_start (shared->servers[1], "--replicaof", replica_of, "--repl-diskless-sync-delay", "0", NULL);
  test_redis_wait (replica_is_ready (f));

  config = g_build_filename (f->sentinel->place, "sentinel.conf", NULL);
  text = g_strdup_printf ("sentinel monitor m 127.0.0.1 %u 1\nsentinel down-after-milliseconds m 500\n"
                          "sentinel failover-timeout m 3000\n", shared->servers[0]->port);
  g_assert_true (g_file_set_contents (config, text, -1, NULL));
  test_redis_start_sentinel (f->sentinel, config);
  test_redis_wait (sentinel_knows_replica (f));
  shared->url = g_strdup_printf ("redis+sentinel://127.0.0.1:%u/m/9?prefix=t:", f->sentinel->port);
  for (guint i = 0; i < N_DAEMONS; i++)
    daemon_open (shared, i);
}

static void
tear_down (Sentinel *f, gconstpointer data)
{
  shared_tear_down (&f->shared, data);
  g_clear_pointer (&f->sentinel, test_redis_free);
}

static void
test_readers_and_writers_go_on_after_a_failover (Sentinel *f, gconstpointer data)
{
  g_autoptr(Reader) reader = NULL;
  g_autoptr(Reader) resumed = NULL;
  OuioeEventId after;
  gint64 end_us;

  if (f->shared.servers[0] == NULL)
    return;
  done (try_create (hub_of (&f->shared, 0), "s", NULL, NULL));
  reader = reader_new (hub_of (&f->shared, 1), "s", TRUE, START);
  done (try_think (hub_of (&f->shared, 1), "s", "a", NULL, NULL));
  reader_expect (reader, 2, "start a");
  after = g_array_index (reader->ids, OuioeEventId, 0);
  test_redis_expect (f->shared.servers[0], "WAIT 1 5000", "1");   /* the replica has it */

  test_redis_kill (f->shared.servers[0]);
  end_us = g_get_monotonic_time () + 30 * G_USEC_PER_SEC;
  for (;;)
    {
      g_autoptr(GError) error = try_think (hub_of (&f->shared, 0), "s", "b", NULL, NULL);
      guint tick;

      if (error == NULL)
        break;
      g_assert_error (error, OUIOE_ERROR, OUIOE_ERROR_STORE_UNAVAILABLE);
      g_assert_cmpint (g_get_monotonic_time (), <, end_us);
      tick = g_timeout_add (50, test_redis_tick, NULL);
      g_main_context_iteration (NULL, TRUE);
      g_source_remove (tick);
    }
  reader_expect (reader, 3, "start a b");
  reader_check_order (reader);
  resumed = reader_new (hub_of (&f->shared, 0), "s", FALSE, after);
  reader_expect (resumed, 2, "a b");
  g_assert_cmpuint (resumed->n_gaps, ==, 0);
  test_redis_expect (f->shared.servers[1], "-n 9 XLEN t:thinking:s", "3");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_log_set_always_fatal (G_LOG_LEVEL_CRITICAL | G_LOG_FATAL_MASK);
  g_test_add ("/shared-sentinel/readers-and-writers-go-on-after-a-failover", Sentinel, NULL, set_up,
              test_readers_and_writers_go_on_after_a_failover, tear_down);
  return g_test_run ();
}
