/* hub-fixture.c - a hub on a store that can be told to wait and to fail, and a clock that is set
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "hub-fixture.h"
#include "ouioed-store-memory.h"

/* ---- the store ---- */

typedef struct {
  OuioedBatch *batch;
  GTask       *task;
} Held;

static void test_store_iface_init (OuioedStoreInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TestStore, test_store, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (OUIOED_TYPE_STORE, test_store_iface_init))

static const char *
test_store_get_name (OuioedStore *store)
{
  return "test";
}

static OuioedContents *
test_store_open (OuioedStore *store, GError **error)
{
  return ouioed_store_open (TEST_STORE (store)->inner, error);
}

static void
inner_committed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(GTask) task = user_data;
  GError *error = NULL;
  OuioedCommit *commit = ouioed_store_commit_finish (OUIOED_STORE (source), result, &error);

  if (commit != NULL)
    g_task_return_pointer (task, commit, (GDestroyNotify) ouioed_commit_free);
  else
    g_task_return_error (task, error);
}

static void
test_store_commit (TestStore *self, OuioedBatch *batch, GTask *task)
{
  if (self->fail > 0)
    {
      self->fail--;
      ouioed_batch_free (batch);
      g_task_return_new_error (task, OUIOE_ERROR, OUIOE_ERROR_STORE_UNAVAILABLE, "the disk is full");
      g_object_unref (task);
      return;
    }

  ouioed_store_commit_async (self->inner, batch, inner_committed_cb, task);
}

static void
test_store_commit_async (OuioedStore *store, OuioedBatch *batch, GAsyncReadyCallback callback, gpointer user_data)
{
  TestStore *self = TEST_STORE (store);
  GTask *task = g_task_new (self, NULL, callback, user_data);

  self->n_commits++;
  self->last_batch_size = 0;
  for (guint i = 0; i < ouioed_batch_get_n (batch); i++)
    self->last_batch_size += ouioed_batch_get (batch, i)->type == OUIOED_OP_APPEND;

  if (self->hold)
    {
      Held *held = g_new0 (Held, 1);

      held->batch = batch;
      held->task = task;
      g_queue_push_tail (&self->held, held);
      return;
    }

  test_store_commit (self, batch, task);
}

void
test_store_release (TestStore *self)
{
  Held *held;

  self->hold = FALSE;
  while ((held = g_queue_pop_head (&self->held)) != NULL)
    {
      test_store_commit (self, held->batch, held->task);
      g_free (held);
    }
}

static OuioedCommit *
test_store_commit_finish (OuioedStore *store, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
inner_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(GTask) task = user_data;
  GError *error = NULL;
  OuioedPage *page = ouioed_store_read_finish (OUIOED_STORE (source), result, &error);

  if (page != NULL)
    g_task_return_pointer (task, page, (GDestroyNotify) ouioed_page_free);
  else
    g_task_return_error (task, error);
}

static void
test_store_read_async (OuioedStore *store, const OuioedQuery *query, GCancellable *cancellable,
                       GAsyncReadyCallback callback, gpointer user_data)
{
  TestStore *self = TEST_STORE (store);

  self->n_reads++;
  ouioed_store_read_async (self->inner, query, cancellable, inner_read_cb,
                           g_task_new (self, cancellable, callback, user_data));
}

