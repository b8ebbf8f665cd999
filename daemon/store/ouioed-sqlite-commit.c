/* ouioed-sqlite-commit.c - one batch, one transaction
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is in memory follows the file: a commit works on copies of the sessions that it touches, and puts them in place
 * when the file has taken everything.
 */
#include "config.h"

#include <string.h>

#include "ouioe-codec.h"
#include "ouioed-sqlite-private.h"

typedef struct {
  OuioedSqliteSession *session;  /* as it will be; NULL when it is not there, or not any more */
  OuioedSessionRecord *record;   /* the last that was put, of the batch; or NULL */
  gboolean             has_row;
} Touched;

typedef struct {
  OuioedSqlite *db;
  OuioedCommit *commit;
  GHashTable   *touched;         /* id of the session (of the batch) -> Touched */
  GArray       *forgotten;       /* of OuioedSqliteForgotten */
  gint64        forgotten_bytes;
  gint64        last_id;
  gint64        last_key;
  gboolean      loses_ids;       /* the newest id may be removed with its event */
} Work;

static void
touched_free (gpointer data)
{
  Touched *touched = data;

  g_clear_pointer (&touched->session, ouioed_sqlite_session_free);
  g_free (touched);
}

static Touched *
touch (Work *work, char *id)
{
  Touched *touched = g_hash_table_lookup (work->touched, id);
  const OuioedSqliteSession *session;

  if (touched != NULL)
    return touched;

  touched = g_new0 (Touched, 1);
  session = g_hash_table_lookup (work->db->sessions, id);
  if (session != NULL)
    touched->session = ouioed_sqlite_session_copy (session);
  touched->has_row = session != NULL;
  g_hash_table_insert (work->touched, id, touched);
  return touched;
}

static OuioedSqliteSession *
touch_or_make (Work *work, char *id)
{
  Touched *touched = touch (work, id);

  if (touched->session == NULL)
    {
      touched->session = ouioed_sqlite_session_new (id);
      touched->session->key = ++work->last_key;
      touched->has_row = FALSE;
    }

  return touched->session;
}

/* ---- operations ---- */

static gboolean
append (Work *work, OuioeEvent *event, GError **error)
{
  sqlite3_stmt *stmt = ouioed_sqlite_stmt (work->db, STMT_INSERT_EVENT);
  OuioedSqliteSession *session = touch_or_make (work, event->session_id);
  const OuioeStreams streams = ouioe_event_kind_get_streams (event->kind);
  const gint64 id = ouioed_sqlite_pack (event->id);
  const char *json;
  gsize len;

  if (!ouioed_sqlite_can_pack (event->id) || id <= work->last_id)
    {
      g_set_error_literal (error, OUIOE_ERROR, OUIOE_ERROR_INTERNAL, OUIOED_STORE_ERROR_ORDER);
      return FALSE;
    }

  json = g_bytes_get_data (event->json, &len);
  sqlite3_bind_int64 (stmt, 1, id);
  sqlite3_bind_int64 (stmt, 2, session->key);
  sqlite3_bind_int (stmt, 3, (int) streams);
  sqlite3_bind_int (stmt, 4, (int) event->kind);
  sqlite3_bind_int64 (stmt, 5, event->time_us);
  sqlite3_bind_text (stmt, 6, event->type_word, -1, SQLITE_STATIC);
  sqlite3_bind_blob64 (stmt, 7, json != NULL ? json : "", len, SQLITE_STATIC);

  work->last_id = id;
  session->bytes += (gint64) len + OUIOED_SQLITE_ROW_BYTES;
  for (guint s = 0; s < 2; s++)
    session->kept[s] += (streams >> s) & 1;
  return ouioed_sqlite_run (work->db, stmt, error);
}

static void
put_session (Work *work, OuioedSessionRecord *record)
{
  OuioedSqliteSession *session = touch_or_make (work, record->id);

  touch (work, record->id)->record = record;
  for (guint s = 0; s < 2; s++)
    {
      session->trimmed[s] = MAX (session->trimmed[s], (gint64) record->trimmed[s]);
      session->trimmed_to[s] = MAX (session->trimmed_to[s], ouioed_sqlite_pack_floor (record->trimmed_to[s]));
    }
}

