/* contract-answer.c - every store: when and whether there is an answer
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "store-contract.h"

static void
count_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  guint *n = user_data;
  g_autoptr(OuioedPage) page = ouioed_store_read_finish (OUIOED_STORE (source), result, NULL);

  *n += page != NULL ? 1 : 100;
}

static void
test_cancelled_read_fails (TestStore *f, gconstpointer backend)
{
  OuioedQuery query = OUIOED_QUERY_INIT;
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  guint n = 0;

  g_cancellable_cancel (cancellable);
  ouioed_store_read_async (f->store, &query, cancellable, count_cb, &n);
  while (n == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (n, ==, 100);
}

static void
test_query_may_go_away_while_it_runs (TestStore *f, gconstpointer backend)
{
  guint n = 0;

  test_write (f, "a", TRUE, "s1 t2");
  {
    g_auto(GStrv) sessions = g_strsplit ("a b", " ", -1);
    g_autofree char *type_word = g_strdup ("analysis");
    OuioedQuery query = OUIOED_QUERY_INIT;

    query.sessions = (const char *const *) sessions;
    query.type_word = type_word;
    ouioed_store_read_async (f->store, &query, NULL, count_cb, &n);
  }
  while (n == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (n, ==, 1);
}

static void
test_closed_store_refuses (TestStore *f, gconstpointer backend)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(OuioedCommit) commit = NULL;
  OuioedQuery query = OUIOED_QUERY_INIT;
  guint n = 0;

  ouioed_store_close (f->store);
  commit = test_commit (f->store, ouioed_batch_new (), &error);
  g_assert_null (commit);
  g_assert_error (error, OUIOE_ERROR, OUIOE_ERROR_STORE_UNAVAILABLE);
  ouioed_store_read_async (f->store, &query, NULL, count_cb, &n);
  while (n == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (n, ==, 100);
}

const TestPromise answer_promises[] = {
  { "cancelled-read-fails", test_cancelled_read_fails },
  { "query-may-go-away-while-it-runs", test_query_may_go_away_while_it_runs },
  { "closed-store-refuses", test_closed_store_refuses },
  { NULL, NULL },
};
