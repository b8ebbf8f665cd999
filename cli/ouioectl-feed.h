/* ouioectl-feed.h - a model's stream, as steps and updates with their times; no input or output in here
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What becomes of a stream:
 *
 *  - thinking: a step per paragraph (ouioe-step-builder.h), due when its last piece came;
 *  - "thinking", "answering", "calling a function": an update when the phase begins, without a percentage, for nobody
 *    knows how long it will take;
 *  - prompt reading: an update with the percentage that the server told;
 *  - the answer: updates of type intermediate_result, when it is complete;
 *  - the end: an update of type completion (or warning, or error) with the counts that the server told.
 */
#pragma once

#include "ouioectl.h"
#include "ouioe-dialect.h"

G_BEGIN_DECLS

/* Time between two records of a stream that has no times: what a model on a good desktop needs for a token. */
#define OUIOECTL_FEED_RECORD_US 24000
/* Bytes of the answer that are kept; what is beyond is left out, and said to be. */
#define OUIOECTL_FEED_MAX_ANSWER (256 * 1024)
/* Bytes of the answer in one update. */
#define OUIOECTL_FEED_MAX_MESSAGE (16 * 1024)

/* One thing to post: exactly one of step and update. */
typedef struct {
  OuioeThinkingStep   *step;
  OuioeProgressUpdate *update;
  gint64               offset_us;   /* since the first record */
  gboolean             timed;       /* by times of the stream, not by counting records */
} OuioectlPost;

void ouioectl_post_free (OuioectlPost *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OuioectlPost, ouioectl_post_free)

typedef struct _OuioectlFeed OuioectlFeed;
typedef void (*OuioectlPostFunc) (OuioectlPost *post /* (transfer full) */, gpointer user_data);

OuioectlFeed *ouioectl_feed_new         (OuioeDialectFormat format, OuioectlPostFunc func, gpointer user_data);
void          ouioectl_feed_free        (OuioectlFeed *self);
void          ouioectl_feed_add         (OuioectlFeed *self, const char *data, gsize len);
/* The stream ended. */
void          ouioectl_feed_end         (OuioectlFeed *self);
/* After the end: "done", "length", "refused", "error", "truncated"; NULL when nothing in it was a model's stream. */
const char   *ouioectl_feed_get_outcome (OuioectlFeed *self);
const char   *ouioectl_feed_get_model   (OuioectlFeed *self);     /* NULL when not told */
const char   *ouioectl_feed_get_format  (OuioectlFeed *self);
guint64       ouioectl_feed_get_n_garbled (OuioectlFeed *self);   /* records that were skipped */
/* Seconds of the stream as recorded, or as counted. */
gint64        ouioectl_feed_get_length_us (OuioectlFeed *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OuioectlFeed, ouioectl_feed_free)

G_END_DECLS