static gboolean
trim (Work *work, const OuioedOp *op, GError **error)
{
  OuioedSqliteSession *session = touch (work, op->session_id)->session;
  guint64 n_removed;

  if (session == NULL)
    return TRUE;
  if (!ouioed_sqlite_trim (work->db, session, op->stream_index, op->keep, &n_removed, error))
    return FALSE;

  if (n_removed > 0)
    ouioed_commit_add_trim (work->commit, session->id, op->stream_index, n_removed,
                            ouioed_sqlite_unpack (session->trimmed_to[op->stream_index]));
  work->loses_ids |= op->keep == 0;
  return TRUE;
}

static gboolean
delete_row (Work *work, OuioedSqliteStmt which, gint64 key, GError **error)
{
  sqlite3_stmt *stmt = ouioed_sqlite_stmt (work->db, which);

  sqlite3_bind_int64 (stmt, 1, key);
  return ouioed_sqlite_run (work->db, stmt, error);
}

/* Its events stay for now, but under a key that no session has. */
static gboolean
forget (Work *work, char *id, GError **error)
{
  sqlite3_stmt *stmt = ouioed_sqlite_stmt (work->db, STMT_PUT_FORGOTTEN);
  Touched *touched = touch (work, id);
  OuioedSqliteForgotten forgotten;

  if (touched->session == NULL)
    return TRUE;

  forgotten = (OuioedSqliteForgotten) { touched->session->key, touched->session->bytes };
  if (touched->has_row && (!delete_row (work, STMT_DELETE_SESSION, forgotten.key, error) ||
                           !delete_row (work, STMT_DELETE_CONTEXT, forgotten.key, error) ||
                           !delete_row (work, STMT_DELETE_GENERATION, forgotten.key, error)))
    return FALSE;

  sqlite3_bind_int64 (stmt, 1, forgotten.key);
  sqlite3_bind_int64 (stmt, 2, forgotten.bytes);
  if (!ouioed_sqlite_run (work->db, stmt, error))
    return FALSE;

  g_array_append_val (work->forgotten, forgotten);
  work->forgotten_bytes += forgotten.bytes;
  work->loses_ids = TRUE;
  g_clear_pointer (&touched->session, ouioed_sqlite_session_free);
  touched->record = NULL;
  touched->has_row = FALSE;
  return TRUE;
}

static gboolean
put_key (Work *work, const OuioedKeyRecord *key, GError **error)
{
  sqlite3_stmt *stmt = ouioed_sqlite_stmt (work->db, STMT_PUT_KEY);

  sqlite3_bind_text (stmt, 1, key->key, -1, SQLITE_STATIC);
  sqlite3_bind_blob (stmt, 2, key->fingerprint, sizeof key->fingerprint, SQLITE_STATIC);
  sqlite3_bind_text (stmt, 3, key->session_id, -1, SQLITE_STATIC);
  sqlite3_bind_int64 (stmt, 4, ouioed_sqlite_pack_floor (key->event_id));
  sqlite3_bind_int64 (stmt, 5, key->time_us);
  return ouioed_sqlite_run (work->db, stmt, error);
}

static gboolean
apply (Work *work, const OuioedOp *op, GError **error)
{
  switch (op->type)
    {
    case OUIOED_OP_APPEND:
      return append (work, op->event, error);
    case OUIOED_OP_PUT_SESSION:
      put_session (work, op->record);
      return TRUE;
    case OUIOED_OP_TRIM:
      return trim (work, op, error);
    case OUIOED_OP_FORGET:
      return forget (work, op->session_id, error);
    case OUIOED_OP_PUT_KEY:
      return put_key (work, op->key, error);
    case OUIOED_OP_FORGET_KEYS:
      return delete_row (work, STMT_DELETE_KEYS, op->before_us, error);
    default:
      g_return_val_if_reached (FALSE);
    }
}

/* ---- what is written once, at the end ---- */

