/* ouioed-store-sqlite.c - keeps sessions and events in a database file
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Stands between the main context, where it is asked and answers, and the database, which only its worker touches.
 */
#include "config.h"

#include "ouioed-store-sqlite.h"

#include "ouioed-sqlite.h"
#include "ouioed-worker.h"

/* So long after the last job what was committed is moved from the log into the database file. */
#define QUIET_US G_USEC_PER_SEC

struct _OuioedStoreSqlite
{
  GObject       parent_instance;
  char         *path;
  OuioedSqlite *db;              /* NULL before open and after close; only the worker uses it */
  OuioedWorker *worker;          /* lives as long as the database */
  gboolean      is_tidying;      /* a job for it waits; only the worker uses it */
};

static void ouioed_store_sqlite_iface_init (OuioedStoreInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (OuioedStoreSqlite, ouioed_store_sqlite, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (OUIOED_TYPE_STORE, ouioed_store_sqlite_iface_init))

/* ---- tidying up ---- */

static gboolean
tidy_run (gpointer data, gboolean abandoned)
{
  OuioedStoreSqlite *self = data;
  const gboolean again = !abandoned && ouioed_sqlite_tidy (self->db) && ouioed_sqlite_needs_tidy (self->db);

  /* After a failure the next commit that goes well tries again. */
  self->is_tidying = again;
  return again;
}

static void
start_tidying (OuioedStoreSqlite *self)
{
  if (!self->is_tidying && ouioed_sqlite_needs_tidy (self->db))
    self->is_tidying = ouioed_worker_push (self->worker, OUIOED_LANE_TIDY, tidy_run, NULL, self);
}

static void
on_quiet (gpointer data)
{
  OuioedStoreSqlite *self = data;

  ouioed_sqlite_checkpoint (self->db, TRUE);
}

static gboolean
checkpoint_run (gpointer data, gboolean abandoned)
{
  OuioedStoreSqlite *self = data;

  ouioed_sqlite_checkpoint (self->db, FALSE);
  return FALSE;
}

/* ---- commit ---- */

typedef struct {
  GTask        *task;
  OuioedBatch  *batch;
  OuioedCommit *commit;          /* NULL when it failed */
  GError       *error;
} CommitJob;

static void
commit_done (gpointer data)
{
  CommitJob *job = data;

  if (job->commit != NULL)
    g_task_return_pointer (job->task, job->commit, (GDestroyNotify) ouioed_commit_free);
  else
    g_task_return_error (job->task, job->error);
  g_object_unref (job->task);
  ouioed_batch_free (job->batch);
  g_free (job);
}

static gboolean
commit_run (gpointer data, gboolean abandoned)
{
  CommitJob *job = data;
  OuioedStoreSqlite *self = g_task_get_source_object (job->task);

  job->commit = ouioed_sqlite_commit (self->db, job->batch, &job->error);

  /* A job of its own, so that the answer does not wait for it. */
  if (ouioed_sqlite_needs_checkpoint (self->db))
    ouioed_worker_push (self->worker, OUIOED_LANE_COMMIT, checkpoint_run, NULL, self);
  if (job->commit != NULL)
    start_tidying (self);
  return FALSE;
}

static void
ouioed_store_sqlite_commit_async (OuioedStore *store, OuioedBatch *batch, GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  OuioedStoreSqlite *self = OUIOED_STORE_SQLITE (store);
  CommitJob *job = g_new0 (CommitJob, 1);

  job->task = g_task_new (self, NULL, callback, user_data);
  job->batch = batch;
  if (self->worker != NULL && ouioed_worker_push (self->worker, OUIOED_LANE_COMMIT, commit_run, commit_done, job))
    return;

  job->error = ouioed_store_error_closed ();
  commit_done (job);
}

static OuioedCommit *
ouioed_store_sqlite_commit_finish (OuioedStore *store, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* ---- read ---- */

typedef struct {
  GTask            *task;
  OuioedSqliteRead  read;
  GError           *error;
} ReadJob;

static void
read_done (gpointer data)
{
  ReadJob *job = data;

  if (job->error != NULL)
    g_task_return_error (job->task, job->error);
  else if (!g_task_return_error_if_cancelled (job->task))
    g_task_return_pointer (job->task, g_steal_pointer (&job->read.page), (GDestroyNotify) ouioed_page_free);
  g_object_unref (job->task);
  g_clear_pointer (&job->read.page, ouioed_page_free);
  ouioed_query_free (job->read.query);
  g_free (job);
}

static gboolean
read_run (gpointer data, gboolean abandoned)
{
  ReadJob *job = data;
  OuioedStoreSqlite *self = g_task_get_source_object (job->task);

  if (g_cancellable_is_cancelled (g_task_get_cancellable (job->task)))
    return FALSE;
  if (!abandoned)
    return ouioed_sqlite_read (self->db, &job->read, &job->error) == OUIOED_SLICE_MORE;

  job->error = ouioed_store_error_closed ();
  return FALSE;
}

static void
ouioed_store_sqlite_read_async (OuioedStore *store, const OuioedQuery *query, GCancellable *cancellable,
                                GAsyncReadyCallback callback, gpointer user_data)
{
  OuioedStoreSqlite *self = OUIOED_STORE_SQLITE (store);
  ReadJob *job = g_new0 (ReadJob, 1);

  job->task = g_task_new (self, cancellable, callback, user_data);
  job->read.query = ouioed_query_copy (query);
  if (self->worker != NULL && ouioed_worker_push (self->worker, OUIOED_LANE_READ, read_run, read_done, job))
    return;

  if (self->worker == NULL)
    job->error = ouioed_store_error_closed ();
  else
    job->error = g_error_new_literal (OUIOE_ERROR, OUIOE_ERROR_BUSY, "Too many readers wait for the store");
  read_done (job);
}

static OuioedPage *
ouioed_store_sqlite_read_finish (OuioedStore *store, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* ---- life ---- */

static const char *
ouioed_store_sqlite_get_name (OuioedStore *store)
{
  return "sqlite";
}

static OuioedContents *
ouioed_store_sqlite_open (OuioedStore *store, GError **error)
{
  OuioedStoreSqlite *self = OUIOED_STORE_SQLITE (store);
  OuioedContents *contents = NULL;

  g_return_val_if_fail (self->db == NULL, NULL);

  self->db = ouioed_sqlite_open (self->path, &contents, error);
  if (self->db == NULL)
    return NULL;

  self->worker = ouioed_worker_new ("ouioed-store", QUIET_US, on_quiet, self);
  start_tidying (self);
  return contents;
}

static void
ouioed_store_sqlite_close (OuioedStore *store)
{
  OuioedStoreSqlite *self = OUIOED_STORE_SQLITE (store);

  if (self->worker == NULL)
    return;

  ouioed_worker_close (self->worker);
  g_clear_pointer (&self->worker, ouioed_worker_unref);
  g_clear_pointer (&self->db, ouioed_sqlite_close);
}

static void
ouioed_store_sqlite_finalize (GObject *object)
{
  OuioedStoreSqlite *self = OUIOED_STORE_SQLITE (object);

  ouioed_store_sqlite_close (OUIOED_STORE (self));
  g_free (self->path);
  G_OBJECT_CLASS (ouioed_store_sqlite_parent_class)->finalize (object);
}

static void
ouioed_store_sqlite_class_init (OuioedStoreSqliteClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ouioed_store_sqlite_finalize;
}

static void
ouioed_store_sqlite_iface_init (OuioedStoreInterface *iface)
{
  iface->get_name = ouioed_store_sqlite_get_name;
  iface->open = ouioed_store_sqlite_open;
  iface->commit_async = ouioed_store_sqlite_commit_async;
  iface->commit_finish = ouioed_store_sqlite_commit_finish;
  iface->read_async = ouioed_store_sqlite_read_async;
  iface->read_finish = ouioed_store_sqlite_read_finish;
  iface->close = ouioed_store_sqlite_close;
}

static void
ouioed_store_sqlite_init (OuioedStoreSqlite *self)
{
}

OuioedStore *
ouioed_store_sqlite_new (const char *path)
{
  OuioedStoreSqlite *self = g_object_new (OUIOED_TYPE_STORE_SQLITE, NULL);

  self->path = g_strdup (path);
  return OUIOED_STORE (self);
}
