/* ouioed-sqlite.c - the database behind the sqlite store: statements, errors, what stays in memory
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <unistd.h>

#include "ouioed-sqlite-private.h"

/* Between commits, when so many pages wait: 8 MiB, some milliseconds of work. */
#define CHECKPOINT_PAGES 2048

static const char *const texts[OUIOED_SQLITE_N_STMTS] = {
  [STMT_BEGIN] = "BEGIN IMMEDIATE",
  [STMT_BEGIN_READ] = "BEGIN",
  [STMT_COMMIT] = "COMMIT",
  [STMT_PAGE_COUNT] = "PRAGMA page_count",
  [STMT_FREELIST_COUNT] = "PRAGMA freelist_count",
  [STMT_INSERT_EVENT] =
    "INSERT INTO events (id, session, streams, kind, time_us, type, json) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
  [STMT_PUT_SESSION] =
    ("INSERT INTO sessions (key, id, user_id, state, outcome, config, stats, last_id, created_us, last_activity_us,"
     " ended_us, appended_thinking, appended_progress, trimmed_thinking, trimmed_progress, trimmed_to_thinking,"
     " trimmed_to_progress, kept_thinking, kept_progress, bytes)"
     " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20)"
     " ON CONFLICT (key) DO UPDATE SET user_id = ?3, state = ?4, outcome = ?5, config = ?6, stats = ?7, last_id = ?8,"
     " created_us = ?9, last_activity_us = ?10, ended_us = ?11, appended_thinking = ?12, appended_progress = ?13,"
     " trimmed_thinking = ?14, trimmed_progress = ?15, trimmed_to_thinking = ?16, trimmed_to_progress = ?17,"
     " kept_thinking = ?18, kept_progress = ?19, bytes = ?20"),
  [STMT_COUNT_SESSION] =
    ("UPDATE sessions SET trimmed_thinking = ?14, trimmed_progress = ?15, trimmed_to_thinking = ?16,"
     " trimmed_to_progress = ?17, kept_thinking = ?18, kept_progress = ?19, bytes = ?20 WHERE key = ?1"),
  [STMT_PUT_CONTEXT] = "INSERT OR REPLACE INTO contexts (session, json) VALUES (?1, ?2)",
  [STMT_PUT_GENERATION] = "INSERT OR REPLACE INTO generations (session, json) VALUES (?1, ?2)",
  [STMT_DELETE_SESSION] = "DELETE FROM sessions WHERE key = ?1",
  [STMT_DELETE_CONTEXT] = "DELETE FROM contexts WHERE session = ?1",
  [STMT_DELETE_GENERATION] = "DELETE FROM generations WHERE session = ?1",
  [STMT_PUT_FORGOTTEN] = "INSERT OR REPLACE INTO forgotten (session, bytes) VALUES (?1, ?2)",
  [STMT_DELETE_FORGOTTEN] = "DELETE FROM forgotten WHERE session = ?1",
  [STMT_PUT_META] = "INSERT OR REPLACE INTO meta (name, value) VALUES (?1, ?2)",
  [STMT_PUT_KEY] =
    "INSERT OR REPLACE INTO keys (key, fingerprint, session, event, time_us) VALUES (?1, ?2, ?3, ?4, ?5)",
  [STMT_DELETE_KEYS] = "DELETE FROM keys WHERE time_us < ?1",
  [STMT_OLDEST_OF_STREAM] =
    ("SELECT id, streams, length (json) FROM events WHERE session = ?1 AND id > ?2 AND streams & ?3"
     " ORDER BY id LIMIT ?4"),
  [STMT_OLDEST_OF_SESSION] = "SELECT id, length (json) FROM events WHERE session = ?1 ORDER BY id LIMIT ?2",
  [STMT_DELETE_EVENT] = "DELETE FROM events WHERE id = ?1",
  [STMT_SET_STREAMS] = "UPDATE events SET streams = ?2 WHERE id = ?1",
  [STMT_IDS_OF_SESSION] =
    "SELECT id FROM events WHERE session = ?1 AND id > ?2 AND id < ?3 ORDER BY id LIMIT ?4",
  [STMT_IDS_OF_SESSION_DOWN] =
    "SELECT id FROM events WHERE session = ?1 AND id > ?2 AND id < ?3 ORDER BY id DESC LIMIT ?4",
  [STMT_IDS] = "SELECT id FROM events WHERE id > ?2 AND id < ?3 ORDER BY id LIMIT ?4",
  [STMT_IDS_DOWN] = "SELECT id FROM events WHERE id > ?2 AND id < ?3 ORDER BY id DESC LIMIT ?4",
  [STMT_EVENT] = "SELECT session, streams, kind, time_us, type, json FROM events WHERE id = ?1",
};

