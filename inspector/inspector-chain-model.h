/* inspector-chain-model.h - what arrived of a session, in bounded memory, applied when there is time
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Events are queued as they come and become rows when somebody calls inspector_chain_model_apply(), once per frame.
 * Beyond the limit the oldest rows go, in blocks, so that a running chain does not rebuild its list all the time.
 *
 * Steps that are still being written are rows behind all others. When the event comes that one grew into, its row moves to its
 * place among the events: the same item, so that no view has to build it anew.
 */
#pragma once

#include <gio/gio.h>

#include "inspector-chain-item.h"

G_BEGIN_DECLS

#define INSPECTOR_HISTORY_LIMIT 50000
/* Rows are dropped in blocks of so many. */
#define INSPECTOR_TRIM_BLOCK 1000

/* A frame that took longer can be seen to do so. */
#define INSPECTOR_SLOW_FRAME_US 33333

/* The frames in which there was something to apply. */
typedef struct {
  guint64 n;            /* in all */
  guint64 n_slow;       /* longer than INSPECTOR_SLOW_FRAME_US */
  gint64  slowest_us;
  gint64  total_us;
} InspectorFrames;

#define INSPECTOR_TYPE_CHAIN_MODEL (inspector_chain_model_get_type ())
G_DECLARE_FINAL_TYPE (InspectorChainModel, inspector_chain_model, INSPECTOR, CHAIN_MODEL, GObject)

/* @limit: rows that are kept, INSPECTOR_TRIM_BLOCK at least; up to a block more before they are trimmed */
InspectorChainModel *inspector_chain_model_new         (guint limit);
/* @item: (transfer full). Signal "pending": something is queued now, and nothing was before. */
void                 inspector_chain_model_push        (InspectorChainModel *self, InspectorChainItem *item);
/* Makes rows of up to @max queued items, but stops when the monotonic clock has passed @deadline_us (0: never).
 * Returns how many rows it made. */
guint                inspector_chain_model_apply       (InspectorChainModel *self, guint max, gint64 deadline_us);
/* Takes back what came behind the first @n, queued items included: as if it had never come. */
void                 inspector_chain_model_truncate    (InspectorChainModel *self, guint n);
guint                inspector_chain_model_get_n_pending (InspectorChainModel *self);
/* A step that is being written has @text so far; it is shown with the next apply(). Signal "grown": the rows have it. */
void                 inspector_chain_model_grow          (InspectorChainModel *self, const char *step_id, const char *text);
/* Nothing came of it. @step_id: (nullable): NULL for all of them */
void                 inspector_chain_model_drop          (InspectorChainModel *self, const char *step_id);
guint                inspector_chain_model_get_n_open    (InspectorChainModel *self);   /* of the rows: the last ones */
/* Whether apply() would do anything. */
gboolean             inspector_chain_model_has_work      (InspectorChainModel *self);
/* Whoever draws tells how long it was from one frame to the next. */
void                 inspector_chain_model_count_frame   (InspectorChainModel *self, gint64 duration_us);
const InspectorFrames *inspector_chain_model_get_frames  (InspectorChainModel *self);
/* Of all rows that were ever made, trimmed ones included. */
guint64              inspector_chain_model_get_n_steps   (InspectorChainModel *self);
guint64              inspector_chain_model_get_n_updates (InspectorChainModel *self);
guint64              inspector_chain_model_get_n_made    (InspectorChainModel *self);   /* beginnings, ends and gaps as well */
guint64              inspector_chain_model_get_n_trimmed (InspectorChainModel *self);
void                 inspector_chain_model_set_limit     (InspectorChainModel *self, guint limit);

G_END_DECLS
