/* ouioed-sqlite-private.h - shared by the files of the database
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <sqlite3.h>
#include "ouioed-sqlite.h"

G_BEGIN_DECLS

/* "OUIO": says in the header of the file whose it is. */
#define OUIOED_SQLITE_APPLICATION_ID 0x4f55494f
#define OUIOED_SQLITE_N_STEPS        2
/* How long to wait for another program that is writing to the file. */
#define OUIOED_SQLITE_BUSY_MS        2000

/* What a row costs beside its JSON; an estimate for what a forgotten session will give back. */
#define OUIOED_SQLITE_ROW_BYTES      40

typedef enum {
  STMT_BEGIN,
  STMT_BEGIN_READ,
  STMT_COMMIT,
  STMT_PAGE_COUNT,
  STMT_FREELIST_COUNT,
  STMT_INSERT_EVENT,
  STMT_PUT_SESSION,
  STMT_COUNT_SESSION,
  STMT_PUT_CONTEXT,
  STMT_PUT_GENERATION,
  STMT_DELETE_SESSION,
  STMT_DELETE_CONTEXT,
  STMT_DELETE_GENERATION,
  STMT_PUT_FORGOTTEN,
  STMT_DELETE_FORGOTTEN,
  STMT_PUT_META,
  STMT_PUT_KEY,
  STMT_DELETE_KEYS,
  STMT_OLDEST_OF_STREAM,
  STMT_OLDEST_OF_SESSION,
  STMT_DELETE_EVENT,
  STMT_SET_STREAMS,
  STMT_IDS_OF_SESSION,
  STMT_IDS_OF_SESSION_DOWN,
  STMT_IDS,
  STMT_IDS_DOWN,
  STMT_EVENT,
} OuioedSqliteStmt;
#define OUIOED_SQLITE_N_STMTS (STMT_EVENT + 1)

/* What the database knows of a session without asking the file. Immutable outside of a commit. */
typedef struct {
  char                 *id;            /* g_ref_string */
  gint64                key;           /* of its row */
  gint64                kept[2];       /* events per stream */
  gint64                trimmed[2];
  gint64                trimmed_to[2]; /* packed */
  gint64                bytes;         /* of its events */
  OuioeThinkingContext *context;       /* as it is in the file */
  OuioeGeneration      *generation;    /* likewise */
} OuioedSqliteSession;

/* A forgotten session whose events are not all removed. */
typedef struct {
  gint64 key;
  gint64 bytes;
} OuioedSqliteForgotten;

struct _OuioedSqlite
{
  char         *path;
  int           lock_fd;
  sqlite3      *db;
  sqlite3_stmt *stmts[OUIOED_SQLITE_N_STMTS];
  GHashTable   *sessions;              /* id -> OuioedSqliteSession, owned */
  GHashTable   *sessions_by_key;       /* gint64* -> the same */
  GArray       *forgotten;             /* of OuioedSqliteForgotten */
  gint64        forgotten_bytes;       /* of all of these */
  gint64        last_key;              /* of a session, ever given */
  gint64        last_id;               /* of an event, ever given; packed */
  gint64        trimmed_to[2];         /* newest over all sessions; packed */
  gint64        page_size;
  int           wal_pages;             /* committed, but not yet in the database file */
  gboolean      checkpoint_failed;     /* and that was logged */
  gboolean      needs_room;            /* the last commit was not taken: what the log occupies may help the next */
};

/* ---- ids ---- */

#define OUIOED_SQLITE_SEQ_BITS 20

static inline gint64
ouioed_sqlite_pack (OuioeEventId id)
{
  return (gint64) (id.ms << OUIOED_SQLITE_SEQ_BITS | id.seq);
}

static inline OuioeEventId
ouioed_sqlite_unpack (gint64 packed)
{
  return (OuioeEventId) { (guint64) packed >> OUIOED_SQLITE_SEQ_BITS,
                          (guint64) packed & ((1u << OUIOED_SQLITE_SEQ_BITS) - 1) };
}

/* Ids up to the year 2248, a million in a millisecond. */
static inline gboolean
ouioed_sqlite_can_pack (OuioeEventId id)
{
  return id.ms < G_GUINT64_CONSTANT (1) << (63 - OUIOED_SQLITE_SEQ_BITS) && id.seq < 1u << OUIOED_SQLITE_SEQ_BITS;
}

/* For bounds that a reader gives, which may be any id: the newest packed id that is not newer. */
gint64        ouioed_sqlite_pack_floor     (OuioeEventId id);

/* ---- statements ---- */

gboolean      ouioed_sqlite_prepare        (OuioedSqlite *self, GError **error);
sqlite3_stmt *ouioed_sqlite_stmt           (OuioedSqlite *self, OuioedSqliteStmt which);
/* Runs a statement that gives no rows, and makes it ready for the next time. */
gboolean      ouioed_sqlite_run            (OuioedSqlite *self, sqlite3_stmt *stmt, GError **error);
/* The first column of the only row. */
gboolean      ouioed_sqlite_get_int        (OuioedSqlite *self, sqlite3_stmt *stmt, gint64 *value, GError **error);
gboolean      ouioed_sqlite_exec           (OuioedSqlite *self, const char *sql, GError **error);
/* Whatever is under way is undone. */
void          ouioed_sqlite_rollback       (OuioedSqlite *self);
/* What SQLite said last. */
void          ouioed_sqlite_set_error      (OuioedSqlite *self, GError **error);
void          ouioed_sqlite_set_damaged    (OuioedSqlite *self, const char *why, GError **error);
/* The pages in use, without what forgotten sessions and @more will give back; so it goes down as soon as they are
 * forgotten. The write-ahead log does not count: it is bounded, and is emptied when it is quiet. */
gboolean      ouioed_sqlite_get_size       (OuioedSqlite *self, gint64 more, guint64 *size_bytes, GError **error);

/* ---- sessions ---- */

OuioedSqliteSession *ouioed_sqlite_session_new  (const char *id);
OuioedSqliteSession *ouioed_sqlite_session_copy (const OuioedSqliteSession *session);
void                 ouioed_sqlite_session_free (OuioedSqliteSession *session);
/* @session: (transfer full): takes the place of what there is under this id. */
void                 ouioed_sqlite_set_session    (OuioedSqlite *self, OuioedSqliteSession *session);
void                 ouioed_sqlite_remove_session (OuioedSqlite *self, const char *id);
void                 ouioed_sqlite_add_forgotten  (OuioedSqlite *self, gint64 key, gint64 bytes);

/* ---- parts of opening, each in its own file ---- */

/* Keeps a second daemon out. */
gboolean        ouioed_sqlite_lock    (OuioedSqlite *self, GError **error);
/* The name of the network file system, or NULL. @magic: as statfs() tells it; @type: as the table of mounts has it. */
const char     *ouioed_sqlite_network_file_system (gulong magic, const char *type);
/* Brings the schema to the form that this version knows. */
gboolean        ouioed_sqlite_upgrade (OuioedSqlite *self, GError **error);
OuioedContents *ouioed_sqlite_load    (OuioedSqlite *self, GError **error);

/* ---- parts of a commit ---- */

/* Removes all but the newest @keep of a stream. @session: changed along. @n_removed: 0 when there was nothing to do. */
gboolean        ouioed_sqlite_trim    (OuioedSqlite *self, OuioedSqliteSession *session, guint stream_index, guint keep,
                                       guint64 *n_removed, GError **error);

G_END_DECLS
