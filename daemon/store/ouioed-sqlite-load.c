/* ouioed-sqlite-load.c - what the database tells at the start
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <string.h>

#include "ouioe-codec.h"
#include "ouioed-sqlite-private.h"

typedef gboolean (*RowFunc) (OuioedSqlite *self, sqlite3_stmt *stmt, OuioedContents *contents, GError **error);

/* In the order of SESSION_SQL. */
enum {
  COL_KEY, COL_ID, COL_USER_ID, COL_STATE, COL_OUTCOME, COL_CONFIG, COL_STATS, COL_LAST_ID, COL_CREATED,
  COL_LAST_ACTIVITY, COL_ENDED, COL_APPENDED, COL_TRIMMED = COL_APPENDED + 2, COL_TRIMMED_TO = COL_TRIMMED + 2,
  COL_KEPT = COL_TRIMMED_TO + 2, COL_BYTES = COL_KEPT + 2, COL_CONTEXT, COL_GENERATION,
};

#define SESSION_SQL \
  "SELECT key, id, user_id, state, outcome, config, stats, last_id, created_us, last_activity_us, ended_us," \
  " appended_thinking, appended_progress, trimmed_thinking, trimmed_progress, trimmed_to_thinking," \
  " trimmed_to_progress, kept_thinking, kept_progress, bytes, contexts.json, generations.json" \
  " FROM sessions LEFT JOIN contexts ON contexts.session = key" \
  " LEFT JOIN generations ON generations.session = key ORDER BY key"

static const char *
get_text (sqlite3_stmt *stmt, int column)
{
  return (const char *) sqlite3_column_text (stmt, column);
}

/* The parts that are kept as JSON. */
static gboolean
load_json (OuioedSqlite *self, sqlite3_stmt *stmt, OuioedSessionRecord *record, GError **error)
{
  const char *context = sqlite3_column_blob (stmt, COL_CONTEXT);
  const char *generation = sqlite3_column_blob (stmt, COL_GENERATION);
  g_autoptr(GError) cause = NULL;
  g_autofree char *why = NULL;

  record->stats = ouioe_codec_stats_from_json (get_text (stmt, COL_STATS), &cause);
  if (record->stats != NULL && context != NULL)
    record->context = ouioe_codec_context_from_json (context, (gsize) sqlite3_column_bytes (stmt, COL_CONTEXT), &cause);
  if (generation != NULL)
    record->generation = ouioe_generation_read (generation, (gsize) sqlite3_column_bytes (stmt, COL_GENERATION));
  if (cause == NULL && generation != NULL && record->generation == NULL)
    g_set_error_literal (&cause, OUIOE_ERROR, OUIOE_ERROR_STORE_DAMAGED, "What is known of the model cannot be read");
  if (cause == NULL && ouioe_codec_config_from_json (get_text (stmt, COL_CONFIG), &record->config, &cause))
    return TRUE;

  why = g_strdup_printf ("session %s: %s", record->id, cause->message);
  ouioed_sqlite_set_damaged (self, why, error);
  return FALSE;
}

static gboolean
load_session (OuioedSqlite *self, sqlite3_stmt *stmt, OuioedContents *contents, GError **error)
{
  OuioedSqliteSession *session = ouioed_sqlite_session_new (get_text (stmt, COL_ID));
  OuioedSessionRecord *record = ouioed_session_record_new ();

  g_ptr_array_add (contents->sessions, record);
  record->id = g_ref_string_acquire (session->id);
  record->user_id = g_strdup (get_text (stmt, COL_USER_ID));
  record->state = (OuioeSessionState) sqlite3_column_int (stmt, COL_STATE);
  record->outcome = g_strdup (get_text (stmt, COL_OUTCOME));
  record->last_id = ouioed_sqlite_unpack (sqlite3_column_int64 (stmt, COL_LAST_ID));
  record->created_us = sqlite3_column_int64 (stmt, COL_CREATED);
  record->last_activity_us = sqlite3_column_int64 (stmt, COL_LAST_ACTIVITY);
  record->ended_us = sqlite3_column_int64 (stmt, COL_ENDED);

  session->key = sqlite3_column_int64 (stmt, COL_KEY);
  session->bytes = sqlite3_column_int64 (stmt, COL_BYTES);
  for (int s = 0; s < 2; s++)
    {
      session->trimmed[s] = sqlite3_column_int64 (stmt, COL_TRIMMED + s);
      session->trimmed_to[s] = sqlite3_column_int64 (stmt, COL_TRIMMED_TO + s);
      session->kept[s] = sqlite3_column_int64 (stmt, COL_KEPT + s);
      record->appended[s] = (guint64) sqlite3_column_int64 (stmt, COL_APPENDED + s);
      record->trimmed[s] = (guint64) session->trimmed[s];
      record->trimmed_to[s] = ouioed_sqlite_unpack (session->trimmed_to[s]);
    }

  self->last_key = MAX (self->last_key, session->key);
  self->last_id = MAX (self->last_id, sqlite3_column_int64 (stmt, COL_LAST_ID));
  ouioed_sqlite_set_session (self, session);
  if (!load_json (self, stmt, record, error))
    return FALSE;

  if (record->context != NULL)
    session->context = ouioe_thinking_context_ref (record->context);
  if (record->generation != NULL)
    session->generation = ouioe_generation_ref (record->generation);
  return TRUE;
}

