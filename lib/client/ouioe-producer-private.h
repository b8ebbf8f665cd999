/* ouioe-producer-private.h - what the files of the producer share
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "ouioe-producer.h"

G_BEGIN_DECLS

/* One event. */
typedef struct {
  OuioeProducer *producer;   /* not a reference: the task has one */
  GTask         *task;       /* NULL when it was answered, or cancelled */
  char          *line;       /* with its key; the same at every attempt */
  gsize          len;
  guint64        number;     /* in the order in which they were appended */
  GSource       *cancel;     /* of its cancellable, or NULL */
} OuioeProducerItem;

/* One who waits for what was appended before. */
typedef struct {
  GTask   *task;
  guint64  last;             /* number of the last event to wait for */
  GSource *cancel;           /* of its cancellable, or NULL */
} OuioeProducerFlush;

struct _OuioeProducer
{
  GObject       parent_instance;
  OuioeClient  *client;
  GMainContext *context;          /* of its thread */
  GQueue        waiting;          /* of OuioeProducerItem, in order */
  GPtrArray    *batch;            /* of OuioeProducerItem, under way; NULL when none is */
  GQueue        flushes;          /* of OuioeProducerFlush, in order */
  GSource      *timer;            /* the next batch, or NULL */
  guint64       n_appended;       /* ever */
  guint         n_items;          /* not answered yet */
  gsize         n_bytes;          /* of these */
  guint         max_waiting;
  guint         give_up_ms;
  guint         n_failures;       /* attempts in a row that did not reach the daemon */
  gint64        failing_since_us; /* monotonic; when the first of these was */
};

void     ouioe_producer_unset_source       (GSource **source);
/* The next batch in @ms, unless one is under way or already to come. */
void     ouioe_producer_schedule           (OuioeProducer *self, guint ms);
/* Answers those that wait for nothing any more. */
void     ouioe_producer_finish_flushes     (OuioeProducer *self);
/* GCancellableSourceFunc of an item, of a flush. */
gboolean ouioe_producer_item_cancelled_cb  (GCancellable *cancellable, gpointer user_data);
gboolean ouioe_producer_flush_cancelled_cb (GCancellable *cancellable, gpointer user_data);

G_END_DECLS
