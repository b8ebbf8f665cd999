/* test-store.c - every store keeps the same promises
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-store-memory.h"
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

static const TestBackend backends[] = {
  { "memory", create_memory, FALSE },
  { "sqlite", create_sqlite, TRUE },
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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (backends); i++)
    {
      add_promises (&backends[i], read_promises);
      add_promises (&backends[i], write_promises);
      add_promises (&backends[i], answer_promises);
      if (backends[i].is_kept)
        add_promises (&backends[i], restart_promises);
    }

  return g_test_run ();
}
