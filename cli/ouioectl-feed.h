/* ouioectl-feed.h - a model's stream, as steps and updates with their times; no input or output in here
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What becomes of a stream is said in ouioe-transcript.h. A step is due when it was complete.
 */
#pragma once

#include "ouioectl.h"
#include "ouioe-dialect.h"

G_BEGIN_DECLS

/* Time between two records of a recording that has no times: what a model on a good desktop needs for a token. */
#define OUIOECTL_FEED_RECORD_US 24000

/* One thing to post: exactly one of step and update. */
typedef struct {
  OuioeThinkingStep   *step;
  OuioeProgressUpdate *update;
  gint64               offset_us;   /* since the first record */
  gboolean             timed;       /* by times of the stream, not by counting records or by its arrival */
} OuioectlPost;

void ouioectl_post_free (OuioectlPost *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OuioectlPost, ouioectl_post_free)

typedef struct _OuioectlFeed OuioectlFeed;
typedef void (*OuioectlPostFunc) (OuioectlPost *post /* (transfer full) */, gpointer user_data);

/* @live: what has no times of its own comes at the times it is added at; else each record takes OUIOECTL_FEED_RECORD_US. */
OuioectlFeed *ouioectl_feed_new         (OuioeDialectFormat format, gboolean live, OuioectlPostFunc func, gpointer user_data);
void          ouioectl_feed_free        (OuioectlFeed *self);
/* @time_us: of any clock, above 0 */
void          ouioectl_feed_add         (OuioectlFeed *self, const char *data, gsize len, gint64 time_us);
/* The stream ended. */
void          ouioectl_feed_end         (OuioectlFeed *self, gint64 time_us);
/* After the end: "done", "length", "refused", "error", "truncated"; NULL when nothing in it was a model's stream. */
const char   *ouioectl_feed_get_outcome (OuioectlFeed *self);
const char   *ouioectl_feed_get_model   (OuioectlFeed *self);     /* NULL when not told */
const char   *ouioectl_feed_get_format  (OuioectlFeed *self);
guint64       ouioectl_feed_get_n_garbled (OuioectlFeed *self);   /* records that were skipped */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OuioectlFeed, ouioectl_feed_free)

G_END_DECLS
