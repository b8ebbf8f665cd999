/* transcript-log.h - what a transcript told, one line each, for tests
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ouioe-transcript-private.h"

typedef struct {
  OuioeTranscript *transcript;
  GString         *text;       /* "TIME step ID TYPE: CONTENT" or "TIME update TYPE [PERCENTAGE %] (ACTIVITY) MESSAGE", times in ms */
  GPtrArray       *steps;      /* of OuioeThinkingStep */
  GArray          *step_times; /* of gint64: when each was told */
  GPtrArray       *updates;    /* of OuioeProgressUpdate */
  GHashTable      *open;       /* what was told of steps that are not complete: id -> GString */
  guint            n_grown;
  guint            n_dropped;
  guint            n_changed;
  guint            n_bytes;    /* of thinking in steps, white space left out */
} TranscriptLog;

TranscriptLog *transcript_log_new  (OuioeDialectFormat format, OuioeDialectFlags flags, const char *prefix, gint64 begin_us);
void           transcript_log_free (TranscriptLog *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TranscriptLog, transcript_log_free)

/* Feeds @data in pieces of @chunk bytes, each @step_us later than the one before, and ends COMPLETE. */
void           transcript_log_run  (TranscriptLog *self, const char *data, gsize len, gsize chunk, gint64 time_us, gint64 step_us);
