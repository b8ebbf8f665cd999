/* ouioed-sqlite-read.c - one page of events, a slice at a time
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Ids come from the index of each session asked for (or from the table, for all of them) and are merged; then the
 * events are fetched one by one. What the query says beyond sessions and ids is decided here and not in SQL: so it is
 * known how far a slice got, and a filter that finds nothing costs no more than one that finds everything.
 */
#include "config.h"

#include "ouioed-sqlite-private.h"

/* Events looked at in one slice: a few milliseconds, which is how long a commit may wait. */
#define SLICE_EVENTS  512
/* Ids fetched ahead, over all sessions asked for. */
#define AHEAD_EVENTS  256
#define AHEAD_MAX     64
#define AHEAD_MIN     4

/* The ids of one session, or of all of them. */
typedef struct {
  gint64 key;                    /* of the session; 0: of all */
  gint64 ids[AHEAD_MAX];
  guint  n;                      /* ids fetched */
  guint  next;                   /* of these, taken */
  gint64 last;                   /* the last that was fetched */
  gboolean has_ended;
} Cursor;

typedef struct {
  OuioedSqlite     *db;
  OuioedSqliteRead *read;
  GArray           *cursors;     /* of Cursor */
  guint             ahead;       /* ids fetched at a time for each */
  gint64            low, high;   /* bounds of the query, packed: low < id < high */
} Slice;

/* ---- ids ---- */

static gboolean
refill (Slice *slice, Cursor *cursor, GError **error)
{
  const gboolean down = slice->read->query->newest;
  sqlite3_stmt *stmt;
  int result;

  if (cursor->key != 0)
    stmt = ouioed_sqlite_stmt (slice->db, down ? STMT_IDS_OF_SESSION_DOWN : STMT_IDS_OF_SESSION);
  else
    stmt = ouioed_sqlite_stmt (slice->db, down ? STMT_IDS_DOWN : STMT_IDS);

  if (cursor->key != 0)
    sqlite3_bind_int64 (stmt, 1, cursor->key);
  sqlite3_bind_int64 (stmt, 2, down ? slice->low : cursor->last);
  sqlite3_bind_int64 (stmt, 3, down ? cursor->last : slice->high);
  sqlite3_bind_int64 (stmt, 4, slice->ahead);

  cursor->n = cursor->next = 0;
  while ((result = sqlite3_step (stmt)) == SQLITE_ROW && cursor->n < AHEAD_MAX)
    cursor->ids[cursor->n++] = sqlite3_column_int64 (stmt, 0);
  if (result != SQLITE_DONE && result != SQLITE_ROW)
    ouioed_sqlite_set_error (slice->db, error);
  sqlite3_reset (stmt);

  cursor->has_ended = cursor->n < slice->ahead;
  if (cursor->n > 0)
    cursor->last = cursor->ids[cursor->n - 1];
  return result == SQLITE_DONE || result == SQLITE_ROW;
}

/* The next id of all cursors together, 0 at the end. One that two cursors have (of a session that was asked for
 * twice) comes once. */
static gboolean
take_next (Slice *slice, gint64 *id, GError **error)
{
  const gboolean down = slice->read->query->newest;

  *id = 0;
  for (guint i = 0; i < slice->cursors->len; i++)
    {
      Cursor *cursor = &g_array_index (slice->cursors, Cursor, i);

      if (cursor->next == cursor->n && !cursor->has_ended && !refill (slice, cursor, error))
        return FALSE;
      if (cursor->next < cursor->n && (*id == 0 || (cursor->ids[cursor->next] < *id) != down))
        *id = cursor->ids[cursor->next];
    }
  for (guint i = 0; *id != 0 && i < slice->cursors->len; i++)
    {
      Cursor *cursor = &g_array_index (slice->cursors, Cursor, i);

      if (cursor->next < cursor->n && cursor->ids[cursor->next] == *id)
        cursor->next++;
    }

  return TRUE;
}

static void
add_cursor (Slice *slice, gint64 key)
{
  g_array_set_size (slice->cursors, slice->cursors->len + 1);
  g_array_index (slice->cursors, Cursor, slice->cursors->len - 1) =
    (Cursor) { .key = key, .last = slice->read->query->newest ? slice->high : slice->low };
}

/* @trimmed_to (out): of the sessions asked for, packed */
static void
add_cursors (Slice *slice, gint64 trimmed_to[2])
{
  const char *const *sessions = slice->read->query->sessions;

  for (guint s = 0; s < 2; s++)
    trimmed_to[s] = sessions == NULL ? slice->db->trimmed_to[s] : 0;
  if (sessions == NULL)
    add_cursor (slice, 0);

  for (guint i = 0; sessions != NULL && sessions[i] != NULL; i++)
    {
      const OuioedSqliteSession *session = g_hash_table_lookup (slice->db->sessions, sessions[i]);

      if (session == NULL)
        continue;
      add_cursor (slice, session->key);
      for (guint s = 0; s < 2; s++)
        trimmed_to[s] = MAX (trimmed_to[s], session->trimmed_to[s]);
    }

  if (slice->cursors->len > 0)
    slice->ahead = CLAMP (AHEAD_EVENTS / slice->cursors->len, AHEAD_MIN, AHEAD_MAX);
}

/* ---- events ---- */