static OuioedPage *
test_store_read_finish (OuioedStore *store, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
test_store_close (OuioedStore *store)
{
  ouioed_store_close (TEST_STORE (store)->inner);
}

static void
test_store_iface_init (OuioedStoreInterface *iface)
{
  iface->get_name = test_store_get_name;
  iface->open = test_store_open;
  iface->commit_async = test_store_commit_async;
  iface->commit_finish = test_store_commit_finish;
  iface->read_async = test_store_read_async;
  iface->read_finish = test_store_read_finish;
  iface->close = test_store_close;
}

static void
test_store_finalize (GObject *object)
{
  TestStore *self = TEST_STORE (object);

  g_assert_true (g_queue_is_empty (&self->held));
  g_clear_object (&self->inner);
  G_OBJECT_CLASS (test_store_parent_class)->finalize (object);
}

static void
test_store_class_init (TestStoreClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = test_store_finalize;
}

static void
test_store_init (TestStore *self)
{
  self->inner = ouioed_store_memory_new ();
  g_queue_init (&self->held);
}

/* ---- the fixture ---- */

static gint64
fixture_clock (gpointer user_data)
{
  return ((Fixture *) user_data)->now_us;
}

static void
fixture_start_hub (Fixture *f, OuioedContents *contents)
{
  f->hub = ouioed_hub_new (OUIOED_STORE (f->store), contents, &f->limits);
  ouioed_hub_set_clock (f->hub, fixture_clock, f);
}

void
fixture_set_up (Fixture *f, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  OuioedContents *contents;

  f->now_us = g_get_real_time ();
  f->limits = OUIOED_HUB_LIMITS_DEFAULT;
  f->store = g_object_new (TEST_TYPE_STORE, NULL);
  contents = ouioed_store_open (OUIOED_STORE (f->store), &error);
  g_assert_no_error (error);
  fixture_start_hub (f, contents);
}

void
fixture_tear_down (Fixture *f, gconstpointer data)
{
  settle ();
  g_assert_finalize_object (f->hub);
  ouioed_store_close (OUIOED_STORE (f->store));
  g_assert_finalize_object (f->store);
}

void
settle (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

/* ---- calls ---- */

void
call_free (Call *call)
{
  g_clear_error (&call->error);
  g_free (call);
}

void
call_wait (Call *call)
{
  while (!call->done)
    g_main_context_iteration (NULL, TRUE);
}

static void
append_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Call *call = user_data;

  call->ok = ouioed_hub_append_finish (OUIOED_HUB (source), result, &call->receipt, &call->error);
  call->done = TRUE;
}

static void
create_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Call *call = user_data;

  call->ok = ouioed_hub_create_finish (OUIOED_HUB (source), result, &call->receipt, &call->error);
  call->done = TRUE;
}

static void
close_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Call *call = user_data;

  call->ok = ouioed_hub_close_finish (OUIOED_HUB (source), result, &call->receipt, &call->error);
  call->done = TRUE;
}

static gboolean
call_finish (Call *call, OuioedReceipt *receipt, GError **error)
{
  gboolean ok;

  call_wait (call);
  ok = call->ok;
  if (receipt != NULL)
    *receipt = call->receipt;
  if (call->error != NULL)
    g_propagate_error (error, g_steal_pointer (&call->error));
  call_free (call);

  return ok;
}

OuioeThinkingStep *
new_step (const char *content)
{
  return ouioe_thinking_step_new ("analysis", content, NULL, 0.5, NULL, NULL);
}

OuioeProgressUpdate *
new_update (const char *type, const char *message)
{
  return ouioe_progress_update_new (type, message, -1, NULL, NULL);
}

Call *
call_think (Fixture *f, const char *id, const char *content, const char *key)
{
  g_autoptr(OuioeThinkingStep) step = new_step (content);
  OuioedKey k = { "thinking", key, content, strlen (content) };
  Call *call = g_new0 (Call, 1);

  ouioed_hub_append_async (f->hub, id, step, NULL, &k, append_cb, call);

  return call;
}

gboolean
fixture_think_key (Fixture *f, const char *id, const char *content, const char *key, OuioedReceipt *receipt, GError **error)
{
  return call_finish (call_think (f, id, content, key), receipt, error);
}

gboolean
fixture_think (Fixture *f, const char *id, const char *content, OuioedReceipt *receipt, GError **error)
{
  return fixture_think_key (f, id, content, NULL, receipt, error);
}

gboolean
fixture_progress (Fixture *f, const char *id, const char *type, const char *message, OuioedReceipt *receipt, GError **error)
{
  g_autoptr(OuioeProgressUpdate) update = new_update (type, message);
  Call *call = g_new0 (Call, 1);

  ouioed_hub_append_async (f->hub, id, NULL, update, NULL, append_cb, call);

  return call_finish (call, receipt, error);
}

gboolean
fixture_create (Fixture *f, const char *id, OuioeStreamConfig config, GError **error)
{
  OuioeCreateRequest *request = g_new0 (OuioeCreateRequest, 1);
  Call *call = g_new0 (Call, 1);

  request->session_id = g_ref_string_new (id);
  request->user_id = g_strdup ("alice");
  request->config = config;
  request->context = ouioe_thinking_context_new ("why?", NULL);
  ouioed_hub_create_async (f->hub, request, NULL, create_cb, call);

  return call_finish (call, NULL, error);
}

void
fixture_open (Fixture *f, const char *id)
{
  g_autoptr(GError) error = NULL;
  OuioeStreamConfig config = OUIOE_STREAM_CONFIG_DEFAULT;

  config.debug_mode = TRUE;
  fixture_create (f, id, config, &error);
  g_assert_no_error (error);
}

gboolean
fixture_close (Fixture *f, const char *id, GError **error)
{
  Call *call = g_new0 (Call, 1);

  ouioed_hub_close_async (f->hub, id, "closed", NULL, close_cb, call);

  return call_finish (call, NULL, error);
}
