/* ouioed-sqlite-trim.c - removes events: the oldest of a stream, and piece by piece those of forgotten sessions
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-sqlite-private.h"

/* Events of forgotten sessions that are removed at a time: some milliseconds, which is how long a commit may wait. */
#define TIDY_EVENTS 250

typedef struct {
  gint64 id;
  guint  streams;
  gint64 bytes;
} Victim;

static GArray *
find_oldest (OuioedSqlite *self, gint64 key, guint stream_index, gint64 trimmed_to, gint64 n, GError **error)
{
  sqlite3_stmt *stmt = ouioed_sqlite_stmt (self, STMT_OLDEST_OF_STREAM);
  g_autoptr(GArray) victims = g_array_new (FALSE, FALSE, sizeof (Victim));
  int result;

  /* Nothing up to the last trim is on this stream: what the other one still has there need not be walked again. */
  sqlite3_bind_int64 (stmt, 1, key);
  sqlite3_bind_int64 (stmt, 2, trimmed_to);
  sqlite3_bind_int (stmt, 3, 1 << stream_index);
  sqlite3_bind_int64 (stmt, 4, n);
  while ((result = sqlite3_step (stmt)) == SQLITE_ROW)
    {
      const Victim victim = { sqlite3_column_int64 (stmt, 0), (guint) sqlite3_column_int (stmt, 1),
                              sqlite3_column_int64 (stmt, 2) + OUIOED_SQLITE_ROW_BYTES };

      g_array_append_val (victims, victim);
    }
  if (result != SQLITE_DONE)
    ouioed_sqlite_set_error (self, error);
  sqlite3_reset (stmt);

  return result == SQLITE_DONE ? g_steal_pointer (&victims) : NULL;
}

static gboolean
delete_event (OuioedSqlite *self, gint64 id, GError **error)
{
  sqlite3_stmt *stmt = ouioed_sqlite_stmt (self, STMT_DELETE_EVENT);

  sqlite3_bind_int64 (stmt, 1, id);
  return ouioed_sqlite_run (self, stmt, error);
}

static gboolean
take_from_stream (OuioedSqlite *self, const Victim *victim, guint stream_index, GError **error)
{
  sqlite3_stmt *stmt = ouioed_sqlite_stmt (self, STMT_SET_STREAMS);
  const guint left = victim->streams & ~(1u << stream_index);

  if (left == 0)
    return delete_event (self, victim->id, error);

  sqlite3_bind_int64 (stmt, 1, victim->id);
  sqlite3_bind_int (stmt, 2, (int) left);
  return ouioed_sqlite_run (self, stmt, error);
}

gboolean
ouioed_sqlite_trim (OuioedSqlite *self, OuioedSqliteSession *session, guint stream_index, guint keep,
                    guint64 *n_removed, GError **error)
{
  const gint64 n = session->kept[stream_index] - keep;
  g_autoptr(GArray) victims = NULL;

  *n_removed = 0;
  if (n <= 0)
    return TRUE;

  victims = find_oldest (self, session->key, stream_index, session->trimmed_to[stream_index], n, error);
  if (victims == NULL)
    return FALSE;

  for (guint i = 0; i < victims->len; i++)
    {
      const Victim *victim = &g_array_index (victims, Victim, i);

      if (!take_from_stream (self, victim, stream_index, error))
        return FALSE;
      if (victim->streams == 1u << stream_index)
        session->bytes -= victim->bytes;
      session->trimmed_to[stream_index] = victim->id;
    }

  session->kept[stream_index] -= victims->len;
  session->trimmed[stream_index] += victims->len;
  *n_removed = victims->len;
  return TRUE;
}

/* ---- forgotten sessions ---- */

gboolean
ouioed_sqlite_needs_tidy (OuioedSqlite *self)
{
  return self->forgotten->len > 0;
}

static gboolean
delete_some (OuioedSqlite *self, gint64 key, guint *n, gint64 *bytes, GError **error)
{
  sqlite3_stmt *stmt = ouioed_sqlite_stmt (self, STMT_OLDEST_OF_SESSION);
  gint64 ids[TIDY_EVENTS];
  int result;

  *n = 0;
  *bytes = 0;
  sqlite3_bind_int64 (stmt, 1, key);
  sqlite3_bind_int (stmt, 2, TIDY_EVENTS);
  while ((result = sqlite3_step (stmt)) == SQLITE_ROW)
    {
      ids[(*n)++] = sqlite3_column_int64 (stmt, 0);
      *bytes += sqlite3_column_int64 (stmt, 1) + OUIOED_SQLITE_ROW_BYTES;
    }
  if (result != SQLITE_DONE)
    ouioed_sqlite_set_error (self, error);
  sqlite3_reset (stmt);

  for (guint i = 0; result == SQLITE_DONE && i < *n; i++)
    {
      if (!delete_event (self, ids[i], error))
        return FALSE;
    }
  return result == SQLITE_DONE;
}

/* What is left of the session is noted together with what went, so a crash does not matter. */
static gboolean
note_rest (OuioedSqlite *self, gint64 key, gboolean is_done, gint64 bytes, GError **error)
{
  sqlite3_stmt *stmt = ouioed_sqlite_stmt (self, is_done ? STMT_DELETE_FORGOTTEN : STMT_PUT_FORGOTTEN);

  sqlite3_bind_int64 (stmt, 1, key);
  if (!is_done)
    sqlite3_bind_int64 (stmt, 2, bytes);
  return ouioed_sqlite_run (self, stmt, error);
}

gboolean
ouioed_sqlite_tidy (OuioedSqlite *self)
{
  OuioedSqliteForgotten *forgotten;
  g_autoptr(GError) error = NULL;
  gint64 bytes, left;
  guint n;

  if (self->forgotten->len == 0)
    return TRUE;

  forgotten = &g_array_index (self->forgotten, OuioedSqliteForgotten, self->forgotten->len - 1);
  if (!ouioed_sqlite_run (self, ouioed_sqlite_stmt (self, STMT_BEGIN), &error) ||
      !delete_some (self, forgotten->key, &n, &bytes, &error) ||
      !note_rest (self, forgotten->key, n < TIDY_EVENTS, MAX (forgotten->bytes - bytes, 0), &error) ||
      !ouioed_sqlite_run (self, ouioed_sqlite_stmt (self, STMT_COMMIT), &error))
    {
      ouioed_sqlite_rollback (self);
      g_info ("Events of forgotten sessions are left for later: %s", error->message);
      return FALSE;
    }

  left = n < TIDY_EVENTS ? 0 : MAX (forgotten->bytes - bytes, 0);
  self->forgotten_bytes -= forgotten->bytes - left;
  forgotten->bytes = left;
  if (n < TIDY_EVENTS)
    g_array_set_size (self->forgotten, self->forgotten->len - 1);
  return TRUE;
}
