/* inspector-timeline-data.h - when what happened, in sixteen bytes a row, and how much of it in each pixel
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Marks mirror the rows of a chain, one for one and in the same order. A lane is what the marks of one kind stand on; all
 * updates share one. No widget in here.
 */
#pragma once

#include <gio/gio.h>

#include "inspector-kind.h"

G_BEGIN_DECLS

/* More kinds than that share the last lane. */
#define INSPECTOR_TIMELINE_MAX_LANES 24
/* Of a mark that stands on none: beginnings, ends and gaps. */
#define INSPECTOR_TIMELINE_NO_LANE G_MAXUINT8

typedef enum {
  INSPECTOR_MARK_WARNING = 1 << 0,
  INSPECTOR_MARK_ERROR = 1 << 1,
  INSPECTOR_MARK_COMPLETION = 1 << 2,
  INSPECTOR_MARK_START = 1 << 3,
  INSPECTOR_MARK_END = 1 << 4,
  INSPECTOR_MARK_GAP = 1 << 5,
  INSPECTOR_MARK_OPEN = 1 << 6,   /* still being written: it has no time yet, and no kind */
} InspectorMarkFlags;

typedef struct {
  gint64 time_us;      /* since 1970; of a gap that of the mark before it */
  float  confidence;   /* 0 to 1; NAN when not reported */
  guint8 lane;         /* INSPECTOR_TIMELINE_NO_LANE for none */
  guint8 flags;        /* InspectorMarkFlags */
} InspectorMark;

typedef struct {
  const InspectorKind *kind;        /* of steps; NULL for the lane of all updates */
  char                *word;        /* as it is on the wire; NULL for the lanes that are shared */
  gboolean             is_shared;   /* by kinds for which there was no lane left */
  guint                n_marks;     /* that stand on it now */
} InspectorLane;

typedef struct _InspectorTimelineData InspectorTimelineData;

InspectorTimelineData *inspector_timeline_data_new   (void);
void                   inspector_timeline_data_free  (InspectorTimelineData *self);
/* Forgets everything. */
void                   inspector_timeline_data_clear (InspectorTimelineData *self);
/* What GListModel::items-changed said of a model of InspectorChainItem. */
void                   inspector_timeline_data_splice (InspectorTimelineData *self, GListModel *model, guint position,
                                                       guint n_removed, guint n_added);
/* The mark at a position is that of the row there. */
const InspectorMark   *inspector_timeline_data_get_marks (InspectorTimelineData *self, guint *n_marks);
const InspectorLane   *inspector_timeline_data_get_lane  (InspectorTimelineData *self, guint lane);
/* The lanes that have marks, in the order in which they are shown. Returns how many. */
guint                  inspector_timeline_data_list_lanes (InspectorTimelineData *self,
                                                           guint8 lanes[INSPECTOR_TIMELINE_MAX_LANES]);
const char            *inspector_timeline_lane_get_name  (const InspectorLane *lane);
/* FALSE when there is no mark with a time. */
gboolean               inspector_timeline_data_get_range (InspectorTimelineData *self, gint64 *first_us, gint64 *last_us);
guint                  inspector_timeline_data_get_n_steps    (InspectorTimelineData *self);
/* Steps that reported a confidence. */
guint                  inspector_timeline_data_get_n_reported (InspectorTimelineData *self);
guint                  inspector_timeline_data_get_n_warnings (InspectorTimelineData *self);
/* "4 minutes, 18 432 steps, mostly analysis, 1 warning" */
char                  *inspector_timeline_data_summarize (InspectorTimelineData *self);
/* The mark that is nearest to @time_us and at most @tolerance_us away. @lane: INSPECTOR_TIMELINE_NO_LANE for any.
 * @flags: only marks that have one of them; 0 for all */
gboolean               inspector_timeline_data_find (InspectorTimelineData *self, gint64 time_us, gint64 tolerance_us,
                                                     guint8 lane, InspectorMarkFlags flags, guint *position);

/* ---- how much of it in each pixel ---- */

typedef struct {
  float  confidence;    /* the sum of those that were reported */
  guint16 n_reported;
  guint16 n_silent;     /* steps without confidence */
  guint8  flags;        /* of all marks in it */
} InspectorBucket;

typedef struct _InspectorTimelineBuckets InspectorTimelineBuckets;

InspectorTimelineBuckets *inspector_timeline_buckets_new  (InspectorTimelineData *data);   /* which outlives it */
void                      inspector_timeline_buckets_free (InspectorTimelineBuckets *self);
/* One bucket for each @us_per_bucket from @begin_us on. What is asked for again costs only what was appended since. */
void                      inspector_timeline_buckets_update (InspectorTimelineBuckets *self, gint64 begin_us,
                                                             double us_per_bucket, guint n_buckets);
const InspectorBucket    *inspector_timeline_buckets_get    (InspectorTimelineBuckets *self, guint *n_buckets);
/* How many marks of a lane in each bucket, and the most in one. */
const guint16            *inspector_timeline_buckets_get_counts (InspectorTimelineBuckets *self, guint lane, guint *most);
/* How many marks were looked at so far, over all updates. */
guint64                   inspector_timeline_buckets_get_n_visited (InspectorTimelineBuckets *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (InspectorTimelineData, inspector_timeline_data_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (InspectorTimelineBuckets, inspector_timeline_buckets_free)

G_END_DECLS
