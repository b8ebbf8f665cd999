/* ouioed-sqlite.h - the database behind the sqlite store
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Everything blocks, and is for one thread at a time: the main thread opens and closes, the worker does the rest.
 */
#pragma once

#include "ouioed-store-private.h"

G_BEGIN_DECLS

typedef struct _OuioedSqlite OuioedSqlite;

/* NULL with @error of OUIOE_ERROR_STORE_*; what was found at @path is then as it was. */
OuioedSqlite *ouioed_sqlite_open       (const char *path, OuioedContents **contents, GError **error);
void          ouioed_sqlite_close      (OuioedSqlite *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OuioedSqlite, ouioed_sqlite_close)

/* One transaction. On failure the database is as it was before. */
OuioedCommit *ouioed_sqlite_commit     (OuioedSqlite *self, OuioedBatch *batch, GError **error);

/* A read under way. It is done in slices, so that a long one does not hold up a commit; between two slices nothing is
 * held but what is in here. */
typedef struct {
  OuioedQuery *query;
  OuioedPage  *page;
  gint64       position;         /* packed id that was looked at last */
  gsize        bytes;            /* JSON of the page */
  gboolean     is_full;          /* the page gets no more events, only has_more is to be found out */
  gboolean     has_begun;
} OuioedSqliteRead;

typedef enum {
  OUIOED_SLICE_FAILED,
  OUIOED_SLICE_MORE,             /* call again */
  OUIOED_SLICE_LAST,             /* the page is complete */
} OuioedSlice;

OuioedSlice   ouioed_sqlite_read       (OuioedSqlite *self, OuioedSqliteRead *read, GError **error);

/* Whether events of forgotten sessions are still to be removed, and: removes a few. FALSE when that failed. */
gboolean      ouioed_sqlite_needs_tidy (OuioedSqlite *self);
gboolean      ouioed_sqlite_tidy       (OuioedSqlite *self);

/* Takes what was committed over into the database file when there is enough of it, or with @all whatever there is. */
gboolean      ouioed_sqlite_needs_checkpoint (OuioedSqlite *self);
void          ouioed_sqlite_checkpoint       (OuioedSqlite *self, gboolean all);

G_END_DECLS
