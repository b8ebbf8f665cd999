/* ouioed-store-memory.c - keeps sessions and events in this process, for as long as it lives
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the hub knows anyway - the records of sessions, the idempotency keys - would only ever be told back to it at the
 * next start, and there is none for this store. So it keeps events, and of a session no more than its marks.
 */
#include "config.h"

#include "ouioed-store-memory.h"

#include "ouioed-event-deque.h"
#include "ouioed-store-private.h"

typedef struct {
  char             *id;            /* g_ref_string */
  OuioedEventDeque  streams[2];
  OuioeEventId      trimmed_to[2];
} Session;

struct _OuioedStoreMemory
{
  GObject           parent_instance;
  GHashTable       *sessions;      /* id of the session -> Session */
  OuioedEventDeque  all;           /* every event, also those that are gone but not tidied away; owns them */
  gsize             n_gone;        /* of these */
  OuioeEventId      last_id;       /* newest ever appended */
  OuioeEventId      trimmed_to[2]; /* newest ever trimmed, over all sessions */
  guint64           bytes;         /* JSON of the events that are kept */
  gboolean          closed;
};

static void ouioed_store_memory_iface_init (OuioedStoreInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (OuioedStoreMemory, ouioed_store_memory, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (OUIOED_TYPE_STORE, ouioed_store_memory_iface_init))

static void
session_free (Session *session)
{
  ouioed_event_deque_clear (&session->streams[0]);
  ouioed_event_deque_clear (&session->streams[1]);
  g_ref_string_release (session->id);
  g_free (session);
}

static void
forget_kept (OuioedStoreMemory *self, OuioedKept *kept)
{
  self->bytes -= g_bytes_get_size (kept->event->json);
  self->n_gone++;
  g_clear_pointer (&kept->event, ouioe_event_unref);
}

static OuioeEventId
trim_head (OuioedStoreMemory *self, Session *session, guint stream_index)
{
  OuioedKept *kept = ouioed_event_deque_pop (&session->streams[stream_index]);
  const OuioeEventId id = kept->id;

  kept->streams &= ~(1u << stream_index);
  if (kept->streams == 0)
    forget_kept (self, kept);
  return id;
}

static void
apply_append (OuioedStoreMemory *self, OuioeEvent *event)
{
  Session *session = g_hash_table_lookup (self->sessions, event->session_id);
  OuioedKept *kept = g_new (OuioedKept, 1);

  if (session == NULL)
    {
      session = g_new0 (Session, 1);
      session->id = g_ref_string_acquire (event->session_id);
      g_hash_table_insert (self->sessions, session->id, session);
    }

  *kept = (OuioedKept) { event->id, ouioe_event_ref (event), ouioe_event_kind_get_streams (event->kind) };
  for (guint s = 0; s < 2; s++)
    {
      if (kept->streams & (1u << s))
        ouioed_event_deque_push (&session->streams[s], kept);
    }
  ouioed_event_deque_push (&self->all, kept);
  self->bytes += g_bytes_get_size (event->json);
  self->last_id = event->id;
}

static void
apply_trim (OuioedStoreMemory *self, const OuioedOp *op, OuioedCommit *commit)
{
  Session *session = g_hash_table_lookup (self->sessions, op->session_id);
  const guint s = op->stream_index;
  guint64 n_removed = 0;

  if (session == NULL)
    return;

  for (; ouioed_event_deque_get_n (&session->streams[s]) > op->keep; n_removed++)
    session->trimmed_to[s] = trim_head (self, session, s);
  if (n_removed == 0)
    return;

  if (ouioe_event_id_compare (self->trimmed_to[s], session->trimmed_to[s]) < 0)
    self->trimmed_to[s] = session->trimmed_to[s];
  ouioed_commit_add_trim (commit, session->id, s, n_removed, session->trimmed_to[s]);
}

static void
apply_put (OuioedStoreMemory *self, const OuioedSessionRecord *record)
{
  Session *session = g_hash_table_lookup (self->sessions, record->id);

  if (session == NULL)
    {
      session = g_new0 (Session, 1);
      session->id = g_ref_string_acquire (record->id);
      g_hash_table_insert (self->sessions, session->id, session);
    }
  for (guint s = 0; s < 2; s++)
    {
      if (ouioe_event_id_compare (session->trimmed_to[s], record->trimmed_to[s]) < 0)
        session->trimmed_to[s] = record->trimmed_to[s];
    }
}

static void
apply_forget (OuioedStoreMemory *self, const char *session_id)
{
  Session *session = g_hash_table_lookup (self->sessions, session_id);

  if (session == NULL)
    return;

  for (guint s = 0; s < 2; s++)
    {
      while (ouioed_event_deque_get_n (&session->streams[s]) > 0)
        trim_head (self, session, s);
    }
  g_hash_table_remove (self->sessions, session_id);
}

/* Whether the batch can be kept. All is looked at before anything is done: a batch is kept as a whole or not at all. */
static gboolean
check_batch (OuioedStoreMemory *self, OuioedBatch *batch, GError **error)
{
  g_autoptr(GHashTable) there = g_hash_table_new (g_str_hash, g_str_equal);     /* id -> whether it is, in this batch */
  g_autoptr(GHashTable) unborn = g_hash_table_new (g_str_hash, g_str_equal);    /* has events but was not put so far */
  OuioeEventId last_id = self->last_id;

  for (guint i = 0; i < ouioed_batch_get_n (batch); i++)
    {
      const OuioedOp *op = ouioed_batch_get (batch, i);
      gpointer is_there;

      switch (op->type)
        {
        case OUIOED_OP_APPEND:
          if (ouioe_event_id_compare (op->event->id, last_id) <= 0)
            {
              g_set_error_literal (error, OUIOE_ERROR, OUIOE_ERROR_INTERNAL, OUIOED_STORE_ERROR_ORDER);
              return FALSE;
            }
          last_id = op->event->id;
          if (!g_hash_table_lookup_extended (there, op->event->session_id, NULL, &is_there))
            is_there = GINT_TO_POINTER (g_hash_table_contains (self->sessions, op->event->session_id));
          if (!is_there)
            g_hash_table_add (unborn, op->event->session_id);
          break;
        case OUIOED_OP_PUT_SESSION:
          g_hash_table_insert (there, op->record->id, GINT_TO_POINTER (TRUE));
          g_hash_table_remove (unborn, op->record->id);
          break;
        case OUIOED_OP_FORGET:
          g_hash_table_insert (there, op->session_id, GINT_TO_POINTER (FALSE));
          g_hash_table_remove (unborn, op->session_id);
          break;
        case OUIOED_OP_TRIM:
        case OUIOED_OP_PUT_KEY:
        case OUIOED_OP_FORGET_KEYS:
          break;
        }
    }

  if (g_hash_table_size (unborn) == 0)
    return TRUE;

  g_set_error_literal (error, OUIOE_ERROR, OUIOE_ERROR_INTERNAL, OUIOED_STORE_ERROR_NO_SESSION);
  return FALSE;
}

static void
apply_batch (OuioedStoreMemory *self, OuioedBatch *batch, OuioedCommit *commit)
{
  for (guint i = 0; i < ouioed_batch_get_n (batch); i++)
    {
      const OuioedOp *op = ouioed_batch_get (batch, i);

      switch (op->type)
        {
        case OUIOED_OP_APPEND:
          apply_append (self, op->event);
          break;
        case OUIOED_OP_PUT_SESSION:
          apply_put (self, op->record);
          break;
        case OUIOED_OP_TRIM:
          apply_trim (self, op, commit);
          break;
        case OUIOED_OP_FORGET:
          apply_forget (self, op->session_id);
          break;
        case OUIOED_OP_PUT_KEY:
        case OUIOED_OP_FORGET_KEYS:
          break;
        }
    }

  /* As many steps as events went since the last time: removing stays cheap, and at most half of the places is empty. */
  if (self->n_gone * 2 > ouioed_event_deque_get_n (&self->all))
    {
      ouioed_event_deque_tidy (&self->all);
      self->n_gone = 0;
    }
}

static void
ouioed_store_memory_commit_async (OuioedStore *store, OuioedBatch *batch, GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  OuioedStoreMemory *self = OUIOED_STORE_MEMORY (store);
  g_autoptr(OuioedBatch) owned = batch;
  g_autoptr(GTask) task = g_task_new (self, NULL, callback, user_data);
  g_autoptr(OuioedCommit) commit = ouioed_commit_new ();
  const gint64 start_us = g_get_monotonic_time ();
  GError *error = NULL;

  if (self->closed)
    {
      g_task_return_error (task, ouioed_store_error_closed ());
      return;
    }
  if (!check_batch (self, owned, &error))
    {
      g_task_return_error (task, error);
      return;
    }

  apply_batch (self, owned, commit);
  commit->size_bytes = self->bytes;
  commit->duration_us = g_get_monotonic_time () - start_us;
  g_task_return_pointer (task, g_steal_pointer (&commit), (GDestroyNotify) ouioed_commit_free);
}

static OuioedCommit *
ouioed_store_memory_commit_finish (OuioedStore *store, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* ---- reading ---- */

/* The part of one deque that a query asks for. @next runs up to, or with newest down to, the other end. */
typedef struct {
  const OuioedEventDeque *deque;
  gsize                   next;  /* index; with newest, one behind */
  gsize                   stop;
} Cursor;

static void
add_cursor (GArray *cursors, const OuioedEventDeque *deque, const OuioedQuery *query)
{
  const gsize first = ouioed_event_deque_find (deque, query->after, FALSE);
  const gsize behind = ouioed_event_deque_find (deque, query->before, TRUE);
  const Cursor cursor = { deque, query->newest ? behind : first, query->newest ? first : behind };

  if (first < behind)
    g_array_append_val (cursors, cursor);
}

static OuioedKept *
cursor_get (const Cursor *cursor, gboolean newest)
{
  if (newest)
    return cursor->next > cursor->stop ? cursor->deque->items[cursor->next - 1] : NULL;
  return cursor->next < cursor->stop ? cursor->deque->items[cursor->next] : NULL;
}

/* The next event of all cursors together; an event that stands in two of them comes once. */
static OuioedKept *
take_next (GArray *cursors, gboolean newest)
{
  OuioedKept *best = NULL;

  for (guint i = 0; i < cursors->len; i++)
    {
      OuioedKept *kept = cursor_get (&g_array_index (cursors, Cursor, i), newest);

      if (kept != NULL &&
          (best == NULL || (ouioe_event_id_compare (kept->id, best->id) < 0) != newest))
        best = kept;
    }
  for (guint i = 0; best != NULL && i < cursors->len; i++)
    {
      Cursor *cursor = &g_array_index (cursors, Cursor, i);

      if (cursor_get (cursor, newest) == best)
        cursor->next += newest ? (gsize) -1 : 1;
    }

  return best;
}

static GArray *
open_cursors (OuioedStoreMemory *self, const OuioedQuery *query, OuioedPage *page)
{
  GArray *cursors = g_array_new (FALSE, FALSE, sizeof (Cursor));

  if (query->sessions == NULL)
    {
      add_cursor (cursors, &self->all, query);
      page->trimmed_to[0] = self->trimmed_to[0];
      page->trimmed_to[1] = self->trimmed_to[1];
      return cursors;
    }

  for (guint i = 0; query->sessions[i] != NULL; i++)
    {
      Session *session = g_hash_table_lookup (self->sessions, query->sessions[i]);

      for (guint s = 0; session != NULL && s < 2; s++)
        {
          if (query->streams & (1u << s))
            add_cursor (cursors, &session->streams[s], query);
          if (ouioe_event_id_compare (page->trimmed_to[s], session->trimmed_to[s]) < 0)
            page->trimmed_to[s] = session->trimmed_to[s];
        }
    }

  return cursors;
}

static OuioedPage *
read_page (OuioedStoreMemory *self, const OuioedQuery *query)
{
  g_autoptr(OuioedPage) page = ouioed_page_new ();
  g_autoptr(GArray) cursors = open_cursors (self, query, page);
  gsize bytes = 0;
  OuioedKept *kept;

  while ((kept = take_next (cursors, query->newest)) != NULL)
    {
      OuioeEvent *event = kept->event;

      if (event == NULL || !ouioed_query_matches (query, kept->streams, event->kind, event->time_us, event->type_word))
        continue;

      bytes += g_bytes_get_size (event->json);
      if (page->events->len == query->limit ||
          (query->max_bytes != 0 && bytes > query->max_bytes && page->events->len > 0))
        {
          page->has_more = TRUE;
          break;
        }
      g_ptr_array_add (page->events, ouioe_event_ref (event));
    }

  if (query->newest)
    ouioed_page_reverse (page);
  return g_steal_pointer (&page);
}

static void
ouioed_store_memory_read_async (OuioedStore *store, const OuioedQuery *query, GCancellable *cancellable,
                                GAsyncReadyCallback callback, gpointer user_data)
{
  OuioedStoreMemory *self = OUIOED_STORE_MEMORY (store);
  g_autoptr(GTask) task = g_task_new (self, cancellable, callback, user_data);

  if (g_task_return_error_if_cancelled (task))
    return;

  if (self->closed)
    g_task_return_error (task, ouioed_store_error_closed ());
  else
    g_task_return_pointer (task, read_page (self, query), (GDestroyNotify) ouioed_page_free);
}

static OuioedPage *
ouioed_store_memory_read_finish (OuioedStore *store, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* ---- life ---- */

static const char *
ouioed_store_memory_get_name (OuioedStore *store)
{
  return "memory";
}

static OuioedContents *
ouioed_store_memory_open (OuioedStore *store, GError **error)
{
  return ouioed_contents_new ();
}

static void
ouioed_store_memory_close (OuioedStore *store)
{
  OuioedStoreMemory *self = OUIOED_STORE_MEMORY (store);

  for (gsize i = self->all.head; i < self->all.end; i++)
    {
      if (self->all.items[i]->event != NULL)
        forget_kept (self, self->all.items[i]);
    }
  ouioed_event_deque_tidy (&self->all);
  ouioed_event_deque_clear (&self->all);
  g_hash_table_remove_all (self->sessions);
  self->closed = TRUE;
}

static void
ouioed_store_memory_finalize (GObject *object)
{
  OuioedStoreMemory *self = OUIOED_STORE_MEMORY (object);

  ouioed_store_memory_close (OUIOED_STORE (self));
  g_hash_table_unref (self->sessions);
  G_OBJECT_CLASS (ouioed_store_memory_parent_class)->finalize (object);
}

static void
ouioed_store_memory_class_init (OuioedStoreMemoryClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ouioed_store_memory_finalize;
}

static void
ouioed_store_memory_iface_init (OuioedStoreInterface *iface)
{
  iface->get_name = ouioed_store_memory_get_name;
  iface->open = ouioed_store_memory_open;
  iface->commit_async = ouioed_store_memory_commit_async;
  iface->commit_finish = ouioed_store_memory_commit_finish;
  iface->read_async = ouioed_store_memory_read_async;
  iface->read_finish = ouioed_store_memory_read_finish;
  iface->close = ouioed_store_memory_close;
}

static void
ouioed_store_memory_init (OuioedStoreMemory *self)
{
  self->sessions = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) session_free);
}

OuioedStore *
ouioed_store_memory_new (void)
{
  return g_object_new (OUIOED_TYPE_STORE_MEMORY, NULL);
}