static gboolean
load_key (OuioedSqlite *self, sqlite3_stmt *stmt, OuioedContents *contents, GError **error)
{
  OuioedKeyRecord *key = ouioed_key_record_new ();

  g_ptr_array_add (contents->keys, key);
  key->key = g_strdup (get_text (stmt, 0));
  key->session_id = g_strdup (get_text (stmt, 2));
  key->event_id = ouioed_sqlite_unpack (sqlite3_column_int64 (stmt, 3));
  key->time_us = sqlite3_column_int64 (stmt, 4);
  if (sqlite3_column_bytes (stmt, 1) != sizeof key->fingerprint)
    {
      ouioed_sqlite_set_damaged (self, "the fingerprint of an idempotency key has a wrong length", error);
      return FALSE;
    }

  memcpy (key->fingerprint, sqlite3_column_blob (stmt, 1), sizeof key->fingerprint);
  return TRUE;
}

static gboolean
load_forgotten (OuioedSqlite *self, sqlite3_stmt *stmt, OuioedContents *contents, GError **error)
{
  const gint64 key = sqlite3_column_int64 (stmt, 0);

  self->last_key = MAX (self->last_key, key);   /* not to be given to another session before its events are gone */
  ouioed_sqlite_add_forgotten (self, key, sqlite3_column_int64 (stmt, 1));
  return TRUE;
}

static gboolean
load_last_id (OuioedSqlite *self, sqlite3_stmt *stmt, OuioedContents *contents, GError **error)
{
  self->last_id = MAX (self->last_id, sqlite3_column_int64 (stmt, 0));
  return TRUE;
}

static gboolean
for_each_row (OuioedSqlite *self, const char *sql, RowFunc func, OuioedContents *contents, GError **error)
{
  sqlite3_stmt *stmt = NULL;
  int result = sqlite3_prepare_v2 (self->db, sql, -1, &stmt, NULL);
  gboolean ok = result == SQLITE_OK;

  while (ok && (result = sqlite3_step (stmt)) == SQLITE_ROW)
    {
      if (!func (self, stmt, contents, error))
        {
          sqlite3_finalize (stmt);
          return FALSE;
        }
    }
  ok = result == SQLITE_DONE;
  if (!ok)
    ouioed_sqlite_set_error (self, error);
  sqlite3_finalize (stmt);
  return ok;
}

OuioedContents *
ouioed_sqlite_load (OuioedSqlite *self, GError **error)
{
  g_autoptr(OuioedContents) contents = ouioed_contents_new ();

  if (!for_each_row (self, SESSION_SQL, load_session, contents, error) ||
      !for_each_row (self, "SELECT key, fingerprint, session, event, time_us FROM keys ORDER BY time_us, key", load_key,
                     contents, error) ||
      !for_each_row (self, "SELECT session, bytes FROM forgotten", load_forgotten, contents, error) ||
      !for_each_row (self, "SELECT value FROM meta WHERE name = 'last_id'", load_last_id, contents, error) ||
      !for_each_row (self, "SELECT id FROM events ORDER BY id DESC LIMIT 1", load_last_id, contents, error) ||
      !ouioed_sqlite_get_size (self, 0, &contents->size_bytes, error))
    return NULL;

  contents->last_id = ouioed_sqlite_unpack (self->last_id);
  return g_steal_pointer (&contents);
}
