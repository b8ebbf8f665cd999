/* ouioed-store.h - interface: keeps sessions and their events
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A store is told what to keep in batches: one batch is one transaction, all of it or nothing. At most one batch is
 * under way at a time (the ingest sees to that), so a store needs no order between batches. All functions are called
 * on, and all callbacks come to, the main context; whatever blocks runs on the store's own thread.
 */
#pragma once

#include <gio/gio.h>
#include "ouioe-error.h"
#include "ouioe-generation-private.h"
#include "ouioe-types-private.h"

G_BEGIN_DECLS

/* One session as it is kept. Immutable once made; the hub makes a new one for each change. */
typedef struct {
  gatomicrefcount       ref_count;
  char                 *id;                 /* g_ref_string */
  char                 *user_id;
  OuioeSessionState     state;
  char                 *outcome;            /* NULL while open */
  OuioeStreamConfig     config;
  OuioeThinkingContext *context;
  OuioeStreamStats     *stats;
  OuioeGeneration      *generation;         /* of the model behind it, never changed; NULL when there is none */
  OuioeEventId          last_id;            /* newest event of the session */
  gint64                created_us;
  gint64                last_activity_us;
  gint64                ended_us;           /* 0 while open */
  /* Index 0: thinking stream, 1: progress stream. Events of both streams (start, end) count in both. */
  guint64               appended[2];        /* events ever written to the stream */
  guint64               trimmed[2];         /* of these, no longer kept */
  OuioeEventId          trimmed_to[2];      /* newest id that is no longer kept, 0-0 when none */
} OuioedSessionRecord;

OuioedSessionRecord *ouioed_session_record_new   (void);                           /* zeroed, one reference */
OuioedSessionRecord *ouioed_session_record_copy  (const OuioedSessionRecord *self); /* deep in stats, shares the rest */
OuioedSessionRecord *ouioed_session_record_ref   (OuioedSessionRecord *self);
void                 ouioed_session_record_unref (OuioedSessionRecord *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OuioedSessionRecord, ouioed_session_record_unref)

/* What was answered to a request with an idempotency key. */
typedef struct {
  gatomicrefcount ref_count;
  char           *key;                      /* with its scope, at most 400 bytes */
  guint8          fingerprint[16];          /* of the request, to tell a repetition from another request */
  char           *session_id;
  OuioeEventId    event_id;                 /* 0-0: accepted and dropped */
  gint64          time_us;
} OuioedKeyRecord;

OuioedKeyRecord *ouioed_key_record_new   (void);
OuioedKeyRecord *ouioed_key_record_ref   (OuioedKeyRecord *self);
void             ouioed_key_record_unref (OuioedKeyRecord *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OuioedKeyRecord, ouioed_key_record_unref)

/* ---- batch ---- */

typedef enum {
  OUIOED_OP_APPEND,          /* event: write it */
  OUIOED_OP_PUT_SESSION,     /* record: insert or replace. The store counts its own trims: trimmed and trimmed_to
                                of a record that does not know of one yet set nothing back. */
  OUIOED_OP_TRIM,            /* session_id, stream_index, keep: remove all events of the stream but the newest keep.
                                An event of both streams goes when it is trimmed from both. */
  OUIOED_OP_FORGET,          /* session_id: remove the session and all of its events. What is large may be removed in
                                pieces after the commit, but is never seen again, also not after a crash. */
  OUIOED_OP_PUT_KEY,         /* key */
  OUIOED_OP_FORGET_KEYS,     /* before_us: remove keys older than this */
} OuioedOpType;

typedef struct {
  OuioedOpType         type;
  OuioeEvent          *event;
  OuioedSessionRecord *record;
  OuioedKeyRecord     *key;
  char                *session_id;          /* g_ref_string */
  guint                stream_index;
  guint                keep;
  gint64               before_us;
} OuioedOp;

typedef struct _OuioedBatch OuioedBatch;

OuioedBatch    *ouioed_batch_new          (void);
void            ouioed_batch_free         (OuioedBatch *self);
void            ouioed_batch_append       (OuioedBatch *self, OuioeEvent *event);           /* each takes a reference */
void            ouioed_batch_put_session  (OuioedBatch *self, OuioedSessionRecord *record);
void            ouioed_batch_trim         (OuioedBatch *self, char *session_id, guint stream_index, guint keep);
void            ouioed_batch_forget       (OuioedBatch *self, char *session_id);
void            ouioed_batch_put_key      (OuioedBatch *self, OuioedKeyRecord *key);
void            ouioed_batch_forget_keys  (OuioedBatch *self, gint64 before_us);
guint           ouioed_batch_get_n        (OuioedBatch *self);
const OuioedOp *ouioed_batch_get          (OuioedBatch *self, guint i);
gsize           ouioed_batch_get_bytes    (OuioedBatch *self);   /* of the events in it */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OuioedBatch, ouioed_batch_free)