static OuioeEvent *
make_event (sqlite3_stmt *stmt, const OuioedSqliteSession *session, gint64 id)
{
  const char *type_word = (const char *) sqlite3_column_text (stmt, 4);
  const gpointer data = (gpointer) sqlite3_column_blob (stmt, 5);
  g_autoptr(GBytes) json = g_bytes_new (data, (gsize) sqlite3_column_bytes (stmt, 5));

  return ouioe_event_new_encoded (session->id, ouioed_sqlite_unpack (id), (OuioeEventKind) sqlite3_column_int (stmt, 2),
                                  type_word, sqlite3_column_int64 (stmt, 3), json);
}

/* Looks at the row of an event. FALSE when nothing more has to be looked at. */
static gboolean
take_row (Slice *slice, sqlite3_stmt *stmt, gint64 id)
{
  OuioedSqliteRead *read = slice->read;
  const OuioedQuery *query = read->query;
  const gint64 key = sqlite3_column_int64 (stmt, 0);
  const OuioedSqliteSession *session = g_hash_table_lookup (slice->db->sessions_by_key, &key);
  gsize bytes;

  if (session == NULL)           /* forgotten, and not yet removed */
    return TRUE;
  if (!ouioed_query_matches (query, (guint) sqlite3_column_int (stmt, 1), (guint) sqlite3_column_int (stmt, 2),
                             sqlite3_column_int64 (stmt, 3), (const char *) sqlite3_column_text (stmt, 4)))
    return TRUE;

  bytes = (gsize) sqlite3_column_bytes (stmt, 5);
  if (read->is_full || read->page->events->len == query->limit ||
      (query->max_bytes != 0 && read->bytes + bytes > query->max_bytes && read->page->events->len > 0))
    {
      read->page->has_more = TRUE;
      return FALSE;
    }

  read->bytes += bytes;
  g_ptr_array_add (read->page->events, make_event (stmt, session, id));
  return TRUE;
}

static OuioedSlice
look_at (Slice *slice, gint64 id, GError **error)
{
  sqlite3_stmt *stmt = ouioed_sqlite_stmt (slice->db, STMT_EVENT);
  OuioedSlice answer;
  int result;

  sqlite3_bind_int64 (stmt, 1, id);
  result = sqlite3_step (stmt);
  if (result == SQLITE_ROW)
    answer = take_row (slice, stmt, id) ? OUIOED_SLICE_MORE : OUIOED_SLICE_LAST;
  else
    answer = OUIOED_SLICE_FAILED;
  if (result == SQLITE_DONE)
    ouioed_sqlite_set_damaged (slice->db, "an event is in the index, but not in the table", error);
  else if (result != SQLITE_ROW)
    ouioed_sqlite_set_error (slice->db, error);
  sqlite3_reset (stmt);
  return answer;
}

static OuioedSlice
read_slice (Slice *slice, GError **error)
{
  for (guint i = 0; i < SLICE_EVENTS; i++)
    {
      OuioedSlice answer;
      gint64 id;

      if (!take_next (slice, &id, error))
        return OUIOED_SLICE_FAILED;
      if (id == 0)
        return OUIOED_SLICE_LAST;

      answer = look_at (slice, id, error);
      if (answer != OUIOED_SLICE_MORE)
        return answer;
      slice->read->position = id;
    }

  return OUIOED_SLICE_MORE;
}

/* A commit may have come between two slices. What the page has so far must fit to the marks that it tells: when events
 * ahead of the position were trimmed meanwhile, the page ends in front of them. */
static void
set_marks (OuioedSqliteRead *read, const gint64 trimmed_to[2])
{
  const gint64 newest = MAX (trimmed_to[0], trimmed_to[1]);

  if (!read->query->newest && read->page->events->len > 0 && newest > read->position)
    read->is_full = TRUE;
  for (guint s = 0; !read->is_full && s < 2; s++)
    read->page->trimmed_to[s] = ouioed_sqlite_unpack (trimmed_to[s]);
}

static void
set_bounds (Slice *slice)
{
  OuioedSqliteRead *read = slice->read;
  const OuioedQuery *query = read->query;

  slice->low = ouioed_sqlite_pack_floor (query->after);
  slice->high = ouioed_sqlite_pack_floor (query->before);
  if (!ouioed_sqlite_can_pack (query->before) && slice->high < G_MAXINT64)
    slice->high++;               /* what was rounded down itself is in front of the bound */
  if (!read->has_begun)
    return;

  if (query->newest)
    slice->high = read->position;
  else
    slice->low = read->position;
}

OuioedSlice
ouioed_sqlite_read (OuioedSqlite *self, OuioedSqliteRead *read, GError **error)
{
  g_autoptr(GArray) cursors = g_array_new (FALSE, FALSE, sizeof (Cursor));
  Slice slice = { self, read, cursors, AHEAD_MIN, 0, 0 };
  gint64 trimmed_to[2];
  OuioedSlice answer;

  if (read->page == NULL)
    read->page = ouioed_page_new ();
  set_bounds (&slice);
  add_cursors (&slice, trimmed_to);
  set_marks (read, trimmed_to);

  /* One transaction around all of it, so that not every statement takes and gives back the lock. */
  if (!ouioed_sqlite_run (self, ouioed_sqlite_stmt (self, STMT_BEGIN_READ), error))
    return OUIOED_SLICE_FAILED;
  answer = read_slice (&slice, error);
  if (answer == OUIOED_SLICE_FAILED ||
      !ouioed_sqlite_run (self, ouioed_sqlite_stmt (self, STMT_COMMIT), error))
    {
      ouioed_sqlite_rollback (self);
      return OUIOED_SLICE_FAILED;
    }

  read->has_begun = TRUE;
  if (answer == OUIOED_SLICE_LAST && read->query->newest)
    ouioed_page_reverse (read->page);
  return answer;
}
