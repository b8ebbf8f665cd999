/* ouioectl-feed.c - a model's stream, as steps and updates with their times
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioectl-feed.h"

#include "ouioe-transcript.h"

struct _OuioectlFeed
{
  OuioeTranscript  *transcript;
  OuioectlPostFunc  func;
  gpointer          user_data;
};

void
ouioectl_post_free (OuioectlPost *self)
{
  g_clear_pointer (&self->step, ouioe_thinking_step_unref);
  g_clear_pointer (&self->update, ouioe_progress_update_unref);
  g_free (self);
}

static void
post (OuioectlFeed *self, OuioeThinkingStep *step, OuioeProgressUpdate *update, gint64 time_us)
{
  OuioectlPost *item = g_new0 (OuioectlPost, 1);

  item->step = step;
  item->update = update;
  item->offset_us = time_us - ouioe_transcript_get_begin_us (self->transcript);
  item->timed = ouioe_transcript_get_timed (self->transcript);
  self->func (item, self->user_data);
}

static void
on_step (OuioeThinkingStep *step, const char *step_id, gint64 time_us, gpointer user_data)
{
  post (user_data, ouioe_thinking_step_ref (step), NULL, time_us);
}

static void
on_update (OuioeProgressUpdate *update, gint64 time_us, gpointer user_data)
{
  post (user_data, NULL, ouioe_progress_update_ref (update), time_us);
}

static const OuioeTranscriptFuncs funcs = { .step = on_step, .update = on_update };

OuioectlFeed *
ouioectl_feed_new (OuioeDialectFormat format, gboolean live, OuioectlPostFunc func, gpointer user_data)
{
  OuioectlFeed *self = g_new0 (OuioectlFeed, 1);

  self->transcript = ouioe_transcript_new (format, OUIOE_DIALECT_SPLIT_TAGS, "", 0, &funcs, self);
  ouioe_transcript_set_recorded_times (self->transcript, TRUE, live ? 0 : OUIOECTL_FEED_RECORD_US);
  self->func = func;
  self->user_data = user_data;
  return self;
}

void
ouioectl_feed_free (OuioectlFeed *self)
{
  ouioe_transcript_free (self->transcript);
  g_free (self);
}

void
ouioectl_feed_add (OuioectlFeed *self, const char *data, gsize len, gint64 time_us)
{
  ouioe_transcript_feed (self->transcript, data, len, time_us);
}

void
ouioectl_feed_end (OuioectlFeed *self, gint64 time_us)
{
  ouioe_transcript_end (self->transcript, OUIOE_TRANSCRIPT_COMPLETE, NULL, time_us);
}

const char *
ouioectl_feed_get_outcome (OuioectlFeed *self)
{
  return ouioe_transcript_get_outcome (self->transcript);
}

const char *
ouioectl_feed_get_model (OuioectlFeed *self)
{
  return ouioe_transcript_get_generation (self->transcript)->model;
}

const char *
ouioectl_feed_get_format (OuioectlFeed *self)
{
  return ouioe_dialect_format_to_string (ouioe_dialect_get_format (ouioe_transcript_get_dialect (self->transcript)));
}

guint64
ouioectl_feed_get_n_garbled (OuioectlFeed *self)
{
  return ouioe_transcript_get_n_garbled (self->transcript);
}