/* What a commit did beyond what was asked literally. */
typedef struct {
  char         *session_id;                 /* g_ref_string */
  guint         stream_index;
  guint64       n_removed;                  /* events that this trim removed from the stream */
  OuioeEventId  trimmed_to;                 /* newest id removed from the stream */
} OuioedTrim;

typedef struct {
  GArray  *trims;                           /* of OuioedTrim, in the order of the batch; none that removed nothing */
  guint64  size_bytes;                      /* what the store occupies now, without what was forgotten */
  gint64   duration_us;                     /* of the commit itself */
} OuioedCommit;

void ouioed_commit_free (OuioedCommit *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OuioedCommit, ouioed_commit_free)

/* ---- query ---- */

typedef struct {
  const char *const *sessions;    /* NULL: of all sessions (in the order of ids); else of these */
  OuioeEventId       after;       /* events with after < id < before */
  OuioeEventId       before;      /* OUIOE_EVENT_ID_MAX: no bound */
  gint64             since_us;    /* time_us >= since_us; 0: no bound */
  gint64             until_us;    /* time_us <= until_us; 0: no bound */
  OuioeStreams       streams;     /* events that stand on one of these */
  guint              kinds;       /* mask of 1 << OuioeEventKind; 0: all */
  const char        *type_word;   /* NULL: any */
  gboolean           newest;      /* the newest that match instead of the oldest; still given in ascending order */
  guint              limit;       /* 1 or more */
  gsize              max_bytes;   /* the JSON of the page is not larger, unless it is one event; 0: no bound */
} OuioedQuery;

#define OUIOED_QUERY_INIT { .before = OUIOE_EVENT_ID_MAX, .streams = OUIOE_STREAMS_BOTH, .limit = 100 }

typedef struct {
  GPtrArray    *events;           /* of OuioeEvent, ascending */
  gboolean      has_more;         /* others match: newer ones, or with newest older ones */
  OuioeEventId  trimmed_to[2];    /* per stream, the newest over the sessions asked for, at the moment of the read */
} OuioedPage;

void ouioed_page_free (OuioedPage *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OuioedPage, ouioed_page_free)

/* ---- the interface ---- */

/* What is there at the start. */
typedef struct {
  GPtrArray    *sessions;         /* of OuioedSessionRecord */
  GPtrArray    *keys;             /* of OuioedKeyRecord, oldest first */
  OuioeEventId  last_id;          /* newest id ever given, of forgotten sessions too */
  guint64       size_bytes;
} OuioedContents;

void ouioed_contents_free (OuioedContents *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OuioedContents, ouioed_contents_free)

#define OUIOED_TYPE_STORE (ouioed_store_get_type ())
G_DECLARE_INTERFACE (OuioedStore, ouioed_store, OUIOED, STORE, GObject)

struct _OuioedStoreInterface
{
  GTypeInterface parent_iface;

  const char     *(*get_name)      (OuioedStore *self);                                   /* "memory", "sqlite" */
  OuioedContents *(*open)          (OuioedStore *self, GError **error);
  void            (*commit_async)  (OuioedStore *self, OuioedBatch *batch, GAsyncReadyCallback callback,
                                    gpointer user_data);
  OuioedCommit   *(*commit_finish) (OuioedStore *self, GAsyncResult *result, GError **error);
  void            (*read_async)    (OuioedStore *self, const OuioedQuery *query, GCancellable *cancellable,
                                    GAsyncReadyCallback callback, gpointer user_data);
  OuioedPage     *(*read_finish)   (OuioedStore *self, GAsyncResult *result, GError **error);
  void            (*close)         (OuioedStore *self);
};

const char     *ouioed_store_get_name      (OuioedStore *self);
/* Blocks; called once, before the main loop runs. Errors: OUIOE_ERROR_STORE_*; the message names the file. */
OuioedContents *ouioed_store_open          (OuioedStore *self, GError **error);
/* @batch: (transfer full). Not cancellable: a commit stands. On failure nothing of the batch is kept, and the error is
 * OUIOE_ERROR_STORE_UNAVAILABLE; the next batch is tried anew. Ids must increase over all sessions and batches, and a
 * session must be put before or in the batch of its first event; else OUIOE_ERROR_INTERNAL. */
void            ouioed_store_commit_async  (OuioedStore *self, OuioedBatch *batch, GAsyncReadyCallback callback,
                                            gpointer user_data);
OuioedCommit   *ouioed_store_commit_finish (OuioedStore *self, GAsyncResult *result, GError **error);
/* @query is copied. A read begun after a commit was acknowledged sees it. Commits go before reads that wait. */
void            ouioed_store_read_async    (OuioedStore *self, const OuioedQuery *query, GCancellable *cancellable,
                                            GAsyncReadyCallback callback, gpointer user_data);
OuioedPage     *ouioed_store_read_finish   (OuioedStore *self, GAsyncResult *result, GError **error);
/* Waits for the batch under way, then lets go of everything. Blocks (at stop only). */
void            ouioed_store_close         (OuioedStore *self);

G_END_DECLS