gint64
ouioed_sqlite_pack_floor (OuioeEventId id)
{
  if (ouioed_sqlite_can_pack (id))
    return ouioed_sqlite_pack (id);
  if (id.ms >= G_GUINT64_CONSTANT (1) << (63 - OUIOED_SQLITE_SEQ_BITS))
    return G_MAXINT64;

  return ouioed_sqlite_pack ((OuioeEventId) { id.ms, (1u << OUIOED_SQLITE_SEQ_BITS) - 1 });
}

/* ---- errors ---- */

static OuioeError
get_code (int result)
{
  switch (result & 0xff)
    {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return OUIOE_ERROR_STORE_DAMAGED;
    default:
      return OUIOE_ERROR_STORE_UNAVAILABLE;
    }
}

void
ouioed_sqlite_set_error (OuioedSqlite *self, GError **error)
{
  const int code = sqlite3_extended_errcode (self->db);
  const int os_code = sqlite3_system_errno (self->db);
  const gboolean has_os_code = (code & 0xff) == SQLITE_IOERR || (code & 0xff) == SQLITE_CANTOPEN;

  g_set_error (error, OUIOE_ERROR, get_code (code), "%s: %s%s%s (SQLite %d)", self->path, sqlite3_errmsg (self->db),
               has_os_code && os_code != 0 ? ": " : "", has_os_code && os_code != 0 ? g_strerror (os_code) : "", code);
}

void
ouioed_sqlite_set_damaged (OuioedSqlite *self, const char *why, GError **error)
{
  g_set_error (error, OUIOE_ERROR, OUIOE_ERROR_STORE_DAMAGED, "%s is damaged: %s", self->path, why);
}

/* ---- statements ---- */

gboolean
ouioed_sqlite_prepare (OuioedSqlite *self, GError **error)
{
  for (guint i = 0; i < OUIOED_SQLITE_N_STMTS; i++)
    {
      if (sqlite3_prepare_v3 (self->db, texts[i], -1, SQLITE_PREPARE_PERSISTENT, &self->stmts[i], NULL) != SQLITE_OK)
        {
          ouioed_sqlite_set_error (self, error);
          return FALSE;
        }
    }

  return TRUE;
}

sqlite3_stmt *
ouioed_sqlite_stmt (OuioedSqlite *self, OuioedSqliteStmt which)
{
  return self->stmts[which];
}

gboolean
ouioed_sqlite_run (OuioedSqlite *self, sqlite3_stmt *stmt, GError **error)
{
  const int result = sqlite3_step (stmt);

  if (result != SQLITE_DONE && result != SQLITE_ROW)
    ouioed_sqlite_set_error (self, error);
  sqlite3_reset (stmt);
  return result == SQLITE_DONE || result == SQLITE_ROW;
}

gboolean
ouioed_sqlite_get_int (OuioedSqlite *self, sqlite3_stmt *stmt, gint64 *value, GError **error)
{
  const int result = sqlite3_step (stmt);

  if (result == SQLITE_ROW)
    *value = sqlite3_column_int64 (stmt, 0);
  else
    ouioed_sqlite_set_error (self, error);
  sqlite3_reset (stmt);
  return result == SQLITE_ROW;
}

gboolean
ouioed_sqlite_exec (OuioedSqlite *self, const char *sql, GError **error)
{
  if (sqlite3_exec (self->db, sql, NULL, NULL, NULL) == SQLITE_OK)
    return TRUE;

  ouioed_sqlite_set_error (self, error);
  return FALSE;
}

void
ouioed_sqlite_rollback (OuioedSqlite *self)
{
  for (guint i = 0; i < OUIOED_SQLITE_N_STMTS; i++)
    sqlite3_reset (self->stmts[i]);

  /* SQLite may have rolled back by itself (disk full, I/O error). */
  if (!sqlite3_get_autocommit (self->db))
    sqlite3_exec (self->db, "ROLLBACK", NULL, NULL, NULL);
}

