/* ouioe-transcript.h - one answer of a model, as steps, updates, phases and numbers
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Private to the program family: what the proxy and `ouioectl ingest` make of the events of a dialect. No input or output, and
 * no clock: times are given. What becomes of an answer:
 *
 *  - thinking: a step at each natural border (ouioe-step-builder.h); while it is written, the text that is certain to be in it;
 *  - each phase (waiting, prompt, thinking, answer, tool, progress): an update when it begins, without a percentage, for
 *    nobody knows how long it will take;
 *  - prompt reading, downloads, tools: updates with the percentage that follows from what the server told;
 *  - the answer: updates of type intermediate_result, when it is complete;
 *  - the end: an update of type completion (or warning, or error) with the counts that the server told.
 *
 * The context_used of a step is a JSON object: {"step_id":"3","border":"paragraph","choice":1,"rhythm":[ms,characters,…],
 * "token":"Lyon"} with "choice" only when it is not 0. "rhythm" tells how the text of the step came (ouioe-rhythm.h): pairs of
 * milliseconds since the piece before (0 for the first) and Unicode code points of the trimmed text that it brought; pieces within
 * 33 ms are joined; it is left out when the step came in one piece. The confidence of a step is the geometric mean of the
 * probabilities that the server gave for its tokens, and absent when it gave none; its alternatives are those of its least likely
 * token, which is "token" then.
 */
#pragma once

#include "ouioe-dialect.h"
#include "ouioe-generation-private.h"
#include "ouioe-progress-update.h"
#include "ouioe-step-builder.h"
#include "ouioe-thinking-step.h"

G_BEGIN_DECLS

/* Bytes of the answer that are kept; what is beyond is left out, and said to be. */
#define OUIOE_TRANSCRIPT_MAX_ANSWER (256 * 1024)
/* Bytes of the answer in one update. */
#define OUIOE_TRANSCRIPT_MAX_MESSAGE (16 * 1024)
/* Bytes of the arguments of a call, and of what a server said of an error. */
#define OUIOE_TRANSCRIPT_MAX_DETAIL 4096
/* A percentage is told when it was not for so long; its first and last value always. */
#define OUIOE_TRANSCRIPT_PROGRESS_US (250 * 1000)

typedef struct _OuioeTranscript OuioeTranscript;

/* All but step and update may be NULL. */
typedef struct {
  /* A step is complete. @step_id as in its context_used. (transfer none) */
  void (*step)    (OuioeThinkingStep *step, const char *step_id, gint64 time_us, gpointer user_data);
  void (*update)  (OuioeProgressUpdate *update, gint64 time_us, gpointer user_data);
  /* The open step has grown by @text (valid UTF-8, whole characters; it only grows; leading white space of a step is dropped). It
   * ends with step(), or, when nothing came of it, with drop(): the transcript is freed before its end. */
  void (*grow)    (const char *step_id, const char *text, gsize len, gint64 time_us, gpointer user_data);
  void (*drop)    (const char *step_id, gpointer user_data);
  /* What ouioe_transcript_get_generation() gives has changed. */
  void (*changed) (gpointer user_data);
} OuioeTranscriptFuncs;

/* @id_prefix: what the step_ids begin with, so that they are unique in a session of many answers ("" or "2-").
 * @begin_us: when the request was sent, 0: not known. Times are microseconds on one clock of the caller's choice, above 0.
 * @funcs must outlive the transcript; none of them is called by new() itself. */
OuioeTranscript *ouioe_transcript_new   (OuioeDialectFormat format, OuioeDialectFlags flags, const char *id_prefix, gint64 begin_us,
                                         const OuioeTranscriptFuncs *funcs, gpointer user_data);
void             ouioe_transcript_free  (OuioeTranscript *self);
/* Tells that the answer is waited for: the update of the phase "waiting", which lasts since @begin_us. Not needed. */
void             ouioe_transcript_begin (OuioeTranscript *self);
/* Bytes of the answer's body that came at @time_us. */
void             ouioe_transcript_feed  (OuioeTranscript *self, const char *data, gsize len, gint64 time_us);
/* For recordings, before anything is fed: the times of the records (Ollama's created_at) count, when the first one has one; or
 * else, with an @interval_us other than 0, each record takes so long, and nothing is measured. */
void             ouioe_transcript_set_recorded_times (OuioeTranscript *self, gboolean recorded_times, gint64 interval_us);

/* How the transport ended. */
typedef enum {
  OUIOE_TRANSCRIPT_COMPLETE,     /* the body came whole */
  OUIOE_TRANSCRIPT_BROKEN,       /* it broke off */
  OUIOE_TRANSCRIPT_CANCELLED,    /* by the client, or by Stop */
  OUIOE_TRANSCRIPT_FAILED,       /* there was none, or one with a status of 400 or more; @detail tells */
} OuioeTranscriptEnd;
/* Gives out what is held back, then the last update. @detail (nullable): in words; of FAILED and BROKEN. */
void             ouioe_transcript_end   (OuioeTranscript *self, OuioeTranscriptEnd how, const char *detail, gint64 time_us);

/* After the end: "done", "length", "refused", "error", "truncated", "cancelled"; NULL when nothing in it was a model's stream and
 * nothing went wrong. */
const char      *ouioe_transcript_get_outcome (OuioeTranscript *self);
/* Of this answer alone: model, phase, spans, tokens, times. (transfer none) */
const OuioeGeneration *ouioe_transcript_get_generation (OuioeTranscript *self);
/* @begin_us, or when it is 0 the time of the first event; 0 before that. */
gint64           ouioe_transcript_get_begin_us (OuioeTranscript *self);
gboolean         ouioe_transcript_get_timed (OuioeTranscript *self);   /* by times of the records */
OuioeDialect    *ouioe_transcript_get_dialect (OuioeTranscript *self);   /* for its counts */
const char      *ouioe_transcript_get_response_id (OuioeTranscript *self);   /* as the server calls the answer, or NULL */
guint64          ouioe_transcript_get_n_garbled (OuioeTranscript *self);     /* records that were skipped */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OuioeTranscript, ouioe_transcript_free)

G_END_DECLS