static gboolean
write_context (Work *work, OuioedSqliteSession *session, OuioeThinkingContext *context, GError **error)
{
  sqlite3_stmt *stmt = ouioed_sqlite_stmt (work->db, STMT_PUT_CONTEXT);
  g_autofree char *json = NULL;
  gboolean ok;
  gsize len;

  /* Records of a session share the context, so it is enough to look at which one it is. */
  if (context == session->context)
    return TRUE;

  g_clear_pointer (&session->context, ouioe_thinking_context_unref);
  if (context == NULL)
    return delete_row (work, STMT_DELETE_CONTEXT, session->key, error);

  session->context = ouioe_thinking_context_ref (context);
  json = ouioe_codec_context_to_json (context, &len);
  sqlite3_bind_int64 (stmt, 1, session->key);
  sqlite3_bind_blob64 (stmt, 2, json, len, SQLITE_STATIC);
  ok = ouioed_sqlite_run (work->db, stmt, error);
  sqlite3_clear_bindings (stmt);
  return ok;
}

static gboolean
write_generation (Work *work, OuioedSqliteSession *session, OuioeGeneration *generation, GError **error)
{
  sqlite3_stmt *stmt = ouioed_sqlite_stmt (work->db, STMT_PUT_GENERATION);
  g_autofree char *json = NULL;
  gboolean ok;

  /* Shared by the records of a session and never changed, as the context. */
  if (generation == session->generation)
    return TRUE;

  g_clear_pointer (&session->generation, ouioe_generation_unref);
  if (generation == NULL)
    return delete_row (work, STMT_DELETE_GENERATION, session->key, error);

  session->generation = ouioe_generation_ref (generation);
  json = ouioe_generation_to_json (generation);
  sqlite3_bind_int64 (stmt, 1, session->key);
  sqlite3_bind_blob64 (stmt, 2, json, strlen (json), SQLITE_STATIC);
  ok = ouioed_sqlite_run (work->db, stmt, error);
  sqlite3_clear_bindings (stmt);
  return ok;
}

/* The parameters have the same numbers in both statements that use them. */
static void
bind_counts (sqlite3_stmt *stmt, const OuioedSqliteSession *session)
{
  sqlite3_bind_int64 (stmt, 1, session->key);
  for (int s = 0; s < 2; s++)
    {
      sqlite3_bind_int64 (stmt, 14 + s, session->trimmed[s]);
      sqlite3_bind_int64 (stmt, 16 + s, session->trimmed_to[s]);
      sqlite3_bind_int64 (stmt, 18 + s, session->kept[s]);
    }
  sqlite3_bind_int64 (stmt, 20, session->bytes);
}

static gboolean
write_record (Work *work, OuioedSqliteSession *session, const OuioedSessionRecord *record, GError **error)
{
  sqlite3_stmt *stmt = ouioed_sqlite_stmt (work->db, STMT_PUT_SESSION);
  g_autofree char *config = ouioe_codec_config_to_json (&record->config);
  g_autofree char *stats = ouioe_codec_stats_to_json (record->stats);
  gboolean ok;

  bind_counts (stmt, session);
  sqlite3_bind_text (stmt, 2, record->id, -1, SQLITE_STATIC);
  sqlite3_bind_text (stmt, 3, record->user_id, -1, SQLITE_STATIC);
  sqlite3_bind_int (stmt, 4, (int) record->state);
  sqlite3_bind_text (stmt, 5, record->outcome, -1, SQLITE_STATIC);
  sqlite3_bind_text (stmt, 6, config, -1, SQLITE_STATIC);
  sqlite3_bind_text (stmt, 7, stats, -1, SQLITE_STATIC);
  sqlite3_bind_int64 (stmt, 8, ouioed_sqlite_pack_floor (record->last_id));
  sqlite3_bind_int64 (stmt, 9, record->created_us);
  sqlite3_bind_int64 (stmt, 10, record->last_activity_us);
  sqlite3_bind_int64 (stmt, 11, record->ended_us);
  sqlite3_bind_int64 (stmt, 12, (gint64) record->appended[0]);
  sqlite3_bind_int64 (stmt, 13, (gint64) record->appended[1]);
  ok = ouioed_sqlite_run (work->db, stmt, error);
  sqlite3_clear_bindings (stmt);
  return ok && write_context (work, session, record->context, error)
         && write_generation (work, session, record->generation, error);
}

