/* test-store.c - every store keeps the same promises
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <string.h>

#include "ouioed-store-memory.h"
#ifdef OUIOE_HAVE_REDIS
#include "ouioed-store-redis.h"
#include "redis-fixture.h"
#endif
#include "ouioed-store-sqlite.h"
#include "store-contract.h"

static OuioedStore *
create_memory (const char *place)
{
  return ouioed_store_memory_new ();
}

static OuioedStore *
create_sqlite (const char *place)
{
  g_autofree char *path = g_build_filename (place, "events.db", NULL);

  return ouioed_store_sqlite_new (path);
}

#ifdef OUIOE_HAVE_REDIS
static TestRedis *server;       /* one for all tests: each has a prefix of its own */

static OuioedStore *
create_redis (const char *place)
{
  g_autofree char *text = NULL;
  g_autoptr(OuioedRedisUrl) url = NULL;
  g_autoptr(GError) error = NULL;

  if (server == NULL)
    {
      server = test_redis_new (0);
      test_redis_start (server, NULL);
    }
  text = g_strdup_printf ("redis+unix://%s?prefix=%s:", server->socket, place);
  url = ouioed_redis_url_parse (text, &error);
  g_assert_no_error (error);
  return ouioed_store_redis_new (url, NULL);
}
#endif

static const TestBackend backends[] = {
  { "memory", create_memory, FALSE },
  { "sqlite", create_sqlite, TRUE },
#ifdef OUIOE_HAVE_REDIS
  { "redis", create_redis, TRUE },
#endif
};

static void
add_promises (const TestBackend *backend, const TestPromise *promises)
{
  for (guint i = 0; promises[i].name != NULL; i++)
    {
      g_autofree char *path = g_strdup_printf ("/store/%s/%s", backend->name, promises[i].name);

      g_test_add (path, TestStore, backend, test_store_set_up, promises[i].func, test_store_tear_down);
    }
}

static gboolean
has_redis (void)
{
  g_autofree char *program = g_find_program_in_path ("redis-server");

  if (program == NULL)
    g_test_message ("there is no redis-server here: its promises are not tested");
  return program != NULL;
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (backends); i++)
    {
      if (strcmp (backends[i].name, "redis") == 0 && !has_redis ())
        continue;
      add_promises (&backends[i], read_promises);
      add_promises (&backends[i], write_promises);
      add_promises (&backends[i], answer_promises);
      if (backends[i].is_kept)
        add_promises (&backends[i], restart_promises);
    }

  result = g_test_run ();
#ifdef OUIOE_HAVE_REDIS
  g_clear_pointer (&server, test_redis_free);
#endif
  return result;
}
