/* ouioed-ingest-private.h - what the two halves of the ingest share: accepting, and committing
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ouioed-hub-private.h"

G_BEGIN_DECLS

typedef enum {
  OUIOED_PENDING_CREATE,
  OUIOED_PENDING_APPEND,
  OUIOED_PENDING_CLOSE,
  OUIOED_PENDING_FORGET,
  OUIOED_PENDING_OTHER,          /* trims, old keys */
} OuioedPendingType;

/* One thing that was accepted and waits for its commit. */
typedef struct {
  OuioedPendingType     type;
  GTask          *task;         /* NULL when nobody waits */
  OuioedChannel  *channel;
  OuioeEvent     *event;        /* NULL when it was dropped */
  guint64         ordinal[2];
  OuioedReceipt   receipt;
  char           *key_name;     /* NULL without a key */
  GPtrArray      *ending;       /* of OuioedDraft: open steps that end with it; NULL when none do */
} OuioedPending;

struct _OuioedIngest
{
  OuioedHub   *hub;             /* owns us */
  GSource     *flush_source;    /* ready when there is a batch to hand over */
  OuioedBatch *batch;           /* being gathered */
  GPtrArray   *pending;         /* of OuioedPending, what is in batch */
  GPtrArray   *touched;         /* of OuioedChannel with a working record */
  gsize        pending_bytes;
  GPtrArray   *in_flight;       /* of OuioedPending, what the store has; NULL when it has nothing */
  GPtrArray   *in_flight_touched;
  gsize        in_flight_bytes;
  gint64       in_flight_since; /* monotonic */
  guint        n_asked;         /* where the store is shared: requests without an answer */
  gsize        asked_bytes;     /* of these */
  gboolean     draining;
  GPtrArray   *drain_tasks;     /* of GTask */
};

static inline gboolean
ingest_is_busy (OuioedIngest *self)
{
  return self->in_flight != NULL;
}

static inline gboolean
ingest_has_work (OuioedIngest *self)
{
  return self->pending->len > 0;
}

gboolean ouioed_ingest_refuse   (OuioedIngest *self, GTask *task, OuioeError code, const char *message);   /* FALSE */
/* FALSE: it has been refused. */
gboolean ouioed_ingest_has_room (OuioedIngest *self, GTask *task);
/* Begins a new, empty batch. */
void ouioed_ingest_begin_batch  (OuioedIngest *self);
/* Hands the batch to the store; what came of it is published and answered when the store is done. */
void ouioed_ingest_flush        (OuioedIngest *self);
void ouioed_ingest_finish_drain (OuioedIngest *self);
void ouioed_ingest_return       (GTask *task, const OuioedReceipt *receipt);

G_END_DECLS
