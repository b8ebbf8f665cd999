/* inspector-timeline-buckets.c - how much happened in each pixel
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A picture is drawn from these and never from the marks, so its cost is that of its width. As long as the range stays, an
 * append adds one to a bucket; when the range changes, the marks in it are counted once.
 */
#include "config.h"

#include "inspector-timeline-data-private.h"

#include <math.h>
#include <string.h>

struct _InspectorTimelineBuckets
{
  InspectorTimelineData *data;
  gint64                 begin_us;        /* of the first bucket */
  double                 us_per_bucket;
  guint                  n_buckets;
  guint                  n_done;          /* marks that are counted already */
  guint                  epoch;           /* of the data when they were */
  InspectorBucket       *buckets;         /* as many as n_buckets */
  guint16               *counts;          /* lane by lane, each as many as n_buckets */
  guint                  most[INSPECTOR_TIMELINE_MAX_LANES];   /* in one bucket */
  guint64                n_visited;
};

InspectorTimelineBuckets *
inspector_timeline_buckets_new (InspectorTimelineData *data)
{
  InspectorTimelineBuckets *self = g_new0 (InspectorTimelineBuckets, 1);

  self->data = data;
  return self;
}

void
inspector_timeline_buckets_free (InspectorTimelineBuckets *self)
{
  g_free (self->buckets);
  g_free (self->counts);
  g_free (self);
}

static void
add (InspectorTimelineBuckets *self, const InspectorMark *mark)
{
  double position = floor ((double) (mark->time_us - self->begin_us) / self->us_per_bucket);
  InspectorBucket *bucket;
  guint16 *n;
  guint x;

  self->n_visited++;
  if (position < 0 || position >= self->n_buckets)
    return;
  x = (guint) position;
  bucket = &self->buckets[x];
  bucket->flags |= mark->flags;
  if (mark->lane == INSPECTOR_TIMELINE_NO_LANE)
    return;
  n = &self->counts[mark->lane * self->n_buckets + x];
  if (*n < G_MAXUINT16)
    (*n)++;
  self->most[mark->lane] = MAX (self->most[mark->lane], *n);
  if (self->data->lanes[mark->lane].kind == NULL)
    return;
  if (isnan (mark->confidence))
    {
      bucket->n_silent = (guint16) MIN (bucket->n_silent + 1, G_MAXUINT16);
    }
  else if (bucket->n_reported < G_MAXUINT16)
    {
      bucket->n_reported++;
      bucket->confidence += mark->confidence;
    }
}

static void
restart (InspectorTimelineBuckets *self, gint64 begin_us, double us_per_bucket, guint n_buckets)
{
  if (n_buckets != self->n_buckets)
    {
      g_free (self->buckets);
      g_free (self->counts);
      self->buckets = g_new (InspectorBucket, n_buckets);
      self->counts = g_new (guint16, (gsize) n_buckets * INSPECTOR_TIMELINE_MAX_LANES);
      self->n_buckets = n_buckets;
    }
  memset (self->buckets, 0, n_buckets * sizeof (InspectorBucket));
  memset (self->counts, 0, (gsize) n_buckets * INSPECTOR_TIMELINE_MAX_LANES * sizeof (guint16));
  memset (self->most, 0, sizeof (self->most));
  self->begin_us = begin_us;
  self->us_per_bucket = us_per_bucket;
  self->epoch = self->data->epoch;
  self->n_done = MIN (inspector_timeline_data_lower_bound (self->data, begin_us), self->data->n_settled);
}

void
inspector_timeline_buckets_update (InspectorTimelineBuckets *self, gint64 begin_us, double us_per_bucket,
                                   guint n_buckets)
{
  GArray *marks = self->data->marks;
  double end_us = (double) begin_us + us_per_bucket * n_buckets;

  g_return_if_fail (us_per_bucket > 0);

  if (self->epoch != self->data->epoch || self->n_buckets != n_buckets || self->begin_us != begin_us ||
      self->us_per_bucket < us_per_bucket || self->us_per_bucket > us_per_bucket || self->buckets == NULL)
    restart (self, begin_us, us_per_bucket, n_buckets);
  for (; self->n_done < self->data->n_settled; self->n_done++)
    {
      const InspectorMark *mark = &g_array_index (marks, InspectorMark, self->n_done);

      if (self->data->is_sorted && (double) mark->time_us >= end_us)
        break;
      add (self, mark);
    }
}

const InspectorBucket *
inspector_timeline_buckets_get (InspectorTimelineBuckets *self, guint *n_buckets)
{
  *n_buckets = self->n_buckets;
  return self->buckets;
}

const guint16 *
inspector_timeline_buckets_get_counts (InspectorTimelineBuckets *self, guint lane, guint *most)
{
  g_return_val_if_fail (lane < INSPECTOR_TIMELINE_MAX_LANES, NULL);
  *most = self->most[lane];
  return self->counts + (gsize) lane * self->n_buckets;
}

guint64
inspector_timeline_buckets_get_n_visited (InspectorTimelineBuckets *self)
{
  return self->n_visited;
}
