/* inspector-timeline-data-private.h - what the marks and their buckets share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "inspector-timeline-data.h"

G_BEGIN_DECLS

struct _InspectorTimelineData
{
  GArray        *marks;        /* of InspectorMark */
  guint          n_settled;    /* of the marks: those before the open ones at the end, which count nowhere */
  InspectorLane  lanes[INSPECTOR_TIMELINE_MAX_LANES];   /* in the order in which they came */
  guint          n_lanes;
  guint          n_steps;
  guint          n_reported;   /* steps with a confidence */
  guint          n_warnings;
  gint64         first_us;     /* of all marks; 0 when none has a time */
  gint64         last_us;
  gboolean       is_sorted;    /* by time, as nearly all are */
  guint          epoch;        /* changes with everything but an append */
};

/* Where the marks at @time_us or later begin; 0 when they are not sorted. */
guint inspector_timeline_data_lower_bound (InspectorTimelineData *self, gint64 time_us);

G_END_DECLS