static gboolean
write_session (Work *work, Touched *touched, GError **error)
{
  sqlite3_stmt *stmt = ouioed_sqlite_stmt (work->db, STMT_COUNT_SESSION);

  if (touched->session == NULL)
    return TRUE;
  if (touched->record != NULL)
    return write_record (work, touched->session, touched->record, error);
  if (!touched->has_row)
    {
      g_set_error_literal (error, OUIOE_ERROR, OUIOE_ERROR_INTERNAL, OUIOED_STORE_ERROR_NO_SESSION);
      return FALSE;
    }

  bind_counts (stmt, touched->session);
  return ouioed_sqlite_run (work->db, stmt, error);
}

static gboolean
write_last_id (Work *work, GError **error)
{
  sqlite3_stmt *stmt = ouioed_sqlite_stmt (work->db, STMT_PUT_META);

  if (!work->loses_ids)
    return TRUE;

  sqlite3_bind_text (stmt, 1, "last_id", -1, SQLITE_STATIC);
  sqlite3_bind_int64 (stmt, 2, work->last_id);
  return ouioed_sqlite_run (work->db, stmt, error);
}

static gboolean
write_batch (Work *work, OuioedBatch *batch, GError **error)
{
  GHashTableIter iter;
  gpointer touched;

  if (!ouioed_sqlite_run (work->db, ouioed_sqlite_stmt (work->db, STMT_BEGIN), error))
    return FALSE;

  for (guint i = 0; i < ouioed_batch_get_n (batch); i++)
    {
      if (!apply (work, ouioed_batch_get (batch, i), error))
        return FALSE;
    }
  g_hash_table_iter_init (&iter, work->touched);
  while (g_hash_table_iter_next (&iter, NULL, &touched))
    {
      if (!write_session (work, touched, error))
        return FALSE;
    }

  return write_last_id (work, error) &&
         ouioed_sqlite_get_size (work->db, work->forgotten_bytes, &work->commit->size_bytes, error) &&
         ouioed_sqlite_run (work->db, ouioed_sqlite_stmt (work->db, STMT_COMMIT), error);
}

/* The file has it: let memory follow. */
static void
settle (Work *work)
{
  OuioedSqlite *self = work->db;
  GHashTableIter iter;
  gpointer id, value;

  g_hash_table_iter_init (&iter, work->touched);
  while (g_hash_table_iter_next (&iter, &id, &value))
    {
      Touched *touched = value;

      if (touched->session != NULL)
        ouioed_sqlite_set_session (self, g_steal_pointer (&touched->session));
      else
        ouioed_sqlite_remove_session (self, id);
    }
  for (guint i = 0; i < work->forgotten->len; i++)
    {
      const OuioedSqliteForgotten *forgotten = &g_array_index (work->forgotten, OuioedSqliteForgotten, i);

      ouioed_sqlite_add_forgotten (self, forgotten->key, forgotten->bytes);
    }

  self->last_id = work->last_id;
  self->last_key = work->last_key;
}

OuioedCommit *
ouioed_sqlite_commit (OuioedSqlite *self, OuioedBatch *batch, GError **error)
{
  g_autoptr(OuioedCommit) commit = ouioed_commit_new ();
  g_autoptr(GHashTable) touched = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, touched_free);
  g_autoptr(GArray) forgotten = g_array_new (FALSE, FALSE, sizeof (OuioedSqliteForgotten));
  Work work = { self, commit, touched, forgotten, 0, self->last_id, self->last_key, FALSE };
  const gint64 start_us = g_get_monotonic_time ();
  g_autoptr(GError) cause = NULL;

  if (write_batch (&work, batch, &cause))
    {
      settle (&work);
      self->needs_room = FALSE;
      commit->duration_us = g_get_monotonic_time () - start_us;
      return g_steal_pointer (&commit);
    }

  ouioed_sqlite_rollback (self);
  if (cause->code != OUIOE_ERROR_INTERNAL)
    {
      cause->code = OUIOE_ERROR_STORE_UNAVAILABLE;
      self->needs_room = TRUE;
    }
  g_propagate_error (error, g_steal_pointer (&cause));
  return NULL;
}
