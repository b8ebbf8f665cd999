/* ouioe-stream-stats.h - counters of a session at one instant
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib-object.h>
#include "ouioe-enums.h"

G_BEGIN_DECLS

#define OUIOE_TYPE_STREAM_STATS (ouioe_stream_stats_get_type ())
/**
 * OuioeStreamStats:
 *
 * Counters of a session at one instant. Reference counted.
 */
typedef struct _OuioeStreamStats OuioeStreamStats;   /* boxed, reference counted; mutable only by the hub that owns it */

OUIOE_EXPORT GType             ouioe_stream_stats_get_type (void) G_GNUC_CONST;
/* @created_us: microseconds since 1970 */
OUIOE_EXPORT OuioeStreamStats *ouioe_stream_stats_new      (gint64 created_us);
OUIOE_EXPORT OuioeStreamStats *ouioe_stream_stats_ref      (OuioeStreamStats *self);
OUIOE_EXPORT void              ouioe_stream_stats_unref    (OuioeStreamStats *self);
OUIOE_EXPORT OuioeStreamStats *ouioe_stream_stats_copy     (OuioeStreamStats *self);   /* deep */

OUIOE_EXPORT guint64  ouioe_stream_stats_get_thinking_steps    (OuioeStreamStats *self);
OUIOE_EXPORT guint64  ouioe_stream_stats_get_progress_updates  (OuioeStreamStats *self);
/* FALSE when no step reported a confidence */
OUIOE_EXPORT gboolean ouioe_stream_stats_get_average_confidence (OuioeStreamStats *self, double *average);
OUIOE_EXPORT guint64  ouioe_stream_stats_get_thinking_type_count (OuioeStreamStats *self, const char *thinking_type);
OUIOE_EXPORT guint64  ouioe_stream_stats_get_progress_type_count (OuioeStreamStats *self, const char *progress_type);
OUIOE_EXPORT gint64   ouioe_stream_stats_get_created_us        (OuioeStreamStats *self);
OUIOE_EXPORT gint64   ouioe_stream_stats_get_last_updated_us   (OuioeStreamStats *self);
/* Seconds from creation to @now_us, or to the end of the session when it has ended. */
OUIOE_EXPORT double   ouioe_stream_stats_get_duration          (OuioeStreamStats *self, gint64 now_us);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OuioeStreamStats, ouioe_stream_stats_unref)

G_END_DECLS