gboolean
ouioed_sqlite_get_size (OuioedSqlite *self, gint64 more, guint64 *size_bytes, GError **error)
{
  gint64 n_pages, n_free, size;

  if (!ouioed_sqlite_get_int (self, self->stmts[STMT_PAGE_COUNT], &n_pages, error) ||
      !ouioed_sqlite_get_int (self, self->stmts[STMT_FREELIST_COUNT], &n_free, error))
    return FALSE;

  size = (n_pages - n_free) * self->page_size - self->forgotten_bytes - more;
  *size_bytes = (guint64) MAX (size, 0);
  return TRUE;
}

/* ---- sessions ---- */

OuioedSqliteSession *
ouioed_sqlite_session_new (const char *id)
{
  OuioedSqliteSession *session = g_new0 (OuioedSqliteSession, 1);

  session->id = g_ref_string_new_intern (id);
  return session;
}

OuioedSqliteSession *
ouioed_sqlite_session_copy (const OuioedSqliteSession *session)
{
  OuioedSqliteSession *copy = g_memdup2 (session, sizeof *session);

  g_ref_string_acquire (copy->id);
  if (copy->context != NULL)
    ouioe_thinking_context_ref (copy->context);
  if (copy->generation != NULL)
    ouioe_generation_ref (copy->generation);
  return copy;
}

void
ouioed_sqlite_session_free (OuioedSqliteSession *session)
{
  g_clear_pointer (&session->context, ouioe_thinking_context_unref);
  g_clear_pointer (&session->generation, ouioe_generation_unref);
  g_ref_string_release (session->id);
  g_free (session);
}

void
ouioed_sqlite_remove_session (OuioedSqlite *self, const char *id)
{
  const OuioedSqliteSession *session = g_hash_table_lookup (self->sessions, id);

  if (session == NULL)
    return;

  g_hash_table_remove (self->sessions_by_key, &session->key);
  g_hash_table_remove (self->sessions, id);
}

void
ouioed_sqlite_set_session (OuioedSqlite *self, OuioedSqliteSession *session)
{
  ouioed_sqlite_remove_session (self, session->id);
  g_hash_table_insert (self->sessions, session->id, session);
  g_hash_table_insert (self->sessions_by_key, &session->key, session);
  for (guint s = 0; s < 2; s++)
    self->trimmed_to[s] = MAX (self->trimmed_to[s], session->trimmed_to[s]);
}

void
ouioed_sqlite_add_forgotten (OuioedSqlite *self, gint64 key, gint64 bytes)
{
  const OuioedSqliteForgotten forgotten = { key, bytes };

  g_array_append_val (self->forgotten, forgotten);
  self->forgotten_bytes += bytes;
}

/* ---- checkpoints ---- */

gboolean
ouioed_sqlite_needs_checkpoint (OuioedSqlite *self)
{
  return self->wal_pages >= CHECKPOINT_PAGES || (self->needs_room && self->wal_pages > 0);
}

void
ouioed_sqlite_checkpoint (OuioedSqlite *self, gboolean all)
{
  const int mode = all || self->needs_room ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE;
  g_autoptr(GError) error = NULL;
  int result;

  if (all ? self->wal_pages == 0 : !ouioed_sqlite_needs_checkpoint (self))
    return;

  /* Somebody who looks into the file with another program holds it up; that is not worth making a commit wait. */
  sqlite3_busy_timeout (self->db, 0);
  result = sqlite3_wal_checkpoint_v2 (self->db, NULL, mode, NULL, NULL);
  sqlite3_busy_timeout (self->db, OUIOED_SQLITE_BUSY_MS);
  if (result == SQLITE_OK)
    {
      self->wal_pages = 0;
      self->checkpoint_failed = FALSE;
    }
  if (result == SQLITE_OK || (result & 0xff) == SQLITE_BUSY || self->needs_room)
    return;

  /* Nothing is lost: what was committed stays in the log, and the next commit comes here again. */
  ouioed_sqlite_set_error (self, &error);
  if (!self->checkpoint_failed)
    g_warning ("Committed events stay in the write-ahead log: %s", error->message);
  self->checkpoint_failed = TRUE;
}

void
ouioed_sqlite_close (OuioedSqlite *self)
{
  for (guint i = 0; i < OUIOED_SQLITE_N_STMTS; i++)
    sqlite3_finalize (self->stmts[i]);
  sqlite3_close (self->db);
  if (self->lock_fd >= 0)
    close (self->lock_fd);
  g_hash_table_unref (self->sessions_by_key);
  g_hash_table_unref (self->sessions);
  g_array_unref (self->forgotten);
  g_free (self->path);
  g_free (self);
}
